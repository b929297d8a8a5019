"""What a page says of the step before: seen at once, read first, and the title stays where it was."""

import pytest
from django.contrib.messages import constants
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpResponse
from django.test import RequestFactory
from playwright.sync_api import expect

from scaling.accounts.models import User

SAID = "Die Maßnahme „Vertretung regeln“ ist gespeichert. Sie steht nun auch in der Liste aller Maßnahmen."
#: Where the title stands, how much of the message is on the screen, and whether it lies on a bar to save with.
TITLE = "() => document.querySelector('h1').getBoundingClientRect().top"
SEEN = """() => {
  const box = document.querySelector(".messages .kern-alert").getBoundingClientRect();
  const bar = [...document.querySelectorAll(".save-bar, .site-header, h1")].map(e => e.getBoundingClientRect());
  return box.top >= 0 && box.bottom <= innerHeight && box.right <= innerWidth
    && !bar.some(b => b.bottom > box.top && b.top < box.bottom && b.right > box.left && b.left < box.right);
}"""
#: What has the focus and lies under the message, whole.
HIDDEN = """() => {
  const box = document.querySelector(".messages .kern-alert").getBoundingClientRect();
  const own = document.activeElement.getBoundingClientRect();
  const under = own.height && own.top >= box.top && own.bottom <= box.bottom && own.left >= box.left && own.right <= box.right;
  return under && !document.activeElement.closest(".messages") ? document.activeElement.outerHTML : "";
}"""
SIZES = [(1366, 768), (390, 844), (320, 640)]


def say(page, live_server, level=constants.SUCCESS):
    """The next page is told this, by the server's own storage."""
    storage, response = CookieStorage(RequestFactory().get("/")), HttpResponse()
    storage.add(level, SAID)
    storage.update(response)
    value = response.cookies["messages"].value
    page.context.add_cookies([{"name": "messages", "value": value, "url": live_server.url}])


@pytest.fixture
def paths(assessment, alice):
    User.objects.filter(pk=alice.pk).update(is_curator=True, is_staff=True, is_superuser=True)
    round_, project = assessment.public_id, assessment.project.public_id
    return [
        "/",
        f"/projekte/{project}/",
        f"/bewertungen/{round_}/",
        f"/bewertungen/{round_}/tabelle/",
        f"/bewertungen/{round_}/profil/",
        "/katalog/redaktion/",
        "/konto/",
        "/verwaltung/",
    ]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size[0]))
def test_message_is_seen_and_moves_no_title(page, live_server, alice, sign_in, paths, size):
    sign_in(page, alice)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    for path in paths:
        page.goto(live_server.url + path)
        before = page.evaluate(TITLE)
        say(page, live_server)
        page.reload()
        expect(page.get_by_role("status").filter(has_text="Vertretung")).to_be_visible()
        assert abs(page.evaluate(TITLE) - before) < 1, path
        assert page.evaluate(SEEN), path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_nothing_with_the_focus_lies_under_a_message(page, live_server, alice, sign_in, paths):
    sign_in(page, alice)
    page.set_viewport_size({"width": 320, "height": 640})
    for path in paths[:4]:
        say(page, live_server)
        page.goto(live_server.url + path)
        for _ in range(60):
            page.keyboard.press("Tab")
            assert page.evaluate(HIDDEN) == "", path


def test_message_needs_no_script_and_covers_nothing_at_the_end(
    browser, browser_context_args, live_server, alice, sign_in, paths
):
    context = browser.new_context(**{**browser_context_args, "java_script_enabled": False})
    page = context.new_page()
    sign_in(page, alice)
    say(page, live_server, constants.ERROR)
    page.goto(live_server.url + paths[2])
    message = page.get_by_role("alert")
    expect(message).to_be_in_viewport(ratio=1)
    page.get_by_role("contentinfo").scroll_into_view_if_needed()
    box, main = message.bounding_box(), page.locator("main").bounding_box()
    assert box["y"] >= main["y"] + main["height"] - 1
    context.close()


def test_low_window_has_the_message_in_a_place_of_its_own(page, live_server, alice, sign_in, paths, assert_accessible):
    """1280 × 1024 pixels at four times the size."""
    sign_in(page, alice)
    page.set_viewport_size({"width": 320, "height": 256})
    say(page, live_server)
    page.goto(live_server.url + paths[2])
    box = page.locator(".messages .kern-alert").bounding_box()
    assert box["y"] + box["height"] <= page.locator("h1").bounding_box()["y"]
    assert_accessible(page)
