"""Every state that a wall and a phone can be in: accessible, whole with large text, in forced colours, by touch, in English.

And calm about the back button, a second tab and a second facilitator.
"""

import re
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Route, expect

from assessments.models import Ballot, Score, Vote, Workshop
from assessments.services import workflow, workshops
from tests.assessments.workshop_room import people, say, vote_all
from tests.browser.test_workshop import PHONE, choose, join, new_page, vote  # noqa: F401 – fixtures

CARDS = 'input[name="choice"]'
WIDER = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 90))"""
#: Text that its own box cuts off, and levels that look chosen by their colour alone.
CUT = """() => [...document.querySelectorAll("main *")].filter(e => e.getClientRects().length
  && !e.closest(".kern-sr-only") && ["hidden", "clip"].includes(getComputedStyle(e).overflowX)
  && e.scrollWidth > e.clientWidth + 1).map(e => e.outerHTML.slice(0, 90))"""

EDGES = """() => [1, 2].map(n => {
  const card = document.querySelector(`input[name="choice"][value="${n}"]`).parentElement;
  const edge = e => { const s = getComputedStyle(e); return [s.outlineStyle, s.outlineWidth, s.borderWidth].join(); };
  return [card, ...card.querySelectorAll("*")].map(edge).join(";"); })"""
SMALL = """() => [...document.querySelectorAll("main :is(a, button, label, summary)")]
  .filter(e => e.getClientRects().length && !e.closest("p") && e.getBoundingClientRect().height < 24)
  .map(e => e.outerHTML.slice(0, 80))"""


@pytest.fixture
def scores(assessment):
    return list(assessment.scores.order_by("criterion__order"))


@pytest.fixture
def workshop(assessment, alice, scores):
    return workshops.open_workshop(assessment=assessment, by=alice, first=scores[0])


@pytest.fixture
def wall_url(live_server, assessment):
    return f"{live_server.url}{reverse('assessments:wall', args=[assessment.public_id])}"


@pytest.fixture
def look(assert_accessible):
    """At a page in both themes; its width holds what is on it."""

    def look(page):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert_accessible(page)
        assert page.evaluate(WIDER) == [], page.url
        assert page.evaluate(CUT) == [], page.url

    return look


def open_anew(page, wall_url):
    """While it asks for nothing: the wall opens itself anew, too, and of two at the same moment the browser drops one."""
    asks = "**/wand/stand/"
    page.route(asks, lambda route: route.abort())
    page.goto(wall_url)
    page.unroute(asks)


def test_states_of_the_wall(page, wall_url, alice, sign_in, workshop, scores, look):
    sign_in(page, alice)
    page.goto(wall_url)
    look(page)  # nobody there
    room = people(workshop, it=3, treasury=3)
    ballot = vote_all(workshop, room, [0, 0, 1, 4, 4, None])
    workshops.set_timer(workshop=workshop, seen=ballot.pk, minutes=5)
    open_anew(page, wall_url)
    expect(page.locator("[data-timer]")).to_be_visible()
    look(page)  # votes counted, time running
    page.get_by_text("Mehr", exact=True).click()
    look(page)  # with what opens
    workshops.reveal(workshop=workshop, seen=ballot.pk)
    open_anew(page, wall_url)
    expect(page.locator(".wall--revealed")).to_be_visible()
    look(page)  # far apart
    page.locator(f'{CARDS}[value="not_applicable"]').check(force=True)
    page.get_by_role("button", name="Festhalten", exact=True).click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    look(page)  # with an error
    workshops.show(workshop=workshop, score=scores[1])
    open_anew(page, wall_url)
    vote_all(workshop, room, [2] * 6)
    workshops.reveal(workshop=workshop, seen=Workshop.objects.get().current_id or 0)
    open_anew(page, wall_url)
    expect(page.locator(".wall__sentence").first).to_contain_text("inig")
    look(page)  # agreed
    workshops.close_workshop(workshop=workshop, by=alice)
    open_anew(page, wall_url)
    look(page)  # over


def test_states_of_a_phone(join, live_server, workshop, assessment, scores, alice, bob, look):  # noqa: F811
    phone = join(workshop.code, "it")
    look(phone)  # a ballot
    phone.locator("form[data-ballot] button").click()
    expect(phone.locator("[data-state]")).not_to_be_empty()
    look(phone)  # nothing chosen
    vote(phone, "2", "Das Budget fehlt")
    look(phone)  # voted
    workshops.reveal(workshop=workshop, seen=workshop.current_id)
    expect(phone.locator(".phone__state")).to_contain_text("Aufgedeckt")
    look(phone)
    workflow.submit(assessment=assessment, by=alice)
    expect(phone.get_by_role("heading", name="Die Bewertung ist eingereicht")).to_be_visible()
    look(phone)
    workflow.return_to_team(assessment=assessment, by=bob, comment="Bitte noch einmal")
    workshops.close_workshop(workshop=workshop, by=alice)
    expect(phone.get_by_role("heading", name="Der Workshop ist beendet")).to_be_visible()
    look(phone)
    phone.goto(f"{live_server.url}/w/{workshop.code}/")
    look(phone)  # an unknown code
    phone.goto(f"{live_server.url}/w/")
    phone.get_by_label("Code").fill("abc")
    phone.get_by_role("button").last.click()
    look(phone)  # a mistyped one


def test_states_of_rating_alone(page, join, live_server, wall_url, assessment, scores, alice, sign_in, look):  # noqa: F811
    day = timezone.localdate() + timedelta(days=3)
    workshop = workshops.open_workshop(assessment=assessment, by=alice, alone_until=day)
    sign_in(page, alice)
    page.goto(wall_url)
    look(page)
    phone = join(workshop.code, "treasury")
    look(phone)
    phone.get_by_role("link", name="Beginnen").click()
    choose(phone, "3")
    look(phone)
    phone.locator("form[data-ballot] button").click()
    for score in scores[1:]:  # each vote leads to the next question
        expect(phone.get_by_role("heading", name=score.criterion.title)).to_be_visible()
        choose(phone, "unknown")
        phone.locator("form[data-ballot] button").click()
    expect(phone.get_by_text("Sie haben alles eingeschätzt.")).to_be_visible()
    look(phone)
    phone.go_back()
    expect(phone.get_by_role("heading", level=1)).to_be_visible()
    look(phone)
    # The question that was answered first: the answer is there, and can be changed.
    phone.goto(f"{live_server.url}/w/{workshop.code}/kriterium/{scores[0].criterion.key}/")
    expect(phone.locator(f'{CARDS}[value="3"]')).to_be_checked()


def test_back_button_of_a_phone_leads_to_the_question_on_the_wall(join, live_server, workshop, scores):  # noqa: F811
    phone = join(workshop.code, "it")
    vote(phone, "1")
    phone.goto(f"{live_server.url}/datenschutz/")
    workshops.show(workshop=workshop, score=scores[1])
    phone.go_back()
    expect(phone.get_by_role("heading", name="Kriterium kriterium-2")).to_be_visible()
    vote(phone, "4")
    phone.go_back()  # past the page of the workshop: to the one where the role was chosen
    phone.go_forward()
    expect(phone.locator("[data-own]")).to_contain_text("Gespeichert: 4")
    assert set(Vote.objects.values_list("level", flat=True)) == {1, 4}


def test_two_tabs_of_one_phone_are_one_voice(join, live_server, workshop):  # noqa: F811
    phone = join(workshop.code, "it")
    other = phone.context.new_page()
    other.goto(f"{live_server.url}/w/{workshop.code}/")
    vote(phone, "1")
    vote(other, "3")
    assert list(Vote.objects.values_list("level", flat=True)) == [3]
    workshops.reveal(workshop=workshop, seen=workshop.current_id)
    for tab in (phone, other):
        expect(tab.get_by_text("Ihre Antwort: 3")).to_be_visible()


@pytest.mark.parametrize("way", ["sent again", "changed alone"])
def test_vote_changed_while_the_first_is_under_way(join, assessment, alice, way):  # noqa: F811
    """The second is sent as soon as the first is answered; what was changed and not sent is told, and stays unsent."""
    day = timezone.localdate() + timedelta(days=3)
    workshop = workshops.open_workshop(assessment=assessment, by=alice, alone_until=day)
    phone = join(workshop.code, "it")
    phone.get_by_role("link", name="Beginnen").click()
    button = phone.locator("form[data-ballot] button")
    expect(button).to_be_visible()
    phone.wait_for_load_state()
    held: list[Route] = []
    phone.route("**/stimme/", lambda route: route.continue_() if held else held.append(route))
    choose(phone, "1")
    with phone.expect_request("**/stimme/"):
        button.click()
    choose(phone, "3")
    if way == "sent again":
        button.click()
    held[0].continue_()
    if way == "sent again":
        expect(phone.get_by_text("Kriterium 2 von 3")).to_be_visible()
        assert Vote.objects.get().level == 3
    else:
        expect(phone.locator("[data-state]")).to_have_text("Ihre Antwort ist gespeichert, Ihre Änderung danach noch nicht.")
        assert Vote.objects.get().level == 1
        button.click()
        expect(phone.get_by_text("Kriterium 2 von 3")).to_be_visible()
        assert Vote.objects.get().level == 3


def test_phone_outlives_a_server_that_starts_anew(join, workshop, scores):  # noqa: F811
    phone = join(workshop.code, "it")
    failed = []

    def fail(route):
        failed.append(route.fulfill(status=503, content_type="text/html", body="<main><h1>Gleich wieder da</h1></main>"))

    phone.route(phone.url, fail)
    workshops.show(workshop=workshop, score=scores[1])
    with phone.expect_response(lambda answer: answer.status == 503):
        pass
    expect(phone.get_by_role("heading", name=scores[0].criterion.title)).to_be_visible()
    phone.unroute(phone.url)
    expect(phone.get_by_role("heading", name=scores[1].criterion.title)).to_be_visible()


def test_vote_that_the_server_did_not_take_is_sent_again_by_itself(join, workshop):  # noqa: F811
    """The net was there all the time: nothing tells the phone that it is worth trying again."""
    phone = join(workshop.code, "it")
    phone.evaluate("window.addEventListener('online', () => document.body.setAttribute('data-back-online', ''))")
    phone.route("**/stimme/", lambda route: route.fulfill(status=503, content_type="text/html", body="Gleich wieder da"))
    choose(phone, "2")
    phone.locator("form[data-ballot] button").click()
    expect(phone.locator("[data-state]")).to_contain_text("Noch nicht übertragen")
    assert not Vote.objects.exists()
    phone.unroute("**/stimme/")
    expect(phone.locator("[data-own]")).to_contain_text("Gespeichert: 2")
    assert Vote.objects.get().level == 2
    assert phone.locator("[data-back-online]").count() == 0


def test_words_of_a_late_vote_are_told_though_the_net_fails_in_between(join, workshop):  # noqa: F811
    phone = join(workshop.code, "it")
    phone.route("**/stand/", lambda route: route.abort())  # the reveal is learnt from the answer to the vote
    phone.route(phone.url, lambda route: route.abort())
    workshops.reveal(workshop=workshop, seen=workshop.current_id)
    choose(phone, "2")
    phone.get_by_label(re.compile("Warum")).fill("Das Budget fehlt noch")
    with phone.expect_event("requestfailed", lambda request: request.url == phone.url):
        phone.locator("form[data-ballot] button").click()
    phone.unroute("**/stand/")
    phone.unroute(phone.url)
    panel = phone.locator(".panel--danger")
    expect(panel).to_contain_text("kam nicht mehr rechtzeitig an")
    expect(panel).to_contain_text("Das Budget fehlt noch")


@pytest.mark.parametrize("way", ["too late", "in time"])
def test_what_is_said_of_a_vote_under_way_while_the_wall_goes_on_is_true(join, workshop, scores, way):  # noqa: F811
    phone = join(workshop.code, "it")
    held: list[Route] = []
    phone.route("**/stimme/", lambda route: route.continue_() if held else held.append(route))
    choose(phone, "2")
    phone.get_by_label(re.compile("Warum")).fill("Das Budget fehlt noch")
    with phone.expect_request("**/stimme/"):
        phone.locator("form[data-ballot] button").click()
    answer = held[0].fetch() if way == "in time" else None  # stored, and its answer is still on the way
    workshops.show(workshop=workshop, score=scores[1])
    panel = phone.locator(".panel--danger")
    if answer is None:
        expect(panel).to_contain_text("Das Budget fehlt noch")
        with phone.expect_response("**/stimme/"):
            held[0].continue_()
        for _ in range(2):  # what is asked after that
            phone.wait_for_event("response", lambda answer: answer.url.endswith("/stand/"))
        expect(panel).to_contain_text("kam nicht mehr rechtzeitig an")
        assert not Vote.objects.exists()
    else:
        expect(phone.get_by_role("heading", name=scores[1].criterion.title)).to_be_visible()
        held[0].fulfill(response=answer)
        expect(panel).to_have_count(0)
        assert Vote.objects.get().words == "Das Budget fehlt noch"


def test_two_facilitators_take_each_step_once(page, new_page, wall_url, alice, bob, sign_in, workshop, scores):  # noqa: F811
    """Both press the same button: the second sees what came of the first, and nothing is skipped."""
    vote_all(workshop, people(workshop, it=3), [1, 2, 3])
    other = new_page()
    for one, person in ((page, alice), (other, bob)):
        sign_in(one, person)
        one.goto(wall_url)
        one.route("**/wand/stand/", lambda route: route.abort())  # neither hears of the other before it presses
    page.get_by_role("button", name="Aufdecken").click()
    expect(page.locator(".wall--revealed")).to_be_visible()
    other.get_by_role("button", name="Aufdecken").click()
    expect(other.locator(".wall--revealed")).to_be_visible()
    assert workshop.ballots.count() == 1
    page.get_by_role("button", name=re.compile("^Nächstes")).click()
    expect(page.get_by_role("heading", name="Kriterium kriterium-2")).to_be_visible()
    other.get_by_role("button", name="Noch einmal abstimmen").click()
    expect(other.get_by_text("Auf der Wand hat sich inzwischen etwas geändert.")).to_be_visible()
    workshop.refresh_from_db()
    assert workshop.current.score_id == scores[1].pk


def test_agreement_of_the_second_facilitator_overwrites_nobody(page, new_page, wall_url, alice, bob, sign_in, workshop, scores):  # noqa: F811
    vote_all(workshop, people(workshop, it=3), [1, 2, 3])
    workshops.reveal(workshop=workshop, seen=workshop.current_id)
    other = new_page()
    for one, person in ((page, alice), (other, bob)):
        sign_in(one, person)
        one.goto(wall_url)
        one.route("**/wand/stand/", lambda route: route.abort())
    for one, level, words in ((page, "2", "Der Plan liegt vor."), (other, "3", "Der Betrieb läuft.")):
        one.locator(f'{CARDS}[value="{level}"]').check(force=True)
        one.locator("#einigung_rationale").fill(words)
        one.get_by_role("button", name="Festhalten", exact=True).click()
        one.wait_for_load_state()
    stored = Score.objects.get(pk=scores[0].pk)
    assert (stored.level, stored.rationale) == (2, "Der Plan liegt vor.")
    expect(other.get_by_text("Der Betrieb läuft.").or_(other.locator("#einigung_rationale")).first).to_be_visible()
    assert "Der Betrieb läuft." in (other.content())


@pytest.mark.parametrize("who", ["wall", "phone"])
def test_text_twice_as_large_and_forced_colours(page, join, wall_url, alice, sign_in, workshop, who):  # noqa: F811
    """Nothing is cut, and what is chosen is told apart by its edge."""
    if who == "wall":
        ballot = vote_all(workshop, people(workshop, it=3, treasury=3), [0, 1, 2, 3, 4, 4])
        workshops.reveal(workshop=workshop, seen=ballot.pk)
        sign_in(page, alice)
        page.goto(wall_url)
    else:
        page = join(workshop.code, "it")
        expect(page.locator("form[data-ballot]")).to_be_visible()
    page.locator(f'{CARDS}[value="2"]').check(force=True)
    page.emulate_media(forced_colors="active")
    edges = page.evaluate(EDGES)
    assert edges[0] != edges[1]
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate(WIDER) == []
    assert page.evaluate(CUT) == []


def test_by_touch_alone(join, workshop):  # noqa: F811
    phone = join(workshop.code, "it", has_touch=True, is_mobile=True)
    phone.locator(f'{CARDS}[value="3"]').tap()
    expect(phone.locator(f'{CARDS}[value="3"]')).to_be_checked()
    phone.locator("form[data-ballot] button").tap()
    expect(phone.locator("[data-own]")).to_contain_text("Gespeichert: 3")
    assert phone.evaluate(SMALL) == []


def test_in_english(new_page, live_server, workshop):  # noqa: F811
    """By the phone's own language, from joining to the reveal; no word of German but the catalogue's and the town's."""
    phone = new_page(viewport=PHONE, locale="en-GB")
    phone.goto(f"{live_server.url}/w/{workshop.code}/")
    phone.get_by_label("Who are you taking part as?").or_(phone.locator("select")).first.select_option("it")
    phone.locator("main form button").first.click()
    choose(phone, "2")
    phone.locator("form[data-ballot] button").click()
    expect(phone.locator("[data-own]")).to_be_visible()
    for person in people(workshop, treasury=2):
        workshop.refresh_from_db()
        say(person, workshop.current, 3)
    workshops.reveal(workshop=workshop, seen=workshop.current_id)
    expect(phone.locator(".phone__state")).not_to_contain_text("Aufgedeckt")
    assert phone.locator("html").get_attribute("lang") == "en"
    said = phone.locator("main").inner_text()
    assert not re.search(r"\b(und|Stufe|Stimmen|Bitte|noch|Sie)\b", said), said


@pytest.mark.parametrize("day", ["2026-11-28T00:00:00+01:00", "2026-10-25T03:00:00+02:00"], ids=["midnight", "clocks go back"])
def test_timer_runs_on_past_midnight(page, join, wall_url, alice, sign_in, workshop, day):  # noqa: F811
    """Set before midnight, it counts on after it, on the wall and on a phone; so it does while the clocks are changed."""
    turn = datetime.fromisoformat(day)
    Ballot.objects.filter(pk=workshop.current_id).update(ends_at=turn + timedelta(seconds=80))
    sign_in(page, alice)
    for screen in (page, join(workshop.code, "it")):
        screen.context.route("**/stand/", lambda route: route.abort())  # its clock alone, not how far the server's is away
        screen.clock.install(time=turn - timedelta(seconds=20))
        screen.goto(wall_url if screen is page else screen.url)
        timer = screen.locator("[data-timer]")
        screen.clock.pause_at(turn - timedelta(seconds=10))
        screen.clock.run_for(500)
        expect(timer).to_have_text(re.compile(r"^1:(29|30)$"))
        screen.clock.run_for(40_000)
        expect(timer).to_have_text(re.compile(r"^0:(49|50)$"))
        screen.clock.run_for(60_000)
        expect(timer).to_have_text("Die Zeit ist um.")
