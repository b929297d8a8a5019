"""Whatever is refused or fails below /api/ is told as JSON, in one shape, to programs that cannot read a page."""

import logging
from typing import Any

import jsonschema
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from scaling.api import problems
from scaling.api.openapi import openapi_document
from scaling.api.v1 import api
from tests.scaling.api import make_key

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.scaling.failing_urls")]

#: An operation, the document, a place where nothing is, and one with a trailing slash too many or too few.
ADDRESSES = ("/api/v1/municipality", "/api/v1/openapi.json", "/api/v1/", "/api/v1", "/api/v1/projects/", "/api/nichts")
METHODS = ("OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "BLA")


@pytest.fixture(autouse=True)
def _quiet(caplog):
    caplog.set_level(logging.CRITICAL)


@pytest.fixture
def key(bob, municipality):
    return make_key(municipality, bob)


def ask(path: str, method: str = "GET", *, key: str = "", **headers: str) -> Any:
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    sent = ({"Authorization": f"Bearer {key}"} if key else {}) | {
        name.replace("_", "-"): text for name, text in headers.items()
    }
    return client.generic(method, path, headers=sent)


def told(response: Any) -> dict[str, Any]:
    """What it says, once it has the shape of every refusal."""
    assert response["Content-Type"] == problems.MEDIA_TYPE
    assert int(response["Content-Length"]) == len(response.content)
    found: dict[str, Any] = response.json()
    jsonschema.validate(found, problems.SCHEMA)
    assert found["status"] == response.status_code
    assert found["title"]
    assert found["detail"]
    return found


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", ADDRESSES)
def test_what_is_not_reading_is_refused_and_told_what_is(path, method):
    response = ask(path, method)
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD"
    assert "GET" in told(response)["detail"]


def test_failure_names_the_request_and_nothing_of_the_code():
    response = ask("/api/scheitert/kaputt/", X_Request_ID="abc-12345678", Accept_Language="en")
    assert response.status_code == 500
    said = told(response)
    assert said["request_id"] == response["X-Request-ID"] == "abc-12345678"
    assert "secret" not in response.text
    assert response["Content-Language"] == "en"
    assert said["title"] == "Something went wrong here"


@pytest.mark.parametrize(("path", "status"), [("datenbank", 503), ("platte", 507)])
def test_what_passes_says_after_how_long_to_ask_again(path, status):
    response = ask(f"/api/scheitert/{path}/")
    assert response.status_code == status
    assert int(response["Retry-After"]) > 0
    assert response["Cache-Control"] == "private, no-store"
    assert "secret" not in response.text
    assert "request_id" not in told(response)


@pytest.mark.parametrize(("debug", "status"), [(False, 503), (True, 500)])
def test_failing_operation_shows_no_traceback(key, settings, debug, status):
    """Also where pages show theirs to whoever develops; the log has it."""
    settings.DEBUG = debug
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE assessments_measure RENAME COLUMN text TO not_yet")  # as during an update
    response = ask("/api/v1/measures", key=key)
    assert response.status_code == status
    assert told(response)
    assert "Traceback" not in response.text
    assert "not_yet" not in response.text
    assert "assessments_measure" not in response.text


@pytest.mark.parametrize(("path", "status"), [("zustand", 409), ("zu-viel", 413)])
def test_whatever_else_pages_are_refused_with_is_told_in_the_same_shape(path, status):
    response = ask(f"/api/scheitert/{path}/")
    assert response.status_code == status
    told(response)


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("municipality", {"Accept": "text/html"}, 200),
        ("municipality", {"Accept": "image/png;q=x"}, 200),
        ("municipality", {"If_None_Match": '"abc'}, 200),
        ("municipality", {"If_None_Match": "W/, ,\xff"}, 200),
        ("municipality", {"If_Modified_Since": "gestern"}, 200),
        ("municipality", {"If_Match": '"abc"'}, 412),
        ("municipality", {"Host": "anderswo.example"}, 400),
        ("municipality", {"Host": "a b"}, 400),
        ("municipality", {"Accept_Language": "\xff;q=,,"}, 200),
        ("municipality", {"Cookie": 'sessionid=x; csrftoken="'}, 200),
        ("municipality?", {}, 200),
        ("projects?limit=%zz", {}, 422),
        ("projects?archived=%ff", {}, 422),
        ("records?project=%ff", {}, 422),
        ("projects?%ff=%", {}, 200),
        ("projects?limit=1&limit=x", {}, 422),
        ("projects?project=%00", {}, 400),
        ("projects/%00", {}, 400),
        ("projects/%zz", {}, 422),
        ("projects/%ff%fe", {}, 422),
        ("projects/" + "x" * 3000, {}, 422),
        ("x" * 3000, {}, 404),
        ("%", {}, 404),
        ("municipality/", {}, 404),
        ("/municipality", {}, 404),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_odd_request_is_answered_in_the_same_shape(key, path, headers, status, method):
    response = ask(f"/api/v1/{path}", method, key=key, **headers)
    assert response.status_code == status
    if method == "HEAD":
        assert response.content == b""
        assert response["Content-Type"].startswith("application/json" if status == 200 else problems.MEDIA_TYPE)
    elif status == 200:
        assert response.json()
    else:
        told(response)


@pytest.mark.parametrize("scheme", ["", "Bearer", "Bearer ", "Basic eDp5", "Bearer \xfc", "Bearer skc_x skc_y"])
def test_whatever_is_no_key_opens_nothing(municipality, scheme):
    response = ask("/api/v1/municipality", Authorization=scheme)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    told(response)


def test_page_about_it_is_for_people_also_where_it_is_refused():
    response = ask("/api/", "DELETE")
    assert (response.status_code, response["Content-Type"]) == (405, "text/html; charset=utf-8")
    assert ask("/api/?%00")["Content-Type"] == "text/html; charset=utf-8"


def test_pages_are_told_as_pages():
    for path in ("/scheitert/kaputt/", "/apis/v1/"):
        assert ask(path)["Content-Type"] == "text/html; charset=utf-8"


def test_document_says_what_every_operation_may_fail_with(client):
    for one in openapi_document(api)["paths"].values():
        promised = one["get"]["responses"]
        for status in ("400", "401", "412", "429", "500", "503"):
            assert problems.MEDIA_TYPE in promised[status]["content"], status
        assert {"Retry-After"} <= set(promised["429"]["headers"]) & set(promised["503"]["headers"])
        assert {"X-Request-ID"} <= set(promised["500"]["headers"])
    assert "405" in client.get(reverse("openapi")).json()["info"]["description"]
