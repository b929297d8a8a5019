"""What narrows a list works with the choice itself, and by keyboard one goes on where one was; without a script by a button."""

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture
def url(live_server, assessment):
    return f"{live_server.url}/bewertungen/{assessment.public_id}/"


def test_arrow_keys_go_from_choice_to_choice(page, url, alice, sign_in):
    sign_in(page, alice)
    page.goto(url)
    field = page.get_by_label("Zeige", exact=True)
    expect(page.get_by_role("button", name="Eingrenzen")).to_have_count(0)
    field.focus()
    for word in ("offen", "unbestaetigt", "weiss-nicht"):
        page.keyboard.press("ArrowDown")
        page.wait_for_url(re.compile(f"zeige={word}"))
        expect(field).to_be_focused()
    expect(page.get_by_text("0 von 3 Kriterien")).to_be_in_viewport()
    page.reload()
    expect(field).to_have_value("weiss-nicht")
    expect(field).not_to_be_focused()  # nobody has chosen anything there


def test_without_a_script_there_is_a_button(browser, browser_context_args, url, alice, sign_in):
    context = browser.new_context(**{**browser_context_args, "java_script_enabled": False})
    page = context.new_page()
    sign_in(page, alice)
    page.goto(url)
    page.get_by_label("Zeige", exact=True).select_option("offen")
    page.get_by_label("Workstream").select_option("organisatorisch")
    page.get_by_role("button", name="Eingrenzen").click()
    expect(page.get_by_text("3 von 3 Kriterien")).to_be_in_viewport()
    expect(page.get_by_label("Workstream")).to_have_value("organisatorisch")
    page.get_by_role("link", name="Alle zeigen").click()
    expect(page.get_by_label("Zeige", exact=True)).to_have_value("")
    context.close()
