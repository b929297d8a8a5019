"""A1: one order of locks, and the same work once more where the database gave a transaction up."""

from functools import partial

import pytest
from django.db import OperationalError, connection, transaction

from assessments.models import Assessment, Score
from assessments.services.answers import Answer, StaleScore, save_score
from assessments.services.assignment import assign
from scaling.common import transactions
from scaling.common.transactions import atomic
from tests.races import at_once, locks_in_turn

pytestmark = pytest.mark.django_db(transaction=True)


def test_assigning_while_answers_are_saved_blocks_nobody_in_60_rounds(assessment, alice, bob, monkeypatch):
    monkeypatch.setattr(transactions, "MAX_ATTEMPTS", 1)  # the order alone has to do
    scores = list(assessment.scores.order_by("-pk"))
    for number in range(1, 61):
        jobs = [
            partial(save_score, score=score, version=number, by=alice, answer=Answer("rated", number % 5, f"{number}"))
            for score in scores
        ]
        hand = partial(assign, assessment=assessment, scores=[s.pk for s in scores], to=(alice, bob)[number % 2], by=bob)
        results = at_once(*jobs, hand)
        assert [type(result) for result in results] == [Score] * len(scores) + [int], results
    assert set(assessment.scores.values_list("version", flat=True)) == {61}


def test_deadlock_costs_nobody_their_words(assessment, alice):
    """Somebody locks the same two rows the other way round: one of the two is given up, and done again."""
    first, second = assessment.scores.order_by("pk")[:2]
    the_other_way_round, locked = locks_in_turn(second, first)

    @atomic
    def save_both():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL deadlock_timeout = '100ms'")
        for score in (first, second):
            current = Score.objects.get(pk=score.pk)
            save_score(score=score, version=current.version, by=alice, answer=Answer("rated", 3, "Unser Text"))
            locked.wait(5)
        return "saved"

    assert at_once(save_both, the_other_way_round) == ["saved", "done"]
    assert set(assessment.scores.filter(pk__in=[first.pk, second.pk]).values_list("rationale", flat=True)) == {"Unser Text"}


@pytest.mark.parametrize(("state", "calls"), [("40P01", 4), ("40001", 4), ("57014", 1)])
def test_work_is_repeated_for_what_may_pass_alone(state, calls):
    seen = []

    class Cause(Exception):
        sqlstate = state

    @atomic
    def fail():
        seen.append(1)
        raise OperationalError from Cause()

    with pytest.raises(OperationalError):
        fail()
    assert len(seen) == calls


def test_within_another_transaction_nothing_is_repeated(assessment):
    seen = []

    class Cause(Exception):
        sqlstate = "40P01"

    @atomic
    def fail():
        seen.append(Assessment.objects.count())
        raise OperationalError from Cause()

    with pytest.raises(OperationalError), transaction.atomic():
        fail()
    assert seen == [1]


# --- L4


def answered(score, version, level, **more):
    return save_score(score=score, version=version, answer=Answer("rated", level), **more)


def test_who_is_faster_than_the_page_is_in_no_conflict_with_themselves(score, alice):
    for level in (1, 2, 3):
        answered(score, 1, level, by=alice, page="seite-a")
    score.refresh_from_db()
    assert (score.level, score.version) == (3, 4)


def test_another_page_another_person_and_no_page_are_conflicts(score, alice, bob):
    answered(score, 1, 1, by=alice, page="seite-a")
    for who, page in ((alice, "seite-b"), (bob, "seite-a"), (alice, "")):
        with pytest.raises(StaleScore):
            answered(score, 1, 4, by=who, page=page)
    answered(score, 2, 2, by=bob, page="seite-c")
    with pytest.raises(StaleScore):  # somebody else came between
        answered(score, 1, 4, by=alice, page="seite-a")
