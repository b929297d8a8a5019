"""A curator in a browser: copy, change, add, publish; then a team starts on the new edition and moves an older draft."""

import re
from typing import Any

from django.urls import reverse
from playwright.sync_api import expect

from assessments.models import Assessment
from assessments.services import workflow
from assessments.services.answers import Answer, save_score
from catalogue.models import Edition
from catalogue.services.importing import import_files, load_file
from tests.catalogue.documents import as_file, catalogue_document
from tests.factories import make_project


def publish_first() -> Edition:
    file = load_file(as_file(catalogue_document("vertrauen", "wirkung")), "edition-1.yaml")
    return import_files([file], publish=True)[0].edition


def test_curator_publishes_an_edition_and_a_team_moves_to_it(
    page: Any,
    live_server: Any,
    sign_in_by_page: Any,
    sign_out: Any,
    assert_accessible: Any,
    dora: Any,
    alice: Any,
    municipality: Any,
) -> None:
    publish_first()
    older = workflow.start_assessment(project=make_project(municipality, "Parkraum-App", team=[alice]), by=alice)
    for score in older.scores.all():
        save_score(score=score, version=1, by=alice, answer=Answer(state="rated", level=2, rationale="Steht im Beschluss."))
    make_project(municipality, "Mängelmelder", team=[alice])
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)

    # Copy the edition.
    sign_in_by_page(page, dora)
    page.goto(live_server.url + reverse("catalogue:editions"))
    assert_accessible(page)
    page.get_by_role("link", name=re.compile("1.0")).click()
    assert_accessible(page)
    page.get_by_role("button", name="Neue Ausgabe entwerfen").click()
    page.wait_for_url("**/redaktion/2.0/")
    assert_accessible(page)

    # Change a level's text; the preview follows without saving.
    page.get_by_role("link", name="vertrauen auf Deutsch").click()
    expect(page.get_by_label("Titel (Deutsch)")).to_be_visible()
    page.get_by_role("heading", name="Fünf Stufen").click()
    page.get_by_label("Stufe 2: Beschreibung (Deutsch)", exact=True).fill(
        "Mit den wichtigsten Partnern gilt eine Vereinbarung."
    )
    page.locator("#vorschau").get_by_text("Mit den wichtigsten Partnern").wait_for()
    # The English side by its own button; whatever is typed, the choice stays.
    preview = page.locator(".editor__preview")
    expect(preview.get_by_text("vertrauen in English", exact=True)).to_be_hidden()
    preview.get_by_label("Englisch").check()
    page.get_by_label("Stufe 2: Beschreibung (Englisch)", exact=True).fill("An agreement with the main partners is in force.")
    preview.get_by_text("An agreement with the main partners is in force.").wait_for()
    expect(preview.get_by_text("Mit den wichtigsten Partnern")).to_be_hidden()
    preview.get_by_label("beide").check()
    expect(preview.get_by_text("Mit den wichtigsten Partnern")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Speichern").click()
    page.get_by_text("Gespeichert: vertrauen auf Deutsch").wait_for()

    # Add a criterion with a municipal milestone; before it is complete, the edition cannot be published.
    page.goto(live_server.url + reverse("catalogue:criterion_add", args=["2.0"]))
    assert_accessible(page)
    page.get_by_label("Titel").fill("Ratsbeschluss")
    page.get_by_label("Schlüssel").fill("ratsbeschluss")
    page.get_by_label("Ab Phase").select_option("p2")
    page.get_by_role("button", name="Anlegen").click()
    page.get_by_role("heading", level=1, name="Ratsbeschluss").wait_for()
    parts = page.locator(".editor__form summary")
    for number in range(1, parts.count()):
        parts.nth(number).click()
    page.get_by_label("Meilenstein", exact=True).and_(page.locator("select")).select_option("municipal")
    page.get_by_label("Erforderliche Stufe", exact=True).select_option("2")
    page.locator("input[name=workstreams][value=organisatorisch]").check(force=True)
    page.locator("input[name=offices]").first.check(force=True)
    for field in page.locator("form textarea, form input[name=title_en]").all():
        name = str(field.get_attribute("name"))
        if not name.startswith(
            ("references", "legal_notes", "municipality_")
        ):  # have a form of their own, or need not be there
            field.fill(f"Text für {name}")
    page.get_by_role("button", name="Speichern").click()
    page.get_by_text("Gespeichert: Ratsbeschluss").wait_for()

    # Order without a mouse, comparison, publication.
    page.goto(live_server.url + reverse("catalogue:edition", args=["2.0"]))
    page.locator("#phase-durchgehend").click()  # phases are folded
    button = page.get_by_role("button", name=re.compile("Nach unten ?: vertrauen"))
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/redaktion/2.0/?bewegt=vertrauen*")
    titles = page.locator("details:has(#phase-durchgehend) .sortable__text > a")
    expect(titles).to_have_text(["wirkung auf Deutsch", "vertrauen auf Deutsch"])
    # … and with one: drawn by its handle to where it was.
    row = page.locator("#wirkung")
    page.locator("#vertrauen .sortable__handle").drag_to(row, target_position={"x": 40, "y": 4})
    page.wait_for_url("**/redaktion/2.0/?bewegt=vertrauen#vertrauen")
    expect(titles).to_have_text(["vertrauen auf Deutsch", "wirkung auf Deutsch"])
    page.get_by_role("link", name="Vergleich").click()
    expect(page.locator("ins").first).to_contain_text("Mit den wichtigsten Partnern gilt eine Vereinbarung")
    assert_accessible(page)
    page.go_back()
    page.goto(live_server.url + reverse("catalogue:edition_texts", args=["2.0"]))
    page.get_by_label("Titel (Deutsch)").fill("Ausgabe zwei")
    page.get_by_label("Titel (Englisch)").fill("Edition two")
    page.get_by_role("button", name="Speichern").click()
    page.get_by_role("link", name="Ausgabe veröffentlichen").click()
    page.get_by_role("heading", level=1, name="Ausgabe 2.0 veröffentlichen?").wait_for()
    assert_accessible(page)
    page.get_by_role("button", name="Ja, Ausgabe 2.0 veröffentlichen").click()
    page.get_by_text("Ausgabe 2.0 ist veröffentlicht").wait_for()
    assert Edition.objects.current().number == "2.0"
    page.get_by_role("link", name="Änderungen").click()
    assert_accessible(page)
    sign_out(page)

    # A team starts on it …
    sign_in_by_page(page, alice)
    page.goto(live_server.url + reverse("assessments:start", args=[_project("Mängelmelder")]))
    page.locator("main form button").last.click()
    page.get_by_role("heading", name="Mängelmelder, Runde 1").wait_for()
    other = Assessment.objects.get(project__name="Mängelmelder")
    assert other.edition.number == "2.0"
    assert other.scores.filter(criterion__key="ratsbeschluss").exists()

    # … and moves its older draft across, after looking at what that means.
    page.goto(live_server.url + older.get_absolute_url())
    page.get_by_role("link", name="Ausgabe wechseln").click()
    assert_accessible(page)
    expect(page.locator("main")).to_contain_text("Text geändert")
    expect(page.locator("main")).to_contain_text("Ratsbeschluss")
    page.get_by_role("button", name="Auf Ausgabe 2.0 wechseln").click()
    page.get_by_text("Die Bewertung folgt jetzt der Katalogausgabe 2.0").wait_for()
    older.refresh_from_db()
    assert older.edition.number == "2.0"
    states = {s.criterion.key: (s.state, s.confirmed) for s in older.scores.select_related("criterion")}
    assert states == {"wirkung": ("rated", True), "vertrauen": ("rated", False), "ratsbeschluss": ("open", True)}
    assert errors == []


def _project(name: str) -> str:
    from assessments.models import Project

    return str(Project.objects.get(name=name).public_id)
