"""Races that can happen are let happen: every thread has a connection of its own, as every worker has."""

from functools import partial

import pytest
from django.db import connection, transaction

from assessments.models import Assessment, Score
from assessments.services import workflow
from assessments.services.answers import Answer, NotEditable, StaleScore, save_score
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_people_saving_different_criteria_lose_nothing_in_60_rounds(assessment, alice, bob):
    people = [(alice, "kriterium-1"), (bob, "kriterium-2")]
    scores = {key: assessment.scores.get(criterion__key=key) for _, key in people}
    for number in range(1, 61):
        results = at_once(
            *(
                partial(
                    save_score,
                    score=scores[key],
                    version=number,
                    by=who,
                    answer=Answer("rated", number % 5, f"{who} {number}"),
                )
                for who, key in people
            )
        )
        assert [type(result) for result in results] == [Score, Score]
        for who, key in people:
            stored = Score.objects.get(pk=scores[key].pk)
            assert (stored.level, stored.rationale, stored.version) == (number % 5, f"{who} {number}", number + 1)
            assert stored.updated_by == who
    assert Score.history.filter(history_type="~").count() == 120


def test_two_people_saving_the_same_criterion_never_overwrite_in_60_rounds(score, alice, bob):
    for number in range(1, 61):
        texts = {alice: f"Text von Alice {number}", bob: f"Text von Bob {number}"}
        results = at_once(
            *(
                partial(save_score, score=score, version=number, by=who, answer=Answer("rated", 1, text))
                for who, text in texts.items()
            )
        )
        (winner,) = [result for result in results if isinstance(result, Score)]
        (refused,) = [result for result in results if isinstance(result, StaleScore)]
        stored = Score.objects.get(pk=score.pk)
        assert stored.rationale == winner.rationale == refused.current.rationale == texts[stored.updated_by]
        assert stored.version == number + 1


def test_save_and_submission_at_once_agree_in_30_rounds(score, assessment, alice, bob):
    """Whoever comes first: a save is either in the submitted round or refused, never added to it afterwards."""
    for number in range(1, 31):
        before = Score.objects.get(pk=score.pk)
        saved, submitted = at_once(
            partial(
                save_score,
                score=before,
                version=before.version,
                by=alice,
                answer=Answer("rated", number % 5, f"Text {number}"),
            ),
            lambda: workflow.submit(assessment=Assessment.objects.get(pk=assessment.pk), by=bob),
        )
        assert isinstance(submitted, Assessment)
        stored = Score.objects.get(pk=score.pk)
        if isinstance(saved, NotEditable):
            assert stored.version == before.version
        else:
            assert isinstance(saved, Score)
            assert stored.rationale == f"Text {number}"
            assert stored.updated_at is not None
            assert submitted.submission is not None
            assert stored.updated_at <= submitted.submission.at
        workflow.return_to_team(assessment=submitted, by=bob, comment="noch einmal")


def test_saves_of_different_criteria_do_not_wait_for_each_other(assessment, alice, bob):
    """One save is held open in its transaction; the other goes through meanwhile."""
    first, second = assessment.scores.all()[:2]
    with transaction.atomic():
        save_score(score=first, version=1, by=alice, answer=Answer("rated", 1))

        def save_other():
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '2s'")
            return save_score(score=second, version=1, by=bob, answer=Answer("rated", 2))

        (result,) = at_once(save_other)
    assert isinstance(result, Score), result
    assert [s.level for s in assessment.scores.all()[:2]] == [1, 2]


def test_one_of_two_starts_at_once_is_refused(project, alice, bob):
    results = at_once(
        lambda: workflow.start_assessment(project=project, by=alice),
        lambda: workflow.start_assessment(project=project, by=bob),
    )
    assert {type(result) for result in results} == {Assessment, workflow.OpenAssessmentExists}
    assert Assessment.objects.count() == 1


def test_one_of_two_approvals_at_once_is_refused(assessment, alice, bob):
    workflow.submit(assessment=assessment, by=alice)
    results = at_once(
        lambda: workflow.approve(assessment=Assessment.objects.get(), by=bob),
        lambda: workflow.return_to_team(assessment=Assessment.objects.get(), by=bob, comment="noch nicht"),
    )
    assert {type(result) for result in results} == {Assessment, workflow.WrongState}
