import pytest

from assessments.services import workflow
from tests.factories import make_catalogue, make_project


@pytest.fixture
def edition(db):
    return make_catalogue(3)


@pytest.fixture
def project(edition, municipality, alice):
    """Alice's project in the pilot phase."""
    return make_project(municipality, team=[alice])


@pytest.fixture
def assessment(project, alice):
    """Its first round, a draft with three open criteria."""
    return workflow.start_assessment(project=project, by=alice)


@pytest.fixture
def score(assessment):
    return assessment.scores.select_related("criterion").get(criterion__key="kriterium-1")
