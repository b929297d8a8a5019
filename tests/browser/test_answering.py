"""Answering a criterion in a real browser: nothing typed is lost, whatever happens to the line, the session or the tab."""

import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from assessments.models import Assessment, Score
from assessments.services import workflow
from assessments.services.answers import Answer, save_score
from tests.browser.drafts import cut_line, expect_drafts
from tests.factories import make_catalogue, make_project

REASON = "Der Rat hat den Betrieb beschlossen."


@pytest.fixture
def assessment(municipality, alice, bob):
    make_catalogue(3)
    project = make_project(municipality, team=[alice])
    return workflow.start_assessment(project=project, by=alice)


@pytest.fixture
def url(live_server, assessment):
    return f"{live_server.url}/bewertungen/{assessment.public_id}/kriterien/kriterium-1/"


@pytest.fixture
def new_page(browser, browser_context_args):
    """Opens a page in a browser profile of its own; all are closed afterwards, or the server would wait for them."""
    contexts = []

    def new_page(**options):
        contexts.append(browser.new_context(**browser_context_args, **options))
        return contexts[-1].new_page()

    yield new_page
    for context in contexts:
        context.close()


def stored(key="kriterium-1") -> Score:
    return Score.objects.get(criterion__key=key)


def choose(page: Page, value: str) -> None:
    page.locator(f'input[name="choice"][value="{value}"]').check(force=True)


def state(page: Page):
    return page.locator("#save-state")


def test_autosave_tells_its_state_and_leaves_no_draft(page, url, alice, sign_in):
    sign_in(page, alice)
    page.goto(url)
    expect(state(page)).to_have_text("")
    choose(page, "2")
    expect(state(page)).to_have_text(re.compile(r"^gespeichert um \d\d:\d\d\s*$"))
    assert (stored().level, stored().version) == (2, 2)
    page.get_by_label("Begründung").press_sequentially(REASON)
    expect(state(page)).to_have_text("noch nicht gespeichert")
    expect(state(page)).to_have_text(re.compile("^gespeichert um"))
    assert (stored().rationale, stored().version) == (REASON, 3)
    expect_drafts(page, 0)
    page.get_by_role("button", name="Speichern und weiter").click()
    expect(page).to_have_url(re.compile("kriterium-2"))
    assert stored().version == 3


def test_autosave_never_creates_evidence(page, url, alice, sign_in):
    sign_in(page, alice)
    page.goto(url)
    page.get_by_label("Neuer Nachweis").fill("Ratsbeschluss")
    choose(page, "1")
    expect(state(page)).to_have_text(re.compile("der neue Nachweis kommt mit „Speichern“ dazu"))
    assert not stored().evidence.exists()
    expect_drafts(page, 1)
    page.get_by_role("button", name="Speichern", exact=True).click()
    expect(page.get_by_text("Gespeichert um")).to_be_visible()
    assert stored().evidence.get().text == "Ratsbeschluss"
    expect_drafts(page, 0)


def test_autosave_that_is_refused_says_why(page, url, alice, sign_in):
    sign_in(page, alice)
    page.goto(url)
    choose(page, "not_applicable")
    expect(state(page)).to_have_text("„Trifft nicht zu“ braucht noch eine Begründung.")
    expect(state(page).locator(".save-state--failed")).to_have_count(0)
    page.get_by_label("Begründung").fill("Es gibt keine Daten.")
    expect(state(page)).to_have_text(re.compile("^gespeichert um"))
    assert stored().state == "not_applicable"


def test_text_typed_while_a_save_is_under_way_is_saved_as_well(page, url, alice, sign_in):
    sign_in(page, alice)
    page.goto(url)
    held: list[Any] = []
    page.route(
        "**/kriterium-1/",
        lambda route: route.continue_() if held or route.request.method == "GET" else held.append(route),
    )
    page.get_by_label("Begründung").fill("Erster Satz.")
    expect(state(page)).to_have_text("wird gespeichert …")
    page.get_by_label("Begründung").press_sequentially(" Zweiter Satz.")
    held[0].continue_()
    expect(state(page)).to_have_text(re.compile("^gespeichert um"))
    expect_drafts(page, 0)
    assert stored().rationale == "Erster Satz. Zweiter Satz."


def test_network_cut_while_typing_then_restored(page, url, alice, sign_in, context):
    sign_in(page, alice)
    page.goto(url)
    context.set_offline(True)
    page.get_by_label("Begründung").fill(REASON)
    expect(state(page)).to_have_text(re.compile("Nicht gespeichert: keine Verbindung"))
    expect_drafts(page, 1)
    assert stored().version == 1
    context.set_offline(False)
    expect(state(page)).to_have_text(re.compile("^gespeichert um"))
    assert stored().rationale == REASON
    expect_drafts(page, 0)


def test_closed_laptop_offers_the_text_again(page, url, alice, sign_in, context, assert_accessible):
    sign_in(page, alice)
    page.goto(url)
    cut_line(context)
    choose(page, "3")
    page.get_by_label("Begründung").fill(REASON)
    expect(state(page)).to_have_text(re.compile("keine Verbindung"))
    # As if the battery had died: what a page sends when it is closed is not held up by a cut line here.
    page.evaluate("document.addEventListener('visibilitychange', event => event.stopImmediatePropagation(), true)")
    page.close()
    context.unroute_all()
    page = context.new_page()
    page.goto(url)
    offer = page.locator("#draft")
    expect(offer).to_be_visible()
    expect(offer).to_contain_text(REASON)
    expect(page.get_by_label("Begründung")).to_have_value("")
    assert_accessible(page)
    page.get_by_role("button", name="Diese Fassung ins Formular übernehmen").click()
    expect(state(page)).to_have_text(re.compile("^gespeichert um"))
    assert (stored().level, stored().rationale) == (3, REASON)
    expect_drafts(page, 0)


def test_sign_in_expired_while_typing(page, url, alice, sign_in_by_page):
    sign_in_by_page(page, alice)
    page.goto(url)
    Session.objects.all().delete()
    page.get_by_label("Begründung").fill(REASON)
    expect(state(page)).to_have_text(re.compile("Sie sind nicht mehr angemeldet"))
    page.get_by_role("link", name="Anmelden und weiterschreiben").click()
    from tests.conftest import PASSWORD

    page.get_by_label("E-Mail-Adresse").fill(alice.email)
    page.get_by_label("Passwort", exact=False).first.fill(PASSWORD)
    page.get_by_role("button", name="Anmelden", exact=True).click()
    expect(page).to_have_url(url)
    page.get_by_role("button", name="Diese Fassung ins Formular übernehmen").click()
    expect(state(page)).to_have_text(re.compile("^gespeichert um"))
    assert stored().rationale == REASON


def test_sign_in_expired_before_the_button(page, url, alice, sign_in_by_page):
    """The plain form's way: what was typed comes back to be sent again, and is kept on the device as well."""
    sign_in_by_page(page, alice)
    page.goto(url)
    page.route(
        "**/bewertungen/**", lambda route: route.abort() if "HX-Request" in str(route.request.headers) else route.continue_()
    )
    page.get_by_label("Begründung").fill(REASON)
    Session.objects.all().delete()
    page.get_by_role("button", name="Speichern und weiter").click()
    expect(page.get_by_role("heading", name="Sie sind nicht mehr angemeldet")).to_be_visible()
    expect(page.get_by_text(REASON)).to_be_visible()
    page.unroute_all()
    sign_in_by_page(page, alice)
    page.goto(url)
    expect(page.locator("#draft")).to_contain_text(REASON)


@pytest.mark.parametrize("javascript", [True, False])
def test_sign_in_expired_and_the_text_is_sent_again_from_the_page_that_has_it(
    new_page, url, alice, sign_in_by_page, assert_accessible, javascript
):
    page = new_page(java_script_enabled=javascript)
    sign_in_by_page(page, alice)
    page.goto(url)
    if javascript:  # as if the page had not had the time to save by itself
        page.route("**/*", lambda route: route.abort() if "hx-request" in route.request.headers else route.continue_())
    page.locator('input[name="choice"][value="4"]').check(force=True)
    page.get_by_label("Begründung").fill(REASON)
    page.get_by_label("Neuer Nachweis").fill("Ratsbeschluss vom Mai")
    Session.objects.all().delete()
    page.get_by_role("button", name="Speichern", exact=True).click()
    expect(page.get_by_text("Ratsbeschluss vom Mai")).to_be_visible()
    if javascript:
        assert_accessible(page)
    with page.expect_popup() as popup:
        page.get_by_role("link", name="Melden Sie sich in einem neuen Reiter an").click()
    sign_in_by_page(popup.value, alice)
    page.get_by_role("button", name="Noch einmal senden").click()
    expect(page.get_by_role("heading", name="Bitte noch einmal senden")).to_be_visible()
    if javascript:
        assert_accessible(page)
    page.get_by_role("button", name="Noch einmal senden").click()
    expect(page).to_have_url(url)
    assert (stored().level, stored().rationale, stored().evidence.get().text) == (4, REASON, "Ratsbeschluss vom Mai")
    if javascript:
        expect_drafts(page, 0)


def test_draft_is_wiped_at_sign_out_and_hidden_from_others(page, url, alice, bob, sign_in_by_page, sign_out):
    sign_in_by_page(page, alice)
    page.goto(url)
    page.route("**/kriterium-1/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.get_by_label("Begründung").fill(REASON)
    expect(state(page)).to_have_text(re.compile("keine Verbindung"))
    expect_drafts(page, 1)
    Session.objects.all().delete()
    page.goto(url)
    sign_in_by_page(page, bob)
    page.goto(url)
    expect(page.locator("#draft")).to_be_hidden()
    sign_out(page)
    page.wait_for_url("**/")
    expect_drafts(page, 1)  # Alice's: nobody's words go because somebody else signs out
    sign_in_by_page(page, alice)
    page.goto(url)
    expect(page.locator("#draft")).to_contain_text(REASON)
    asked: list[str] = []
    page.once("dialog", lambda dialog: asked.append(dialog.message) or dialog.accept())  # type: ignore[func-returns-value]
    sign_out(page)
    page.wait_for_url("**/")
    assert "Beim Abmelden wird sie gelöscht" in asked[0]
    expect_drafts(page, 0)


@pytest.mark.parametrize(
    ("button", "expected"),
    [
        ("Meine Fassung speichern", "Text von Alice"),
        ("Diese Fassung behalten", "Text von Bob"),
        ("Speichern", "Text von Bob\n\nText von Alice"),
    ],
)
def test_conflict_of_two_browsers_is_resolved_each_way(new_page, url, alice, bob, sign_in, assert_accessible, button, expected):
    one, other = new_page(), new_page()
    for page, person in ((one, alice), (other, bob)):
        sign_in(page, person)
        page.goto(url)
    other.get_by_label("Begründung").fill("Text von Bob")
    expect(state(other)).to_have_text(re.compile("^gespeichert um"))
    one.get_by_label("Begründung").fill("Text von Alice")
    expect(state(one)).to_have_text(re.compile("Nicht gespeichert: Bob hat hier um"))
    assert stored().rationale == "Text von Bob"
    one.get_by_role("button", name="Beide Fassungen ansehen").click()
    expect(one.get_by_role("heading", name="Es gibt zwei Fassungen")).to_be_visible()
    assert_accessible(one)
    one.get_by_role("button", name=button, exact=True).click()
    expect(one).to_have_url(url)
    assert stored().rationale == expected
    expect_drafts(one, 0)


def test_two_tabs_of_one_person_do_not_overwrite(page, url, alice, sign_in, context):
    sign_in(page, alice)
    page.goto(url)
    second = context.new_page()
    second.goto(url)
    page.get_by_label("Begründung").fill("Erster Reiter")
    expect(state(page)).to_have_text(re.compile("^gespeichert um"))
    second.get_by_label("Begründung").fill("Zweiter Reiter")
    expect(state(second)).to_have_text(re.compile("Nicht gespeichert"))
    assert stored().rationale == "Erster Reiter"


def test_back_button_shows_what_is_stored_and_saves_again(page, url, alice, sign_in):
    sign_in(page, alice)
    page.goto(url)
    choose(page, "2")
    page.get_by_label("Begründung").fill(REASON)
    page.get_by_role("button", name="Speichern und weiter").click()
    expect(page).to_have_url(re.compile("kriterium-2"))
    page.go_back()
    expect(page).to_have_url(url)
    expect(page.get_by_label("Begründung")).to_have_value(REASON)
    choose(page, "3")
    expect(state(page)).to_have_text(re.compile("^gespeichert um"))
    assert (stored().level, stored().rationale) == (3, REASON)


def test_keyboard_alone_rates_a_criterion_and_moves_on(page, url, alice, sign_in):
    sign_in(page, alice)
    page.goto(url)
    page.keyboard.press("3")
    expect(page.locator('input[name="choice"][value="3"]')).to_be_checked()
    page.keyboard.press("1")
    expect(page.locator('input[name="choice"][value="1"]')).to_be_checked()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Begründung")).to_be_focused()
    page.keyboard.type("Im Jahr 2024 beschlossen")
    expect(page.locator('input[name="choice"][value="1"]')).to_be_checked()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "weiter":
            break
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("kriterium-2"))
    assert (stored().level, stored().rationale) == (1, "Im Jahr 2024 beschlossen")


def test_without_javascript_the_whole_round_is_filled_in_and_submitted(new_page, live_server, assessment, url, alice, sign_in):
    page = new_page(java_script_enabled=False)
    sign_in(page, alice)
    page.goto(f"{live_server.url}/bewertungen/{assessment.public_id}/")
    page.get_by_role("link", name="Nächstes offenes Kriterium").click()
    for number in (1, 2, 3):
        page.locator(f'input[name="choice"][value="{number}"]').check(force=True)
        page.get_by_label("Begründung").fill(f"Grund {number}")
        page.get_by_label("Neuer Nachweis").fill(f"Nachweis {number}")
        page.get_by_role("button", name="Speichern und weiter").click()
        expect(page).not_to_have_url(re.compile(f"kriterium-{number}/$"))
    expect(page.get_by_text("alle Kriterien bearbeitet")).to_be_visible()
    page.get_by_role("button", name="Zur Freigabe einreichen").click()
    expect(page.get_by_text("Eingereicht").first).to_be_visible()
    assert Assessment.objects.get().state == "submitted"
    assert [(s.level, s.rationale, s.evidence.get().text) for s in assessment.scores.all()] == [
        (n, f"Grund {n}", f"Nachweis {n}") for n in (1, 2, 3)
    ]


def test_round_that_is_submitted_meanwhile_keeps_the_text_on_the_device(page, url, assessment, alice, bob, sign_in):
    sign_in(page, alice)
    page.goto(url)
    workflow.submit(assessment=assessment, by=bob)
    page.get_by_label("Begründung").fill(REASON)
    expect(state(page)).to_have_text(re.compile("Die Bewertung ist inzwischen eingereicht"))
    expect_drafts(page, 1)
    assert stored().rationale == ""


def test_conflict_page_at_320_pixels(page, url, alice, bob, sign_in, assessment, assert_accessible):
    page.set_viewport_size({"width": 320, "height": 800})
    sign_in(page, alice)
    page.goto(url)
    assert_accessible(page)
    save_score(score=stored(), version=1, by=bob, answer=Answer("rated", 1, "W" * 200))
    page.get_by_label("Begründung").fill("M" * 200)
    page.get_by_role("button", name="Speichern und weiter").click()
    expect(page.get_by_role("heading", name="Es gibt zwei Fassungen")).to_be_visible()
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
