import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments.models import Assessment, AssessmentState, AssessmentTransition, Evidence, Measure, Score, ScoreState
from assessments.services import workflow
from assessments.services.answers import Answer, NewEvidence, save_score
from catalogue.models import Edition, Phase
from scaling.accounts.models import Membership
from tests.factories import make_catalogue, make_criterion, make_edition, make_project


def rate(assessment, key, by, **answer):
    score = assessment.scores.get(criterion__key=key)
    return save_score(score=score, version=score.version, by=by, answer=Answer(**answer))


def finish(assessment, alice, bob):
    workflow.submit(assessment=assessment, by=alice)
    return workflow.approve(assessment=assessment, by=bob)


def test_start_makes_one_open_score_per_criterion(assessment, alice, edition):
    assert assessment.round == 1
    assert assessment.edition == edition
    assert [(step.kind, step.by_id) for step in assessment.steps] == [("begin", alice.pk)]
    assert assessment.state == AssessmentState.DRAFT
    assert [(s.criterion.key, s.state, s.confirmed, s.version) for s in assessment.scores.all()] == [
        ("kriterium-1", "open", True, 1),
        ("kriterium-2", "open", True, 1),
        ("kriterium-3", "open", True, 1),
    ]


def test_start_covers_phases_up_to_the_projects_own(municipality, alice):
    edition = make_edition(state="draft")
    for phase in ("p1", "p2", "p3", "p4", "p5", "durchgehend"):
        make_criterion(edition, f"k-{phase}", phase=phase)
    Edition.objects.filter(pk=edition.pk).update(state="published", published_at=datetime.datetime.now(datetime.UTC))
    project = make_project(municipality, phase="p3", team=[alice])
    assessment = workflow.start_assessment(project=project, by=alice)
    assert [s.criterion.key for s in assessment.scores.all()] == ["k-p1", "k-p2", "k-p3", "k-durchgehend"]
    assert {p.key for p in assessment.phases.all()} == {"p1", "p2", "p3", "durchgehend"}


def test_start_with_chosen_phases_always_includes_cross_phase(municipality, alice):
    edition = make_edition(state="draft")
    for phase in ("p1", "p4", "durchgehend"):
        make_criterion(edition, f"k-{phase}", phase=phase)
    project = make_project(municipality, phase="p3", team=[alice])
    p4 = Phase.objects.get(key="p4")
    assessment = workflow.start_assessment(project=project, by=alice, phases=[p4], edition=edition)
    assert [s.criterion.key for s in assessment.scores.all()] == ["k-p4", "k-durchgehend"]


def test_start_for_the_municipality_as_a_whole_covers_every_phase(municipality, alice, edition):
    project = make_project(municipality, "Verwaltung", phase="p1", is_municipality_wide=True)
    assert [p.key for p in workflow.default_phases(project)] == ["p1", "p2", "p3", "p4", "p5", "durchgehend"]


def test_start_without_an_edition(municipality, alice):
    project = make_project(municipality, team=[alice])
    with pytest.raises(workflow.NothingToAssess):
        workflow.start_assessment(project=project, by=alice)
    make_catalogue(0)
    with pytest.raises(workflow.NothingToAssess):
        workflow.start_assessment(project=project, by=alice)
    assert not Assessment.objects.exists()


@pytest.mark.parametrize("state", ["draft", "submitted", "returned"])
def test_start_while_a_round_is_open(assessment, project, alice, bob, state):
    if state != "draft":
        workflow.submit(assessment=assessment, by=alice)
    if state == "returned":
        workflow.return_to_team(assessment=assessment, by=bob, comment="Bitte ergänzen")
    with pytest.raises(workflow.OpenAssessmentExists) as error:
        workflow.start_assessment(project=project, by=alice)
    assert error.value.assessment == assessment


def test_next_round_carries_answers_over_unconfirmed(assessment, project, alice, bob):
    day = datetime.date(2027, 3, 31)
    rate(assessment, "kriterium-1", alice, state="rated", level=2, rationale="Läuft.", target_level=3, target_date=day)
    rate(assessment, "kriterium-2", alice, state="not_applicable", rationale="Kein Bedarf.")
    first = assessment.scores.get(criterion__key="kriterium-1")
    save_score(
        score=first,
        version=first.version,
        by=alice,
        answer=Answer.of(first),
        evidence=[NewEvidence("Beschluss", "https://a.b/")],
    )
    old = Evidence.objects.get()
    Evidence.objects.update(added_at=datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC))
    finish(assessment, alice, bob)
    following = workflow.start_assessment(project=project, by=bob)
    assert (following.round, following.previous) == (2, assessment)
    scores = {s.criterion.key: s for s in following.scores.all()}
    assert Answer.of(scores["kriterium-1"]) == Answer("rated", 2, "Läuft.", 3, day)
    assert Answer.of(scores["kriterium-2"]) == Answer("not_applicable", None, "Kein Bedarf.")
    assert [scores[f"kriterium-{n}"].confirmed for n in (1, 2, 3)] == [False, False, True]
    new = scores["kriterium-1"].evidence.get()
    assert (new.text, new.url, new.added_by, new.added_at.year) == ("Beschluss", "https://a.b/", alice, 2025)
    assert new.pk != old.pk
    assert Evidence.objects.filter(score__assessment=assessment).count() == 1
    assert Score.history.filter(assessment=following, history_type="+").count() == 3


def test_next_round_with_a_newer_edition_keeps_what_has_the_same_key(assessment, project, alice, bob):
    rate(assessment, "kriterium-3", alice, state="unknown", rationale="Wer weiß das?")
    finish(assessment, alice, bob)
    newer = make_edition(2, state="draft")
    make_criterion(newer, "kriterium-3")
    make_criterion(newer, "kriterium-neu")
    following = workflow.start_assessment(project=project, by=alice, edition=newer)
    assert [(s.criterion.key, s.state, s.confirmed) for s in following.scores.all()] == [
        ("kriterium-3", "unknown", False),
        ("kriterium-neu", "open", True),
    ]


def test_measures_outlive_a_round(assessment, project, alice, bob):
    Measure.objects.create(project=project, criterion_key="kriterium-1", text="Stelle ausschreiben")
    finish(assessment, alice, bob)
    workflow.start_assessment(project=project, by=alice)
    assert project.measures.count() == 1


@pytest.mark.parametrize("criteria", [1, 30])
def test_start_costs_the_same_however_many_criteria(municipality, alice, bob, criteria):
    make_catalogue(criteria)
    project = make_project(municipality, team=[alice])
    first = workflow.start_assessment(project=project, by=alice)
    for score in first.scores.all():
        save_score(
            score=score,
            version=1,
            by=alice,
            answer=Answer("rated", 1, "Grund"),
            evidence=[NewEvidence("Nachweis")],
        )
    finish(first, alice, bob)
    with CaptureQueriesContext(connection) as queries:
        workflow.start_assessment(project=project, by=alice)
    assert len(queries) == 18


def test_steps_are_kept_with_who_and_when(assessment, alice, bob):
    workflow.submit(assessment=assessment, by=alice)
    workflow.return_to_team(assessment=assessment, by=bob, comment=" Bitte Finanzierung ergänzen. ")
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    workflow.reopen(assessment=assessment, by=bob, reason="Zahlendreher")
    stored = Assessment.objects.with_steps().get()
    assert stored.state == assessment.state == AssessmentState.DRAFT
    assert stored.steps == assessment.steps
    assert [(step.kind, step.by, step.note) for step in stored.steps] == [
        ("begin", "Alice", ""),
        ("submit", "Alice", ""),
        ("return", "Bob", "Bitte Finanzierung ergänzen."),
        ("submit", "Alice", ""),
        ("approve", "Bob", ""),
        ("reopen", "Bob", "Zahlendreher"),
    ]
    moments = [step.at for step in stored.steps]
    assert moments == sorted(set(moments))
    assert stored.handed_back == stored.latest() == stored.steps[-1]
    assert (stored.submission, stored.approval) == (stored.steps[3], stored.steps[4])


@pytest.mark.parametrize("before", ["draft", "returned"])
def test_withdrawn_submission_is_as_before(assessment, alice, bob, before):
    if before == "returned":
        workflow.submit(assessment=assessment, by=alice)
        workflow.return_to_team(assessment=assessment, by=bob, comment="Bitte ergänzen")
    workflow.submit(assessment=assessment, by=alice)
    workflow.withdraw(assessment=assessment, by=alice)
    stored = Assessment.objects.with_steps().get()
    assert (stored.state, stored.steps[-1].kind) == (before, "withdraw")
    assert (stored.handed_back is not None) == (before == "returned")


def test_approval_of_what_was_not_seen(assessment, alice, bob):
    workflow.submit(assessment=assessment, by=alice)
    seen = assessment.steps[-1].id
    workflow.return_to_team(assessment=assessment, by=bob, comment="Bitte ergänzen")
    workflow.submit(assessment=assessment, by=alice)
    with pytest.raises(workflow.SeenIsOutdated):
        workflow.approve(assessment=assessment, by=bob, seen=seen)
    assert Assessment.objects.get().state == AssessmentState.SUBMITTED
    workflow.approve(assessment=assessment, by=bob, seen=assessment.steps[-1].id)
    assert Assessment.objects.get().state == AssessmentState.APPROVED


@pytest.mark.parametrize(
    "change",
    [
        lambda steps: steps.update(note="anders"),
        lambda steps: steps.update(kind="approve"),
        lambda steps: steps.update(at=timezone.now()),
        lambda steps: steps.filter(kind="submit").delete(),
        lambda steps: steps.update(by=None, note="anders"),
    ],
)
def test_database_refuses_to_change_a_step(assessment, alice, change):
    workflow.submit(assessment=assessment, by=alice)
    before = list(AssessmentTransition.objects.values())
    with pytest.raises(IntegrityError), transaction.atomic():
        change(AssessmentTransition.objects.all())
    assert list(AssessmentTransition.objects.values()) == before


def test_step_of_a_deleted_person_is_kept_without_them(assessment, bob, alice):
    workflow.submit(assessment=assessment, by=bob)
    Membership.objects.filter(user=bob).delete()
    bob.delete()
    assert [(step.kind, step.by_id, step.by) for step in Assessment.objects.get().steps] == [
        ("begin", alice.pk, "Alice"),
        ("submit", None, ""),
    ]


STEPS = {
    "submit": lambda a, by: workflow.submit(assessment=a, by=by),
    "withdraw": lambda a, by: workflow.withdraw(assessment=a, by=by),
    "approve": lambda a, by: workflow.approve(assessment=a, by=by),
    "return": lambda a, by: workflow.return_to_team(assessment=a, by=by, comment="Bitte ergänzen"),
    "reopen": lambda a, by: workflow.reopen(assessment=a, by=by, reason="Fehler"),
}
ALLOWED = {"draft": {"submit"}, "returned": {"submit"}, "submitted": {"withdraw", "approve", "return"}, "approved": {"reopen"}}
WAY = {"draft": [], "submitted": ["submit"], "returned": ["submit", "return"], "approved": ["submit", "approve"]}


@pytest.mark.parametrize("state", WAY)
@pytest.mark.parametrize("step", STEPS)
def test_step_from_each_state(assessment, bob, state, step):
    for before in WAY[state]:
        STEPS[before](assessment, bob)
    if step in ALLOWED[state]:
        STEPS[step](assessment, bob)
        assert Assessment.objects.get().state == assessment.state != state
    else:
        with pytest.raises(workflow.WrongState):
            STEPS[step](assessment, bob)
        assert Assessment.objects.get().state == state


def test_return_without_a_comment(assessment, alice, bob):
    workflow.submit(assessment=assessment, by=alice)
    with pytest.raises(ValidationError):
        workflow.return_to_team(assessment=assessment, by=bob, comment="  ")
    assert Assessment.objects.get().state == AssessmentState.SUBMITTED


def test_reopen_without_a_reason(assessment, alice, bob):
    finish(assessment, alice, bob)
    with pytest.raises(ValidationError):
        workflow.reopen(assessment=assessment, by=bob, reason="")
    assert Assessment.objects.get().state == AssessmentState.APPROVED


def test_reopen_a_round_that_is_not_the_latest(assessment, project, alice, bob):
    finish(assessment, alice, bob)
    later = workflow.start_assessment(project=project, by=alice)
    finish(later, alice, bob)
    with pytest.raises(workflow.LaterRoundExists):
        workflow.reopen(assessment=assessment, by=bob, reason="Fehler")
    workflow.reopen(assessment=later, by=bob, reason="Fehler")
    assert later.state == AssessmentState.DRAFT


def test_score_states_are_those_of_the_door():
    assert set(ScoreState.values) == {"open", "rated", "unknown", "not_applicable"}
