"""A second factor as a person sets it up and uses it: an app's codes, emergency codes, a passkey."""

import re

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import expect

from tests.accounts.codes import code_of
from tests.conftest import PASSWORD


@pytest.fixture
def passkeys(page, settings):
    """A device in chromium that unlocks by itself; what it holds can be asked and taken away."""
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # the tests' server speaks no https; browsers allow that for localhost
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    device = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    class Device:
        def keys(self):
            return session.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]

        def forget(self):
            session.send("WebAuthn.clearCredentials", {"authenticatorId": device})

    return Device()


def confirm(page):
    expect(page.get_by_role("heading", name="Bitte bestätigen Sie, dass Sie es sind")).to_be_visible()
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Bestätigen").click()


def type_password(page, live_server, person):
    page.goto(f"{live_server.url}/konto/login/")
    page.get_by_label("E-Mail-Adresse").fill(person.email)
    page.get_by_label("Passwort", exact=False).first.fill(PASSWORD)
    page.get_by_role("button", name="Anmelden", exact=True).click()


def set_up_app(page, live_server, check=lambda page: None):
    """The key, and the emergency codes."""
    page.goto(f"{live_server.url}/konto/")
    page.get_by_role("link", name="App, Passkeys, Notfall-Codes").click()
    check(page)
    page.get_by_role("link", name="App einrichten").click()
    confirm(page)
    check(page)
    secret = page.locator("code").inner_text()
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="App einrichten").click()
    expect(page.get_by_role("heading", name="Notfall-Codes", level=1)).to_be_visible()
    check(page)
    return secret, page.locator(".recovery-codes code").all_inner_texts()


def leave(page, live_server):
    page.goto(f"{live_server.url}/konto/logout/")
    page.get_by_role("main").get_by_role("button", name="Abmelden").click()
    expect(page.get_by_role("link", name="Anmelden").first).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_app_with_codes_and_emergency_code(browser, browser_context_args, live_server, alice, assert_accessible, scripts):
    context = browser.new_context(**{**browser_context_args, "java_script_enabled": scripts})
    page = context.new_page()
    check = assert_accessible if scripts else (lambda page: None)  # axe is a script itself
    type_password(page, live_server, alice)
    page.wait_for_url(f"{live_server.url}/")
    secret, emergency = set_up_app(page, live_server, check)
    assert len(emergency) == 10

    leave(page, live_server)
    type_password(page, live_server, alice)
    expect(page.get_by_role("heading", name="Noch ein Schritt: Ihr zweiter Faktor")).to_be_visible()
    check(page)
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Anmelden", exact=True).click()
    expect(page.get_by_text("Der Code stimmt nicht").first).to_be_visible()
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="Anmelden", exact=True).click()
    page.wait_for_url(f"{live_server.url}/")

    leave(page, live_server)
    type_password(page, live_server, alice)
    page.get_by_label("Code").fill(emergency[0])
    page.get_by_role("button", name="Anmelden", exact=True).click()
    page.wait_for_url(f"{live_server.url}/")
    leave(page, live_server)
    type_password(page, live_server, alice)
    page.get_by_label("Code").fill(emergency[0])
    page.get_by_role("button", name="Anmelden", exact=True).click()
    expect(page.get_by_text("Der Code stimmt nicht").first).to_be_visible()
    context.close()


def add_key(page, live_server, check=lambda page: None):
    page.goto(f"{live_server.url}/konto/zweiter-faktor/")
    page.get_by_role("link", name="Schlüssel hinzufügen").click()
    if page.url.startswith(f"{live_server.url}/konto/reauthenticate/"):
        confirm(page)
    check(page)
    page.get_by_label("Name des Schlüssels").fill("Dienstrechner")
    page.get_by_role("button", name="Schlüssel hinzufügen").click()
    expect(page.get_by_text("Der Schlüssel ist hinzugefügt.")).to_be_visible()
    page.goto(f"{live_server.url}/")  # where words that nobody stored would wait
    expect(page.locator("#unsaved")).to_be_hidden()


def test_passkey_alone_signs_in(page, live_server, alice, sign_in_by_page, passkeys, assert_accessible):
    sign_in_by_page(page, alice)
    add_key(page, live_server, assert_accessible)
    assert len(passkeys.keys()) == 1
    leave(page, live_server)
    page.goto(f"{live_server.url}/konto/login/?next=/konto/")
    assert_accessible(page)
    page.get_by_role("button", name="Mit Passkey anmelden").click()
    page.wait_for_url(f"{live_server.url}/konto/")
    expect(page.get_by_role("heading", name="Mein Konto")).to_be_visible()
    page.goto(f"{live_server.url}/konto/zweiter-faktor/webauthn/")
    assert_accessible(page)
    expect(page.get_by_text("Dienstrechner").first).to_be_visible()
    expect(page.get_by_text(re.compile("zuletzt benutzt am"))).to_be_visible()


def test_passkey_is_a_second_step_and_confirms(page, live_server, alice, sign_in_by_page, passkeys):
    sign_in_by_page(page, alice)
    add_key(page, live_server)
    leave(page, live_server)
    type_password(page, live_server, alice)
    page.get_by_role("button", name="Schlüssel verwenden").click()
    page.wait_for_url(f"{live_server.url}/")
    page.goto(f"{live_server.url}/konto/zweiter-faktor/")
    page.get_by_role("link", name="Neue Codes erzeugen").click()
    page.get_by_role("link", name=re.compile("Sicherheitsschlüssel|Schlüssel")).first.click()
    page.get_by_role("button", name="Schlüssel verwenden").click()
    expect(page.get_by_role("heading", name="Neue Notfall-Codes erzeugen")).to_be_visible()


def test_device_without_the_key_says_so_and_opens_nothing(page, live_server, alice, sign_in_by_page, passkeys):
    sign_in_by_page(page, alice)
    add_key(page, live_server)
    leave(page, live_server)
    passkeys.forget()
    page.goto(f"{live_server.url}/konto/login/")
    page.get_by_role("button", name="Mit Passkey anmelden").click()
    expect(page.get_by_text("Das hat nicht geklappt")).to_be_visible()
    page.goto(f"{live_server.url}/konto/")
    expect(page.get_by_role("heading", name="Anmelden", level=1)).to_be_visible()


def test_key_that_was_removed_opens_nothing(page, live_server, alice, sign_in_by_page, passkeys):
    sign_in_by_page(page, alice)
    add_key(page, live_server)
    leave(page, live_server)
    Authenticator.objects.filter(user=alice).delete()
    page.goto(f"{live_server.url}/konto/login/")
    page.get_by_role("button", name="Mit Passkey anmelden").click()
    expect(page.get_by_text("Der Code stimmt nicht")).to_be_visible()
    page.goto(f"{live_server.url}/konto/")
    expect(page.get_by_role("heading", name="Anmelden", level=1)).to_be_visible()
