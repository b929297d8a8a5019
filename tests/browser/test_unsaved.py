"""No typed word leaves without a word: whatever page has a field for free text, and whichever way it is left."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from assessments.models import Assessment, Comment, Score
from assessments.services import edition_switch, workflow
from catalogue.models import ChangeLogEntry, Criterion, Edition, EditionState
from catalogue.services.publishing import copy_edition
from tests.browser.drafts import expect_drafts
from tests.browser.test_every_page import FILES, become, in_part  # noqa: F401 – a fixture
from tests.factories import make_catalogue, make_criterion, make_edition, make_project
from tests.test_permissions import PERSONS, TABLE, all_names

pytestmark = pytest.mark.urls("tests.scaling.failing_urls")

WORDS = "Das steht noch nirgends und darf nicht fehlen."
#: The fields of a page that take words of one's own, told as static/js/unsaved.js tells them; signing in is none of it.
FIELDS = """() => [...document.querySelectorAll("main form[method=post]")]
  .filter(form => !form.querySelector("input[type=password]"))
  .map(form => [...form.elements].find(field => field.name && !field.closest("[hidden]")
    && field.matches("textarea, input[type=text], input[type=url]") && !field.readOnly && !field.disabled))
  .filter(Boolean).map(field => field.name)"""
UNFOLD = "document.querySelectorAll('main details').forEach(details => { details.open = true; })"
KEPT = "words => Object.values(localStorage).some(text => text.includes(words))"


@pytest.fixture
def pages_with_words(page, become, live_server, world):  # noqa: F811
    """Each page with such a field, once: name, address, the field's name, and its person, who is signed in."""

    def pages(part):
        seen = set()
        names = {name for name in all_names() if in_part(name, part)}
        for number, person in enumerate(PERSONS):
            if person == "nobody":
                continue
            client = become(person)
            for name, ids, method, expected in TABLE:
                if name not in names or name in seen or method != "get" or expected.split()[number] not in ("200", "+"):
                    continue
                path = reverse(name, args=[world.ids[word] for word in ids.split()])
                if path.endswith(FILES):
                    continue
                answer = client.get(path)
                is_page = answer.status_code == 200 and answer["Content-Type"].startswith("text/html")
                if not is_page or not re.search(r"<textarea|type=\"text\"|type=\"url\"", answer.content.decode()):
                    b"".join(answer if answer.streaming else ())
                    continue
                page.goto(live_server.url + path)
                for field in page.evaluate(FIELDS):
                    seen.add(name)
                    yield name, live_server.url + path, field, person

    return pages


def holds(page, field, words):
    """Whether the page shows the words: as an offer above the form, or in their field."""
    fields = page.locator(f'main [name="{field}"]').all()
    return page.get_by_text(words).first.is_visible() or any(words in one.input_value() for one in fields)


def type_in(page, url, field, words):
    page.goto(url)
    page.evaluate(UNFOLD)
    page.locator(f'main [name="{field}"]:visible').first.fill(words)


@pytest.mark.parametrize(("part", "least"), [("catalogue:", 4), ("assessments:", 6), ("reports:", 1), ("", 1)])
def test_every_page_with_a_field_for_words_keeps_them_however_it_is_left(
    context,
    become,  # noqa: F811
    pages_with_words,
    live_server,
    part,
    least,
):
    """Typed, and left by a link, by closing the tab, by the other language, with a second tab open, and by signing out, which
    asks first. Wherever somebody looks next, the words are there: offered above their form, or stored in it."""
    problems, number = [], 0

    def check(way, found, name, field):
        if not found:
            problems.append(f"{name}, {field}: {way}")

    for name, url, field, person in pages_with_words(part):
        number += 1
        tab = context.new_page()
        type_in(tab, url, field, WORDS)
        other = context.new_page()
        other.goto(url)
        check("second tab", holds(other, field, WORDS), name, field)
        other.close()
        tab.close()

        tab = context.new_page()
        asked: list[str] = []
        tab.on("dialog", lambda dialog, asked=asked: asked.append(dialog.type) or dialog.dismiss())
        tab.goto(live_server.url)
        listed = tab.locator("#unsaved li").filter(has_text=WORDS).count() > 0
        tab.goto(url)
        check("closed tab", holds(tab, field, WORDS), name, field)
        if not listed and tab.evaluate(KEPT, WORDS):
            problems.append(f"{name}, {field}: not in the list of the start page")
        tab.evaluate("localStorage.clear()")

        by_link = f"{WORDS} Per Verweis."
        type_in(tab, url, field, by_link)
        tab.locator("a[href^='/']:visible").first.click()
        expect(tab).not_to_have_url(url)
        tab.goto(url)
        check("link", holds(tab, field, by_link), name, field)
        tab.evaluate("localStorage.clear()")

        if tab.get_by_role("button", name="English").count():
            in_english = f"{WORDS} In English."
            type_in(tab, url, field, in_english)
            tab.get_by_role("button", name="English").first.click()
            tab.locator("html[lang=en]").wait_for()
            tab.wait_for_load_state()  # what offers the words comes with the scripts
            if not holds(tab, field, in_english):  # a page that saves by itself was asked for while it was still saving
                tab.reload()
            check("language", holds(tab, field, in_english), name, field)
            tab.get_by_role("button", name="Deutsch").first.click()
            tab.locator("html[lang=de]").wait_for()
            tab.evaluate("localStorage.clear()")

        if tab.locator("details.menu").count():  # on the wall of a workshop nobody signs out
            at_the_end = f"{WORDS} Feierabend."
            type_in(tab, url, field, at_the_end)
            tab.locator("details.menu > summary").click()
            tab.get_by_role("button", name="Abmelden").click()
            if not asked:  # the page has saved by itself meanwhile
                tab.wait_for_url(f"{live_server.url}/")
                become(person)
                tab.goto(url)
            check("sign-out", holds(tab, field, at_the_end), name, field)
            tab.evaluate("localStorage.clear()")
        tab.close()
    assert not problems, "\n".join(problems)
    assert number >= least


@pytest.fixture
def url(live_server, municipality, alice):
    make_catalogue(2)
    assessment = workflow.start_assessment(project=make_project(municipality, team=[alice]), by=alice)
    return f"{live_server.url}/bewertungen/{assessment.public_id}/kriterien/kriterium-1/"


def test_comment_that_was_not_sent_waits_for_its_page(page, url, alice, sign_in, live_server, assert_accessible):
    sign_in(page, alice)
    page.goto(url)
    page.evaluate(UNFOLD)
    page.locator("#kommentar_text").fill(WORDS)
    page.get_by_role("button", name="Speichern und weiter").click()
    expect(page).to_have_url(re.compile("kriterium-2"))
    expect_drafts(page, 1)
    page.goto(live_server.url)
    expect(page.locator("#unsaved")).to_contain_text(WORDS)
    assert_accessible(page)
    page.set_viewport_size({"width": 1280, "height": 1800})  # all of it, or axe minds what the buttons at the foot lie over
    page.locator("#unsaved a").click()
    expect(page).to_have_url(url)
    assert_accessible(page)
    page.get_by_role("button", name="Ins Formular übernehmen").click()
    page.get_by_role("button", name="Kommentieren").click()
    expect(page.get_by_text("Ihr Kommentar ist gespeichert.")).to_be_visible()
    assert Comment.objects.get().text == WORDS
    expect_drafts(page, 0)


def test_words_whose_page_is_gone_stand_on_the_start_page_as_a_whole(page, url, alice, sign_in, live_server):
    sign_in(page, alice)
    page.goto(url)
    page.evaluate(UNFOLD)
    page.locator("#kommentar_text").fill(f"{WORDS} " * 9 + "Und das Ende.")
    edition = make_edition(2, state=EditionState.DRAFT)
    make_criterion(edition, "anderes")
    Edition.objects.filter(pk=edition.pk).update(state=EditionState.PUBLISHED, published_at=timezone.now())
    edition_switch.move(assessment=Assessment.objects.get(), edition=edition, by=alice)
    page.goto(live_server.url)
    expect(page.locator("#unsaved")).to_contain_text("Und das Ende.")


def test_words_of_another_tab_stay_when_this_one_stores_its_own(page, url, alice, sign_in, context):
    sign_in(page, alice)
    page.goto(url)
    other = context.new_page()
    other.goto(url)
    page.get_by_label("Begründung").fill("Text im zweiten Reiter")
    expect(page.locator("#save-state")).to_have_text(re.compile("^gespeichert um"))
    other.get_by_label("Begründung").fill(WORDS)
    expect(other.locator("#save-state")).to_have_text(re.compile("Nicht gespeichert"))
    page.get_by_label("Neuer Nachweis").fill("Beschluss")
    page.get_by_role("button", name="Speichern", exact=True).click()
    expect(page.locator("#save-state")).to_contain_text("Gespeichert um")
    other.close()
    page.goto(url)
    expect(page.locator("#draft")).to_contain_text(WORDS)
    assert Score.objects.get(criterion__key="kriterium-1").rationale == "Text im zweiten Reiter"


def test_closing_the_tab_sends_what_is_pending(page, url, alice, sign_in, context):
    sign_in(page, alice)
    page.goto(url)
    page.get_by_label("Begründung").fill(WORDS)
    page.close()
    later = context.new_page()
    later.goto(url)
    for _ in range(20):
        if Score.objects.get(criterion__key="kriterium-1").rationale == WORDS:
            break
        later.wait_for_timeout(250)
    assert Score.objects.get(criterion__key="kriterium-1").rationale == WORDS


def test_file_that_no_device_keeps_is_warned_about(page, url, alice, sign_in):
    sign_in(page, alice)
    page.goto(f"{url}nachweise/datei/")
    page.get_by_label("Datei").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"Beschluss"})
    asked: list[str] = []
    page.once("dialog", lambda dialog: asked.append(dialog.type) or dialog.accept())  # type: ignore[func-returns-value]
    page.get_by_role("link", name="Katalog", exact=True).first.click()
    page.wait_for_url("**/katalog/**")
    assert asked == ["beforeunload"]


@pytest.mark.parametrize("way", ["language", "sign-out", "another form"])
def test_file_is_warned_about_whichever_form_leads_away(page, url, alice, sign_in, way):
    sign_in(page, alice)
    page.goto(f"{url}nachweise/datei/")
    page.get_by_label("Datei").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"Beschluss"})
    if way == "sign-out":
        page.locator("details.menu > summary").click()
    asked: list[str] = []
    page.once("dialog", lambda dialog: asked.append(dialog.type) or dialog.dismiss())  # type: ignore[func-returns-value]
    with page.expect_event("dialog"):
        page.get_by_role("button", name={"language": "English", "sign-out": "Abmelden"}.get(way, "dunkel")).first.click()
    assert asked == ["beforeunload"]
    expect(page).to_have_url(f"{url}nachweise/datei/")
    page.get_by_role("button", name="Datei hinzufügen").click()
    expect(page.get_by_text("a.txt").first).to_be_visible()


def test_draft_of_the_catalogue_saves_itself_as_one_change(page, dora, sign_in, live_server):
    edition = copy_edition(edition=make_catalogue(2), by=dora)
    sign_in(page, dora)
    page.goto(live_server.url + reverse("catalogue:criterion_edit", args=[edition.number, "kriterium-1"]))
    entries = ChangeLogEntry.objects.filter(edition=edition, key="kriterium-1")
    page.get_by_role("heading", name="Texte", exact=True).click()
    state, bar = page.locator("[data-save-state]"), page.locator(".save-bar")
    for text in ("Ein Satz.", "Ein Satz. Noch einer.", WORDS):
        page.locator("[name=summary_de]").fill(text)
        expect(state).to_have_text("noch nicht gespeichert")
        expect(bar).to_be_in_viewport()
        expect(state).to_have_text(re.compile(r"^gespeichert um \d\d:\d\d"))
    page.get_by_role("link", name="Katalog", exact=True).first.click()
    page.wait_for_url("**/katalog/**")
    assert Criterion.objects.values_list("summary_de", flat=True).get(edition=edition, key="kriterium-1") == WORDS
    (entry,) = entries
    assert WORDS in str(entry.after)
    assert "Kurzbeschreibung" in str(entry.before)
    expect_drafts(page, 0)
