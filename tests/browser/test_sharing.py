"""The address of a shared profile and a profile as text: copied by a button, or marked whole where there is no script."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from assessments.services import share_links, workflow
from tests.factories import make_catalogue, make_project


@pytest.fixture
def shared(municipality, alice, bob):
    make_catalogue(2)
    assessment = workflow.start_assessment(project=make_project(municipality, team=[alice]), by=alice)
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    return share_links.create_link(assessment=assessment, by=bob, purpose="Rat", expires_on=timezone.localdate())


def test_address_is_copied_by_a_button_that_says_so(page, context, live_server, shared, bob, sign_in, assert_accessible):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(page, bob)
    page.goto(f"{live_server.url}/bewertungen/{shared.assessment.public_id}/links/")
    assert_accessible(page)
    button = page.get_by_role("button", name="Adresse kopieren: Rat")
    button.click()
    expect(button).to_have_text("Kopiert")
    address = page.locator("input[readonly]").input_value()
    assert address.endswith(f"/geteilt/{shared.token}/")
    assert page.evaluate("navigator.clipboard.readText()") == address


def test_text_is_copied_or_said_to_be_copied_by_hand(page, context, live_server, shared, bob, sign_in):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(page, bob)
    page.goto(f"{live_server.url}/bewertungen/{shared.assessment.public_id}/profil-text/")
    button, status = page.get_by_role("button", name="Text kopieren"), page.locator("main p [role=status]")
    button.click()
    expect(status).to_have_text("Kopiert")
    expect(page.get_by_role("button", name="Kopiert")).to_be_visible()
    text = page.get_by_label("Kurzfassung als Text").input_value()
    assert page.evaluate("navigator.clipboard.readText()") == text
    expect(button).to_be_visible()  # it says again what it does
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(); document.execCommand = () => false; }")
    button.click()
    expect(status).to_contain_text("Der Text ist markiert; kopieren Sie ihn mit Strg+C.")
    assert page.evaluate("document.activeElement.selectionEnd") == len(text)


def test_address_is_there_without_a_script(browser, browser_context_args, live_server, shared, bob, sign_in):
    context = browser.new_context(**{**browser_context_args, "java_script_enabled": False})
    page = context.new_page()
    sign_in(page, bob)
    page.goto(f"{live_server.url}/bewertungen/{shared.assessment.public_id}/links/")
    expect(page.locator("input[readonly]")).to_have_value(f"{live_server.url}/geteilt/{shared.token}/")
    expect(page.get_by_role("button", name="Adresse kopieren: Rat")).to_have_count(0)
    context.close()
