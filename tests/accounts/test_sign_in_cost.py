"""What a whole sign-in costs the database, request by request, by whichever way and however often it was done before."""

import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts import identity_provider
from tests.accounts.codes import code_of
from tests.accounts.passkeys import Passkey
from tests.accounts.test_second_factor import secret_of, set_up
from tests.accounts.test_sign_ins import is_in, sign_in
from tests.accounts.test_single_sign_on import at_provider, claims

pytestmark = pytest.mark.django_db


def cost(*steps):
    """Queries of each step. Where a transaction begins and ends within that of the test is none of ours."""
    found = []
    for step in steps:
        with CaptureQueriesContext(connection) as queries:
            step()
        found.append(sum("SAVEPOINT" not in query["sql"][:20] for query in queries))
    return found


@pytest.mark.parametrize("earlier", [0, 1, 3])
@pytest.mark.parametrize("known", [True, False])
def test_by_password(alice, earlier, known):
    for _ in range(earlier):
        sign_in(Client(), alice)
    client = Client()
    if known:
        sign_in(client, alice)
        client.post(reverse("account_logout"))
    [number] = cost(lambda: sign_in(client, alice))
    assert is_in(client)
    assert number <= 10


@pytest.mark.parametrize("earlier", [0, 3])
def test_by_password_and_code(alice, earlier, monkeypatch):
    """The password alone lets nobody in, so the two requests are one sign-in."""
    set_up(Client(), alice)
    there = reverse("mfa_authenticate")
    now = time.time()

    def enter(client, step):
        later = now + 60 * step  # a code holds once
        monkeypatch.setattr("time.time", lambda: later)
        code = code_of(secret_of(alice))
        return lambda: client.post(there, {"code": code})

    for step in range(1, 1 + earlier):
        one = Client()
        sign_in(one, alice)
        enter(one, step)()
        assert is_in(one)
    client = Client()
    password, code = cost(lambda: sign_in(client, alice), enter(client, 1 + earlier))
    assert is_in(client)
    assert (password <= 5, code <= 15) == (True, True), (password, code)


@pytest.mark.parametrize("earlier", [0, 1, 3])
def test_by_passkey_alone(alice, earlier):
    """The page asks for the question first, then brings the answer."""
    key, *_others = [Passkey(alice) for _ in range(1 + earlier)]
    for _ in range(earlier):
        key.sign_in(Client())
    client = Client()
    questions: list[str] = []

    def answer():
        client.post(reverse("mfa_login_webauthn"), {"credential": key.answer(questions[0])})

    asked, answered = cost(lambda: questions.append(key.asked(client)), answer)
    assert is_in(client)
    assert (asked <= 3, answered <= 15) == (True, True), (asked, answered)


@pytest.fixture(scope="module")
def running():
    with identity_provider.running() as provider:
        yield provider


@pytest.mark.parametrize("only", [False, True])
@pytest.mark.parametrize("earlier", [0, 1, 3])
def test_by_the_town_halls_account(running, settings, municipality, elsewhere, earlier, only):
    """One that came before: the first time makes an account, too."""
    rules = tuple(("team", home.ags, "team") for home in (municipality, elsewhere))
    settings.IDENTITY_PROVIDERS = {"stadt": running.settings(rules=rules, only=only)}
    running.person("n1", **claims())
    for _ in range(1 + earlier):
        first = Client()
        first.get(at_provider(first, "n1"))
    client, back = Client(), []
    there, here = cost(lambda: back.append(at_provider(client, "n1")), lambda: client.get(back[0]))
    assert is_in(client)
    assert (there <= 3, here <= 15) == (True, True), (there, here)
