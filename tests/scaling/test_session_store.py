"""A session's key: another one at each sign-in, and nothing is left of the old one."""

import pytest
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from scaling import session_store
from scaling.accounts.models import SignIn
from scaling.session_store import SessionStore
from tests.accounts.test_sign_ins import is_in, sign_in

pytestmark = pytest.mark.django_db


def stored(**held):
    store = SessionStore()
    store.update(held)
    store.save()
    return store


def signed_in_with(store, user):
    SignIn.objects.create(user=user, session_id=store.session_key, browser="alt")


def check_constraints():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def test_session_goes_on_under_another_key_and_the_old_one_opens_nothing(alice):
    store = stored(a=1)
    signed_in_with(store, alice)
    old = store.session_key
    store = SessionStore(old)  # as another request comes to it
    store["b"] = 2
    with CaptureQueriesContext(connection) as queries:
        store.cycle_key()
    assert len(queries) == 1
    assert store.modified
    store.save()
    check_constraints()
    assert store.session_key != old
    assert SessionStore(old).load() == {}
    assert SessionStore(store.session_key).load() == {"a": 1, "b": 2}
    assert Session.objects.count() == 1
    assert not SignIn.objects.exists()
    # Django itself reads what ours has written.
    assert db.SessionStore(store.session_key).load() == {"a": 1, "b": 2}


@pytest.mark.parametrize("was_stored", [True, False])
def test_session_that_is_gone_or_never_was_begins_anew(was_stored):
    store = stored(a=1) if was_stored else SessionStore()
    store["b"] = 2
    old = store.session_key
    Session.objects.all().delete()
    store.cycle_key()
    assert store.session_key not in (None, old)
    assert SessionStore(store.session_key).load() == ({"a": 1, "b": 2} if was_stored else {"b": 2})


def test_key_that_somebody_has_is_nobody_elses(monkeypatch):
    first = stored(whose="first")
    keys = iter([first.session_key, "b" * 32])
    monkeypatch.setattr(session_store, "_new_key", lambda: next(keys))
    second = stored(whose="second")
    assert second.session_key == "b" * 32
    assert SessionStore(first.session_key).load() == {"whose": "first"}


@pytest.mark.parametrize("by_name", [True, False])
def test_session_goes_with_its_sign_in(alice, by_name):
    store, other = stored(a=1), stored(b=2)
    signed_in_with(store, alice)
    signed_in_with(other, alice)
    with CaptureQueriesContext(connection) as queries:
        store.delete(store.session_key) if by_name else store.flush()
    assert len(queries) == 1
    check_constraints()
    assert list(Session.objects.values_list("pk", flat=True)) == [other.session_key]
    assert list(SignIn.objects.values_list("session", flat=True)) == [other.session_key]


def test_key_that_was_slipped_in_before_the_sign_in_is_not_the_key_after_it(alice):
    slipped_in = stored(a=1).session_key
    client = Client()
    client.cookies["sessionid"] = slipped_in
    sign_in(client, alice)
    assert is_in(client)
    assert client.cookies["sessionid"].value != slipped_in
    other = Client()
    other.cookies["sessionid"] = slipped_in
    assert not is_in(other)
