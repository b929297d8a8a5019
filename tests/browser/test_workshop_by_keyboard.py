"""Whoever leads a workshop needs no mouse: every button of the wall is reached by Tab, and each stop can be seen."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from assessments.models import Workshop
from assessments.services import workflow
from tests.assessments.workshop_room import people, vote_all
from tests.browser.test_every_page_by_keyboard import keyboard  # noqa: F401 – a fixture
from tests.factories import make_catalogue, make_project

CARDS = 'input[name="choice"]'


@pytest.fixture
def round_(municipality, alice):
    make_catalogue(3)
    return workflow.start_assessment(project=make_project(municipality, "Parkraum-Lotse", team=[alice]), by=alice)


@pytest.fixture
def start(page, live_server, sign_in, alice):
    sign_in(page, alice)
    page.set_viewport_size({"width": 1366, "height": 768})

    def start(path: str = "/") -> None:
        page.goto(live_server.url + path)

    return start


def wall_says(page, text):
    expect(page.locator(".wall__where")).to_contain_text(text)


def test_whole_evening_from_the_start_page(page, start, round_, keyboard):  # noqa: F811
    """A timer, two votes, an answer refused and one taken, the way on and back, another criterion, the end."""
    start()
    keyboard.press("^Runde 1$")
    keyboard.press("^Im Workshop bewerten$")
    keyboard.press("^Workshop öffnen$")
    workshop = Workshop.objects.get(assessment=round_)
    room = people(workshop, it=3)

    keyboard.to("^Zeit$")
    page.keyboard.press("Enter")
    keyboard.press("^3 Minuten$")
    expect(page.locator("[data-timer]")).to_be_visible()
    keyboard.to("^Zeit$")
    page.keyboard.press("Enter")
    keyboard.press("^Ohne Zeit$")
    expect(page.locator("[data-timer]")).to_be_hidden()

    vote_all(workshop, room, [0, 2, 4])
    expect(page.locator("[data-turnout]")).to_have_text("3 von 3 haben abgestimmt")
    keyboard.press("^Aufdecken$")
    expect(page.locator(".wall__sentence").first).to_contain_text("Verschieden gesehen")
    keyboard.press("^Noch einmal abstimmen$")
    wall_says(page, "2. Abstimmung")
    vote_all(workshop, room, [2, 2, 2])
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    expect(page.locator(".wall__sentence").first).to_contain_text("inig")

    keyboard.to(name="choice")
    for _ in range(7):
        if page.locator(f'{CARDS}[value="not_applicable"]').is_checked():
            break
        page.keyboard.press("ArrowDown")
    keyboard.press("^Festhalten$")
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    assert round_.scores.get(criterion__key="kriterium-1").state == "open"
    keyboard.to(name="choice")
    page.keyboard.press("2")
    keyboard.write("rationale", "Wir haben uns geeinigt.")
    keyboard.press("^Festhalten und weiter$")
    expect(page.get_by_role("heading", level=1)).to_contain_text("kriterium-2")
    score = round_.scores.get(criterion__key="kriterium-1")
    assert (score.level, score.rationale, score.spread.ballot) == (2, "Wir haben uns geeinigt.", 2)

    keyboard.press("^Nächstes")  # skipped …
    expect(page.get_by_role("heading", level=1)).to_contain_text("kriterium-3")
    keyboard.press("Voriges$")  # … and come back to
    expect(page.get_by_role("heading", level=1)).to_contain_text("kriterium-2")
    keyboard.to("^Mehr$")
    page.keyboard.press("Enter")
    keyboard.to(name="kriterium")
    page.keyboard.press("ArrowDown")
    keyboard.press("^Zeigen$")
    expect(page.get_by_role("heading", level=1)).to_contain_text("kriterium-3")
    keyboard.to("^Mehr$")
    page.keyboard.press("Enter")
    keyboard.press("^Workshop beenden$")
    workshop.refresh_from_db()
    assert workshop.closed_at is not None


def test_rating_alone_first_then_the_meeting(page, start, round_, keyboard):  # noqa: F811
    start(f"/bewertungen/{round_.public_id}/wand/")
    keyboard.to(name="mode")
    page.keyboard.press("ArrowDown")
    day = timezone.localdate() + timedelta(days=3)
    keyboard.to(name="alone_until")
    page.keyboard.type(day.strftime("%m%d%Y"))
    keyboard.press("^Workshop öffnen$")
    assert Workshop.objects.get().last_day == day
    keyboard.press("^Treffen beginnen$")
    expect(page.get_by_role("heading", level=1)).to_contain_text("kriterium-1")
    keyboard.press("^Zur Übersicht$")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Parkraum-Lotse")
    keyboard.press("^Im Workshop bewerten$")
    expect(page.locator("[data-turnout]")).to_be_visible()
