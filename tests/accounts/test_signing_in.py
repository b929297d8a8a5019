"""Signing in, and being told in friendly German what went wrong."""

import re
from pathlib import Path

import allauth
import polib
import pytest
from django.core import mail
from django.urls import reverse

from tests.conftest import PASSWORD
from tests.mails import mails_leave

LOGIN = {"login": "alice@example.org", "password": "falsch-geraten"}
DU = re.compile(r"\b([Dd]u|[Dd]ein\w*|[Dd]ich|[Dd]ir|[Bb]itte (?!umgehend)\w+e)\b")
ROOT = Path(__file__).resolve().parents[2]


def test_right_password_opens_the_start_page(client, alice):
    response = client.post(reverse("account_login"), {"login": alice.email, "password": PASSWORD})
    assert response.status_code == 302
    assert response["Location"] == "/"


def test_english_form_says_stay_signed_in_as_the_rest_of_the_pages_do(client, db):
    page = client.get(reverse("account_login"), headers={"accept-language": "en"}).text
    assert "Stay signed in" in page
    assert "Remember Me" not in page


def test_wrong_password_is_said_without_saying_which_part_was_wrong(client, alice):
    known = client.post(reverse("account_login"), LOGIN).content.decode()
    unknown = client.post(reverse("account_login"), LOGIN | {"login": "niemand@example.org"}).content.decode()
    assert "E-Mail-Adresse oder Passwort stimmen nicht." in known
    assert "E-Mail-Adresse oder Passwort stimmen nicht." in unknown


def test_too_many_wrong_passwords_name_the_wait_and_a_way_out(client, alice):
    for _ in range(5):
        client.post(reverse("account_login"), LOGIN)
    page = client.post(reverse("account_login"), LOGIN | {"password": PASSWORD}).content.decode()
    assert "Bitte warten Sie fünf Minuten" in page
    assert reverse("account_reset_password") in page


def test_too_many_sign_ins_from_one_address_answer_429(client, alice, settings):
    settings.SIGN_IN_LIMITS = settings.SIGN_IN_LIMITS | {"address": (2, 60)}
    statuses = [client.post(reverse("account_login"), LOGIN).status_code for _ in range(3)]
    response = client.post(reverse("account_login"), LOGIN)
    assert statuses == [200, 200, 429]
    assert "Das waren zu viele Versuche</h1>" in response.content.decode()
    assert int(response["Retry-After"]) > 0


def test_sign_ins_are_counted_by_the_address_before_the_proxy(client, alice, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    settings.SIGN_IN_LIMITS = settings.SIGN_IN_LIMITS | {"address": (1, 60)}
    addresses = ["192.0.2.1", "192.0.2.1", "203.0.113.9, 192.0.2.2", "203.0.113.9, 192.0.2.3"]
    statuses = [
        client.post(reverse("account_login"), LOGIN, headers={"x-forwarded-for": address}).status_code for address in addresses
    ]
    assert statuses == [200, 429, 200, 200]


def test_password_mail_has_a_plain_subject(client, alice):
    with mails_leave():
        client.post(reverse("account_reset_password"), {"email": alice.email})
    (letter,) = mail.outbox
    assert letter.subject == "Ihr neues Passwort"
    assert letter.to == [alice.email]


def test_password_mail_goes_to_nobody_unknown_and_the_page_does_not_tell(client, alice):
    with mails_leave():
        known = client.post(reverse("account_reset_password"), {"email": alice.email})
        unknown = client.post(reverse("account_reset_password"), {"email": "niemand@example.org"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [letter.to for letter in mail.outbox] == [[alice.email]]


def test_every_du_of_allauth_is_said_as_sie():
    """An update of allauth may bring new ones: give them a Sie in locale/de."""
    theirs = polib.mofile(str(Path(allauth.__file__).parent / "locale" / "de" / "LC_MESSAGES" / "django.mo"))
    ours = {entry.msgid: entry.msgstr for entry in polib.pofile(str(ROOT / "locale" / "de" / "LC_MESSAGES" / "django.po"))}
    still_du = [entry.msgid for entry in theirs if DU.search(entry.msgstr) and entry.msgid not in ours]
    assert still_du == []
    assert [text for text in ours.values() if DU.search(text)] == []


def test_placeholders_of_our_german_match_the_original():
    placeholder = re.compile(r"%\(\w+\)[sd]|%[sd]")
    entries = polib.pofile(str(ROOT / "locale" / "de" / "LC_MESSAGES" / "django.po"))
    wrong = [
        e.msgid
        for e in entries
        for text in (e.msgstr_plural.values() if e.msgid_plural else [e.msgstr])
        if sorted(placeholder.findall(e.msgid)) != sorted(placeholder.findall(text))
    ]
    assert wrong == []


@pytest.mark.parametrize("name", ["account_login", "account_reset_password", "account_signup"])
def test_visitors_pages_speak_sie(client, db, name):
    page = re.sub(r"<[^>]+>", " ", client.get(reverse(name)).content.decode())
    assert DU.search(page) is None
