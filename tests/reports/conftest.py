from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest

from assessments.models import Assessment, Comment, Evidence, Measure, Project
from assessments.services import workflow
from assessments.services.answers import Answer, save_score
from catalogue.models import Edition, EditionState
from scaling.accounts.models import Municipality, User
from tests.cast import Cast
from tests.factories import make_criteria, make_edition, make_project
from tests.kept_rows import KeptRows, story_of

CRITERIA: dict[str, dict[str, Any]] = {
    "vertrauen": {"workstreams": ["organisatorisch", "technisch"], "milestone": 3, "title_en": "Trust"},
    "personal": {"workstreams": ["organisatorisch"]},
    "zielbild": {"phase": "p1", "workstreams": ["organisatorisch"], "milestone": 3},
    "nutzertest": {"phase": "p2", "workstreams": ["technisch", "wirtschaftlich"]},
    "pilotbericht": {"phase": "p3", "workstreams": ["organisatorisch"], "milestone": 2},
    "folgekosten": {"phase": "p3", "workstreams": ["finanziell", "wirtschaftlich"]},
    "ratsbeschluss": {"phase": "p4", "workstreams": ["finanziell"], "milestone": 3},
}


def publish(edition: Edition) -> Edition:
    Edition.objects.filter(pk=edition.pk).update(state=EditionState.PUBLISHED, published_at=datetime(2026, 1, 1, tzinfo=UTC))
    edition.refresh_from_db()
    return edition


STAGES = ("edition", "project", "first", "second", "settled")


@dataclass
class Story:
    """The fixtures below, up to the one that a test asks for."""

    cast: Cast
    edition: Edition
    project: Project | None = None
    first: Assessment | None = None
    second: Assessment | None = None
    settled: Assessment | None = None


def make_story(stage: str) -> Story:
    cast = Cast()
    story = Story(cast, seven_criteria())
    if stage in STAGES[1:]:
        story.project = pilot(cast.municipality, cast.alice)
    if story.project and stage in STAGES[2:]:
        story.first = first_round(story.project, cast.alice, cast.bob)
    if story.project and stage in STAGES[3:]:
        story.second = second_round(story.project, cast.alice)
    if story.second and stage in STAGES[4:]:
        story.settled = settle(story.second, cast.alice, cast.bob)
    return story


@pytest.fixture
def story(request: pytest.FixtureRequest, db: None, kept_rows: KeptRows) -> Story | None:
    return story_of(request, kept_rows, STAGES, make_story)


def seven_criteria() -> Edition:
    """Seven criteria in all phases but P5; four milestones, one of them (P4) outside the scope of a pilot."""
    edition = make_edition(state=EditionState.DRAFT, attribution_de="Quelle: Roadmap", level_scale_notice_de="Eigene Skala")
    make_criteria(edition, CRITERIA)
    return publish(edition)


@pytest.fixture
def edition(db, story):
    return story.edition if story else seven_criteria()


def pilot(municipality: Municipality, alice: User) -> Project:
    return make_project(municipality, "Parkraum-App", team=[alice], summary="Zeigt freie Parkplätze.")


@pytest.fixture
def project(story: Any, edition, municipality, alice):
    """A pilot (P3) of Alice's."""
    return (story and story.project) or pilot(municipality, alice)


def answer(assessment, by, answers):
    """``answers`` maps keys to Answer; every save goes through the service function."""
    for score in assessment.scores.select_related("criterion").order_by("criterion__order"):
        if score.criterion.key in answers:
            save_score(score=score, version=score.version, by=by, answer=answers[score.criterion.key])


def noon(on):
    return datetime(on.year, on.month, on.day, 12, tzinfo=UTC)


def approved(assessment, by, on):
    assessment.scores.filter(updated_at__isnull=False).update(updated_at=noon(on))
    workflow.submit(assessment=assessment, by=by, at=noon(on))
    workflow.approve(assessment=assessment, by=by, at=noon(on))
    return assessment


FIRST = {
    "vertrauen": Answer("rated", 1, "Erste Absprachen"),
    "personal": Answer("rated", 2, "Zwei Stellen"),
    "zielbild": Answer("rated", 3, "Beschlossen"),
    "nutzertest": Answer("unknown"),
    "pilotbericht": Answer("rated", 2, "Bericht liegt vor"),
}
SECOND = {
    "vertrauen": Answer("rated", 2, "Vereinbarung mit den Stadtwerken", 4, date(2027, 6, 30)),
    "personal": Answer("rated", 1, "Eine Stelle ist unbesetzt", 3, date(2027, 3, 31)),
    "zielbild": Answer("rated", 3, "Beschlossen"),
    "nutzertest": Answer("rated", 0, "Noch keiner"),
    "folgekosten": Answer("not_applicable", rationale="Trägt der Landkreis"),
}


def first_round(project: Project, alice: User, bob: User) -> Assessment:
    assessment = workflow.start_assessment(project=project, by=alice, at=noon(date(2025, 5, 20)))
    answer(assessment, alice, FIRST)
    return approved(assessment, bob, date(2025, 5, 20))


def second_round(project: Project, alice: User) -> Assessment:
    assessment = workflow.start_assessment(project=project, by=alice)
    answer(assessment, alice, SECOND)
    score = assessment.scores.get(criterion__key="vertrauen")
    Evidence.objects.create(score=score, text="Vertrag", url="https://example.org/vertrag", added_by=alice)
    Evidence.objects.create(score=score, text="Protokoll")
    Measure.objects.create(project=project, criterion_key="vertrauen", text="Muster", owner=alice, due_on=date(2027, 2, 1))
    Measure.objects.create(project=project, criterion_key="vertrauen", text="Alt", due_on=date(2025, 1, 1), status="done")
    Measure.objects.create(project=project, criterion_key="", text="Runder Tisch", owner_text="Stabsstelle")
    return Assessment.objects.with_context().get(pk=assessment.pk)


def settle(second: Assessment, alice: User, bob: User) -> Assessment:
    score = second.scores.first()
    assert score is not None
    Comment.objects.create(score=score, text="Nur für uns", author=alice)
    workflow.submit(assessment=second, by=alice)
    workflow.approve(assessment=second, by=bob)
    return Assessment.objects.with_context().get(pk=second.pk)


@pytest.fixture
def first(story: Any, project, alice, bob):
    """The first round, approved: 1, 2, 3, unknown, 2, open."""
    return (story and story.first) or first_round(project, alice, bob)


@pytest.fixture
def second(story: Any, first, project, alice):
    """The second round, a draft: 2 (target 4), 1 (target 3), 3, 0, 2 carried over and unconfirmed, not applicable."""
    return (story and story.second) or second_round(project, alice)


@pytest.fixture
def settled(story: Any, second, alice, bob):
    """The second round with a comment, submitted by Alice and approved today by Bob."""
    return (story and story.settled) or settle(second, alice, bob)
