"""The pages of a municipality in a real browser, with the demo's figures: first screen, axe, keyboard, without JavaScript."""

from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import expect

from assessments.models import PlanVariant
from assessments.reports.demo_beside import load_beside
from scaling.accounts.models import Municipality, User
from tests.conftest import _load_demo
from tests.kept_rows import KeptRows

QUESTIONS = ["Wo stehen wir?", "Was hält uns auf?", "Wer ist zu spät?", "Was wird nächstes Jahr sein?"]
LAPTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
#: Where each answer begins and ends.
PLACES = """() => [...document.querySelectorAll(".four-answers > section")]
  .map(e => e.getBoundingClientRect()).map(b => [b.top, b.bottom])"""
#: Words of drawings that run over the edge, where they are cut.
CUT = """() => [...document.querySelectorAll("svg.chart text")]
  .filter(t => t.getBoundingClientRect().right > t.closest("svg").getBoundingClientRect().right + 0.5)
  .map(t => t.textContent)"""
WIDTH = "() => document.documentElement.scrollWidth"
#: Widths of the numbers below columns, and the places they have for it: as of a municipality with so many projects.
NUMBERS = """(digits) => {
  const counts = document.querySelector(".evidence__counts");
  counts.className = counts.className.replace(/--\\d/, `--${digits}`);
  return [...counts.querySelectorAll(".evidence__numbers > span")].map(span => {
    span.textContent = "8".repeat(digits);
    const text = document.createRange();
    text.selectNodeContents(span);
    return [text.getBoundingClientRect().width, span.getBoundingClientRect().width];
  });
}"""


def _load_both() -> None:
    _load_demo()
    load_beside()


@pytest.fixture
def place(transactional_db: None, kept_rows: KeptRows) -> Municipality:
    with transaction.atomic():
        kept_rows.get("beside", _load_both)
    return Municipality.objects.get(ags="03999001")


@pytest.fixture
def manager(place: Municipality) -> User:
    return User.objects.get(email="leitung@auenfurt.example")


def pages_of(place: Municipality) -> list[str]:
    variant = PlanVariant.objects.select_related("project").latest("pk")
    peers, portfolio = (reverse(f"reports:{name}", args=[place.public_id]) for name in ("peers", "portfolio"))
    return [
        "/",
        reverse("reports:municipality", args=[place.public_id]),
        peers,
        f"{peers}?grundlage=kommune",
        f"{peers}?gruppe=erfunden",
        reverse("reports:peers_membership", args=[place.public_id]),
        reverse("assessments:practice_offers", args=[place.public_id]),
        f"{reverse('reports:what_if', args=[variant.project.public_id])}?variante={variant.public_id}",
        portfolio,
        f"{portfolio}?stand=ueberfaellig",
        reverse("reports:development", args=[place.public_id]),
        reverse("reports:plan", args=[place.public_id]),
    ]


def test_four_answers_are_on_the_first_screen(page: Any, live_server: Any, sign_in: Any, place: Any, manager: Any) -> None:
    sign_in(page, manager)
    for path in pages_of(place)[:2]:
        page.set_viewport_size(LAPTOP)
        page.goto(f"{live_server.url}{path}")
        assert page.locator(".four-answers h2").all_inner_texts() == QUESTIONS
        assert max(bottom for _top, bottom in page.evaluate(PLACES)) < LAPTOP["height"]
        page.set_viewport_size(PHONE)
        expect(page.locator(".four-answers__more p").first).to_be_hidden()
        assert max(bottom for _top, bottom in page.evaluate(PLACES)) < PHONE["height"], path
        assert page.evaluate(WIDTH) <= PHONE["width"]


def test_what_else_an_answer_says_is_one_tap_away_on_a_phone(
    page: Any, browser: Any, live_server: Any, sign_in: Any, place: Any, manager: Any
) -> None:
    sign_in(page, manager)
    address = f"{live_server.url}{reverse('reports:municipality', args=[place.public_id])}"
    more = page.locator(".four-answers__more p")
    page.set_viewport_size(LAPTOP)
    page.goto(address)
    count = more.count()
    assert count >= 3
    for number in range(count):
        expect(more.nth(number)).to_be_visible()
    expect(page.locator(".four-answers__more > summary").first).to_be_hidden()
    page.set_viewport_size(PHONE)
    expect(more.first).to_be_hidden()
    page.locator(".four-answers__more > summary").first.click()
    expect(more.first).to_be_visible()
    page.set_viewport_size(LAPTOP)
    expect(more.last).to_be_visible()
    # At the narrowest it stands beside its question, not upon it.
    page.set_viewport_size({"width": 320, "height": 568})
    for part in page.locator(".four-answers > section:has(summary)").all():
        question = part.locator("h2 a").bounding_box()
        assert question["x"] + question["width"] <= part.locator("summary").bounding_box()["x"]
    without = browser.new_context(java_script_enabled=False, viewport=PHONE, storage_state=page.context.storage_state())
    plain = without.new_page()
    plain.goto(address)
    expect(plain.locator(".four-answers__more p").last).to_be_visible()
    without.close()


@pytest.mark.parametrize("digits", [1, 2, 3, 4, 5])
def test_numbers_of_two_hundred_projects_stand_apart(
    page: Any, live_server: Any, sign_in: Any, place: Any, manager: Any, digits: int
) -> None:
    sign_in(page, manager)
    page.goto(f"{live_server.url}{reverse('reports:development', args=[place.public_id])}")
    for size in (LAPTOP, PHONE):
        page.set_viewport_size(size)
        places = page.evaluate(NUMBERS, digits)
        assert len(places) == 5
        assert [text for text, room in places if text > room - 2] == []
        assert page.evaluate(WIDTH) <= size["width"]


def test_what_projects_wait_for_opens_where_a_link_leads_to_it(
    page: Any, live_server: Any, sign_in: Any, place: Any, manager: Any
) -> None:
    sign_in(page, manager)
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}{reverse('reports:portfolio', args=[place.public_id])}")
    inside = page.locator("#gemeinsam li").first
    expect(inside).to_be_hidden()
    page.goto(f"{live_server.url}{reverse('reports:municipality', args=[place.public_id])}")
    page.get_by_role("link", name="Was hält uns auf?").click()
    expect(inside).to_be_visible()
    page.set_viewport_size(LAPTOP)
    page.goto(f"{live_server.url}{reverse('reports:portfolio', args=[place.public_id])}")
    expect(inside).to_be_visible()


def test_every_page_is_accessible_with_figures(
    page: Any, live_server: Any, sign_in: Any, place: Any, manager: Any, assert_accessible: Any
) -> None:
    sign_in(page, manager)
    for path in pages_of(place):
        page.set_viewport_size(LAPTOP)
        page.emulate_media(color_scheme="light")
        assert page.goto(f"{live_server.url}{path}").ok
        assert_accessible(page)
        assert page.evaluate(CUT) == [], path
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size({"width": 320, "height": 800})
        assert_accessible(page)
        assert page.evaluate(WIDTH) <= 320, path


def test_by_keyboard_the_answers_come_first_and_lead_on(
    page: Any, live_server: Any, sign_in: Any, place: Any, manager: Any
) -> None:
    sign_in(page, manager)
    page.goto(f"{live_server.url}{pages_of(place)[1]}")
    page.locator("#inhalt").focus()
    met = []
    for _ in range(14):
        page.keyboard.press("Tab")
        met.append(page.evaluate("document.activeElement.innerText.trim()"))
    assert [one for one in met if one in QUESTIONS] == QUESTIONS
    assert met.index("Portfolio") > met.index(QUESTIONS[3])
    page.get_by_role("link", name=QUESTIONS[2]).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Portfolio")
    expect(page.locator("#stand, [name=stand]").first).to_have_value("ueberfaellig")


def test_without_javascript_all_of_it_works(browser: Any, live_server: Any, sign_in: Any, place: Any, manager: Any) -> None:
    context = browser.new_context(java_script_enabled=False, locale="de-DE", viewport=LAPTOP)
    page = context.new_page()
    sign_in(page, manager)
    variant = PlanVariant.objects.select_related("project").earliest("pk")
    page.goto(f"{live_server.url}{reverse('reports:what_if', args=[variant.project.public_id])}")
    page.locator("input[name=massnahme]").first.check()
    page.get_by_role("button", name="Vorausschau zeigen").click()
    expect(page.locator(".projection")).to_be_visible()
    page.goto(f"{live_server.url}{reverse('reports:peers', args=[place.public_id])}")
    page.get_by_role("link", name="Kommune insgesamt").last.click()
    expect(page.locator("table.peers").first).to_be_visible()
    page.goto(f"{live_server.url}{reverse('reports:portfolio', args=[place.public_id])}")
    page.locator("select[name=stand]").select_option("ueberfaellig")
    page.get_by_role("button", name="Eingrenzen").click()
    expect(page.locator(".lead")).to_contain_text("Auswahl: 1 von 4 Projekten.")
    page.goto(f"{live_server.url}{reverse('reports:peers_membership', args=[place.public_id])}")
    page.get_by_role("button", name="Aus dem Vergleich austreten").click()
    page.goto(f"{live_server.url}{reverse('reports:peers', args=[place.public_id])}")
    expect(page.locator("table.peers")).to_have_count(0)
    context.close()


#: Where the right edges of the elements a selector finds lie, and of what is around them.
RIGHT = """selector => [...document.querySelectorAll(selector)].filter(e => e.getClientRects().length)
  .map(e => document.querySelector("main").getBoundingClientRect().right - e.getBoundingClientRect().right)"""
#: How many of these elements stand in each row.
ROWS = """selector => { const rows = {}; for (const e of document.querySelectorAll(selector)) {
  const y = Math.round(e.getBoundingClientRect().bottom); rows[y] = (rows[y] || 0) + 1; } return Object.values(rows); }"""


def test_width_of_a_laptop_is_used(page: Any, live_server: Any, sign_in: Any, place: Any, manager: Any) -> None:
    """No third of the screen stays white beside a drawing or a table, and nothing stands alone in a row."""
    page.set_viewport_size(LAPTOP)
    page.goto(f"{live_server.url}/")
    bottoms = page.evaluate("[...document.querySelectorAll('.hero > *')].map(e => e.getBoundingClientRect().bottom)")
    assert len(bottoms) == 2
    assert abs(bottoms[0] - bottoms[1]) < 200  # pixels
    sign_in(page, manager)
    for name, selector in (("plan", ".charts svg"), ("municipal", ".municipal-streams")):
        page.goto(f"{live_server.url}{reverse(f'reports:{name}', args=[place.public_id])}")
        [left_over] = page.evaluate(RIGHT, selector)
        assert left_over < 40 + 32, name  # pixels, with the page's own edge
    page.goto(f"{live_server.url}{reverse('reports:portfolio', args=[place.public_id])}")
    assert page.evaluate(ROWS, ".filter-bar .kern-form-input") == [4, 3]
    page.goto(f"{live_server.url}{reverse('reports:municipality', args=[place.public_id])}")
    assert page.evaluate(ROWS, "section:first-of-type .grid > li, .grid > li")[:2] == [2, 2]
    page.goto(f"{live_server.url}{reverse('reports:peers_membership', args=[place.public_id])}")
    lefts = page.evaluate("[...document.querySelectorAll('main .side-by-side > *')].map(e => e.getBoundingClientRect().left)")
    assert len(lefts) == 4
    assert lefts[0] == lefts[2] < lefts[1] == lefts[3]

    whole = place.projects.get(is_municipality_wide=True)
    page.goto(f"{live_server.url}{whole.get_absolute_url()}")
    places = page.evaluate("""[...document.querySelectorAll("main > .split > *")].map(e => e.getBoundingClientRect())
      .map(b => [b.left, b.top, b.bottom])""")
    assert len(places) == 3
    assert places[0][0] == places[2][0] < places[1][0]
    assert places[2][1] < places[1][2]  # what follows the rounds begins beside the measures, not below them


def test_short_buttons_stand_at_one_place_on_a_phone(page: Any, live_server: Any, sign_in: Any, manager: Any) -> None:
    page.set_viewport_size(PHONE)
    sign_in(page, manager)
    page.goto(f"{live_server.url}{reverse('assessments:short_check')}")
    rights = page.evaluate(RIGHT, ".item-list .kern-btn")
    assert len(rights) == 5
    assert len(set(rights)) == 1
