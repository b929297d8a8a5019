from dataclasses import dataclass
from typing import Any

import pytest

from assessments.models import Assessment, Project, Score
from assessments.services import workflow
from catalogue.models import Edition
from scaling.accounts.models import Municipality, User
from tests.cast import Cast
from tests.factories import make_catalogue, make_project
from tests.kept_rows import KeptRows, story_of

STAGES = ("edition", "project", "assessment", "score")


@dataclass
class Story:
    """The fixtures below, up to the one that a test asks for."""

    cast: Cast
    edition: Edition
    project: Project | None = None
    assessment: Assessment | None = None
    score: Score | None = None


def make_story(stage: str) -> Story:
    story = Story(Cast(), make_catalogue(3))
    if stage in STAGES[1:]:
        story.project = parking(story.cast.municipality, story.cast.alice)
    if story.project and stage in STAGES[2:]:
        story.assessment = workflow.start_assessment(project=story.project, by=story.cast.alice)
    if story.assessment and stage in STAGES[3:]:
        story.score = first_score(story.assessment)
    return story


def parking(municipality: Municipality, alice: User) -> Project:
    return make_project(municipality, team=[alice])


def first_score(assessment: Assessment) -> Score:
    return assessment.scores.select_related("criterion").get(criterion__key="kriterium-1")


@pytest.fixture
def story(request: pytest.FixtureRequest, db: None, kept_rows: KeptRows) -> Story | None:
    return story_of(request, kept_rows, STAGES, make_story)


@pytest.fixture
def edition(db, story):
    return story.edition if story else make_catalogue(3)


@pytest.fixture
def project(story: Any, edition, municipality, alice):
    """Alice's project in the pilot phase."""
    return (story and story.project) or parking(municipality, alice)


@pytest.fixture
def assessment(story: Any, project, alice):
    """Its first round, a draft with three open criteria."""
    return (story and story.assessment) or workflow.start_assessment(project=project, by=alice)


@pytest.fixture
def score(story: Any, assessment):
    return (story and story.score) or first_score(assessment)
