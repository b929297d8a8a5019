"""Signing in with the account of the town hall, as a person does it, at a real OpenID provider on this machine."""

import pytest
from playwright.sync_api import expect

from scaling.accounts.models import Membership, User
from tests.accounts import identity_provider


@pytest.fixture
def provider(settings, municipality, live_server):
    with identity_provider.running() as running:
        rules = (("team", municipality.ags, "team"), ("leitung", municipality.ags, "manager"))
        settings.IDENTITY_PROVIDERS = {"stadt": running.settings(rules=rules)}
        settings.SITE_URL = live_server.url
        running.person("n1", email="nora@stadt.example", name="Nora Neu", groups=["team"])
        yield running


def come_from_there(page, live_server, provider, subject="n1"):
    page.goto(f"{live_server.url}/konto/login/")
    page.get_by_role("link", name="Anmelden mit „Stadt Musterhafen“").click()
    expect(page.get_by_role("heading", name="Authorize Client")).to_be_visible()
    assert page.url.startswith(provider.url)
    page.get_by_placeholder("sub").fill(subject)
    page.get_by_role("button", name="Authorize").click()


def test_person_comes_from_the_provider_and_is_signed_out_there_too(
    page, live_server, provider, municipality, assert_accessible
):
    page.goto(f"{live_server.url}/konto/login/?next=/konto/")
    assert_accessible(page)
    come_from_there(page, live_server, provider)
    page.wait_for_url(f"{live_server.url}/")
    expect(page.get_by_text("Nora Neu").first).to_be_visible()
    assert Membership.objects.get(user__email="nora@stadt.example").role == "team"

    provider.person("n1", email="nora@stadt.example", name="Nora Neu", groups=["leitung"])
    page.locator("details.menu > summary").click()
    page.get_by_role("button", name="Abmelden").click()
    page.wait_for_url(f"{provider.url}/oauth2/end_session**")
    page.get_by_role("button").first.click()
    page.wait_for_url(f"{live_server.url}/")
    expect(page.get_by_role("link", name="Anmelden").first).to_be_visible()

    come_from_there(page, live_server, provider)
    page.wait_for_url(f"{live_server.url}/")
    assert Membership.objects.get(user__email="nora@stadt.example").role == "manager"


def test_account_that_is_locked_there_or_has_no_group_stays_outside(page, live_server, provider, assert_accessible):
    provider.person("n1", email="nora@stadt.example", name="Nora Neu", groups=[])
    come_from_there(page, live_server, provider)
    expect(page.get_by_role("heading", name="Noch kein Zugang")).to_be_visible()
    assert_accessible(page)
    provider.locked = {"n1"}
    come_from_there(page, live_server, provider)
    expect(page.get_by_role("heading", name="Sie haben die Anmeldung abgebrochen")).to_be_visible()
    assert not User.objects.filter(email="nora@stadt.example").exists()


@pytest.mark.parametrize(
    "amiss",
    [{"iss": "https://evil.example"}, {"aud": "other-app"}, {"exp": identity_provider.long_ago()}],
    ids=["wrong issuer", "wrong audience", "expired"],
)
def test_token_that_is_wrong_is_told_and_opens_nothing(page, live_server, provider, amiss):
    provider.amiss = amiss
    come_from_there(page, live_server, provider)
    expect(page.get_by_role("heading", name="Die Anmeldung hat nicht geklappt")).to_be_visible()
    page.goto(f"{live_server.url}/konto/")
    expect(page.get_by_role("heading", name="Anmelden", level=1)).to_be_visible()


def test_answer_of_the_provider_is_good_once(page, live_server, provider):
    answers = []
    page.on("request", lambda request: answers.append(request.url) if "/login/callback/" in request.url else None)
    come_from_there(page, live_server, provider)
    page.wait_for_url(f"{live_server.url}/")
    page.goto(answers[0])  # by „back“, say
    expect(page.get_by_role("heading", name="Die Anmeldung hat nicht geklappt")).to_be_visible()
    page.context.clear_cookies()
    page.goto(answers[0])  # in another browser
    expect(page.get_by_role("heading", name="Die Anmeldung hat nicht geklappt")).to_be_visible()
    page.goto(f"{live_server.url}/konto/")
    expect(page.get_by_role("heading", name="Anmelden", level=1)).to_be_visible()
