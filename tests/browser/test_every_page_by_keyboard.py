"""Without a mouse, at 400 % zoom, in forced colours, without motion: the main road stays passable."""

import re
import time
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import expect

from assessments.models import Assessment, AssessmentState, ScoreState, Workshop
from assessments.services import workflow
from catalogue.models import Edition, EditionState
from scaling.session import UNTIL
from tests.assessments.workshop_room import people, vote_all
from tests.conftest import PASSWORD
from tests.factories import make_catalogue, make_criterion, make_edition, make_project

FOCUS = """() => {
  const e = document.activeElement;
  const label = e.labels && e.labels[0] && e.labels[0].innerText;
  const text = e.getAttribute("aria-label") || label || e.innerText || e.value || "";
  return {tag: e.tagName.toLowerCase(), name: e.name || "", value: e.value || "", id: e.id, text: text.trim()};
}"""
#: Whether the focused element shows that it has the focus, and nothing else lies over it (WCAG 2.4.7, 2.4.11).
SEEN = """() => {
  let e = document.activeElement;
  if (e === document.body) return "";  // past the last element, on the way round
  const marks = [e, e.closest("label"), e.closest(".card--link"), e.parentElement].filter(Boolean);
  if (e.labels) marks.push(...e.labels, ...[...e.labels].map(l => l.parentElement));
  const marked = marks.some(m => { const s = getComputedStyle(m);
    return (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== "none"; })
    || [...e.querySelectorAll(".chart__hit")].some(m => { const s = getComputedStyle(m);  // in a drawing: a line around it
      return s.stroke !== "none" && parseFloat(s.strokeWidth) >= 2; });
  if (!marked) return `no focus mark on ${e.outerHTML.slice(0, 120)}`;
  const shown = marks.map(m => m.getBoundingClientRect()).filter(b => b.width > 1 && b.height > 1)[0];
  if (!shown) return `invisible: ${e.outerHTML.slice(0, 120)}`;
  const parts = [0.1, 0.5, 0.9];
  const points = parts.flatMap(x => parts.map(y => [shown.left + shown.width * x, shown.top + shown.height * y]));
  const top = points.map(([x, y]) => document.elementFromPoint(x, y)).filter(Boolean);
  if (!top.length) return `out of sight: ${e.outerHTML.slice(0, 120)}`;
  if (!top.some(t => marks.some(m => m.contains(t) || t.contains(m)))) return `covered: ${e.outerHTML.slice(0, 120)}`;
  return "";
}"""

#: Boxes that would lose their edge together with their colours.
BARE = """() => [...document.querySelectorAll("main :is(.kern-btn, .badge, input:not([type=hidden]), select, textarea)")]
  .filter(e => e.offsetParent && !e.classList.contains("kern-btn--tertiary") && !["radio", "checkbox"].includes(e.type))
  .filter(e => ![e, e.parentElement].map(x => getComputedStyle(x))
    .some(s => ["Top", "Bottom"].some(side => parseFloat(s[`border${side}Width`]) > 0)))
  .map(e => e.outerHTML.slice(0, 120))"""
MOVING = """() => [...document.querySelectorAll("*")]
  .filter(e => { const s = getComputedStyle(e);
    return [s.transitionDuration, s.animationDuration].some(d => d.split(",").some(one => parseFloat(one) > 0.01)); })
  .map(e => e.outerHTML.slice(0, 100))"""


class Keyboard:
    """Reaches things by Tab alone, and sees to it that every stop on the way can be seen."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.problems: list[str] = []

    def to(self, text: str = "", *, name: str = "", value: str = "", limit: int = 120) -> None:
        for _ in range(limit):
            self.page.keyboard.press("Tab")
            problem = self.page.evaluate(SEEN)
            if problem:
                self.problems.append(f"{self.page.url}: {problem}")
            found = self.page.evaluate(FOCUS)
            if name and found["name"] == name and (not value or found["value"] == value):
                return
            if (
                text
                and found["tag"] in ("a", "button", "input", "summary")
                and re.search(text, found["text"] or found["value"])
            ):
                return
        raise AssertionError(f"{text or name} is not reached by Tab on {self.page.url}")

    def press(self, text: str) -> None:
        """Goes to a link or button and presses Enter; waits for the next page."""
        self.to(text)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, name: str, text: str) -> None:
        self.to(name=name)
        self.page.keyboard.type(text)


@pytest.fixture
def keyboard(page):
    keyboard = Keyboard(page)
    yield keyboard
    assert not keyboard.problems, "\n".join(keyboard.problems)


@pytest.fixture
def project(municipality, alice, bob):
    make_catalogue(2)
    return make_project(municipality, team=[alice])


def by_session(page, live_server, user):
    """Signed in without the way through the page."""
    from django.test import Client

    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])


def test_main_road_by_keyboard(page, live_server, project, alice, bob, keyboard):
    page.goto(f"{live_server.url}/")
    keyboard.press("^Anmelden$")
    keyboard.write("login", alice.email)
    keyboard.write("password", PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    keyboard.press("^Parkraum-App$")
    keyboard.press("Bewertung beginnen")
    keyboard.press("Bewertung beginnen")
    assessment = Assessment.objects.get(project=project)
    keyboard.press("Nächstes offenes Kriterium")
    for number in range(2):
        keyboard.to(name="choice")
        page.keyboard.press("3")
        assert page.evaluate(FOCUS)["value"] == "3"
        keyboard.write("rationale", f"Grund {number}")
        keyboard.press("Speichern und weiter")
    assert assessment.scores.filter(state=ScoreState.RATED, level=3).count() == 2
    keyboard.press("(?i)einreichen")
    assessment.refresh_from_db()
    assert assessment.state == AssessmentState.SUBMITTED
    keyboard.to("Alice")
    page.keyboard.press("Enter")
    keyboard.press("^Abmelden$")

    by_session(page, live_server, bob)
    page.goto(f"{live_server.url}/")
    keyboard.press("^Parkraum-App$")  # the first of this name waits for approval
    keyboard.press("(?i)freigeben")
    assessment.refresh_from_db()
    assert assessment.state == AssessmentState.APPROVED


def test_workshop_is_led_by_keyboard(page, live_server, project, alice, keyboard):
    """From the round's overview to the end of the workshop: vote, reveal, agree, look on, close."""
    assessment = workflow.start_assessment(project=project, by=alice)
    by_session(page, live_server, alice)
    page.goto(f"{live_server.url}{assessment.get_absolute_url()}")
    keyboard.press("Workshop öffnen oder fortsetzen")
    keyboard.press("^Workshop öffnen$")
    workshop = Workshop.objects.get(assessment=assessment)
    vote_all(workshop, people(workshop, it=3), [1, 2, 3])
    expect(page.locator("[data-turnout]")).to_have_text("3 von 3 haben abgestimmt")
    keyboard.press("^Aufdecken$")
    expect(page.locator(".wall__sentence").first).to_be_visible()
    keyboard.to(name="choice")
    page.keyboard.press("2")
    assert page.evaluate(FOCUS)["value"] == "2"
    keyboard.write("rationale", "Wir haben uns geeinigt.")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_contain_text("kriterium-2")
    score = assessment.scores.get(criterion__key="kriterium-1")
    assert (score.level, score.rationale) == (2, "Wir haben uns geeinigt.")
    with page.expect_navigation():
        page.keyboard.press("ArrowLeft")
    expect(page.locator("h1")).to_contain_text("kriterium-1")
    keyboard.to("^Mehr$")
    page.keyboard.press("Enter")
    keyboard.press("^Workshop beenden$")
    workshop.refresh_from_db()
    assert workshop.closed_at is not None


def test_account_menu_closes_on_escape_and_gives_the_focus_back(page, live_server, alice, keyboard):
    by_session(page, live_server, alice)
    page.goto(f"{live_server.url}/")
    keyboard.to("Alice")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert "Alice" in page.evaluate(FOCUS)["text"]
    assert page.locator("details.menu[open]").count() == 0


def test_skip_link_comes_first_and_leads_to_the_content(page, live_server, db):
    page.goto(f"{live_server.url}/begriffe/")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS)["text"] == "Zum Inhalt springen"
    assert page.locator(".skip-link").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUS)["id"] == "inhalt"


def test_error_summary_takes_the_focus_and_leads_to_the_field(page, live_server, db):
    page.goto(f"{live_server.url}{reverse('account_login')}")
    with page.expect_navigation():
        page.locator("main form").first.evaluate("form => form.requestSubmit()")
    assert page.evaluate("document.activeElement.hasAttribute('data-focus')")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUS)["name"] == "login"


def test_saving_by_itself_keeps_the_focus_and_the_caret(page, live_server, project, alice):
    assessment = workflow.start_assessment(project=project, by=alice)
    by_session(page, live_server, alice)
    page.goto(f"{live_server.url}{reverse('assessments:score', args=[assessment.public_id, 'kriterium-1'])}")
    reason = page.get_by_role("textbox", name="Begründung")
    reason.click()
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.keyboard.type("So ist es.")
    page.locator("#save-state").get_by_text("gespeichert um").wait_for()
    page.keyboard.type(" Und mehr.")
    assert reason.input_value() == "So ist es. Und mehr."
    assert page.evaluate(FOCUS)["name"] == "rationale"


PAGES = ["/", "project", "overview", "score", "profile", "people", "catalogue"]


@pytest.fixture
def paths(project, alice, bob, municipality):
    assessment = workflow.start_assessment(project=project, by=alice)
    return {
        "/": "/",
        "project": project.get_absolute_url(),
        "overview": assessment.get_absolute_url(),
        "score": reverse("assessments:score", args=[assessment.public_id, "kriterium-1"]),
        "profile": reverse("reports:profile", args=[assessment.public_id]),
        "people": reverse("people", args=[municipality.public_id]),
        "catalogue": reverse("catalogue:index"),
    }


def test_zoomed_to_400_percent_nothing_is_cut_off_or_covered(page, live_server, paths, bob, keyboard):
    """1280 × 1024 at 400 % is 320 × 256."""
    page.set_viewport_size({"width": 320, "height": 256})
    by_session(page, live_server, bob)
    for name in PAGES:
        page.goto(f"{live_server.url}{paths[name]}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, name
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement === document.body"):
                break
            if problem := page.evaluate(SEEN):
                keyboard.problems.append(f"{name}: {problem}")


def test_text_twice_as_large_fits(page, live_server, paths, bob):
    by_session(page, live_server, bob)
    for name in PAGES:
        page.goto(f"{live_server.url}{paths[name]}")
        page.add_init_script("document.documentElement.style.fontSize = '200%'")
        page.reload()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name


def test_forced_colours_leave_states_and_focus_visible(page, live_server, paths, bob, keyboard):
    page.emulate_media(forced_colors="active")
    by_session(page, live_server, bob)
    for name in PAGES:
        page.goto(f"{live_server.url}{paths[name]}")
        bare = page.evaluate(BARE)
        keyboard.problems += [f"{name}: no edge in forced colours: {one}" for one in bare]
        for _ in range(25):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement === document.body"):
                break
            if problem := page.evaluate(SEEN):
                keyboard.problems.append(f"{name}: {problem}")


def test_nothing_moves_for_those_who_do_not_want_it(page, live_server, paths, bob):
    page.emulate_media(reduced_motion="reduce")
    by_session(page, live_server, bob)
    for name in PAGES:
        page.goto(f"{live_server.url}{paths[name]}")
        moving = page.evaluate(MOVING)
        assert moving == [], name


def set_left(user, seconds):
    for row in Session.objects.all():
        store = row.get_decoded()
        if store.get("_auth_user_id") == str(user.pk):
            from django.contrib.sessions.backends.db import SessionStore

            session = SessionStore(row.session_key)
            session[UNTIL] = int(time.time()) + seconds
            session.save()


def test_session_warns_extends_and_says_when_it_is_over(page, live_server, alice, settings, assert_accessible):
    settings.SESSION_COOKIE_AGE = 600
    page.clock.install()
    by_session(page, live_server, alice)
    page.goto(f"{live_server.url}/begriffe/")
    box = page.locator("[data-session]")
    assert box.is_hidden()
    link = page.get_by_role("link", name="Impressum")
    link.focus()
    set_left(alice, 150)
    page.clock.fast_forward("05:00")
    alert = box.get_by_role("alert")
    alert.get_by_text("Sie werden in 2 Minuten abgemeldet").wait_for()
    assert_accessible(page)
    assert page.evaluate("document.activeElement.textContent") == "Impressum"  # the warning takes no focus
    box.get_by_role("button", name="Angemeldet bleiben").focus()
    page.keyboard.press("Enter")
    box.get_by_role("status").get_by_text("Sie bleiben angemeldet").wait_for()
    assert page.evaluate("document.activeElement.textContent") == "Impressum"
    set_left(alice, 0)
    page.clock.fast_forward("10:00")
    box.get_by_role("alert").get_by_text("Sie sind abgemeldet").wait_for()
    assert_accessible(page)


def test_saving_by_itself_is_read_aloud_once_not_with_every_pause(page, live_server, project, alice):
    """What a live region announces is what changes in it while it is live."""
    assessment = workflow.start_assessment(project=project, by=alice)
    by_session(page, live_server, alice)
    page.clock.install()  # the minute in which all of it happens does not end
    page.goto(f"{live_server.url}{reverse('assessments:score', args=[assessment.public_id, 'kriterium-1'])}")
    page.evaluate("""() => {
      window.heard = [];
      const state = document.getElementById("save-state");
      const hear = () => { if (state.getAttribute("aria-live") !== "off") window.heard.push(state.textContent.trim()); };
      new MutationObserver(hear).observe(state, {childList: true, subtree: true, characterData: true});
    }""")
    reason = page.get_by_role("textbox", name="Begründung")
    for word in ("Erst", " dann", " schließlich"):
        reason.press_sequentially(word)
        with page.expect_response(lambda response: response.request.method == "POST"):
            page.clock.run_for(2000)
        page.locator("#save-state").get_by_text("gespeichert um").wait_for()
    heard = page.evaluate("window.heard")
    assert [text[:14] for text in heard] in (["gespeichert um"], ["gespeichert um"] * 2)  # two if the server's minute ended
    assert len(set(heard)) == len(heard)


@pytest.mark.parametrize(("path", "selector"), [("/", ".brand__name"), ("/katalog/druck/", "em")], ids=["upright", "italic"])
def test_font_that_comes_late_moves_nothing(page, live_server, db, path, selector):
    """font-display: optional. A font that is late serves the next page; this one stays as it was first drawn."""
    edition = make_edition(state=EditionState.DRAFT)
    make_criterion(edition, "kriterium-1", note_de="Kursiv gesetzt, wie jede Anmerkung")
    Edition.objects.update(state=EditionState.PUBLISHED, published_at="2026-01-01T00:00:00Z")
    held: list[Any] = []
    page.route("**/*.woff2", lambda route: held.append(route))  # a method of a list is not taken
    page.goto(f"{live_server.url}{path}", wait_until="commit")
    name = page.locator(selector).first
    name.wait_for()
    page.evaluate("""() => new Promise(done => new PerformanceObserver(list => list.getEntries().length && done())
      .observe({type: "paint", buffered: true}))""")
    before = name.bounding_box()
    assert held
    for route in held:
        route.continue_()
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")
    assert name.bounding_box() == before
