"""The account page, the language of the profile, and unsubscribing without signing in."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from scaling.accounts.models import User
from scaling.accounts.profile import save_account
from scaling.accounts.unsubscribe import unsubscribe_path
from tests.conftest import PASSWORD, make_user

COOKIE = settings.LANGUAGE_COOKIE_NAME
GOOD = {"name": "Alice A.", "language": "de", "wants_notices": "on", "wants_digest": "on", "version": "1"}


@pytest.fixture
def alice(db):
    return make_user("Alice")


@pytest.fixture
def signed_in(client, alice):
    client.force_login(alice)
    return client


def test_account_page_shows_the_persons_settings(signed_in, alice):
    page = signed_in.get("/konto/").content.decode()
    assert "alice<wbr>@example.org" in page
    assert reverse("account_change_password") in page
    assert page.count("<h1") == 1


def test_account_page_asks_for_signing_in(client):
    assert client.get("/konto/").headers["Location"] == "/konto/login/?next=/konto/"


def test_account_is_changed_and_nothing_else(signed_in, alice):
    response = signed_in.post(
        "/konto/", {"name": "Alice A.", "language": "de", "version": "1", "is_staff": "on", "email": "x@example.org"}
    )
    assert response.headers["Location"] == "/konto/"
    stored = User.objects.get(pk=alice.pk)
    assert (stored.name, stored.wants_notices, stored.wants_digest) == ("Alice A.", False, False)
    assert (stored.is_staff, stored.email) == (False, "alice@example.org")


@pytest.mark.parametrize("bad", [{"name": ""}, {"language": "fr"}])
def test_account_refuses_bad_input(signed_in, alice, bad):
    response = signed_in.post("/konto/", {**GOOD, **bad})
    assert response.status_code == 422
    assert "Fehler:" in response.content.decode()
    assert User.objects.get(pk=alice.pk).name == "Alice"


def test_language_choice_applies_to_the_session_at_once(signed_in, alice):
    response = signed_in.post("/konto/", {**GOOD, "language": "en"})
    assert response.cookies[COOKIE].value == "en"
    assert '<html lang="en"' in signed_in.get("/konto/").content.decode()


def test_signing_in_brings_the_language_of_the_profile(client, alice):
    User.objects.filter(pk=alice.pk).update(language="en")
    assert '<html lang="de"' in client.get("/konto/login/").content.decode()
    client.post("/konto/login/", {"login": alice.email, "password": PASSWORD})
    assert '<html lang="en"' in client.get("/konto/").content.decode()


def test_language_switch_overrules_the_profile_until_the_next_sign_in(client, alice):
    client.post("/konto/login/", {"login": alice.email, "password": PASSWORD})
    client.post("/sprache/setlang/", {"language": "en", "next": "/"})
    assert '<html lang="en"' in client.get("/konto/").content.decode()
    client.post("/konto/logout/")
    client.post("/konto/login/", {"login": alice.email, "password": PASSWORD})
    assert '<html lang="de"' in client.get("/konto/").content.decode()


@pytest.fixture
def stranger():
    """A browser nobody is signed in with, strict about forged requests."""
    return Client(enforce_csrf_checks=True)


@pytest.mark.parametrize(("kind", "left"), [("digest", (True, False)), ("notices", (False, True))])
def test_unsubscribing_works_without_signing_in(stranger, alice, kind, left):
    address = unsubscribe_path(alice, kind)
    assert "alice@example.org" in stranger.get(address).content.decode()
    stored = User.objects.get(pk=alice.pk)
    assert (stored.wants_notices, stored.wants_digest) == (True, True)

    response = stranger.post(address, {"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200
    stored.refresh_from_db()
    assert (stored.wants_notices, stored.wants_digest) == left
    assert stranger.post(address).status_code == 200


def test_unsubscribing_speaks_the_persons_language(stranger, alice):
    User.objects.filter(pk=alice.pk).update(language="en")
    alice.refresh_from_db()
    assert '<html lang="en"' in stranger.get(unsubscribe_path(alice, "digest")).content.decode()
    assert translation.get_language() == "de"


@pytest.mark.parametrize("spoil", ["", "x", "cut"])
def test_unsubscribing_refuses_a_spoiled_link(stranger, alice, spoil):
    address = unsubscribe_path(alice, "digest").rstrip("/")
    address = {"": "/konto/abbestellen/nichts", "x": address + "x", "cut": address[:-5]}[spoil] + "/"
    assert stranger.post(address).status_code == 404
    assert User.objects.get(pk=alice.pk).wants_digest


def test_unsubscribing_refuses_a_link_of_someone_gone(stranger, alice):
    address = unsubscribe_path(alice, "digest")
    alice.delete()
    assert stranger.get(address).status_code == 404


@pytest.mark.parametrize("address", ["/konto/", "/konto/abbestellen/x/"])
def test_account_pages_refuse_other_methods(signed_in, address):
    assert signed_in.delete(address).status_code == 405


# --- What it was before


def told(client):
    return [(change.who, change.fields) for change in client.get("/konto/").context["changes"]]


def test_person_reads_what_they_changed(signed_in, alice):
    assert told(signed_in) == []
    signed_in.post("/konto/", {**GOOD, "version": "1"})
    signed_in.post("/konto/", {"name": "Alice A.", "language": "de", "wants_notices": "on", "version": "2"})
    assert told(signed_in) == [
        ("", (("Wochenüberblick", "ja", "nein"),)),
        ("", (("Name", "Alice", "Alice A."),)),
    ]
    page = signed_in.get("/konto/").text
    assert ">Verlauf<" in page
    assert "von „Alice“ zu „Alice A.“" in page


def test_same_again_is_no_change(signed_in, alice):
    for _ in range(2):
        signed_in.post("/konto/", {**GOOD, "version": "1"})
    assert len(told(signed_in)) == 1


def test_person_reads_what_the_operator_changed(signed_in, alice):
    save_account(alice, by=make_user("Otto"), language="en")
    assert told(signed_in) == [("Otto", (("Sprache", "Deutsch", "English"),))]


def test_nobody_else_reads_it(client, alice):
    save_account(alice, name="Alice A.")
    client.force_login(make_user("Otto", is_superuser=True, is_staff=True))
    assert "Alice A." not in client.get("/konto/").text


def test_open_account_page_does_not_subscribe_again(signed_in, stranger, alice):
    """The page stood open while its person unsubscribed by the link in a mail."""
    stranger.post(unsubscribe_path(alice, "digest"))
    response = signed_in.post("/konto/", {**GOOD, "version": "1"})
    assert response.status_code == 409
    assert User.objects.get(pk=alice.pk).wants_digest is False


@pytest.mark.parametrize("number", [1, 3])
def test_account_costs_the_same_for_1_and_3_changes(signed_in, alice, number, django_assert_num_queries):
    for n in range(number):
        save_account(alice, by=make_user(f"Otto{n}"), name=f"Name {n}")
    with django_assert_num_queries(5):
        signed_in.get("/konto/")
