"""Whom to tell of a hole, where scanners look for it (RFC 9116)."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured

from scaling.common.environment import Env

PATH = "/.well-known/security.txt"


@pytest.mark.django_db
def test_file_names_whom_to_tell_and_until_when_that_is_true(client, settings):
    settings.SECURITY_CONTACT, settings.SITE_URL = "mailto:sicherheit@stadt.example", "https://check.stadt.example"
    response = client.get(PATH)
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert re.fullmatch(r"([A-Z][\w-]+: .+\n)+", response.text)
    fields = dict(line.split(": ", 1) for line in response.text.splitlines())
    until = datetime.fromisoformat(fields.pop("Expires"))
    assert timedelta(days=30) < until - datetime.now(UTC) < timedelta(days=365)
    assert fields == {
        "Contact": "mailto:sicherheit@stadt.example",
        "Preferred-Languages": "de, en",
        "Canonical": f"https://check.stadt.example{PATH}",
    }


@pytest.mark.django_db
def test_without_anybody_to_write_to_there_is_none(client, settings):
    settings.SECURITY_CONTACT = ""
    assert client.get(PATH).status_code == 404


@pytest.mark.parametrize(
    ("value", "default", "contact"),
    [
        ("sicherheit@stadt.example", "", "mailto:sicherheit@stadt.example"),
        ("https://stadt.example/sicherheit", "x@stadt.example", "https://stadt.example/sicherheit"),
        ("mailto:s@stadt.example", "", "mailto:s@stadt.example"),
        (None, "post@stadt.example", "mailto:post@stadt.example"),
        (None, "Stadt <post@stadt.example>", ""),  # meant for the imprint, and no address
        (None, "", ""),
    ],
)
def test_contact_is_an_address_to_follow(value, default, contact):
    assert Env({} if value is None else {"SECURITY_CONTACT": value}).contact("SECURITY_CONTACT", default) == contact


@pytest.mark.parametrize("value", ["http://stadt.example", "Sicherheit", "a@b c", "https://a b", "a@b\nX: y"])
def test_anything_else_is_refused_at_the_start(value):
    with pytest.raises(ImproperlyConfigured, match="SECURITY_CONTACT"):
        Env({"SECURITY_CONTACT": value}).contact("SECURITY_CONTACT", "")
