"""A whole workshop in a real browser: a wall, a facilitator, twelve phones, one of them offline for a while, one leaving."""

import io
import json
import re

import openpyxl
import pytest
from django.urls import reverse
from playwright.sync_api import expect

from assessments.models import Assessment, ScoreSpread, Vote, Workshop
from assessments.services import workflow, workshops
from tests.assessments.workshop_room import people, vote_all
from tests.reports.pdf_facts import text_of

ROLES = ["it"] * 4 + ["treasury"] * 4 + ["legal", "council", "project_lead", "data_protection"]
FIRST = ["1", "1", "1", "0", "3", "3", "4", "3", "2", "2", "2", "unknown"]
PHONE = {"width": 390, "height": 844}
#: What a message lies over, of what is read on the wall.
COVERED = """() => {
  const message = document.querySelector(".messages").getBoundingClientRect();
  const words = document.createRange();
  return [...document.querySelectorAll(".wall__where, h1")].filter(e => {
    words.selectNodeContents(e);
    return [...words.getClientRects()].some(r => r.right > message.left && r.bottom > message.top && r.top < message.bottom);
  }).map(e => e.outerHTML).join();
}"""


@pytest.fixture
def new_page(browser, browser_context_args):
    """A page in a context of its own: another device."""
    contexts = []

    def new_page(**more):
        contexts.append(browser.new_context(**{**browser_context_args, **more}))
        return contexts[-1].new_page()

    yield new_page
    for context in contexts:
        context.close()


@pytest.fixture
def join(new_page, live_server):
    def join(code, role, **more):
        phone = new_page(viewport=PHONE, **more)
        phone.goto(f"{live_server.url}/w/{code}/")
        phone.get_by_label("Als wer nehmen Sie teil?").select_option(role)
        phone.get_by_role("button", name="Mitmachen").click()
        expect(phone.locator("[data-here]")).to_be_visible()  # the next page, and not the click, is what may be acted on
        phone.wait_for_load_state()
        return phone

    return join


def choose(phone, value):
    phone.locator(f'input[name="choice"][value="{value}"]').check(force=True)


def vote(phone, value, words=""):
    choose(phone, value)
    phone.get_by_label(re.compile("Warum")).fill(words)
    phone.locator("form[data-ballot] button").click()
    expect(phone.locator("[data-own]")).to_contain_text("Gespeichert")


def test_workshop(page, new_page, join, live_server, assessment, alice, bob, sign_in, assert_accessible):
    wall_url = f"{live_server.url}/bewertungen/{assessment.public_id}/wand/"
    sign_in(page, alice)
    page.goto(wall_url)
    assert_accessible(page)
    page.get_by_role("button", name="Workshop öffnen").click()
    expect(page.locator("[data-turnout]")).to_have_text("Noch ist niemand dabei.")
    code = Workshop.objects.get().code
    expect(page.locator(".join-here__code")).to_contain_text(Workshop.objects.get().shown_code)
    facilitator = new_page()
    sign_in(facilitator, bob)
    facilitator.goto(wall_url)

    # First alone: the wall counts, and shows nothing else.
    phones = [join(code, role) for role in ROLES]
    assert_accessible(phones[0])
    for number, (phone, level) in enumerate(zip(phones[:10], FIRST, strict=False)):
        vote(phone, level, "Das Budget ist beschlossen" if number == 4 else "")
    expect(page.locator("[data-turnout]")).to_have_text("10 von 12 haben abgestimmt")
    assert page.locator(".dot").count() == 0
    assert_accessible(page)

    # One loses the net: the vote waits on the phone, and arrives when the net is back.
    offline = phones[10]
    offline.context.set_offline(True)
    choose(offline, FIRST[10])
    offline.locator("form[data-ballot] button").click()
    expect(offline.locator("[data-state]")).to_contain_text("Noch nicht übertragen")
    assert Vote.objects.count() == 10
    offline.context.set_offline(False)
    expect(offline.locator("[data-own]")).to_contain_text("Gespeichert")
    expect(page.locator("[data-turnout]")).to_have_text("11 von 12 haben abgestimmt")

    # One votes and leaves: the vote counts.
    vote(phones[11], FIRST[11])
    phones[11].get_by_role("button", name="Workshop verlassen").click()
    expect(phones[11].get_by_role("heading", name="Am Workshop teilnehmen")).to_be_visible()
    expect(page.locator("[data-turnout]")).to_have_text("12 von 12 haben abgestimmt")

    # Revealed from the facilitator's own device; the wall and the phones follow.
    facilitator.locator("body").press("Control+Enter")
    expect(page.locator(".wall__sentence").first).to_contain_text("Verschieden gesehen: 11 Stimmen von Stufe 0 bis 4")
    expect(page.locator(".wall__said")).to_contain_text("Das Budget ist beschlossen")
    expect(page.locator(".scale__level--choice").nth(3).locator(".dot")).to_have_count(3)
    expect(phones[0].locator(".phone__state")).to_contain_text("Aufgedeckt")
    assert_accessible(page)
    assert_accessible(phones[0])

    # A second ballot after the talk; then one level and one reason.
    facilitator.get_by_role("button", name="Noch einmal abstimmen").click()
    expect(page.locator(".wall__where")).to_contain_text("2. Abstimmung")
    for phone, level in zip(phones[:11], ["1"] * 4 + ["3"] * 4 + ["2"] * 3, strict=True):
        expect(phone.locator("form[data-ballot]")).to_be_visible()
        expect(phone.locator("[data-own]")).to_have_count(0)
        vote(phone, level)
    expect(page.locator("[data-turnout]")).to_have_text("11 von 11 haben abgestimmt")  # who left is waited for no more
    facilitator.get_by_role("button", name="Aufdecken").click()
    expect(facilitator.locator(".wall__said")).to_contain_text("IT und Kämmerei liegen 2 Stufen auseinander.")
    facilitator.locator('input[name="choice"][value="2"]').check(force=True)
    facilitator.get_by_label("Begründung").fill("Der Rat hat den Betrieb beschlossen.")
    facilitator.get_by_label("Begründung").press("Control+Enter")
    expect(page.get_by_role("heading", name="Kriterium kriterium-2")).to_be_visible()
    expect(phones[5].get_by_role("heading", name="Kriterium kriterium-2")).to_be_visible()
    score = assessment.scores.get(criterion__key="kriterium-1")
    assert (score.level, score.rationale, score.updated_by) == (2, "Der Rat hat den Betrieb beschlossen.", bob)
    assert ScoreSpread.objects.get().ballot == 2

    facilitator.get_by_text("Mehr", exact=True).click()
    facilitator.get_by_role("button", name="Workshop beenden").click()
    expect(phones[3].get_by_role("heading", name="Der Workshop ist beendet")).to_be_visible()
    expect(page.get_by_role("button", name="Workshop öffnen")).to_be_visible()
    check_files(page, live_server, assessment)
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    assert not Vote.objects.exists()
    check_files(page, live_server, Assessment.objects.get(pk=assessment.pk))


def check_files(page, live_server, assessment):
    """The spread in the profile, PDF, XLSX and JSON: of the running round, and of what was approved."""
    said = "Verschieden gesehen: 11 Stimmen von Stufe 1 bis 3"
    profile = f"{live_server.url}{reverse('reports:profile', args=[assessment.public_id])}"
    page.goto(profile)
    expect(page.locator("details:has(#gespraech)")).to_contain_text("ein Gesprächsanlass, keine Note")
    expect(page.locator(".result__spread")).to_contain_text(said)
    address = f"{live_server.url}/bewertungen/{assessment.public_id}/profil"
    get = page.context.request.get
    pdf = text_of(get(f"{address}.pdf?umfang=lang").body())
    assert said in pdf.replace("\xa0", " ").replace("- ", "")  # a word may be parted at the end of a line
    [spread] = [one["spread"] for one in json.loads(get(f"{address}.json").body())["criteria"] if one["spread"]]
    assert (spread["votes"], spread["lowest"], spread["highest"], spread["ballot"]) == (11, 1, 3, 2)
    sheet = openpyxl.load_workbook(io.BytesIO(get(f"{address}.xlsx").body()))["Einschätzungen"]
    assert any(str(cell.value).startswith(said) for row in sheet.iter_rows() for cell in row)


def test_phone_that_was_closed_offline_sends_its_vote_when_it_is_opened_again(new_page, join, live_server, assessment, alice):
    workshop = workshops.open_workshop(assessment=assessment, by=alice, first=assessment.scores.first())
    phone = join(workshop.code, "it")
    expect(phone.locator("form[data-ballot]")).to_be_visible()
    phone.route("**/stimme/", lambda route: route.abort())
    choose(phone, "3")
    phone.locator("form[data-ballot] button").click()
    expect(phone.locator("[data-state]")).to_contain_text("Noch nicht übertragen")
    again = phone.context.new_page()
    phone.close()
    again.goto(f"{live_server.url}/w/{workshop.code}/")
    expect(again.locator("[data-own]")).to_contain_text("Gespeichert: 3")
    assert Vote.objects.get().level == 3


def test_half_sentence_survives_a_reload_and_skipping(join, assessment, alice, live_server):
    first, second, _third = assessment.scores.order_by("criterion__order")
    workshop = workshops.open_workshop(assessment=assessment, by=alice, first=first)
    phone = join(workshop.code, "it")
    phone.get_by_label(re.compile("Warum")).fill("Noch nicht fertig gedacht")
    workshops.show(workshop=workshop, score=second)
    expect(phone.get_by_role("heading", name="Kriterium kriterium-2")).to_be_visible()
    expect(phone.get_by_label(re.compile("Warum"))).to_have_value("")
    workshops.show(workshop=workshop, score=first)
    expect(phone.get_by_role("heading", name="Kriterium kriterium-1")).to_be_visible()
    expect(phone.get_by_label(re.compile("Warum"))).to_have_value("Noch nicht fertig gedacht")


WORDS = "Das Budget fehlt noch"


@pytest.fixture
def workshop(assessment, alice):
    first = assessment.scores.order_by("criterion__order").first()
    return workshops.open_workshop(assessment=assessment, by=alice, first=first)


def test_half_sentence_that_was_not_sent_is_told_when_the_wall_goes_on(join, assessment, workshop):
    phone = join(workshop.code, "it")
    phone.get_by_label(re.compile("Warum")).fill(WORDS)
    workshops.show(workshop=workshop, score=assessment.scores.order_by("criterion__order")[1])
    panel = phone.locator(".panel--danger")
    expect(panel).to_contain_text(WORDS)
    expect(panel).to_contain_text("nicht abgeschickt")
    vote(phone, "2")
    expect(panel).to_have_count(0)


def test_vote_that_comes_too_late_is_told_with_its_words(join, workshop):
    phone = join(workshop.code, "it")
    phone.route("**/stand/", lambda route: route.abort())  # the reveal is learnt from the answer to the vote
    workshops.reveal(workshop=workshop, seen=workshop.current_id)
    choose(phone, "2")
    phone.get_by_label(re.compile("Warum")).fill(WORDS)
    phone.locator("form[data-ballot] button").click()
    panel = phone.locator(".panel--danger")
    expect(panel).to_contain_text("kam nicht mehr rechtzeitig an")
    expect(panel).to_contain_text(WORDS)
    assert not Vote.objects.exists()


@pytest.mark.parametrize("way", ["leaves", "is forgotten"])
def test_next_person_on_the_same_phone_starts_with_nothing(join, workshop, live_server, way):
    phone = join(workshop.code, "it")
    phone.route("**/stimme/", lambda route: route.abort())
    choose(phone, "3")
    phone.get_by_label(re.compile("Warum")).fill(WORDS)
    phone.locator("form[data-ballot] button").click()
    expect(phone.locator("[data-state]")).to_contain_text("Noch nicht übertragen")
    if way == "leaves":
        asked: list[str] = []
        phone.once("dialog", lambda dialog: asked.append(dialog.message) or dialog.accept())  # type: ignore[func-returns-value]
        phone.get_by_role("button", name="Workshop verlassen").click()
        expect(phone.get_by_label("Code")).to_be_visible()
        assert "nicht abgeschickt" in asked[0]
        assert phone.evaluate("localStorage.length") == 0
    phone.unroute("**/stimme/")
    phone.context.clear_cookies()
    phone.goto(f"{live_server.url}/w/{workshop.code}/")
    phone.get_by_label("Als wer nehmen Sie teil?").select_option("treasury")
    phone.get_by_role("button", name="Mitmachen").click()
    expect(phone.get_by_label(re.compile("Warum"))).to_have_value("")
    vote(phone, "1")
    assert list(Vote.objects.values_list("level", "words", "participant__role")) == [(1, "", "treasury")]


def test_level_chosen_on_the_wall_stays_while_somebody_else_leads(page, live_server, assessment, alice, sign_in, workshop):
    vote_all(workshop, people(workshop, it=3), [1, 2, 4])
    workshops.reveal(workshop=workshop, seen=workshop.current_id)
    sign_in(page, alice)
    page.goto(f"{live_server.url}/bewertungen/{assessment.public_id}/wand/")
    level = page.locator('input[name="choice"][value="2"]')
    level.check(force=True)
    workshops.vote_again(workshop=workshop, seen=workshop.current_id)
    for _ in range(3):
        page.wait_for_event("response", lambda answer: answer.url.endswith("/wand/stand/"))
    expect(level).to_be_checked()
    page.get_by_role("button", name="Festhalten", exact=True).click()
    expect(page.get_by_text("Auf der Wand hat sich inzwischen etwas geändert.")).to_be_visible()


def test_without_a_script_one_votes_by_form_and_reload(join, assessment, alice):
    workshop = workshops.open_workshop(assessment=assessment, by=alice, first=assessment.scores.first())
    workshops.set_timer(workshop=workshop, seen=workshop.current_id or 0, minutes=5)
    phone = join(workshop.code, "it", java_script_enabled=False)
    expect(phone.locator(".phone__timer:visible")).to_contain_text(re.compile(r"Die Zeit läuft bis \d\d:\d\d\sUhr\."))
    choose(phone, "3")
    phone.get_by_role("button", name="Abstimmen").click()
    expect(phone.locator("[data-own]")).to_contain_text("Gespeichert: 3")
    workshops.reveal(workshop=workshop, seen=Workshop.objects.get().current_id or 0)
    phone.reload()
    expect(phone.get_by_text("Aufgedeckt.")).to_be_visible()
    expect(phone.get_by_role("link", name="Neu laden")).to_be_visible()


@pytest.mark.parametrize("size", [(1280, 720), (1366, 768), (1920, 1080)])
def test_wall_fits_on_its_screen(page, live_server, assessment, alice, sign_in, size):
    """Title, five levels, the count or the result, and the bar: without scrolling, before the reveal and after it."""
    workshop = workshops.open_workshop(assessment=assessment, by=alice, first=assessment.scores.first())
    ballot = vote_all(workshop, people(workshop, it=3, treasury=3), [0, 1, 2, 3, 4, 4])
    page.set_viewport_size({"width": size[0], "height": size[1]})
    sign_in(page, alice)
    page.goto(f"{live_server.url}/bewertungen/{assessment.public_id}/wand/")
    overflow = "document.documentElement.scrollHeight - innerHeight"
    expect(page.locator("[data-turnout]")).to_be_visible()
    assert page.evaluate(overflow) <= 0
    workshops.reveal(workshop=workshop, seen=ballot.pk)
    expect(page.locator(".wall--revealed")).to_be_visible()
    assert page.evaluate(overflow) <= 0
    for part in (".scale__level--choice >> nth=4", ".wall__sentence >> nth=0", "#einigung_rationale", "[data-save]"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)
    place = page.locator(".wall__head").bounding_box()
    choose(page, "2")
    page.get_by_label("Begründung").fill("Der Beschluss liegt vor.")
    page.get_by_role("button", name="Festhalten und weiter").click()
    expect(page.get_by_role("heading", name="Kriterium kriterium-2")).to_be_visible()
    expect(page.locator(".messages")).to_contain_text("ist festgehalten")
    page.wait_for_load_state()
    assert page.evaluate(overflow) <= 0
    assert page.locator(".wall__head").bounding_box()["y"] == place["y"], "the message pushes the wall"
    assert page.evaluate(COVERED) == ""


def test_facilitator_needs_no_mouse(page, live_server, assessment, alice, sign_in):
    """Open, reveal, agree, skip and end, by keyboard alone."""
    sign_in(page, alice)
    page.goto(f"{live_server.url}/bewertungen/{assessment.public_id}/wand/")
    page.get_by_role("button", name="Workshop öffnen").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-turnout]")).to_be_visible()
    workshop = Workshop.objects.get()
    vote_all(workshop, people(workshop, it=3), [1, 2, 3])
    page.keyboard.press("Control+Enter")
    expect(page.locator(".wall--revealed")).to_be_visible()
    reach(page, 'input[name="choice"]')
    page.keyboard.press("2")
    expect(page.locator('input[name="choice"][value="2"]')).to_be_checked()
    reach(page, "#einigung_rationale")
    page.keyboard.type("Der Beschluss liegt vor.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Kriterium kriterium-2")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="Kriterium kriterium-3")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("heading", name="Kriterium kriterium-2")).to_be_visible()
    reach(page, "summary:has-text('Mehr')")
    page.keyboard.press("Enter")
    reach(page, "button[value=beenden]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Workshop öffnen")).to_be_visible()
    assert assessment.scores.get(criterion__key="kriterium-1").level == 2


def reach(page, selector):
    """By Tab, from where the focus is, within one round of the page."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.locator(selector).evaluate_all("found => found.includes(document.activeElement)"):
            return
    raise AssertionError(f"{selector} is not reached by Tab")
