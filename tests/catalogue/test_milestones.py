import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from catalogue.models import EditionState, Milestone
from tests.factories import make_criterion, make_edition

pytestmark = pytest.mark.django_db


@pytest.fixture
def milestone():
    edition = make_edition(state=EditionState.DRAFT)
    criterion = make_criterion(edition, "eins", milestone=3)
    return criterion.milestone


def with_levels(milestone, levels):
    milestone.required_levels = levels
    milestone.save()
    return Milestone.objects.get(pk=milestone.pk)


@pytest.mark.parametrize("levels", [[1, 2, 2, 3], [1, 2, 2, 3, 3, 3], [0, 1, 2, 3, 3], [1, 2, 2, 3, 5]])
def test_database_refuses_levels_that_are_none(milestone, levels):
    with pytest.raises(IntegrityError), transaction.atomic():
        with_levels(milestone, levels)


def test_requirement_in_words(milestone):
    assert milestone.requirement == "Stufe 3"
    milestone = with_levels(milestone, [1, 2, 2, 3, 3])
    assert milestone.requirement == "Stufe 1 in P1, Stufe 2 in P2 und P3, Stufe 3 in P4 und P5"
    with translation.override("en"):
        assert milestone.requirement == "level 1 in P1, level 2 in P2 and P3, level 3 in P4 and P5"
