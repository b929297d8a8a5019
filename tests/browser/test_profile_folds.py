"""The maturity profile in a real browser: short before anything is opened, and every link leads to what it names."""

import pytest
from playwright.sync_api import expect

from assessments.models import Assessment
from assessments.services import workflow
from assessments.services.answers import Answer, save_score
from scaling.accounts.models import User
from tests.factories import make_catalogue, make_project


@pytest.fixture
def url(live_server, municipality, alice):
    make_catalogue(30)
    assessment = workflow.start_assessment(project=make_project(municipality, team=[alice]), by=alice)
    for score in assessment.scores.all():
        save_score(score=score, version=1, by=alice, answer=Answer("rated", 1, "Weil es so ist. " * 20, 3))
    return f"{live_server.url}/bewertungen/{assessment.public_id}/profil/"


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)], ids=["laptop", "phone"])
def test_profile_is_at_most_five_screens_high_before_something_is_opened(page, url, alice, sign_in, size):
    sign_in(page, alice)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(url)
    assert page.evaluate("document.documentElement.scrollHeight") <= 5 * size[1]


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)], ids=["laptop", "phone"])
def test_example_is_at_most_five_screens_high_though_it_has_all_there_is(page, live_server, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{live_server.url}/beispiel/")
    assert page.evaluate("document.documentElement.scrollHeight") <= 5 * size[1]


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)], ids=["laptop", "phone"])
def test_every_round_of_the_demo_is_at_most_five_screens_high(page, live_server, sign_in, stored_demo, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    heights = {}
    for assessment in Assessment.objects.select_related("project__municipality"):
        led_by = {"memberships__municipality": assessment.project.municipality, "memberships__role": "manager"}
        sign_in(page, User.objects.filter(**led_by)[0])
        response = page.goto(f"{live_server.url}/bewertungen/{assessment.public_id}/profil/")
        assert response.ok
        heights[str(assessment)] = page.evaluate("document.documentElement.scrollHeight") / size[1]
    assert len(heights) > 5
    assert {name: height for name, height in heights.items() if height > 5} == {}


def test_link_opens_what_it_leads_to(page, url, alice, sign_in):
    sign_in(page, alice)
    page.goto(url)
    reason = page.locator("#k-kriterium-1 .result__text")
    expect(reason).to_be_hidden()
    page.locator('.answers a[href="#k-kriterium-1"]').first.click()
    expect(reason).to_be_in_viewport()
    page.goto(f"{url}#k-kriterium-30")
    page.reload()
    expect(page.locator("#k-kriterium-30 .result__text")).to_be_in_viewport()
    page.locator('.jump a[href="#methode"]').click()
    expect(page.locator("#methode")).to_be_in_viewport()
    expect(page.locator("details:has(> summary > #methode)")).to_have_attribute("open", "")


#: WCAG's contrast of the lines of the scale with the page behind them; the least of all.
CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d");
  const light = (color) => {
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const part = (value) => value <= 10.3 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
    const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
    return 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
  };
  const page = light(getComputedStyle(document.documentElement).getPropertyValue("--background"));
  return Math.min(...[...document.querySelectorAll(".chart :is(.s-grid, .f-track)")].map((line) => {
    const own = light(getComputedStyle(line).stroke);
    return (Math.max(own, page) + 0.05) / (Math.min(own, page) + 0.05);
  }));
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_scale_of_the_charts_is_seen_in_both_themes(page, url, alice, sign_in, theme):
    sign_in(page, alice)
    page.emulate_media(color_scheme=theme)
    page.goto(url)
    assert page.locator(".chart .s-grid").count() > 0
    assert page.evaluate(CONTRAST) >= 3


def test_marks_of_the_charts_lead_to_criteria_by_keyboard_and_say_what_they_are(page, url, alice, sign_in):
    sign_in(page, alice)
    page.goto(url)
    mark = page.locator(".chart-m .chart--strips .chart__link").first
    tip = mark.locator(".chart__tip")
    expect(tip).to_be_hidden()
    mark.focus()
    expect(tip).to_be_visible()
    assert str(mark.get_attribute("aria-label")).startswith(str(tip.text_content()).rstrip("…"))
    box, chart = tip.bounding_box(), page.locator(".chart-m .chart--strips").bounding_box()
    assert box["x"] + box["width"] <= chart["x"] + chart["width"] + 1
    assert box["y"] + box["height"] <= chart["y"] + chart["height"] + 1
    page.keyboard.press("Enter")
    expect(page.locator(".levels-of:has(:target)")).to_have_attribute("open", "")
    listed = page.locator(".levels-of :target a").first
    expect(listed).to_be_in_viewport()
    listed.click()
    expect(page.locator(":target .result__text")).to_be_in_viewport()


def test_marks_of_the_charts_need_no_script(browser, browser_context_args, live_server, url, alice):
    context = browser.new_context(**{**browser_context_args, "java_script_enabled": False})
    page = context.new_page()
    page.goto(f"{live_server.url}/beispiel/")
    page.locator(".chart-m .chart--strips .chart__link").first.click()
    expect(page.locator(":target")).to_be_in_viewport()
    context.close()


#: Text in charts that is neither as large as the page's (18 pixels) nor as its small text (16).
OTHER_SIZES = """() => [...new Set([...document.querySelectorAll(".chart text")]
  .filter(e => e.getClientRects().length && !e.matches(".chart__tip"))
  .map(e => [e, parseFloat(getComputedStyle(e).fontSize) * e.getScreenCTM().a])
  .filter(([, size]) => Math.abs(size - 18) > .1 && Math.abs(size - 16) > .15)
  .map(([e, size]) => `${size}: ${e.closest("svg").className.baseVal} in ${e.closest(".charts")?.clientWidth}`))]"""


def test_text_of_the_charts_is_as_large_as_the_pages(page, url, alice, sign_in):
    sign_in(page, alice)
    page.goto(url)
    page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true; })")
    for width in (360, 390, 600, 768, 1024, 1366, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.locator(".chart text:visible").count() > 20
        assert page.evaluate(OTHER_SIZES) == [], width
