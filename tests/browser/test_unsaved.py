"""No typed word leaves without a word: whatever page has a field for free text, and whichever way it is left."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from assessments.models import Comment, Score
from assessments.services import workflow
from catalogue.models import ChangeLogEntry, Criterion
from catalogue.services.publishing import copy_edition
from tests.browser.drafts import expect_drafts
from tests.browser.test_every_page import become  # noqa: F401 – a fixture
from tests.factories import make_catalogue, make_project
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
    """Each page with such a field, once: name, address, and the field's name, with its person signed in."""

    def pages():
        seen = set()
        names = set(all_names())
        for number, person in enumerate(PERSONS):
            if person == "nobody":
                continue
            client = become(person)
            for name, ids, method, expected in TABLE:
                if name not in names or name in seen or method != "get" or expected.split()[number] not in ("200", "+"):
                    continue
                path = reverse(name, args=[world.ids[word] for word in ids.split()])
                answer = client.get(path)
                is_page = answer.status_code == 200 and answer["Content-Type"].startswith("text/html")
                if not is_page or not re.search(r"<textarea|type=\"text\"|type=\"url\"", answer.content.decode()):
                    b"".join(answer if answer.streaming else ())
                    continue
                page.goto(live_server.url + path)
                for field in page.evaluate(FIELDS):
                    seen.add(name)
                    yield name, live_server.url + path, field

    return pages


def test_every_page_with_a_field_for_words_keeps_them(page, pages_with_words, live_server):
    """Typed, and left by a link: on the device, in the list of the start page, and offered when one comes back."""
    problems, number = [], 0
    page.on("dialog", lambda dialog: dialog.accept())
    for name, url, field in pages_with_words():
        number += 1
        page.goto(url)
        page.evaluate(UNFOLD)
        place = page.locator(f'main [name="{field}"]:visible').first
        place.fill(WORDS)
        page.goto(live_server.url)
        if not page.evaluate(KEPT, WORDS):  # a page that saves by itself may have stored it as it was left
            page.goto(url)
            if WORDS not in page.content() and WORDS not in str(page.locator(f'main [name="{field}"]').first.input_value()):
                problems.append(f"{name}, {field}: nowhere")
            continue
        if not page.locator("#unsaved li").count():
            problems.append(f"{name}, {field}: not in the list")
        page.goto(url)
        if not page.get_by_text(WORDS).first.is_visible():
            problems.append(f"{name}, {field}: not offered")
        page.evaluate("localStorage.clear()")
    assert not problems, "\n".join(problems)
    assert number > 8


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


def test_draft_of_the_catalogue_saves_itself_as_one_change(page, dora, sign_in, live_server):
    edition = copy_edition(edition=make_catalogue(2), by=dora)
    sign_in(page, dora)
    page.goto(live_server.url + reverse("catalogue:criterion_edit", args=[edition.number, "kriterium-1"]))
    entries = ChangeLogEntry.objects.filter(edition=edition, key="kriterium-1")
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
