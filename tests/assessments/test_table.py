import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments.models import Score
from assessments.services import edition_switch, workflow
from assessments.services.answers import Answer, save_score
from catalogue.models import CROSS_PHASE, Edition
from tests.factories import make_catalogue, make_criterion, make_edition, make_project


@pytest.fixture
def url(assessment):
    return f"/bewertungen/{assessment.public_id}/tabelle/"


def typed(response_or_scores, **rows):
    """What a browser sends: the rows of the page, with ``rows`` (k1=…) changed."""
    data = {}
    for row in response_or_scores.context["rows"]:
        for name in ("version", "choice", "rationale", "target_level"):
            data[row.add_prefix(name)] = row[name].value()
        number = row.score.criterion.key.rsplit("-", 1)[1]
        data |= {row.add_prefix(name): value for name, value in rows.get(f"k{number}", {}).items()}
    return data


def stored(number):
    return Score.objects.get(criterion__key=f"kriterium-{number}")


def test_table_shows_every_criterion(client, alice, url):
    client.force_login(alice)
    response = client.get(url)
    assert response.status_code == 200
    assert response.text.count("<textarea") == 3
    assert "Änderungen speichern" in response.text


def test_table_tells_what_the_levels_of_each_row_mean(client, alice, score, url):
    save_score(score=score, version=1, by=alice, answer=Answer("rated", 2, "Grund"))
    client.force_login(alice)
    page = " ".join(client.get(url).text.split())
    for number in (1, 2, 3):
        assert f"kriterium-{number} auf 3" in page
    assert "etwa: kriterium-1 auf 0" in page
    assert page.count("level-texts__chosen") == 1
    assert "2 – in Umsetzung (gespeichert)" in page


def test_table_names_phases_and_milestones(client, municipality, alice):
    edition = make_edition(state="draft")
    for phase, milestone in ((CROSS_PHASE, 3), ("p1", None), ("p3", 2)):
        make_criterion(edition, f"in-{phase}", phase=phase, milestone=milestone)
    Edition.objects.filter(pk=edition.pk).update(state="published", published_at=timezone.now())
    round_ = workflow.start_assessment(project=make_project(municipality, team=[alice]), by=alice)
    client.force_login(alice)
    page = client.get(f"/bewertungen/{round_.public_id}/tabelle/").text
    headings = [" ".join(text.split()) for text in re.findall(r'scope="rowgroup"><h2>(.*?)</h2>', page, re.DOTALL)]
    assert headings == [score.criterion.phase.label for score in round_.scores.all()]
    assert page.count("Meilenstein: Stufe") == 2


def test_table_saves_the_changed_rows_only(client, alice, url):
    client.force_login(alice)
    data = typed(client.get(url), k1={"choice": "2", "rationale": "Grund"}, k3={"choice": "unknown", "target_level": "4"})
    response = client.post(url, data, follow=True)
    assert response.redirect_chain == [(url, 302)]
    assert "2 Antworten sind gespeichert" in response.text
    assert [(stored(n).state, stored(n).version) for n in (1, 2, 3)] == [("rated", 2), ("open", 1), ("unknown", 2)]
    assert (stored(1).level, stored(1).rationale, stored(3).target_level) == (2, "Grund", 4)


def test_table_keeps_the_targets_date(client, alice, score, url):
    save_score(score=score, version=1, by=alice, answer=Answer("rated", 1, "", 3, datetime.date(2027, 3, 31)))
    client.force_login(alice)
    client.post(url, typed(client.get(url), k1={"choice": "2"}))
    assert (stored(1).level, str(stored(1).target_date)) == (2, "2027-03-31")


def test_table_without_changes(client, alice, url):
    client.force_login(alice)
    assert "Es ist alles gespeichert" in client.post(url, typed(client.get(url)), follow=True).text


def test_table_with_an_error_keeps_it_and_saves_the_rest(client, alice, url):
    client.force_login(alice)
    data = typed(client.get(url), k1={"choice": "not_applicable"}, k2={"choice": "3", "rationale": "Gut"})
    response = client.post(url, data)
    assert response.status_code == 422
    assert "Diese Zeilen sind noch nicht gespeichert" in response.text
    assert (stored(1).state, stored(2).level) == ("open", 3)
    rows = {row.score.criterion.key: row for row in response.context["rows"]}
    assert rows["kriterium-1"]["choice"].value() == "not_applicable"
    again = client.post(url, typed(response, k1={"rationale": "Kein Bedarf."}))
    assert again.status_code == 302
    assert (stored(1).state, stored(2).version) == ("not_applicable", 2)


def conflict(client, alice, bob, url, **row):
    client.force_login(alice)
    page = client.get(url)
    save_score(score=stored(1), version=1, by=bob, answer=Answer("rated", 4, "Text von Bob"))
    return client.post(url, typed(page, k1={"choice": "1", "rationale": "Text von Alice", **row}, k2={"choice": "2"}))


def test_stale_row_shows_both_texts_and_the_others_are_saved(client, alice, bob, url):
    response = conflict(client, alice, bob, url)
    assert response.status_code == 409
    assert "Text von Alice" in response.text
    assert "Text von Bob" in response.text
    assert "Gespeichert von Bob" in response.text
    assert (stored(1).rationale, stored(2).level) == ("Text von Bob", 2)


@pytest.mark.parametrize("keep", [False, True])
def test_stale_row_is_resolved_either_way(client, alice, bob, url, keep):
    response = conflict(client, alice, bob, url)
    again = typed(response, k1={"keep_theirs": "on"} if keep else {})
    assert client.post(url, again).status_code == 302
    assert stored(1).rationale == ("Text von Bob" if keep else "Text von Alice")


def test_row_that_only_others_changed_is_no_conflict(client, alice, bob, url):
    client.force_login(alice)
    page = client.get(url)
    save_score(score=stored(1), version=1, by=bob, answer=Answer("rated", 4, "Text von Bob"))
    response = client.post(url, typed(page, k2={"choice": "2"}))
    assert response.status_code == 302
    assert (stored(1).rationale, stored(2).level) == ("Text von Bob", 2)


def test_table_after_submission_keeps_what_was_typed(client, assessment, alice, bob, url):
    client.force_login(alice)
    page = client.get(url)
    workflow.submit(assessment=assessment, by=bob)
    response = client.post(url, typed(page, k1={"choice": "1", "rationale": "Text von Alice"}))
    assert response.status_code == 409
    assert "Text von Alice" in response.text
    assert "inzwischen eingereicht" in response.text
    assert stored(1).version == 1


def test_table_by_others(client, assessment, alice, bob, rita, charlie, url):
    assert client.get(url)["Location"].startswith("/konto/login/")
    for person in (charlie, rita):
        client.force_login(person)
        assert client.get(url).status_code == client.post(url).status_code == 404
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    client.force_login(rita)
    assert "<textarea" not in client.get(url).text
    assert client.post(url).status_code == 403
    assert client.put(url).status_code == 405


def test_table_costs_the_same_and_a_save_two_queries_each(client, alice, url):
    client.force_login(alice)
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(url)
    assert len(queries) == 5
    with CaptureQueriesContext(connection) as queries:
        client.post(url, typed(page, k1={"choice": "1"}, k2={"choice": "1"}))
    assert len([q for q in queries if "SAVEPOINT" not in q["sql"]]) == 5 + 2 * 2


def test_table_sent_by_a_browser_changes_no_reason_of_several_lines(client, alice, score, url):
    """Browsers send line breaks as two characters."""
    save_score(score=score, version=1, by=alice, answer=Answer("rated", 1, "Erste Zeile\n\nZweite"))
    client.force_login(alice)
    data = typed(client.get(url))
    data = {name: str(value).replace("\n", "\r\n") if value is not None else "" for name, value in data.items()}
    client.post(url, data)
    assert (stored(1).version, stored(1).rationale) == (2, "Erste Zeile\n\nZweite")


def test_row_of_a_criterion_that_left_the_round_is_shown_to_be_copied(client, assessment, alice, url):
    client.force_login(alice)
    data = typed(client.get(url), k1={"choice": "2"}, k3={"choice": "3", "rationale": "Das steht noch nirgends"})
    untouched = typed(client.get(url), k2={"choice": "1"})
    edition_switch.move(assessment=assessment, edition=make_catalogue(2, major=2), by=alice)
    response = client.post(url, data)
    assert response.status_code == 409
    assert "Nicht gespeichert, weil es nicht mehr zur Bewertung gehört" in response.text
    assert "Das steht noch nirgends" in response.text
    assert (stored(1).level, Score.with_set_aside.get(assessment=assessment, criterion__key="kriterium-3").level) == (2, None)
    assert client.post(url, untouched).status_code == 302  # nothing was said about it
    workflow.submit(assessment=assessment, by=alice)
    response = client.post(url, data)
    assert (response.status_code, "Das steht noch nirgends" in response.text) == (409, True)


def test_row_missing_from_the_post_keeps_what_is_stored(client, alice, score, url):
    """A round that grew meanwhile, or a page cut short: what is not sent is neither lost nor told to be wrong."""
    save_score(score=score, version=1, by=alice, answer=Answer("rated", 2, "Steht fest."))
    client.force_login(alice)
    data = typed(client.get(url), k3={"choice": "not_applicable", "rationale": ""})
    first = next(name for name in data if name.endswith("rationale")).removesuffix("rationale")
    response = client.post(url, {name: value for name, value in data.items() if not name.startswith(first)})
    assert response.status_code == 422
    left, _second, wrong = response.context["rows"]
    assert (left.is_bound, bool(left.errors), bool(wrong.errors)) == (False, False, True)
    assert "Steht fest." in response.text
