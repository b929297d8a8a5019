"""What the everyday jobs cost in clicks and in screens scrolled, with the shipped texts: they may become cheaper, not dearer.

A click is a press or a choice from a list; what is typed costs none. Each job begins on the page that a person sees first.
"""

import re
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.core.management import call_command
from playwright.sync_api import expect

from assessments.models import Assessment
from assessments.services import workflow, workshops
from assessments.services.answers import Answer, save_score
from tests.browser.clicks import Counter
from tests.browser.test_first_run import PASSWORD
from tests.factories import make_project

LAPTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}


@pytest.fixture
def catalogue(transactional_db):
    """The newest edition that comes along: with its texts pages are as high as people meet them."""
    newest = sorted((Path(django_settings.BASE_DIR) / "fixtures" / "catalogue").glob("edition-*.yaml"))[-1]
    call_command("import_catalogue", str(newest), publish=True, verbosity=0)


@pytest.fixture
def round_(catalogue, municipality, alice):
    project = make_project(municipality, "Parkraum-Lotse", team=[alice])
    return workflow.start_assessment(project=project, by=alice)


@pytest.fixture
def counter(page):
    page.set_viewport_size(LAPTOP)
    return Counter(page)


def submit(round_, by):
    for score in round_.scores.all():
        save_score(score=score, version=score.version, by=by, answer=Answer("rated", 2, "Der Beschluss liegt vor."))
    workflow.submit(assessment=round_, by=by)


def rate_one(counter):
    """Sees all five levels, chooses one, says why, goes on."""
    page, cards = counter.page, counter.page.locator(".level-card")
    for level in range(5):
        counter.see(cards.nth(level), f"level {level}")
    counter.press(cards.nth(2), "level 2")
    counter.write(page.get_by_label("Begründung"), "Der Beschluss liegt vor.")
    here = page.url
    counter.press(page.get_by_role("button", name="Speichern und weiter"))
    page.wait_for_url(lambda url: url != here)


def assert_cost(counter, *, clicks, screens):
    assert (counter.clicks, round(counter.scrolled, 2) <= screens) == (clicks, True), f"{counter}: {' · '.join(counter.steps)}"


@pytest.mark.parametrize(("criteria", "clicks"), [(1, 3), (21, 43)])
def test_criteria_are_rated_without_scrolling(counter, live_server, round_, alice, sign_in, criteria, clicks):
    sign_in(counter.page, alice)
    counter.page.goto(live_server.url)
    counter.press(counter.page.get_by_role("link", name="Weiter bewerten"))
    for _number in range(criteria):
        rate_one(counter)
    assert_cost(counter, clicks=clicks, screens=0)
    assert round_.scores.filter(level=2).count() == criteria


def test_round_is_approved_from_the_start_page(counter, live_server, round_, alice, bob, sign_in):
    submit(round_, alice)
    sign_in(counter.page, bob)
    counter.page.goto(live_server.url)
    counter.press(counter.page.get_by_role("link", name=re.compile("Ansehen und freigeben")))
    counter.press(counter.page.get_by_role("button", name="Freigeben", exact=True))
    expect(counter.page.get_by_role("status").filter(has_text="freigegeben")).to_be_visible()
    assert_cost(counter, clicks=2, screens=0)


@pytest.mark.parametrize(("person", "screens"), [("alice", 0), ("bob", 0.1), ("rita", 0)])
def test_pdf_is_one_click_away(counter, live_server, round_, alice, bob, sign_in, request, person, screens):
    submit(round_, alice)
    workflow.approve(assessment=round_, by=bob)
    sign_in(counter.page, request.getfixturevalue(person))
    counter.page.goto(live_server.url)
    with counter.page.expect_download():
        counter.press(counter.page.get_by_role("link", name="Reifeprofil Parkraum-Lotse als PDF"))
    assert_cost(counter, clicks=1, screens=screens)


def test_new_manager_comes_from_the_invitation_to_the_first_answer(counter, live_server, settings, catalogue):
    settings.SITE_URL = live_server.url
    call_command("create_municipality", name="Stadt Bamberg", ags="09461000", manager="leitung@example.org", verbosity=0)
    (link,) = re.findall(r"http://\S+/einladung/\S+", str(mail.outbox[0].body))
    page = counter.page
    page.goto(link)
    counter.write(page.get_by_label("Ihr Name"), "Vera Lang")
    counter.write(page.get_by_label("Passwort", exact=True), PASSWORD)
    counter.write(page.get_by_label("Passwort, noch einmal"), PASSWORD)
    counter.press(page.get_by_role("button", name="Konto anlegen und beitreten"))
    counter.press(page.get_by_role("link", name="Projekt anlegen"))
    counter.write(page.get_by_label("Name des Projekts"), "Digitaler Parkraum")
    counter.choose(page.get_by_label("Phase"), label="P3 Pilot")
    counter.press(page.get_by_role("button", name="Projekt anlegen"))
    counter.press(page.get_by_role("link", name="Bewertung beginnen"))
    counter.press(page.get_by_role("button", name="Bewertung beginnen"))
    counter.press(page.get_by_role("link", name="Nächstes offenes Kriterium"))
    rate_one(counter)
    assert_cost(counter, clicks=9, screens=0.12)
    assert Assessment.objects.get().scores.filter(level=2).count() == 1


def test_workshop_is_opened_from_the_round(counter, live_server, round_, alice, sign_in):
    sign_in(counter.page, alice)
    counter.page.goto(live_server.url + round_.get_absolute_url())
    counter.press(counter.page.get_by_role("link", name="Im Workshop bewerten"))
    counter.press(counter.page.get_by_role("button", name="Workshop öffnen"))
    expect(counter.page.locator("[data-turnout]")).to_be_visible()
    assert_cost(counter, clicks=2, screens=0)


def test_participant_joins_and_votes_on_a_phone(counter, live_server, round_, alice):
    """From the code on the wall, which opens the address, to the vote."""
    workshop = workshops.open_workshop(assessment=round_, by=alice, first=round_.scores.first())
    page = counter.page
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}/w/{workshop.code}/")
    counter.choose(page.get_by_label("Als wer nehmen Sie teil?"), value="it")
    counter.press(page.get_by_role("button", name="Mitmachen"))
    counter.press(page.locator(".level-card").nth(2), "level 2")
    counter.press(page.locator("form[data-ballot] button"))
    expect(page.locator("[data-own]")).to_contain_text("Gespeichert")
    assert_cost(counter, clicks=4, screens=0)
