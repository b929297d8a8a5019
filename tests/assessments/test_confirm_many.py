"""„Stimmt noch“ for several answers at once: each with its reason in sight, and nothing overwritten."""

from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments.models import Score
from assessments.services import workflow
from assessments.services.answers import Answer, NotEditable, confirm_scores, save_score
from catalogue.models import Edition, EditionState
from tests.assessments.test_races import at_once
from tests.factories import make_catalogue, make_criteria, make_edition, make_project


@pytest.fixture
def following(assessment, project, alice, bob):
    """A second round: 1 and 2 carried over, 3 open."""
    for key, answer in (("kriterium-1", Answer("rated", 2, "Alt", 3)), ("kriterium-2", Answer("unknown", None, "Wer weiß"))):
        save_score(score=assessment.scores.get(criterion__key=key), version=1, by=alice, answer=answer)
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    return workflow.start_assessment(project=project, by=alice)


@pytest.fixture
def url(following):
    return f"/bewertungen/{following.public_id}/stimmt-noch/"


def second_round(project, alice, bob):
    """Begun after one in which everything was rated: all of it is carried over."""
    first = workflow.start_assessment(project=project, by=alice)
    for score in first.scores.all():
        save_score(score=score, version=1, by=alice, answer=Answer("rated", 1, "Grund"))
    workflow.submit(assessment=first, by=alice)
    workflow.approve(assessment=first, by=bob)
    return workflow.start_assessment(project=project, by=alice)


def number(following, key):
    return following.scores.get(criterion__key=f"kriterium-{key}")


def ticked(following, *keys, **versions):
    scores = [number(following, key) for key in keys]
    return {
        "stimmt": [str(score.pk) for score in scores],
        **{f"fassung-{score.pk}": versions.get(f"k{key}", str(score.version)) for key, score in zip(keys, scores, strict=True)},
    }


def test_page_shows_each_answer_with_its_reason(client, following, alice, url):
    client.force_login(alice)
    page = " ".join(client.get(url).text.split())
    assert page.count('name="stimmt"') == 2
    assert "checked" not in page
    for text in ("2 – in Umsetzung", "kriterium-1 auf 2", "Alt", "Ziel: Stufe 3", "weiß nicht", "Wer weiß"):
        assert text in page
    assert url in client.get(f"/bewertungen/{following.public_id}/").text


def test_page_narrowed_to_a_workstream(client, following, alice, url):
    client.force_login(alice)
    response = client.get(f"{url}?workstream=organisatorisch")
    assert response.text.count('name="stimmt"') == 2
    assert response.context["shown"].key == "organisatorisch"
    assert client.get(f"{url}?workstream=unsinn").text.count('name="stimmt"') == 2


def test_ticked_answers_are_confirmed_and_nothing_else_changes(client, following, alice, url):
    client.force_login(alice)
    response = client.post(url, ticked(following, 1))
    assert response["Location"] == url
    first, second = number(following, 1), number(following, 2)
    assert (first.confirmed, first.version, first.updated_by, first.rationale) == (True, 2, alice, "Alt")
    assert (second.confirmed, second.version) == (False, 1)
    assert first.history.first().history_user == alice
    response = client.post(url, ticked(following, 2), follow=True)
    assert response.redirect_chain == [(f"/bewertungen/{following.public_id}/", 302)]
    assert "1 Antwort ist bestätigt" in response.text


def test_whoever_goes_through_a_workstream_stays_in_it_until_nothing_is_left(client, project, alice, bob):
    edition = make_edition(2, state=EditionState.DRAFT)
    make_criteria(edition, {"kriterium-1": {}, "kriterium-2": {}, "kriterium-3": {"workstreams": ["technisch"]}})
    Edition.objects.filter(pk=edition.pk).update(state=EditionState.PUBLISHED, published_at=timezone.now())
    following = second_round(project, alice, bob)
    client.force_login(alice)
    url = f"/bewertungen/{following.public_id}/stimmt-noch/"
    narrowed = f"{url}?workstream=organisatorisch"
    assert client.post(narrowed, ticked(following, 1))["Location"] == narrowed
    assert client.post(narrowed, ticked(following, 2))["Location"] == url
    assert client.post(f"{url}?workstream=unsinn", ticked(following, 3))["Location"] == following.get_absolute_url()


def test_answer_changed_meanwhile_is_named_and_stays(client, following, alice, bob, url):
    client.force_login(alice)
    data = ticked(following, 1, 2)
    save_score(score=number(following, 1), version=1, by=bob, answer=Answer("rated", 4, "Text von Bob"))
    response = client.post(url, data)
    assert response.status_code == 409
    assert "Hier hat inzwischen jemand etwas geändert" in response.text
    assert f"/kriterien/{number(following, 1).criterion.key}/" in response.text
    stored = number(following, 1)
    assert (stored.version, stored.rationale, stored.updated_by) == (2, "Text von Bob", bob)
    assert number(following, 2).confirmed


@pytest.mark.parametrize("version", ["", "2", "x", "9" * 30])
def test_another_version_confirms_nothing(client, following, alice, url, version):
    client.force_login(alice)
    assert client.post(url, ticked(following, 1, k1=version)).status_code == 409
    assert not number(following, 1).confirmed


def test_nothing_ticked_is_said(client, following, alice, url):
    client.force_login(alice)
    for data in ({}, {"stimmt": ["", "x", "-1"]}):
        response = client.post(url, data)
        assert response.status_code == 422
        assert "Es ist nichts angekreuzt" in response.text


def test_answers_of_another_round_are_left_alone(client, following, municipality, alice, bob, url):
    other = workflow.start_assessment(project=make_project(municipality, "Fremd"), by=bob)
    foreign = other.scores.get(criterion__key="kriterium-1")
    Score.objects.filter(pk=foreign.pk).update(confirmed=False)
    client.force_login(alice)
    response = client.post(url, {"stimmt": [str(foreign.pk)], f"fassung-{foreign.pk}": "1"})
    assert response.status_code == 409
    assert not Score.objects.get(pk=foreign.pk).confirmed
    assert foreign.criterion.title not in response.text.split("Was von den übernommenen Antworten")[1].split("<nav")[0]


def test_submitted_meanwhile(client, following, alice, url):
    client.force_login(alice)
    data = ticked(following, 1)
    workflow.submit(assessment=following, by=alice)
    assert client.get(url)["Location"] == following.get_absolute_url()
    assert client.post(url, data)["Location"] == following.get_absolute_url()
    assert not number(following, 1).confirmed
    with pytest.raises(NotEditable):
        confirm_scores(assessment=following, versions={number(following, 1).pk: 1}, by=alice)


def test_page_without_anything_carried_over(client, following, alice, url):
    following.scores.update(confirmed=True)
    client.force_login(alice)
    assert "Es ist nichts mehr zu bestätigen" in client.get(url).text
    assert url not in client.get(f"/bewertungen/{following.public_id}/").text


@pytest.mark.parametrize("number_of_answers", [1, 3])
def test_page_and_confirming_cost_the_same_for_any_number(client, municipality, alice, bob, number_of_answers):
    make_catalogue(number_of_answers)
    project = make_project(municipality, team=[alice])
    following = second_round(project, alice, bob)
    client.force_login(alice)
    url = f"/bewertungen/{following.public_id}/stimmt-noch/"
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    assert len(queries) == 5
    versions = {score.pk: 1 for score in following.scores.all()}
    with CaptureQueriesContext(connection) as queries:
        assert len(confirm_scores(assessment=following, versions=versions, by=alice)) == number_of_answers
    assert len([q for q in queries if "SAVEPOINT" not in q["sql"]]) == 3


@pytest.mark.django_db(transaction=True)
def test_confirming_while_others_save_loses_nothing_in_30_rounds(following, alice, bob):
    scores = [number(following, key) for key in (1, 2)]
    for _round in range(30):
        Score.objects.filter(pk__in=[score.pk for score in scores]).update(confirmed=False)
        versions = {score.pk: Score.objects.get(pk=score.pk).version for score in scores}
        first = scores[0]
        kept, saved = at_once(
            partial(confirm_scores, assessment=following, versions=versions, by=alice),
            partial(save_score, score=first, version=versions[first.pk], by=bob, answer=Answer("rated", 4, f"Neu {_round}")),
        )
        stored = Score.objects.get(pk=first.pk)
        assert isinstance(kept, list)
        if isinstance(saved, Score):  # Bob was first: his answer stands, and Alice is told
            assert (stored.rationale, first.pk in {score.pk for score in kept}) == (f"Neu {_round}", False)
        else:  # Alice was first: Bob sees both
            assert (stored.updated_by, stored.confirmed) == (alice, True)
            assert first.pk in {score.pk for score in kept}
