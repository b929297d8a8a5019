"""The error pages come with their right status, in our look, with a way out and without inner details."""

import logging

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.scaling.failing_urls")]


@pytest.fixture(autouse=True)
def _quiet(client, caplog):
    caplog.set_level(logging.CRITICAL)
    client.raise_request_exception = False


@pytest.mark.parametrize(
    ("path", "status", "heading"),
    [
        ("/gibt/es/nicht/", 404, "Diese Seite gibt es nicht"),
        ("/scheitert/zustand/", 409, "Das hat inzwischen jemand anderes geändert"),
        ("/scheitert/veraltet/", 409, "Das hat inzwischen jemand anderes geändert"),
        ("/scheitert/kaputt/", 500, "Hier ist etwas schiefgegangen"),
        ("/scheitert/datenbank/", 503, "Wir sind gleich wieder da"),
    ],
)
def test_failure_shows_its_page(client, path, status, heading):
    response = client.get(path)
    page = response.content.decode()
    assert response.status_code == status
    assert page.count("<h1") == 1
    assert f">{heading}</h1>" in page
    assert 'href="/"' in page
    assert "secret" not in page


def test_body_beyond_the_limit_refused_before_it_is_read(client, settings):
    """Signed in or not: otherwise anybody could fill the server's disk with a form."""
    settings.MAX_BODY_BYTES = 1000
    file = SimpleUploadedFile("a.pdf", b"x" * 2000)
    response = client.post(reverse("account_login"), {"file": file})
    assert response.status_code == 413
    assert "Das ist zu viel auf einmal" in response.content.decode()
    assert client.post(reverse("account_login"), {"file": SimpleUploadedFile("a.pdf", b"x")}).status_code == 200


def test_too_large_a_form_answers_413(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = client.post(reverse("account_login"), {"login": "a" * 2000})
    assert response.status_code == 413
    assert "Das ist zu viel auf einmal</h1>" in response.content.decode()


def test_too_many_fields_answer_413(client, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 10
    response = client.post(reverse("account_login"), {f"feld-{number}": "x" for number in range(20)})
    assert response.status_code == 413


def test_unintelligible_request_answers_400(client):
    response = client.get("/", headers={"host": "anderswo.example"})
    assert response.status_code == 400
    assert "Diese Anfrage war nicht zu verstehen</h1>" in response.content.decode()


def test_database_failure_asks_to_come_back_later(client):
    assert int(client.get("/scheitert/datenbank/")["Retry-After"]) > 0


def test_form_without_token_says_that_the_page_was_open_too_long(settings):
    from django.test import Client

    response = Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "a"})
    assert response.status_code == 403
    assert "Diese Seite war zu lange offen</h1>" in response.content.decode()


def test_error_page_speaks_english_to_those_who_chose_it(client):
    client.cookies["django_language"] = "en"
    page = client.get("/gibt/es/nicht/").content.decode()
    assert '<html lang="en"' in page
    assert "Diese Seite gibt es nicht" not in page
