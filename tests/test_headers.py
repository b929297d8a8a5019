"""Every answer to whoever asks carries the headers of safety: pages, files, ways elsewhere, errors, probes and static files."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.test_permissions import TABLE

pytestmark = pytest.mark.django_db

BACKEND = "django.contrib.auth.backends.ModelBackend"
ALWAYS = {"X-Content-Type-Options": {"nosniff"}, "X-Frame-Options": {"DENY"}, "Referrer-Policy": {"same-origin", "no-referrer"}}


def lacking(response: Any) -> list[str]:
    """The headers that are not as they have to be."""
    found = [name for name, values in ALWAYS.items() if response.headers.get(name) not in values]
    policy = response.headers.get("Content-Security-Policy", "")
    wanted = ("default-src 'none'", "frame-ancestors 'none'")
    return (
        found + [word for word in wanted if word not in policy] + [word for word in ("unsafe", "http:", "*") if word in policy]
    )


def read(response: Any) -> Any:
    if response.streaming:
        list(response.streaming_content)  # read to its end, a file is closed
    return response


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


@pytest.mark.usefixtures("documents")
class TestEveryAddress:
    def test_answers_with_them(self, world, bob):
        """As nobody and as a manager: pages, files, refusals, ways to the sign-in; with what only POST is for, both ways."""
        bare = []
        for person in (None, bob):
            client = Client()
            if person is not None:
                client.force_login(person, backend=BACKEND)
            for name, ids, method, _expected in TABLE:
                with transaction.atomic():
                    response = read(getattr(client, method)(reverse(name, args=[world.ids[word] for word in ids.split()])))
                    bare += [f"{name} {method} {response.status_code}: {one}" for one in lacking(response)]
                    transaction.set_rollback(True)
        assert bare == []


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/healthz?probe=x"])
def test_probes_answer_with_them(client, settings, path):
    settings.METRICS = True
    assert lacking(client.get(path)) == []


def refused(client: Client, settings: Any) -> Iterator[tuple[int, Any]]:
    yield 400, client.get("/", headers={"host": "evil.example"})
    yield 400, client.get("/?q=%00")
    yield 403, Client(enforce_csrf_checks=True).post(reverse("account_login"))
    yield 404, client.get("/gibt/es/nicht/")
    yield 404, client.get("/static/gibt-es-nicht.css")
    yield 404, client.get("/api/v2/")
    yield 405, client.generic("TRACE", "/")
    yield 405, client.delete(reverse("account_login"))
    yield 401, client.get("/api/v1/municipality")
    yield 302, client.get(reverse("account"))
    yield 302, client.get("/verwaltung/")
    yield 301, client.get("/katalog")
    settings.MAX_BODY_BYTES = 1000
    yield 413, client.post(reverse("account_login"), {"file": SimpleUploadedFile("a.pdf", b"x" * 2000)})


@pytest.mark.usefixtures("quiet")
def test_what_is_refused_or_led_elsewhere_carries_them(client, settings):
    client.raise_request_exception = False
    answers = [(status, response.status_code, lacking(response)) for status, response in refused(client, settings)]
    assert answers == [(status, status, []) for status, _found, _lacking in answers]


@pytest.mark.usefixtures("quiet")
@pytest.mark.urls("tests.scaling.failing_urls")
@pytest.mark.parametrize(
    ("path", "status"), [("/scheitert/kaputt/", 500), ("/scheitert/datenbank/", 503), ("/scheitert/zustand/", 409)]
)
def test_failure_of_ours_carries_them(client, path, status):
    client.raise_request_exception = False
    response = client.get(path)
    assert response.status_code == status
    assert lacking(response) == []


@pytest.mark.parametrize("name", ["css/app.css", "css/print-report.css", "img/logo.svg"])
def test_static_file_carries_them(settings, name):
    """Through the whole of the app, as a request comes by."""
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True
    response = Client().get(f"/static/{name}")
    assert response.status_code == 200
    assert read(response)
    response.close()
    assert lacking(response) == []
