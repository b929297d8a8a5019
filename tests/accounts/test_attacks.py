"""Guessing, flooding and listening at the door of the accounts."""

import logging
import time
from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.urls import reverse

from scaling.accounts import invitations
from scaling.accounts.models import Invitation, User
from scaling.accounts.passwords import GuessablePasswordValidator
from scaling.common.history import rewriting_history
from scaling.common.log_secrets import SecretsFilter, without_secrets
from tests.conftest import PASSWORD, make_user
from tests.mails import mails_leave
from tests.races import at_once

pytestmark = pytest.mark.django_db

LOGIN = "/konto/login/"


def sign_in(client, email, password=PASSWORD):
    return client.post(LOGIN, {"login": email, "password": password})


# --- A12


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaa",
        "passwort1234",
        "Skalierungscheck",
        "Skalierungscheck2026!",
        "P@ssw0rt2026!",
        "Sommer2026!!!",
        "Willkommen123",
        "qwertzuiop123",
        "MünchenMünchen",
        "abcabcabcabc",
    ],
)
def test_guessable_password_is_refused(password):
    with pytest.raises(ValidationError, match="errät man leicht"):
        GuessablePasswordValidator().validate(password)


@pytest.mark.parametrize(
    "password", [PASSWORD, "Fahrradklingel Regenmond", "xK9$mQ2!vB7z", "Übungsleiter-Köln", "correct horse battery staple"]
)
def test_good_password_is_taken(password):
    GuessablePasswordValidator().validate(password)


def test_own_name_is_no_password(alice):
    alice.name = "Alice Wunderland"
    with pytest.raises(ValidationError):
        GuessablePasswordValidator().validate("Wunderland2026", alice)


# --- A6


class SlowBackend(EmailBackend):
    def send_messages(self, messages):
        time.sleep(3)
        return super().send_messages(messages)


def test_password_reset_takes_as_long_for_an_unknown_address(client, alice, settings):
    settings.EMAIL_BACKEND = f"{__name__}.SlowBackend"
    settings.SITE_URL = "https://check.example.org"
    settings.MAILS_AT_ONCE = False

    def seconds(email):
        start = time.perf_counter()
        assert client.post(reverse("account_reset_password"), {"email": email}).status_code == 302
        return time.perf_counter() - start

    seconds("warm@example.org")
    known, unknown = seconds(alice.email), seconds("niemand@example.org")
    assert known < unknown + 2, (known, unknown)  # a busy machine adds its own, but not the mail server's time
    assert mail.outbox == []  # all of them wait in the queue
    with mails_leave():
        settings.MAILS_AT_ONCE = True
        client.post(reverse("account_reset_password"), {"email": alice.email})
    [message] = mail.outbox
    assert message.to == [alice.email]
    assert "https://check.example.org/konto/password/reset/key/" in message.body


def test_reset_link_opens_and_names_no_foreign_host(client, alice, settings):
    settings.ALLOWED_HOSTS = ["evil.example", "testserver"]
    settings.SITE_URL = "http://testserver"
    with mails_leave():
        client.post(reverse("account_reset_password"), {"email": alice.email}, headers={"host": "evil.example"})
    [message] = mail.outbox
    assert "evil.example" not in message.body
    link = next(line for line in message.body.splitlines() if "/reset/key/" in line)
    assert "Neues Passwort" in client.get(link.removeprefix("http://testserver"), follow=True).text


class CountingHasher(MD5PasswordHasher):
    """The tests' own, which says how often it had to work."""

    work = 0

    def encode(self, password, salt):
        type(self).work += 1
        return super().encode(password, salt)


@pytest.mark.parametrize("password", ["falsch-geraten-123", "Übungsleiter-Köln", "U\u0308bungsleiter-Ko\u0308ln"])
def test_wrong_password_is_as_much_work_as_an_unknown_address(client, alice, bob, settings, password):
    """Hashing is what takes time at a sign-in: whoever measures it learns of no account, locked ones included."""
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    locked = make_user("Lars", is_active=False)
    without = make_user("Nina")
    without.set_unusable_password()
    without.save()
    for person in (alice, bob, locked):
        person.set_password(PASSWORD)
        person.save()
    work: dict[str, int] = {}
    for email in (alice.email, locked.email, without.email, "niemand@example.org"):
        before = CountingHasher.work
        sign_in(Client(REMOTE_ADDR=f"192.0.2.{len(work)}"), email, password)
        work[email] = CountingHasher.work - before
    assert len(set(work.values())) == 1, work
    assert min(work.values()) > 0


# --- A10


def test_owner_gets_in_from_their_own_device_while_others_guess(alice):
    own, attacker = Client(), Client()
    assert sign_in(own, alice.email).status_code == 302
    own.post(reverse("account_logout"))
    for _ in range(6):
        sign_in(attacker, alice.email, "falsch-geraten-123")
    assert "zu viele Versuche" in sign_in(attacker, alice.email).text
    assert sign_in(own, alice.email).status_code == 302


def test_known_device_has_a_limit_of_its_own(alice):
    own = Client()
    sign_in(own, alice.email)
    own.post(reverse("account_logout"))
    for _ in range(6):
        sign_in(own, alice.email, "falsch-geraten-123")
    assert "zu viele Versuche" in sign_in(own, alice.email).text


def test_mark_of_a_device_is_for_one_person_and_cannot_be_made_up(alice, bob):
    own, attacker = Client(), Client()
    sign_in(own, alice.email)
    mark = own.cookies["geraet"].value
    assert alice.email not in mark
    for forged in (mark, mark[:-1] + "A", "x", ""):
        attacker.cookies["geraet"] = forged
        for _ in range(6):
            sign_in(attacker, bob.email, "falsch-geraten-123")
        assert "zu viele Versuche" in sign_in(attacker, bob.email).text


# --- A15


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("Not Found: /geteilt/abcDEF_123-x/", "Not Found: /geteilt/…/"),
        ("/geteilt/abc/profil.pdf", "/geteilt/…/profil.pdf"),
        ("GET /einladung/tok?x=1", "GET /einladung/…?x=1"),
        ("/konto/abbestellen/a:b:c/", "/konto/abbestellen/…/"),
        ("/konto/password/reset/key/1-abc/", "/konto/password/reset/key/…/"),
        ("/projekte/abc/", "/projekte/abc/"),
    ],
)
def test_log_holds_no_secrets(line, kept):
    assert without_secrets(line) == kept
    record = logging.LogRecord("x", logging.WARNING, "", 1, "%s: %s", ("Not Found", line), None)
    assert SecretsFilter().filter(record)
    assert record.getMessage() == f"Not Found: {kept}"


def test_handler_of_the_log_takes_secrets_out(settings):
    assert settings.LOGGING["handlers"]["console"]["filters"] == ["secrets", "request"]


def test_sign_ins_are_logged_with_their_address(client, alice, caplog):
    caplog.set_level(logging.INFO, "signin")
    sign_in(client, f"{alice.email}\nSigned in: person 1", "falsch")
    sign_in(client, alice.email, "falsch-geraten-123")
    sign_in(client, alice.email)
    text = caplog.text
    assert f"Failed sign-in for “{alice.email}” from 127.0.0.1." in text
    assert f"Signed in: person {alice.pk} from 127.0.0.1." in text
    assert "falsch" not in text
    assert all("\n" not in record.getMessage() for record in caplog.records)


# --- A16


def test_mailbox_is_not_flooded(client, municipality, bob):
    client.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("people", args=[municipality.public_id])
    assert "Höchstens 3 Einladungen am Tag an eine Adresse" in client.get(url).text
    for _ in range(3):
        assert client.post(url, {"email": "neu@example.org", "role": "team"}).status_code == 302
    response = client.post(url, {"email": "Neu@example.org", "role": "team"})
    assert response.status_code == 422
    assert "gingen heute schon 3 Einladungen" in response.text
    invitation = Invitation.objects.get()
    resend = reverse("invitation_resend", args=[municipality.public_id, invitation.pk])
    assert "gingen heute schon 3 Einladungen" in client.post(resend, follow=True).text
    invitations.revoke(invitation=invitation, by=bob)
    assert client.post(url, {"email": "neu@example.org", "role": "team"}).status_code == 422
    with rewriting_history():
        Invitation.history.update(history_date=invitation.created_at - timedelta(days=2))
    assert client.post(url, {"email": "neu@example.org", "role": "team"}).status_code == 302


def test_municipality_sends_a_bounded_number_of_mails(municipality, bob, monkeypatch):
    monkeypatch.setattr(invitations, "MAX_PER_MUNICIPALITY", 2)
    for number in range(2):
        invitations.invite(municipality=municipality, email=f"n{number}@example.org", role="team", by=bob)
    with pytest.raises(invitations.TooManyInvitations, match="von hier"):
        invitations.invite(municipality=municipality, email="n3@example.org", role="team", by=bob)
    invitations.invite(municipality=municipality, email="n3@example.org", role="team", by=None)


# --- A13


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "FOO", "TRACE"])
@pytest.mark.parametrize("path", ["/", "/konto/", "/katalog/", "/gibt/es/nicht/", LOGIN])
def test_other_methods_are_refused(client, method, path):
    assert client.generic(method, path).status_code == 405


@pytest.mark.parametrize("path", ["/", "/begriffe/", "/impressum/", "/barrierefreiheit/", "/katalog/praxisbeispiele/"])
def test_page_to_read_takes_no_form(client, path):
    assert client.post(path, {"a": "b"}).status_code == 405


# --- A11


@pytest.mark.parametrize("path", ["/geteilt/a%00b/", "/einladung/%00/", "/katalog/?q=%00", "/katalog/x%00/", "/%00"])
def test_nul_in_an_address_is_refused(client, path):
    client.raise_request_exception = False
    assert client.get(path).status_code in {400, 404}


@pytest.fixture
def join(municipality, bob, mailoutbox):
    """The address of a new person's form, and what they type."""
    invitations.invite(municipality=municipality, email="neu@example.org", role="team", by=bob)
    return mailoutbox


@pytest.mark.django_db(transaction=True)
def test_join_form_sent_twice_at_once_and_again_joins_once(join):
    link = next(line for line in join[0].body.splitlines() if "/einladung/" in line)
    path = "/einladung/" + link.split("/einladung/")[1]
    data = {"name": "Nora Neu", "password": "Fahrradklingel-Regenmond", "repeated": "Fahrradklingel-Regenmond"}
    results = at_once(*(partial(Client().post, path, data) for _ in range(2)))
    assert [(r.status_code, r["Location"]) for r in results] == [(302, "/")] * 2, results  # type: ignore[attr-defined,index]
    assert Client().post(path, data)["Location"] == "/"
    assert User.objects.filter(email="neu@example.org").count() == 1
    assert Client().post(path, {**data, "password": "falsch-geraten-123"}).status_code == 404
    assert Client().get(path).status_code == 404
