import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.models import Evidence, Score
from assessments.services import workflow
from assessments.services.answers import (
    Answer,
    NewEvidence,
    NotEditable,
    StaleScore,
    add_evidence,
    confirm_score,
    remove_evidence,
    save_score,
)

RATED = Answer("rated", 2, "Der Rat hat beschlossen.", 3, datetime.date(2027, 3, 31))


def test_save_stores_everything_and_stamps(score, alice):
    saved = save_score(score=score, version=1, by=alice, answer=RATED)
    stored = Score.objects.get(pk=score.pk)
    assert Answer.of(stored) == Answer.of(saved) == RATED
    assert (stored.version, stored.updated_by, stored.confirmed) == (2, alice, True)
    assert stored.updated_at == saved.updated_at
    assert [(h.version, h.state, h.history_user) for h in stored.history.order_by("history_id")] == [
        (1, "open", alice),
        (2, "rated", alice),
    ]


def test_save_with_a_stale_version_is_refused_with_both_texts(score, alice, bob):
    save_score(score=score, version=1, by=alice, answer=Answer("rated", 2, "Text von Alice"))
    with pytest.raises(StaleScore) as error:
        save_score(score=score, version=1, by=bob, answer=Answer("rated", 3, "Text von Bob"), evidence=[NewEvidence("x")])
    assert error.value.current.rationale == "Text von Alice"
    assert error.value.current.updated_by == alice
    stored = Score.objects.get(pk=score.pk)
    assert (stored.rationale, stored.version) == ("Text von Alice", 2)
    assert not Evidence.objects.exists()


def test_save_of_the_same_answer_twice_is_no_conflict(score, alice):
    save_score(score=score, version=1, by=alice, answer=RATED)
    again = save_score(score=score, version=1, by=alice, answer=RATED)
    assert again.version == 2
    assert score.history.count() == 2


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        (Answer("not_applicable", None, ""), "rationale"),
        (Answer("rated", None, "Text"), "level"),
        (Answer("unknown", 2), "level"),
    ],
)
def test_save_of_an_answer_the_rules_forbid(score, alice, answer, field):
    with pytest.raises(ValidationError) as error:
        save_score(score=score, version=1, by=alice, answer=answer)
    assert list(error.value.message_dict) == [field]
    assert Score.objects.get(pk=score.pk).version == 1


@pytest.mark.parametrize("approved", [False, True])
def test_save_after_submission(score, assessment, alice, bob, approved):
    workflow.submit(assessment=assessment, by=alice)
    if approved:
        workflow.approve(assessment=assessment, by=bob)
    evidence = Evidence.objects.create(score=score, text="Beschluss")
    with pytest.raises(NotEditable):
        save_score(score=score, version=1, by=alice, answer=RATED)
    with pytest.raises(NotEditable):
        confirm_score(score=score, version=1, by=alice)
    with pytest.raises(NotEditable):
        add_evidence(score=score, by=alice, evidence=NewEvidence("x"))
    with pytest.raises(NotEditable):
        remove_evidence(evidence=evidence, by=alice)
    assert Score.objects.get(pk=score.pk).version == 1
    assert list(Evidence.objects.all()) == [evidence]


def test_save_after_a_return(score, assessment, alice, bob):
    workflow.submit(assessment=assessment, by=alice)
    workflow.return_to_team(assessment=assessment, by=bob, comment="Bitte ergänzen")
    assert save_score(score=score, version=1, by=alice, answer=RATED).version == 2


def test_save_confirms_a_carried_over_answer(score, alice):
    Score.objects.filter(pk=score.pk).update(state="rated", level=2, confirmed=False)
    unchanged = Answer("rated", 2)
    assert not save_score(score=score, version=1, by=alice, answer=unchanged, confirm=False).confirmed
    assert save_score(score=score, version=1, by=alice, answer=unchanged).confirmed
    assert Score.objects.get(pk=score.pk).version == 2


def test_changed_answer_is_confirmed_without_a_button(score, alice):
    Score.objects.filter(pk=score.pk).update(state="rated", level=2, confirmed=False)
    assert save_score(score=score, version=1, by=alice, answer=Answer("rated", 3), confirm=False).confirmed


def test_confirm_keeps_the_answer(score, alice, bob):
    Score.objects.filter(pk=score.pk).update(state="rated", level=2, rationale="Alt", confirmed=False)
    assert confirm_score(score=score, version=1, by=alice).version == 2
    stored = Score.objects.get(pk=score.pk)
    assert (stored.level, stored.rationale, stored.confirmed, stored.updated_by) == (2, "Alt", True, alice)
    assert confirm_score(score=score, version=1, by=bob).updated_by == alice


def test_confirm_of_an_answer_somebody_changed_meanwhile(score, alice):
    Score.objects.filter(pk=score.pk).update(state="rated", level=2, confirmed=False, version=2)
    with pytest.raises(StaleScore):
        confirm_score(score=score, version=1, by=alice)


def test_evidence_is_added_and_removed_with_a_history(score, alice, bob):
    evidence = add_evidence(score=score, by=alice, evidence=NewEvidence("Ratsbeschluss", "https://rat.example/1"))
    assert (evidence.added_by, score.evidence.get()) == (alice, evidence)
    remove_evidence(evidence=evidence, by=bob)
    evidence.pk = evidence.pk or Evidence.history.first().id
    remove_evidence(evidence=evidence, by=bob)
    assert not Evidence.objects.exists()
    assert [(h.history_type, h.history_user) for h in Evidence.history.order_by("history_id")] == [("+", alice), ("-", bob)]


def test_evidence_leaves_the_version_alone(score, alice):
    add_evidence(score=score, by=alice, evidence=NewEvidence("Ratsbeschluss"))
    assert Score.objects.get(pk=score.pk).version == 1


def test_save_costs_two_queries(score, alice):
    with CaptureQueriesContext(connection) as queries:
        save_score(score=score, version=1, by=alice, answer=RATED)
    assert [q["sql"].split()[0] for q in queries if "SAVEPOINT" not in q["sql"]] == ["SELECT", "WITH"]
