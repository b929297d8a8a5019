"""The provider's server says whom it has signed out (OpenID Connect Back-Channel Logout 1.0), by a real provider's keys."""

import base64
import json
import time
from typing import Any

import jwt
import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from scaling.accounts.models import SignIn, User
from scaling.accounts.views import single_sign_on
from scaling.trail.models import EventKind, TrailEvent
from tests.accounts import identity_provider
from tests.accounts.test_single_sign_on import claims, is_in, provider, running, sign_in
from tests.conftest import PASSWORD

__all__ = ["provider", "running"]  # fixtures

pytestmark = pytest.mark.django_db

ADDRESS = "/konto/oidc/stadt/abmelden/"
EVENT = "http://schemas.openid.net/event/backchannel-logout"


def tell(token, path=ADDRESS, **more):
    """As the provider's server does: no cookies, no CSRF token."""
    return Client(enforce_csrf_checks=True).post(path, {"logout_token": token} | more)


def come(provider, subject, sid=None):
    client = Client()
    provider.amiss = {"sid": sid} if sid else {}
    sign_in(client, subject)
    assert is_in(client)
    return client


@pytest.fixture
def nora(provider):
    """Signed in twice by the provider."""
    provider.person("n1", **claims())
    return come(provider, "n1", "session-1"), come(provider, "n1", "session-2")


def test_person_who_signs_out_there_is_out_here_everywhere(provider, nora):
    response = tell(provider.logout_token(sub="n1"))
    assert (response.status_code, response.content) == (200, b"")
    assert "no-store" in response["Cache-Control"]
    assert [is_in(client) for client in nora] == [False, False]
    assert not SignIn.objects.filter(user__email="nora@stadt.example").exists()
    assert TrailEvent.objects.filter(kind=EventKind.SIGNED_OUT, by__email="nora@stadt.example").count() == 1


@pytest.mark.parametrize("more", [{"sub": "n1"}, {}], ids=["with the person", "alone"])
def test_session_that_ends_there_ends_here_and_no_other(provider, nora, more):
    assert tell(provider.logout_token(sid="session-1", **more)).status_code == 200
    assert [is_in(client) for client in nora] == [False, True]


def test_others_stay(provider, nora):
    provider.person("m1", **claims(email="mo@stadt.example", name="Mo"))
    mo = come(provider, "m1", "session-3")
    assert tell(provider.logout_token(sub="m1", sid="session-1")).status_code == 200  # Nora's session under Mo's name
    assert tell(provider.logout_token(sub="somebody")).status_code == 200  # out already, which is as well
    assert [is_in(client) for client in (*nora, mo)] == [True, True, True]
    assert tell(provider.logout_token(sub="n1")).status_code == 200
    assert [is_in(client) for client in (*nora, mo)] == [False, False, True]


def test_sign_in_by_password_is_none_of_its_business(provider, nora):
    person = User.objects.get(email="nora@stadt.example")
    person.set_password(PASSWORD)
    person.save()
    own = Client()
    own.post("/konto/login/", {"login": person.email, "password": PASSWORD})
    assert is_in(own)
    assert tell(provider.logout_token(sub="n1")).status_code == 200
    assert is_in(own)


def test_provider_ends_no_sign_in_by_another_one(provider, nora, settings):
    """Also where both know the person, by the same number at that."""
    SocialAccount.objects.create(user=User.objects.get(email="nora@stadt.example"), provider="kreis", uid="n1")
    other = provider.settings(id="kreis", client_id="kreis-app", rules=())
    settings.IDENTITY_PROVIDERS |= {"kreis": other}
    token = provider.logout_token(sub="n1", aud="kreis-app")
    assert tell(token).status_code == 400
    assert tell(token, "/konto/oidc/kreis/abmelden/").status_code == 200
    assert [is_in(client) for client in nora] == [True, True]


def test_token_is_good_once(provider, nora):
    token = provider.logout_token(sub="n1")
    assert tell(token).status_code == 200
    again = come(provider, "n1")
    response = tell(token)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")
    assert is_in(again)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"aud": "other-app"},
        {"aud": []},
        {"exp": -3600},
        {"iat": -3600, "exp": 3600},
        {"iat": 3600, "exp": 7200},
        {"iat": "gestern"},
        {"iat": 1e400},
        {"jti": 5},
        {"sub": 5},
        {"sub": None},
        {"sid": 5},
        {"sid": ["session-1"]},
        {"nonce": "x"},
        {"events": {}},
        {"events": [EVENT]},
        {"events": {EVENT: "x"}},
        {"events": {"http://schemas.openid.net/event/other": {}}},
        *({"without": (name,)} for name in ("iss", "aud", "iat", "jti", "events")),
    ],
    ids=str,
)
def test_token_that_is_wrong_ends_nothing(provider, nora, changes):
    """Times are seconds from now."""
    changes = {
        name: value + int(time.time()) if name in ("iat", "exp") and type(value) is int else value
        for name, value in changes.items()
    }
    response = tell(provider.logout_token(**{"sub": "n1"} | changes))
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")
    assert "no-store" in response["Cache-Control"]
    assert [is_in(client) for client in nora] == [True, True]


def unsigned(token, alg="none"):
    head = base64.urlsafe_b64encode(json.dumps({"alg": alg, "kid": identity_provider.KID}).encode()).decode().rstrip("=")
    return f"{head}.{token.split('.')[1]}."


def test_token_signed_by_somebody_else_or_nobody_ends_nothing(provider, nora):
    token = provider.logout_token(sub="n1")
    public = requests.get(f"{provider.url}/jwks", timeout=10).json()["keys"][0]
    by_public_key = jwt.encode(
        jwt.decode(token, options={"verify_signature": False}), public["n"], "HS256", {"kid": public["kid"]}
    )
    provider.other_key = True
    wrong = [provider.logout_token(sub="n1"), unsigned(token), unsigned(token, "RS256"), by_public_key, token[:-4]]
    provider.other_key = False
    wrong += [provider.logout_token(sub="n1", head={"kid": "key-2"}), provider.logout_token(sub="n1", head={"kid": ""})]
    assert [tell(one).status_code for one in wrong] == [400] * len(wrong)
    assert [is_in(client) for client in nora] == [True, True]
    assert tell(token).status_code == 200  # none of them has used it up


def test_token_to_sign_in_signs_nobody_out(provider, nora):
    """It has the same issuer, audience and key; whoever has caught one must not be able to end sessions with it."""
    token = provider.logout_token(sub="n1", head={"typ": "JWT"}, without=("events",), nonce="x")
    assert tell(token).status_code == 400
    assert [is_in(client) for client in nora] == [True, True]


#: Names of keys; the last is one of the provider's.
ODD_KEYS: tuple[Any, ...] = (None, 5, [], {}, "x" * 3000, "key-1")


def encoded(text):
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "token",
    ["", "x", "a.b.c", "..", "ä.ö.ü", "\x00", f"{encoded('[' * 9000)}.e30.x", f"{encoded('[]')}.e30.x", "." * 5000]
    + [f"{encoded(json.dumps({'alg': 'RS256', 'kid': kid}))}.e30.eA" for kid in ODD_KEYS],
    ids=lambda token: token[:20],
)
def test_made_up_token_is_no_error_of_ours(provider, token):
    assert tell(token).status_code == 400


def test_it_is_not_asked_otherwise(provider, nora):
    token = provider.logout_token(sub="n1")
    assert Client().get(ADDRESS, {"logout_token": token}).status_code == 405
    assert Client().post(f"{ADDRESS}?logout_token={token}").status_code == 400
    assert tell(token, "/konto/oidc/fremd/abmelden/").status_code == 404
    assert [is_in(client) for client in nora] == [True, True]


def test_provider_that_is_away_ends_nothing_and_may_say_it_again(provider, nora, settings):
    here = settings.IDENTITY_PROVIDERS
    token = provider.logout_token(sub="n1")
    settings.IDENTITY_PROVIDERS = {"stadt": provider.settings(issuer="http://localhost:9")}
    assert tell(token).status_code == 400
    settings.IDENTITY_PROVIDERS = here
    assert [is_in(client) for client in nora] == [True, True]
    assert tell(token).status_code == 200


def test_who_sends_wrong_ones_has_to_wait_and_the_provider_is_asked_no_more(provider, nora, monkeypatch):
    monkeypatch.setattr(single_sign_on, "MAX_REFUSED", 3)
    assert [tell(provider.logout_token(sub="n1", aud="x")).status_code for _ in range(4)] == [400, 400, 400, 429]
    provider.seen.clear()
    response = tell(provider.logout_token(sub="n1", aud="x"))
    assert (response.status_code, response["Retry-After"]) == (429, "300")
    assert [path for path in provider.seen if "jwks" in path or "openid" in path] == []


def test_no_word_of_a_token_is_logged_or_said_again(provider, caplog):
    response = tell(provider.logout_token(sub="geheime-nummer", aud="andere-app"))
    assert "InvalidAudienceError" in response.text
    assert not any(word in caplog.text + response.text for word in ("geheime-nummer", "andere-app"))


def test_queries_do_not_grow_with_sessions(provider, nora):
    """It looks into each of the person's sessions, in one query."""
    few = queries_of(provider, "n1")
    for _ in range(3):
        come(provider, "n1")
    assert queries_of(provider, "n1") == few


def queries_of(provider, subject):
    token = provider.logout_token(sub=subject)
    with CaptureQueriesContext(connection) as found:
        assert tell(token).status_code == 200
    return len(found)
