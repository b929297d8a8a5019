"""The table in a real browser: every row is saved by itself, and nothing typed in it is lost either."""

import datetime
import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from assessments.models import Score
from assessments.services.answers import Answer, save_score
from tests.browser.drafts import cut_line, expect_drafts

REASON = "Der Rat hat den Betrieb beschlossen."
DAY = datetime.date(2027, 3, 31)


@pytest.fixture
def url(live_server, assessment):
    return f"{live_server.url}/bewertungen/{assessment.public_id}/tabelle/"


@pytest.fixture
def opened(page, url, alice, sign_in):
    sign_in(page, alice)
    page.goto(url)
    return page


def stored(number: int) -> Score:
    return Score.objects.get(criterion__key=f"kriterium-{number}")


def row(page: Page, number: int):
    return page.locator("tr[data-address]").nth(number - 1)


def reason(page: Page, number: int):
    return row(page, number).locator("textarea")


def note(page: Page, number: int):
    return row(page, number).locator(".save-state")


def test_each_row_saves_itself_and_leaves_no_draft(opened, page, assert_accessible):
    save_score(score=stored(2), version=1, by=None, answer=Answer("rated", 1, "", 4, DAY))
    page.reload()
    reason(page, 1).fill(REASON)
    row(page, 2).locator("select").first.select_option("3")
    for number in (1, 2):
        expect(note(page, number)).to_have_text(re.compile(r"^gespeichert um \d\d:\d\d$"))
    assert (stored(1).rationale, stored(1).version) == (REASON, 2)
    assert (stored(2).level, stored(2).target_level, stored(2).target_date) == (3, 4, DAY)
    assert stored(3).version == 1
    expect_drafts(page, 0)
    expect(page.locator("#save-state")).to_have_text(re.compile("gespeichert um"))
    assert_accessible(page)
    page.get_by_role("button", name="Änderungen speichern").click()
    expect(page.get_by_text("Es ist alles gespeichert.")).to_be_visible()
    assert stored(1).version == 2


def test_button_waits_for_rows_under_way(opened, page):
    held: list[Any] = []
    page.route("**/kriterium-1/", lambda route: route.continue_() if held else held.append(route))
    reason(page, 1).fill(REASON)
    row(page, 1).locator("select").first.select_option("2")
    expect(note(page, 1)).to_have_text("wird gespeichert …")
    page.get_by_role("button", name="Änderungen speichern").click()
    held[0].continue_()
    expect(page.get_by_text("Es ist alles gespeichert.")).to_be_visible()
    assert (stored(1).level, stored(1).rationale, stored(1).version) == (2, REASON, 2)


def test_text_typed_while_a_row_is_being_saved_is_saved_as_well(opened, page):
    held: list[Any] = []
    page.route("**/kriterium-1/", lambda route: route.continue_() if held else held.append(route))
    reason(page, 1).fill("Erster Satz.")
    expect(note(page, 1)).to_have_text("wird gespeichert …")
    reason(page, 1).press_sequentially(" Zweiter Satz.")
    held[0].continue_()
    expect(note(page, 1)).to_have_text(re.compile("^gespeichert um"))
    expect_drafts(page, 0)
    assert stored(1).rationale == "Erster Satz. Zweiter Satz."


def test_row_that_is_refused_says_why(opened, page):
    row(page, 1).locator("select").first.select_option("not_applicable")
    expect(note(page, 1)).to_have_text("„Trifft nicht zu“ braucht noch eine Begründung.")
    reason(page, 1).fill("Es gibt keine Daten.")
    expect(note(page, 1)).to_have_text(re.compile("^gespeichert um"))
    assert stored(1).state == "not_applicable"


def test_network_cut_while_typing_then_restored(opened, page, context):
    context.set_offline(True)
    reason(page, 1).fill(REASON)
    reason(page, 3).fill("Auch hier")
    for number in (1, 3):
        expect(note(page, number)).to_have_text(re.compile("Nicht gespeichert: keine Verbindung"))
    expect_drafts(page, 2)
    context.set_offline(False)
    for number in (1, 3):
        expect(note(page, number)).to_have_text(re.compile("^gespeichert um"))
    assert (stored(1).rationale, stored(3).rationale) == (REASON, "Auch hier")
    expect_drafts(page, 0)


def test_closed_laptop_offers_the_row_again_there_and_on_the_criterions_page(opened, page, context, url, assert_accessible):
    cut_line(context)
    reason(page, 1).fill(REASON)
    expect(note(page, 1)).to_have_text(re.compile("keine Verbindung"))
    # As if the battery had died: what a page sends when it is closed is not held up by a cut line here.
    page.evaluate("document.addEventListener('visibilitychange', event => event.stopImmediatePropagation(), true)")
    page.close()
    context.unroute_all()
    page = context.new_page()
    page.goto(url.replace("tabelle", "kriterium-1"))
    expect(page.locator("#draft")).to_contain_text(REASON)
    page.goto(url)
    expect(row(page, 1).get_by_role("group", name="Auf diesem Gerät")).to_contain_text(REASON)
    expect(reason(page, 1)).to_have_value("")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")  # where the bar that sticks to the window covers nothing
    assert_accessible(page)
    page.get_by_role("button", name="Diese Fassung ins Formular übernehmen").click()
    expect(note(page, 1)).to_have_text(re.compile("^gespeichert um"))
    assert stored(1).rationale == REASON
    expect_drafts(page, 0)


def test_evidence_typed_on_the_criterions_page_waits_for_it(opened, page, url):
    page.goto(url.replace("tabelle", "kriterium-1"))
    page.get_by_label("Neuer Nachweis").fill("Ratsbeschluss")
    expect_drafts(page, 1)
    page.goto(url)
    reason(page, 1).fill(REASON)
    expect(note(page, 1)).to_have_text(re.compile("^gespeichert um"))
    page.goto(url.replace("tabelle", "kriterium-1"))
    expect(page.locator("#draft")).to_contain_text("Ratsbeschluss")


def test_sign_in_expired_while_typing(opened, page, url):
    Session.objects.all().delete()
    reason(page, 1).fill(REASON)
    expect(note(page, 1)).to_have_text(re.compile("Sie sind nicht mehr angemeldet"))
    link = row(page, 1).get_by_role("link", name="Anmelden und weiterschreiben")
    expect(link).to_have_attribute("href", re.compile("tabelle%2F$"))
    expect_drafts(page, 1)


@pytest.mark.parametrize(("keep_theirs", "expected"), [(True, "Text von Bob"), (False, "Text von Alice")])
def test_conflict_in_a_row_is_decided_by_the_person(opened, page, bob, assert_accessible, keep_theirs, expected):
    save_score(score=stored(1), version=1, by=bob, answer=Answer("rated", 2, "Text von Bob"))
    reason(page, 1).fill("Text von Alice")
    expect(note(page, 1)).to_have_text(re.compile("Nicht gespeichert: Bob hat hier um .*zeigt beide Fassungen"))
    assert stored(1).rationale == "Text von Bob"
    page.get_by_role("button", name="Änderungen speichern").click()
    expect(row(page, 1)).to_contain_text("Text von Bob")
    expect(reason(page, 1)).to_have_value("Text von Alice")
    page.set_viewport_size({"width": 1280, "height": 1800})  # all of it, or axe minds what the buttons at the foot lie over
    assert_accessible(page)
    if keep_theirs:
        page.get_by_label("gespeicherte Fassung behalten").check()
    page.get_by_role("button", name="Änderungen speichern").click()
    expect(page.get_by_text("gespeichert.", exact=False).first).to_be_visible()
    expect(reason(page, 1)).to_have_value(expected)
    assert stored(1).rationale == expected
    expect_drafts(page, 0)
