"""What was typed survives an expired sign-in and an old token without any script; what another site sent is not offered."""

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from assessments.services import workflow
from tests.conftest import PASSWORD
from tests.factories import make_catalogue, make_project
from tests.pages import one_line

pytestmark = pytest.mark.django_db

REASON = "Der Rat hat den Betrieb beschlossen.\n\n  Und <b>bezahlt</b> ihn."
OWN = "http://testserver"


@pytest.fixture
def assessment(municipality, alice):
    make_catalogue(2)
    return workflow.start_assessment(project=make_project(municipality, team=[alice]), by=alice)


@pytest.fixture
def url(assessment):
    return f"/bewertungen/{assessment.public_id}/kriterien/kriterium-1/"


@pytest.fixture
def strict():
    return Client(enforce_csrf_checks=True)


def first(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.S)
    assert found is not None
    return found[1]


def token_of(response) -> str:
    return first(r'name="csrfmiddlewaretoken" value="(\w+)"', response.text)


def fields_of(response, address) -> dict[str, str]:
    """What the page's own form would send, as a browser reads it."""
    form = first(rf'<form method="post" action="{address}">(.*?)</form>', response.text)
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    # A browser leaves out the first line break of a textarea.
    fields |= dict(re.findall(r'<textarea name="(\w+)" hidden>\n(.*?)</textarea>', form, re.S))
    return {name: unescape(value) for name, value in fields.items()}


def sign_in(client, person):
    page = client.get(reverse("account_login"))
    data = {"login": person.email, "password": PASSWORD, "csrfmiddlewaretoken": token_of(page)}
    assert client.post(reverse("account_login"), data, headers={"origin": OWN}).status_code == 302


def test_answer_survives_an_expired_sign_in_and_the_new_token(strict, assessment, url, alice):
    sign_in(strict, alice)
    answer = {
        "version": "1",
        "choice": "3",
        "rationale": REASON,
        "bleiben": "1",
        "csrfmiddlewaretoken": token_of(strict.get(url)),
    }
    del strict.cookies["sessionid"]

    refused = strict.post(url, answer, headers={"origin": OWN})
    assert refused.status_code == 401
    assert "Sie sind nicht mehr angemeldet </h1>" in one_line(refused.text)
    assert "Und &lt;b&gt;bezahlt&lt;/b&gt; ihn." in refused.text
    assert 'target="_blank"' in refused.text

    sign_in(strict, alice)  # in another tab; the token of the first one is old now
    asked = strict.post(url, fields_of(refused, url), headers={"origin": OWN})
    assert asked.status_code == 403
    assert "Bitte noch einmal senden </h1>" in one_line(asked.text)
    assert assessment.scores.get(criterion__key="kriterium-1").version == 1

    assert strict.post(url, fields_of(asked, url), headers={"origin": OWN}).status_code == 302
    stored = assessment.scores.get(criterion__key="kriterium-1")
    assert (stored.level, stored.rationale, stored.version) == (3, REASON, 2)


def test_every_row_of_the_table_survives_an_expired_sign_in(client, assessment, alice):
    typed = {f"s{score.pk}-rationale": f"Getippt in Zeile {score.pk}" for score in assessment.scores.all()}
    response = client.post(f"/bewertungen/{assessment.public_id}/tabelle/", typed)
    assert response.status_code == 401
    for text in typed.values():
        assert response.text.count(text) == 2  # to read and to send


def test_comment_survives_an_expired_sign_in(client, url, alice):
    client.force_login(alice)
    (button,) = re.findall(r'<button type="submit" name="(kommentieren)" value="1"', client.get(url).text)
    client.logout()
    response = client.post(f"{url}kommentare/", {"text": "Wer weiß, wann der Ausschuss tagt?", button: "1"})
    assert re.findall(r'<p class="panel compare__text">(.*?)</p>', response.text) == ["Wer weiß, wann der Ausschuss tagt?"]
    assert response.status_code == 401
    assert f'action="{url}kommentare/"' in response.text


@pytest.mark.parametrize(("number", "status"), [("9.0", 404), ("1.0", 403)], ids=["removed meanwhile", "published meanwhile"])
def test_text_that_has_no_place_any_more_is_shown_to_be_copied(client, dora, assessment, number, status):
    path = reverse("catalogue:criterion_edit", args=[number, "kriterium-1"])
    client.force_login(dora, backend="django.contrib.auth.backends.ModelBackend")
    typed = {"version": "1", "title_de": "kurz", "why_de": REASON}
    response = client.post(path, typed, headers={"origin": OWN})
    assert response.status_code == status
    (shown,) = re.findall(r'<p class="panel compare__text">(.*?)</p>', response.text, re.S)
    assert unescape(shown) == REASON
    assert REASON not in unescape(client.post(path, typed, headers={"origin": "https://boese.example"}).text)


def test_press_without_anything_typed_leads_to_the_sign_in(client, assessment):
    response = client.post(f"/bewertungen/{assessment.public_id}/einreichen/")
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


def test_autosave_is_still_told_in_a_sentence(client, url):
    response = client.post(url, {"autosave": "1", "version": "1", "rationale": REASON})
    assert (response.status_code, response["X-Save"]) == (401, "signed_out")


@pytest.mark.parametrize("origin", ["https://boese.example", "null", "http://testserver.boese.example", None])
def test_what_another_site_sends_is_not_offered(strict, url, alice, origin):
    sign_in(strict, alice)
    headers = {"origin": origin} if origin else {}
    response = strict.post(url, {"version": "1", "rationale": "Untergeschobener Text"}, headers=headers)
    assert response.status_code == 403
    assert "Untergeschobener" not in response.text
    assert "Diese Seite war zu lange offen</h1>" in response.text


@pytest.mark.parametrize(("path", "field"), [("/konto/login/", "login"), ("/verwaltung/login/", "password")])
def test_secrets_are_never_shown_again(strict, path, field):
    response = strict.post(path, {field: "ein langes Geheimnis"}, headers={"origin": OWN})
    assert response.status_code == 403
    assert "ein langes Geheimnis" not in response.text


def test_page_is_kept_nowhere(client, url):
    response = client.post(url, {"version": "1", "rationale": REASON})
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("words", ["Zu teuer!", "Nein", "zu teuer", "stadtverwaltung", "5 €"])
def test_few_words_are_words_too(client, alice, words):
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    path = reverse("assessments:comment_add", args=["gibt-es-nicht", "kriterium-1"])
    response = client.post(path, {"text": words, "choice": "not_applicable", "version": "12"}, headers={"origin": OWN})
    assert re.findall(r'<p class="panel compare__text">(.*?)</p>', response.text) == [words]
