"""Each line of the log says when, in which request and for whom; as text for people and fail2ban, as JSON for machines."""

import json
import logging
import re

import pytest
from django.core import mail
from django.test import Client
from django.utils.module_loading import import_string

from scaling.logs import JsonFormatter, LineFormatter, RequestFilter


@pytest.fixture
def lines():
    """What the two formats make of everything that is logged."""
    found: dict[str, list[str]] = {"line": [], "json": []}

    class Keep(logging.Handler):
        def emit(self, record):
            found["line"].append(LineFormatter().format(record))
            found["json"].append(JsonFormatter().format(record))

    handler = Keep()
    handler.addFilter(RequestFilter())
    logging.getLogger().addHandler(handler)
    yield found
    logging.getLogger().removeHandler(handler)


def test_line_names_moment_with_offset_request_and_person(client, alice, lines):
    client.force_login(alice)
    response = client.get("/bewertungen/gibtesnicht/", headers={"X-Request-ID": "0123456789abcdef"})
    assert (response.status_code, response["X-Request-ID"]) == (404, "0123456789abcdef")
    (line,) = [line for line in lines["line"] if "Not Found" in line]
    assert re.match(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0[12]:00 WARNING \[0123456789abcdef person \d+\] django\.request: ", line
    )
    (found,) = [json.loads(text) for text in lines["json"] if "Not Found" in text]
    assert (found["request_id"], found["user_id"], found["logger"]) == ("0123456789abcdef", alice.pk, "django.request")
    assert re.search(r"\+0[12]:00$", found["time"])


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["", "x", "a b c d e f g h", "0" * 65, 'abcdefgh"\n'])
def test_request_without_a_proper_id_gets_one(given):
    response = Client().get("/impressum/", headers={"X-Request-ID": given} if given else {})
    assert re.fullmatch(r"[0-9a-f]{32}", response["X-Request-ID"])


def test_failed_sign_in_still_ends_as_fail2ban_reads_it(client, db, lines):
    client.post("/konto/login/", {"login": "x@example.org", "password": "y"})
    (line,) = [line for line in lines["line"] if "signin" in line]
    assert re.search(r"signin: Failed sign-in for “.*” from \S+\.$", line)


def test_outside_of_requests_nothing_is_claimed(lines):
    try:
        raise ValueError("zum Beispiel")
    except ValueError:
        logging.getLogger("probe").exception("Über %s", "Umlaute")
    assert re.search(r"ERROR probe: Über Umlaute\nTraceback", lines["line"][-1])
    found = json.loads(lines["json"][-1])
    assert found["message"] == "Über Umlaute"
    assert found["exception"].endswith("ValueError: zum Beispiel\n")
    assert "request_id" not in found
    assert "\n" not in lines["json"][-1]
    assert mail.outbox == []


@pytest.fixture
def error_mails(settings):
    """What the handler that the settings name for mails sends, with its filters."""
    settings.ADMINS = [("betrieb@example.org", "betrieb@example.org")]
    declared = settings.LOGGING["handlers"]["mail"]
    handler = import_string(declared["class"])()
    handler.setLevel(declared["level"])
    for name in declared["filters"]:
        handler.addFilter(import_string(settings.LOGGING["filters"][name]["()"])())
    if "formatter" in declared:
        handler.setFormatter(import_string(settings.LOGGING["formatters"][declared["formatter"]]["()"])())
    logging.getLogger().addHandler(handler)
    yield mail.outbox
    logging.getLogger().removeHandler(handler)


def test_mail_about_an_error_holds_nothing_of_the_request_but_its_id(db, settings, error_mails):
    settings.ROOT_URLCONF = "tests.scaling.failing_urls"
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "cookie-secret"
    headers = {"Referer": "https://check.example.org/einladung/referer-secret/", "X-Request-ID": "0123456789abcdef"}
    path = "/geteilt/share-secret/kaputt/?next=%2Fgeteilt%2Fquery-secret%2F"
    assert client.post(path, {"reason": "typed-secret"}, headers=headers).status_code == 500
    (sent,) = error_mails
    said = sent.subject + sent.body
    assert re.findall(r"[\w-]+-secret", said) == []
    assert sent.subject.endswith("ERROR: Internal Server Error: /geteilt/…/kaputt/")
    assert "[0123456789abcdef] django.request: Internal Server Error: /geteilt/…/kaputt/" in sent.body
    assert "in broken" in sent.body
    assert "secret detail" in sent.body


def test_mail_about_a_mail_that_was_not_sent_says_where_it_failed(error_mails):
    try:
        raise OSError("no route to host")
    except OSError:
        logging.getLogger("procrastinate").exception(
            "Job send_mail[7](message={'body': 'Guten Tag'}) ended with status: Error."
        )
    (sent,) = error_mails
    assert "Job send_mail[7](…) ended with status: Error." in sent.body
    assert "Guten Tag" not in sent.body
    assert "OSError" in sent.body
    assert "no route to host" in sent.body
