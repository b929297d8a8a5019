"""Signing in with the account of the town hall, against a real OpenID provider on this machine."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from scaling.accounts import invitations, second_factor
from scaling.accounts.models import Membership, Role, User
from scaling.accounts.single_sign_on.adapters import SESSION
from scaling.common.environment import Env
from scaling.common.identity_providers import identity_providers
from tests.accounts import identity_provider
from tests.accounts.people import link_in
from tests.cast import make_user
from tests.conftest import PASSWORD
from tests.mails import mails_leave

pytestmark = pytest.mark.django_db

START = "/konto/oidc/stadt/login/"


@pytest.fixture(scope="module")
def running():
    with identity_provider.running() as provider:
        yield provider


@pytest.fixture
def provider(running, settings, municipality):
    """Its groups „leitung“, „team“ and „lesen“ decide about the members of the municipality."""
    running.verified.clear()
    running.amiss, running.other_key, running.unsigned, running.locked = {}, False, False, set()
    rules = tuple(
        (group, municipality.ags, role) for group, role in (("leitung", "manager"), ("team", "team"), ("lesen", "reader"))
    )
    settings.IDENTITY_PROVIDERS = {"stadt": running.settings(rules=rules)}
    return running


def claims(**changes):
    return {"email": "nora@stadt.example", "name": "Nora Neu", "groups": ["team"]} | changes


def at_provider(client, subject, path=START):
    """The address the provider sends the browser back to."""
    there = client.get(path)
    assert there.status_code == 302, there.text[:500]
    answer = requests.post(there["Location"], data={"sub": subject}, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text[:500]
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def sign_in(client, subject, path=START):
    return client.get(at_provider(client, subject, path))


def is_in(client):
    return client.get(reverse("account")).status_code == 200


def roles_of(email):
    return dict(Membership.objects.filter(user__email=email).values_list("municipality__ags", "role"))


# --- The way there and back


def test_way_there_has_pkce_a_state_and_asks_for_no_more_than_it_needs(client, provider):
    location = client.get(f"{START}?scope=admin&auth_params=prompt%3Dnone&process=connect&next=/konto/")["Location"]
    asked = parse_qs(urlsplit(location).query)
    assert location.startswith(provider.url)
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["state"][0]) >= 16
    assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}
    assert "prompt" not in asked


@pytest.mark.parametrize("verifier", ["x" * 43, "", None])
def test_code_in_other_hands_opens_nothing(client, provider, verifier):
    """Who has caught the code on its way has not what this browser's session keeps; the provider refuses it."""
    provider.person("n1", **claims())
    path = at_provider(client, "n1")
    session = client.session
    [state] = session["socialaccount_states"].values()
    assert len(state[0]["pkce_code_verifier"]) >= 43
    if verifier is None:
        del state[0]["pkce_code_verifier"]
    else:
        state[0]["pkce_code_verifier"] = verifier
    session.save()
    assert client.get(path).status_code == 401
    assert provider.verified == [False]
    assert not is_in(client)


def test_token_that_a_browser_brings_opens_nothing(client, provider):
    """No nonce is asked for: it guards tokens that go through browsers, and here none does (see docs/decisions.md)."""
    provider.person("n1", **claims())
    location = client.get(START)["Location"]
    asked = parse_qs(urlsplit(location).query)
    assert asked["response_type"] == ["code"]
    assert "nonce" not in asked
    token = provider.logout_token(head={"typ": "JWT"}, without=("events",), sub="n1", nonce="x", **claims())
    answer = {"state": asked["state"][0], "id_token": token, "access_token": token}
    assert client.get("/konto/oidc/stadt/login/callback/", answer).status_code == 401
    assert provider.verified == []
    assert not is_in(client)


def test_right_verifier_is_sent(client, provider):
    provider.person("n1", **claims())
    sign_in(client, "n1")
    assert provider.verified == [True]
    assert is_in(client)


def test_new_person_gets_an_account_with_the_role_of_their_group(client, provider, municipality):
    provider.person("n1", **claims())
    response = sign_in(client, "n1", f"{START}?next=/konto/")
    assert (response.status_code, response["Location"]) == (302, "/konto/")
    user = User.objects.get(email="nora@stadt.example")
    assert (user.name, user.has_usable_password()) == ("Nora Neu", False)
    assert roles_of(user.email) == {municipality.ags: "team"}
    assert is_in(client)
    assert "Firefox" not in str(SocialAccount.objects.get().extra_data)
    assert SocialAccount.objects.get().extra_data == {}
    assert not SocialToken.objects.exists()


def test_next_address_stays_on_this_site(client, provider):
    provider.person("n1", **claims())
    assert sign_in(client, "n1", f"{START}?next=https://evil.example/")["Location"] == "/"


@pytest.mark.parametrize(
    ("groups", "role"),
    [(["lesen", "leitung", "team"], "manager"), (["/team"], "team"), ("lesen team", "team"), (["lesen", "fremd"], "reader")],
)
def test_highest_role_counts_however_groups_are_written(client, provider, municipality, groups, role):
    provider.person("n1", **claims(groups=groups))
    sign_in(client, "n1")
    assert roles_of("nora@stadt.example") == {municipality.ags: role}


@pytest.mark.parametrize("groups", [[], ["fremd"], None, 5, {"team": True}])
def test_without_a_group_there_is_no_account(client, provider, groups):
    provider.person("n1", **claims(groups=groups))
    response = sign_in(client, "n1")
    assert response.status_code == 403
    assert "zu keiner Gruppe" in response.text
    assert not User.objects.filter(email="nora@stadt.example").exists()


def test_role_that_changes_there_changes_here_with_the_next_sign_in(provider, municipality, bob):
    provider.person("n1", **claims())
    sign_in(Client(), "n1")
    provider.person("n1", **claims(groups=["lesen"]))
    sign_in(Client(), "n1")
    assert roles_of("nora@stadt.example") == {municipality.ags: "reader"}
    membership = Membership.objects.get(user__email="nora@stadt.example")
    assert membership.history.first().history_user == membership.user


def test_who_loses_the_last_group_is_out_everywhere(provider, municipality):
    provider.person("n1", **claims())
    first, second = Client(), Client()
    sign_in(first, "n1")
    provider.person("n1", **claims(groups=[]))
    assert sign_in(second, "n1").status_code == 403
    assert (is_in(first), is_in(second)) == (False, False)
    assert roles_of("nora@stadt.example") == {}
    assert User.objects.filter(email="nora@stadt.example").exists()  # what they wrote keeps its author


def test_last_manager_stays_one(client, provider, municipality, bob):
    provider.person("b1", **claims(email="bob@stadt.example", groups=["lesen"]))
    User.objects.filter(pk=bob.pk).update(email="bob@stadt.example")
    Membership.objects.filter(municipality=municipality, role=Role.MANAGER).exclude(user=bob).delete()
    assert sign_in(client, "b1").status_code == 302
    assert roles_of("bob@stadt.example") == {municipality.ags: "manager"}


@pytest.mark.parametrize("role", ["manager", "team", "reader"])
def test_other_municipalities_are_none_of_its_business(provider, municipality, elsewhere, charlie, role):
    """Whatever somebody is there, the last manager or one who could be left out; and whatever they are and were here."""
    User.objects.filter(pk=charlie.pk).update(email="charlie@stadt.example")
    Membership.objects.filter(user=charlie).update(role=role)
    for groups, here in ((["team"], {municipality.ags: "team"}), (["leitung"], {municipality.ags: "manager"})):
        provider.person("c1", **claims(email="charlie@stadt.example", groups=groups))
        sign_in(Client(), "c1")
        assert roles_of("charlie@stadt.example") == {elsewhere.ags: role} | here
    Membership.objects.filter(user=charlie, municipality=municipality).update(role="team")
    provider.person("c1", **claims(email="charlie@stadt.example", groups=[]))
    sign_in(Client(), "c1")
    assert roles_of("charlie@stadt.example") == {elsewhere.ags: role}


# --- Whose account it is


def test_existing_person_keeps_their_account(client, provider, alice):
    User.objects.filter(pk=alice.pk).update(email="alice@stadt.example")
    provider.person("a1", **claims(email="Alice@Stadt.example"))
    sign_in(client, "a1")
    assert SocialAccount.objects.get().user == alice


def test_address_that_changes_there_is_the_same_person(client, provider):
    provider.person("n1", **claims())
    sign_in(Client(), "n1")
    provider.person("n1", **claims(email="nora.verheiratet@stadt.example"))
    sign_in(client, "n1")
    assert is_in(client)
    assert User.objects.filter(email__startswith="nora").count() == 1


@pytest.mark.parametrize(
    "email", ["alice@example.org", "nora@stadt.example.evil.example", "", None, "keine", "a@b@stadt.example"]
)
def test_provider_speaks_for_its_own_domains_alone(client, provider, alice, email):
    provider.person("x1", **claims(email=email))
    response = sign_in(client, "x1")
    assert response.status_code == 403
    assert not is_in(client)
    assert not SocialAccount.objects.exists()


def test_address_given_to_somebody_else_there_opens_nothing(client, provider):
    provider.person("n1", **claims())
    sign_in(Client(), "n1")
    provider.person("n2", **claims(name="Andere Nora"))
    assert sign_in(client, "n2").status_code == 403
    assert not is_in(client)


def test_provider_opens_no_operators_account(client, provider):
    otto = make_user("Otto", is_superuser=True, is_staff=True)
    User.objects.filter(pk=otto.pk).update(email="otto@stadt.example")
    provider.person("o1", **claims(email="otto@stadt.example"))
    assert sign_in(client, "o1").status_code == 403
    assert not is_in(client)


# --- Amiss


@pytest.mark.parametrize(
    "amiss",
    [{"iss": "https://evil.example"}, {"aud": "other-app"}, {"exp": identity_provider.long_ago()}, {"sub": "somebody-else"}],
    ids=["wrong issuer", "wrong audience", "expired", "another person"],
)
def test_token_that_is_wrong_opens_nothing(client, provider, amiss):
    provider.person("n1", **claims())
    provider.amiss = amiss
    response = sign_in(client, "n1")
    assert response.status_code in (401, 503)
    assert "Die Anmeldung hat nicht geklappt" in response.text
    assert not is_in(client)
    assert not User.objects.filter(email="nora@stadt.example").exists()


@pytest.mark.parametrize("way", ["other_key", "unsigned"])
def test_token_signed_by_somebody_else_or_nobody_opens_nothing(client, provider, way):
    provider.person("n1", **claims())
    setattr(provider, way, True)
    assert sign_in(client, "n1").status_code in (401, 503)
    assert not is_in(client)


def test_provider_that_calls_itself_otherwise_is_not_believed(client, provider, settings):
    """The same server by another name: what it says of itself is not what the settings name."""
    rules = settings.IDENTITY_PROVIDERS["stadt"].rules
    settings.IDENTITY_PROVIDERS = {"stadt": provider.settings(issuer=f"{provider.url}/realms/..", rules=rules)}
    provider.person("n1", **claims())
    assert sign_in(client, "n1").status_code in (401, 503)
    assert not is_in(client)


def test_answer_is_good_once_and_in_one_browser(provider):
    provider.person("n1", **claims())
    own, attacker = Client(), Client()
    address = at_provider(own, "n1")
    assert attacker.get(address).status_code in (401, 503)
    assert own.get(address).status_code == 302
    assert not own.session.get("socialaccount_states")  # nor would ours believe it, whatever the provider says
    assert own.get(address).status_code in (401, 503)  # still signed in, with the same session
    assert is_in(own)
    own.post(reverse("account_logout"))
    assert own.get(address).status_code in (401, 503)
    assert (is_in(own), is_in(attacker)) == (False, False)


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x", "?code=x&state=y", "?error=access_denied&state=x", "?code[]=1"])
def test_made_up_answer_is_no_error_of_ours(client, provider, query):
    assert client.get(f"/konto/oidc/stadt/login/callback/{query}").status_code < 500


def test_account_locked_there_does_not_come_in(client, provider):
    provider.person("n1", **claims())
    sign_in(Client(), "n1")
    provider.locked = {"n1"}
    response = client.get(at_provider(client, "n1"), follow=True)
    assert "abgebrochen" in response.text
    assert not is_in(client)


def test_account_locked_here_does_not_come_in_either(client, provider):
    provider.person("n1", **claims())
    sign_in(Client(), "n1")
    User.objects.filter(email="nora@stadt.example").update(is_active=False)
    page = client.get(at_provider(client, "n1"), follow=True)
    assert "Dieses Konto ist gesperrt" in page.text
    assert not is_in(client)


def test_session_ends_with_the_working_day_so_that_the_provider_is_asked_again(client, provider):
    provider.person("n1", **claims())
    sign_in(client, "n1")
    session = client.session
    session[SESSION] |= {"until": int(timezone.now().timestamp()) - 1}
    session.save()
    assert not is_in(client)


def test_session_ends_when_the_provider_is_taken_out_of_the_settings(client, provider, settings):
    provider.person("n1", **claims())
    sign_in(client, "n1")
    settings.IDENTITY_PROVIDERS = {}
    assert not is_in(client)


def test_provider_that_is_away_is_said(client, provider, settings):
    settings.IDENTITY_PROVIDERS = {"stadt": provider.settings(issuer="http://localhost:9")}
    response = client.get(START)
    assert response.status_code == 503
    assert "ist gerade nicht zu erreichen" in response.text


def test_unknown_provider_is_not_found(client, provider):
    assert client.get("/konto/oidc/fremd/login/").status_code == 404
    assert client.get("/konto/oidc/fremd/login/callback/").status_code == 404
    assert client.get("/konto/oidc/fremd/abgemeldet/").status_code == 404


# --- Sign-out


def test_signing_out_leads_to_the_provider(client, provider):
    provider.person("n1", **claims())
    sign_in(client, "n1")
    page = client.post(reverse("account_logout"), follow=True)
    there = re.findall(r'href="(http://localhost[^"]+)"', page.text)[0].replace("&amp;", "&")
    assert page["Refresh"] == f"0; url={there}"
    assert there.startswith(f"{provider.url}/oauth2/end_session?")
    assert parse_qs(urlsplit(there).query)["client_id"] == ["skalierungscheck"]
    assert not is_in(client)


def test_who_signed_in_by_password_is_signed_out_here_alone(client, provider, alice):
    client.post("/konto/login/", {"login": alice.email, "password": PASSWORD})
    assert client.post(reverse("account_logout"))["Location"] == "/"


# --- Local accounts


@pytest.fixture
def strict(provider, settings):
    settings.IDENTITY_PROVIDERS = {"stadt": provider.settings(rules=settings.IDENTITY_PROVIDERS["stadt"].rules, only=True)}
    return provider


def test_password_is_not_enough_where_local_accounts_are_forbidden(client, strict, alice, charlie):
    page = client.post("/konto/login/", {"login": alice.email, "password": PASSWORD}, follow=True)
    assert "nur mit dem Konto" in page.text
    assert not is_in(client)
    client.post("/konto/login/", {"login": charlie.email, "password": PASSWORD})
    assert is_in(client)  # belongs elsewhere


def test_operator_always_gets_in(client, strict, municipality):
    otto = make_user("Otto", is_superuser=True, is_staff=True)
    Membership.objects.create(user=otto, municipality=municipality, role=Role.READER)
    client.post("/konto/login/", {"login": otto.email, "password": PASSWORD})
    assert is_in(client)


def test_no_new_password_by_mail_where_local_accounts_are_forbidden(client, strict, alice):
    with mails_leave():
        client.post(reverse("account_reset_password"), {"email": alice.email})
    [letter] = mail.outbox
    assert "/reset/key/" not in letter.body
    assert "Stadt Musterhafen" in letter.body


def test_invited_person_is_led_to_the_provider(client, strict, municipality, bob):
    with mails_leave():
        invitations.invite(municipality=municipality, email="nora@stadt.example", role="team", by=bob)
    path = link_in(mail.outbox[-1])
    page = client.get(path)
    assert START in page.text
    new = {"name": "Nora", "password": "vier Birken am Hafen", "repeated": "vier Birken am Hafen"}
    client.post(path, new)
    assert not User.objects.filter(email="nora@stadt.example").exists()


def test_second_factor_is_the_providers_where_local_accounts_are_forbidden(strict, municipality, alice, bob):
    second_factor.demand(municipality=municipality, roles=["team"], due=timezone.localdate() + timedelta(days=30), by=bob)
    alice.refresh_from_db()
    assert alice.second_factor_due is None


def test_second_factor_of_ours_is_asked_for_after_the_provider(client, provider):
    provider.person("n1", **claims())
    sign_in(Client(), "n1")
    user = User.objects.get(email="nora@stadt.example")
    Authenticator.objects.create(user=user, type="totp", data={"secret": second_factor.MfaAdapter().encrypt("A" * 32)})
    assert sign_in(client, "n1")["Location"].startswith("/konto/zweiter-faktor/authenticate/")
    assert not is_in(client)


# --- Settings


SET = {
    "OIDC_PROVIDERS": "stadt",
    "OIDC_STADT_NAME": "Stadt",
    "OIDC_STADT_ISSUER": "https://id.example.org/realms/stadt/",
    "OIDC_STADT_CLIENT_ID": "check",
    "OIDC_STADT_CLIENT_SECRET": "geheim",
    "OIDC_STADT_DOMAINS": "Stadt.example, @eigenbetrieb.example",
    "OIDC_STADT_ROLES": "sk-leitung=09461000:manager, sk-team=09461000:team",
}


def test_settings_are_read():
    found = identity_providers(Env(SET))["stadt"]
    assert found.issuer == "https://id.example.org/realms/stadt"
    assert found.domains == ("stadt.example", "eigenbetrieb.example")
    assert found.roles_of(["sk-team", "sk-leitung"]) == {"09461000": "manager"}
    assert found.roles_of(["fremd"]) == {}
    assert identity_providers(Env({})) == {}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"OIDC_PROVIDERS": "Stadt Köln"}, "OIDC_PROVIDERS"),
        ({"OIDC_STADT_ISSUER": "id.example.org"}, "OIDC_STADT_ISSUER"),
        ({"OIDC_STADT_DOMAINS": ""}, "OIDC_STADT_DOMAINS"),
        ({"OIDC_STADT_ROLES": "sk-leitung:manager"}, "sk-leitung=09461000:manager"),
        ({"OIDC_STADT_ROLES": "sk-leitung=09461000:chef"}, "manager, team, reader"),
        ({"OIDC_STADT_HOURS": "0"}, "OIDC_STADT_HOURS"),
    ],
)
def test_wrong_settings_name_the_variable(changes, words):
    with pytest.raises(ImproperlyConfigured, match=re.escape(words)):
        identity_providers(Env(SET | changes))
