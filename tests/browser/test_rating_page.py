"""The page that rates a criterion, in a real browser: by keyboard, with help that stays, all of it in place."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from assessments.models import Comment, Evidence, Measure, Score
from assessments.services import workflow
from assessments.services.answers import Answer, save_score
from tests.factories import make_catalogue, make_project

TYPED = "Der Rat hat den Betrieb beschlossen"


@pytest.fixture
def assessment(municipality, alice, bob):
    make_catalogue(3)
    return workflow.start_assessment(project=make_project(municipality, team=[alice]), by=alice)


@pytest.fixture
def url(live_server, assessment):
    return f"{live_server.url}/bewertungen/{assessment.public_id}/kriterien/kriterium-1/"


@pytest.fixture
def opened(page, url, alice, sign_in) -> Page:
    sign_in(page, alice)
    page.goto(url)
    return page


def stored(key: str = "kriterium-1") -> Score:
    return Score.objects.get(criterion__key=key)


def test_digit_reason_and_control_enter_rate_one_criterion(opened):
    page = opened
    page.keyboard.press("2")
    page.get_by_label("Begründung").fill(TYPED)
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(re.compile("kriterium-2"))
    assert (stored().level, stored().rationale) == (2, TYPED)
    expect(page.locator("#save-state")).to_contain_text("„Kriterium kriterium-1“ ist gespeichert.")


def test_last_criterion_leads_to_handing_in(opened, assessment):
    page = opened
    for number in range(3):
        expect(page).to_have_url(re.compile(f"kriterium-{number + 1}"))
        page.keyboard.press("3")
        page.keyboard.press("Control+Enter")
    expect(page.locator(".page-header .kern-btn").first).to_have_text(re.compile("Zur Freigabe einreichen"))
    page.locator(".page-header .kern-btn").first.click()
    expect(page.get_by_text("Eingereicht").first).to_be_visible()
    assessment.refresh_from_db()
    assert assessment.state == "submitted"


def test_tab_of_the_help_stays_from_criterion_to_criterion(opened):
    page = opened
    expect(page.get_by_text("Frage zu kriterium-1?")).to_be_visible()
    page.locator(".guidance__tab", has_text="Nachweise").click()
    expect(page.get_by_text("Nachweis zu kriterium-1")).to_be_visible()
    expect(page.get_by_text("Frage zu kriterium-1?")).to_be_hidden()
    expect(page.locator("#save-state")).to_have_text("")  # a tab is no part of the answer
    page.get_by_role("link", name=re.compile("^Weiter")).click()
    expect(page.get_by_text("Nachweis zu kriterium-2")).to_be_visible()
    assert stored().version == 1


def test_next_step_follows_the_chosen_level(opened):
    page = opened
    page.locator(".guidance__tab", has_text="Nächster Schritt").click()
    expect(page.get_by_text("kriterium-1 von 3 weiter")).to_be_visible()  # nothing chosen: all of them
    page.keyboard.press("1")
    expect(page.get_by_text("kriterium-1 von 1 weiter")).to_be_visible()
    expect(page.get_by_text("kriterium-1 von 3 weiter")).to_be_hidden()
    expect(page.locator("#save-state")).to_have_text(
        re.compile("^gespeichert um")
    )  # no save is left to meet the next test's data


def hold_autosave(page: Page) -> None:
    """What is being typed is nowhere but on this page. No request begins: one that fails would say so in the line of the news,
    a moment before or after what a test waits for there."""
    page.evaluate("""() => document.getElementById("einschaetzung").addEventListener("htmx:beforeRequest", event => {
        event.preventDefault();
        event.stopImmediatePropagation();
    }, true)""")


def hold_autosave_until_a_button(page: Page) -> None:
    page.route(
        "**/kriterium-1/", lambda route: route.abort() if "autosave" in (route.request.post_data or "") else route.continue_()
    )


def test_file_is_added_in_place_and_nothing_typed_is_lost(opened, tmp_path):
    page = opened
    hold_autosave(page)
    page.get_by_label("Begründung").fill(TYPED)
    page.get_by_role("link", name="Datei als Nachweis hinzufügen").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Datei als Nachweis hinzufügen")).to_be_visible()
    path = tmp_path / "beschluss.txt"
    path.write_text("Beschluss", encoding="utf-8")
    dialog.get_by_label("Datei", exact=False).first.set_input_files(path)
    dialog.locator("form button, form input[type=submit]").last.click()
    expect(dialog).to_be_hidden()
    expect(page.locator("#nachweise").get_by_role("link", name="beschluss.txt", exact=True)).to_be_visible()
    expect(page.get_by_label("Begründung")).to_have_value(TYPED)
    page.locator("#nachweise").get_by_role("button", name=re.compile("Entfernen")).click()
    expect(page.locator("#nachweise .item-list")).to_have_count(0)
    expect(page.get_by_label("Begründung")).to_have_value(TYPED)
    assert not Evidence.objects.exists()


def test_measure_is_added_in_place_and_errors_stay_there(opened):
    page = opened
    hold_autosave(page)
    page.get_by_label("Begründung").fill(TYPED)
    page.get_by_role("link", name="Maßnahme hinzufügen").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Maßnahme speichern").click()
    expect(dialog.locator("[aria-invalid=true]").first).to_be_visible()
    dialog.get_by_label("Was ist zu tun?").fill("Stelle ausschreiben")
    dialog.get_by_role("button", name="Maßnahme speichern").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("#massnahmen")).to_contain_text("Stelle ausschreiben")
    expect(page.get_by_label("Begründung")).to_have_value(TYPED)
    assert Measure.objects.get().criterion_key == "kriterium-1"


def test_comment_and_assignment_are_done_in_place(opened, alice):
    page = opened
    hold_autosave(page)
    page.get_by_label("Begründung").fill(TYPED)
    page.get_by_label("Zuständig").select_option(str(alice.pk))
    page.get_by_role("button", name="Zuweisen").click()
    expect(page.locator("#save-state")).to_have_text("Die Zuständigkeit ist gespeichert.")
    page.get_by_text("Kommentieren").first.click()
    page.get_by_label("Neuer Kommentar").fill("Bitte bis Freitag.")
    page.locator("#kommentare").get_by_role("button", name="Kommentieren").click()
    expect(page.locator("#kommentare .comments")).to_contain_text("Bitte bis Freitag.")
    expect(page.get_by_label("Begründung")).to_have_value(TYPED)
    assert (stored().assigned_to, Comment.objects.get().text) == (alice, "Bitte bis Freitag.")


def test_form_in_a_dialog_is_whole_on_a_laptop(opened):
    """Its fields are as wide as it is, two beside each other, and its buttons are seen without scrolling."""
    page = opened
    page.set_viewport_size({"width": 1366, "height": 768})
    page.get_by_role("link", name="Maßnahme hinzufügen").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Maßnahme speichern")).to_be_visible()
    assert dialog.evaluate("dialog => dialog.scrollHeight <= dialog.clientHeight")
    widths = [box.bounding_box()["width"] for box in (dialog.get_by_label("Was ist zu tun?"), dialog.locator("form"))]
    assert widths[0] == widths[1]


def test_dialog_and_open_help_are_accessible(opened, assert_accessible):
    page = opened
    page.set_viewport_size({"width": 1280, "height": 1600})  # all of it, or axe minds what the buttons at the foot lie over
    page.get_by_role("link", name="Maßnahme hinzufügen").click()
    expect(page.get_by_role("dialog").get_by_label("Was ist zu tun?")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_text("Kriterium 1 von 3").click()
    assert_accessible(page)


def test_wall_is_led_by_keys_and_by_a_presenter(page: Any, url, alice, sign_in, assert_accessible):
    sign_in(page, alice)
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{url}?ansicht=gross")
    expect(page.get_by_role("banner")).to_have_count(0)
    page.keyboard.press("2")
    expect(page.locator("#save-state")).to_have_text(re.compile("^gespeichert um"))
    page.keyboard.press("PageDown")
    expect(page).to_have_url(re.compile(r"kriterium-2/\?ansicht=gross"))
    page.keyboard.press("PageUp")
    expect(page).to_have_url(re.compile(r"kriterium-1/\?ansicht=gross"))
    page.get_by_role("button", name="Leitfragen").click()
    expect(page.get_by_text("Frage zu kriterium-1?")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(page.get_by_text("Frage zu kriterium-1?")).to_be_hidden()
    expect(page).to_have_url(re.compile("ansicht=gross"))
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"kriterium-1/$"))


def test_page_without_a_script_comes_back_to_the_same_spot(browser, browser_context_args, url, alice, sign_in):
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, alice)
    page.goto(url)
    page.locator(".guidance__tab", has_text="Nachweise").click()
    expect(page.get_by_text("Nachweis zu kriterium-1")).to_be_visible()
    page.get_by_role("link", name="Maßnahme hinzufügen").click()
    page.get_by_label("Was ist zu tun?").fill("Stelle ausschreiben")
    page.get_by_role("button", name="Maßnahme speichern").click()
    expect(page).to_have_url(f"{url}#massnahmen")
    expect(page.locator("#massnahmen")).to_contain_text("Stelle ausschreiben")
    context.close()


def test_keys_in_a_dialog_or_beside_do_what_belongs_there(opened, url):
    page = opened
    page.get_by_role("link", name="Maßnahme hinzufügen").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Was ist zu tun?").fill("Stelle ausschreiben")
    dialog.get_by_role("button", name="Schließen").press("4")
    expect(page.locator("[name=choice]:checked")).to_have_count(0)
    dialog.get_by_label("Was ist zu tun?").press("Control+Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator("#massnahmen")).to_contain_text("Stelle ausschreiben")
    page.get_by_text("Kommentieren").first.click()
    page.get_by_label("Neuer Kommentar").fill("Bitte bis Freitag.")
    page.get_by_label("Neuer Kommentar").press("Control+Enter")
    expect(page.locator("#kommentare .comments")).to_contain_text("Bitte bis Freitag.")
    expect(page).to_have_url(url)


def test_still_right_keeps_what_was_just_typed(page, live_server, assessment, alice, bob, sign_in):
    for score in assessment.scores.all():
        save_score(score=score, version=score.version, by=alice, answer=Answer("rated", 2, "Von damals."))
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    following = workflow.start_assessment(project=assessment.project, by=alice)
    sign_in(page, alice)
    page.goto(f"{live_server.url}/bewertungen/{following.public_id}/kriterien/kriterium-1/")
    hold_autosave_until_a_button(page)
    page.get_by_label("Begründung").fill(TYPED)
    page.get_by_role("button", name="Stimmt noch, weiter").click()
    expect(page).to_have_url(re.compile("kriterium-2"))
    score = following.scores.get(criterion__key="kriterium-1")
    assert (score.level, score.rationale, score.confirmed) == (2, TYPED, True)


def test_wall_says_in_full_what_was_not_saved(opened, url):
    page = opened
    page.goto(f"{url}?ansicht=gross")
    save_score(score=stored(), version=1, by=None, answer=Answer("rated", 1, "Von jemand anderem."))
    page.keyboard.press("2")
    state = page.locator("#save-state")
    expect(state.get_by_role("button", name="Beide Fassungen ansehen")).to_be_visible()
    assert state.evaluate("element => element.scrollWidth <= element.clientWidth")
    state.get_by_role("button", name="Beide Fassungen ansehen").click()
    expect(page.get_by_role("heading", name="Es gibt zwei Fassungen")).to_be_visible()


def test_wall_on_a_phone_keeps_its_words_apart(opened, url):
    page = opened
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{url}?ansicht=gross")
    page.keyboard.press("2")
    expect(page.locator("#save-state")).to_have_text(re.compile("^gespeichert um"))
    way, state = page.locator(".wall__way").bounding_box(), page.locator("#save-state").bounding_box()
    assert state["y"] >= way["y"] + way["height"]


def test_without_a_line_the_page_stays_with_what_was_typed(opened, url):
    page = opened
    page.get_by_role("link", name="Maßnahme hinzufügen").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Was ist zu tun?").fill("Stelle ausschreiben")
    page.context.set_offline(True)
    dialog.get_by_role("button", name="Maßnahme speichern").click()
    expect(dialog.get_by_role("alert")).to_contain_text("keine Verbindung")
    expect(dialog.get_by_label("Was ist zu tun?")).to_have_value("Stelle ausschreiben")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Datei als Nachweis hinzufügen").click()
    expect(page.locator("#save-state").get_by_role("alert")).to_contain_text("keine Verbindung")
    expect(page).to_have_url(url)
    page.context.set_offline(False)
    page.get_by_role("link", name="Maßnahme hinzufügen").click()
    expect(dialog.get_by_label("Was ist zu tun?")).to_be_visible()


def test_wall_with_an_error_still_shows_the_answers_and_the_field(opened, url):
    page = opened
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{url}?ansicht=gross")
    page.get_by_label("trifft nicht zu").check()
    page.get_by_role("button", name="Speichern und weiter").click()
    expect(page.locator(".error-summary")).to_contain_text("Bitte begründen Sie")
    summary, field = page.locator(".error-summary").bounding_box(), page.get_by_label("Begründung").bounding_box()
    assert summary["height"] < 60  # px: one line
    assert field["width"] > 400
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")


#: What of a menu lies outside the screen.
OUTSIDE = """selector => [...document.querySelectorAll(selector)].filter(e => e.getClientRects().length)
  .map(e => e.getBoundingClientRect()).filter(b => b.left < 0 || b.right > document.documentElement.clientWidth)
  .map(b => [b.left, b.right])"""


@pytest.mark.parametrize("width", [320, 390, 800, 1366])
def test_list_of_criteria_opens_on_the_screen(opened, width):
    opened.set_viewport_size({"width": width, "height": 844})
    opened.locator(".way__jump > summary").click()
    expect(opened.locator(".way__list")).to_be_visible()
    assert opened.evaluate(OUTSIDE, ".way__list, .way__list a") == []


def test_button_within_text_looks_like_one_on_every_page(page, live_server, alice, sign_in):
    """Also where the styles of a round are not: with what was not stored, on the start page."""
    sign_in(page, alice)
    page.goto(f"{live_server.url}/")
    page.evaluate("""() => { const template = document.querySelector("#unsaved template");
      document.querySelector("main").append(template.content.cloneNode(true)); }""")
    button = page.get_by_role("button", name="Verwerfen")
    expect(button).to_have_css("border-top-width", "0px")
    expect(button).to_have_css("text-decoration-line", "underline")
