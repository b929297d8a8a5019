"""Faster than the page: digits typed ahead, double clicks on a slow line, a date half deleted."""

import re
import time

import pytest
from playwright.sync_api import expect

from assessments.models import Comment, Score
from assessments.services.answers import Answer, save_score


@pytest.fixture
def url(live_server, assessment):
    return f"{live_server.url}/bewertungen/{assessment.public_id}/kriterien/kriterium-1/"


def slow(page, milliseconds=400):
    """Each request reaches the server so much later."""

    def later(route):
        time.sleep(milliseconds / 1000)
        route.continue_()

    page.route("**/bewertungen/**", later)


def levels():
    return list(Score.objects.order_by("criterion__order").values_list("level", flat=True))


def test_digit_enter_digit_enter_rates_two_criteria(page, url, alice, sign_in):
    """L4."""
    sign_in(page, alice)
    page.goto(url)
    slow(page)
    for key in ("3", "Enter", "2", "Enter"):
        page.keyboard.press(key)
    expect(page).to_have_url(re.compile("kriterium-3"))
    assert levels() == [3, 2, None]


@pytest.mark.parametrize("pause", [0, 150])
def test_two_clicks_write_one_comment(page, url, alice, sign_in, pause):
    """L2."""
    sign_in(page, alice)
    page.goto(url)
    page.get_by_text("Kommentieren").first.click()
    page.get_by_label("Neuer Kommentar").fill("Stimmt das noch?")
    slow(page)
    button = page.locator('button[name="kommentieren"]')
    button.evaluate(f"button => {{ button.click(); setTimeout(() => button.click(), {pause}); }}")
    expect(page.get_by_text("Ihr Kommentar ist gespeichert.")).to_be_visible()
    page.wait_for_timeout(800)
    assert Comment.objects.count() == 1


def test_half_a_date_is_not_saved(page, url, alice, sign_in, assessment):
    """L5."""
    score = assessment.scores.get(criterion__key="kriterium-1")
    save_score(score=score, version=1, by=alice, answer=Answer("rated", 2, "Grund", 3, timezone_day()))
    sign_in(page, alice)
    page.goto(url)
    date = page.get_by_label("Zu erreichen bis")
    date.focus()
    for key in ("Tab", "Tab", "Delete"):
        page.keyboard.press(key)
    assert date.evaluate("field => field.validity.badInput")
    page.wait_for_timeout(2500)
    assert stored_date() == timezone_day()
    page.get_by_role("button", name="Speichern", exact=True).click()
    page.wait_for_timeout(1000)
    assert stored_date() == timezone_day()
    for key in "2029":
        page.keyboard.press(key)
        page.wait_for_timeout(200)
    page.keyboard.press("Tab")
    page.wait_for_timeout(1500)
    assert stored_date().year in {timezone_day().year, 2029}


def timezone_day():
    from datetime import date

    return date(2027, 3, 31)


def stored_date():
    return Score.objects.get(criterion__key="kriterium-1").target_date
