"""Which criterion a round begins with: one whose words are those of a town hall, before those of the roadmap."""

import pytest

from assessments.models import Assessment, Ballot
from assessments.queries.neighbours import first_pending, neighbours, scores_of
from assessments.services import workflow
from assessments.services.answers import Answer, save_score
from catalogue.models import Edition, EditionState, Subject
from scaling.accounts.models import Municipality, User
from tests.factories import make_criterion, make_edition, make_project


@pytest.fixture
def assessment(municipality, alice):
    edition = make_edition(state=EditionState.DRAFT)
    make_criterion(edition, "wagniskapital", subject=Subject.SOLUTION)
    make_criterion(edition, "vertrauen", subject=Subject.BOTH)
    make_criterion(edition, "wirkung", subject=Subject.SOLUTION)
    Edition.objects.filter(pk=edition.pk).update(state=EditionState.PUBLISHED, published_at="2026-01-01T00:00:00Z")
    return workflow.start_assessment(project=make_project(municipality, team=[alice]), by=alice)


def next_open(assessment):
    """By page and by statement: both have to say the same."""
    found = first_pending(scores_of(assessment))
    key = getattr(Assessment.objects.with_next_open().get(pk=assessment.pk), "next_open")  # noqa: B009 – an annotation
    assert key == (found.criterion.key if found else None)
    return key


def answer(assessment, key, by):
    score = assessment.scores.get(criterion__key=key)
    save_score(score=score, version=score.version, by=by, answer=Answer("unknown"))


def test_round_without_an_answer_begins_with_what_is_about_the_house_too(assessment, alice):
    assert next_open(assessment) == "vertrauen"
    answer(assessment, "vertrauen", alice)
    assert next_open(assessment) == "wagniskapital"
    answer(assessment, "wagniskapital", alice)
    assert next_open(assessment) == "wirkung"
    answer(assessment, "wirkung", alice)
    assert next_open(assessment) is None


def test_way_on_leads_back_to_what_was_passed_over(assessment):
    scores = scores_of(assessment)
    following = [neighbours(scores, one.pk).next_pending for one in scores]
    assert [one.criterion.key for one in following if one] == ["vertrauen", "wirkung", "wagniskapital"]


def test_overview_and_workshop_begin_there_as_well(client, assessment, alice):
    client.force_login(alice)
    page = client.get(assessment.get_absolute_url()).content.decode()
    assert f"/bewertungen/{assessment.public_id}/kriterien/vertrauen/" in page.split("Einreichen")[0]
    client.post(f"/bewertungen/{assessment.public_id}/wand/", {"mode": "live"})
    assert Ballot.objects.get().score.criterion.key == "vertrauen"


@pytest.mark.usefixtures("demo")
def test_shipped_catalogue_begins_with_words_of_a_town_hall():
    project = make_project(Municipality.objects.get(name="Stadt Auenfurt"), "Neu")
    first = first_pending(scores_of(workflow.start_assessment(project=project, by=User.objects.first())))
    assert first is not None
    assert first.criterion.title == "Vertrauensaufbau zur Datenweitergabe"
    assert first.criterion.note.startswith("Partner sind auch andere Ämter, Stadtwerke und Zweckverbände.")
