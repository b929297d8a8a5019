"""The sheet in a real browser: out, in, a conflict, and a file with errors."""

import re

import pytest
from playwright.sync_api import expect

from assessments.models import Score
from assessments.services import workflow
from assessments.services.answers import Answer, save_score
from tests.assessments.workbook.workbooks import changed, put
from tests.factories import make_catalogue, make_project


@pytest.fixture
def assessment(municipality, alice):
    make_catalogue(3)
    return workflow.start_assessment(project=make_project(municipality, team=[alice]), by=alice)


@pytest.fixture
def bring(page, live_server, assessment):
    def bring(data):
        page.goto(f"{live_server.url}/bewertungen/{assessment.public_id}/bogen/")
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        page.get_by_label("Ausgefüllter Bogen").set_input_files({"name": "bogen.xlsx", "mimeType": kind, "buffer": data})
        page.get_by_role("button", name="Einlesen und prüfen").click()

    return bring


@pytest.mark.parametrize(
    ("width", "choice", "stored"),
    [
        (1280, "Fassung aus dem Bogen", "auf Papier beschlossen"),
        (320, "Beide zusammenführen", "online geschrieben\n\nauf Papier beschlossen"),
    ],
)
def test_sheet_comes_back_with_a_conflict(page, assessment, alice, sign_in, bring, assert_accessible, width, choice, stored):
    def offline(table):
        put(1, level=3, rationale="auf Papier beschlossen")(table)
        put(2, level=2, evidence_text="Ratsbeschluss", evidence_url="https://example.org/ein-sehr-langer-pfad-zum-beschluss")(
            table
        )

    data = changed(assessment, offline)
    first = assessment.scores.get(criterion__key="kriterium-1")
    save_score(score=first, version=1, by=alice, answer=Answer(rationale="online geschrieben"))
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page, alice)
    bring(data)
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    page.get_by_role("button", name="Alles übernehmen").click()
    expect(page).to_have_title(re.compile("^Fehler:"))
    assert_accessible(page)

    page.get_by_label(choice).check()
    page.get_by_role("button", name="Alles übernehmen").click()
    page.get_by_text("2 Kriterien sind geändert, 1 Nachweis ist neu.").wait_for()
    assert Score.objects.get(pk=first.pk).rationale == stored


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_file_with_errors_names_them(page, assessment, alice, sign_in, bring, assert_accessible, scheme):
    page.emulate_media(color_scheme=scheme)
    sign_in(page, alice)
    bring(changed(assessment, put(2, level=7)))
    page.get_by_role("heading", name="Ein Fehler in der Datei").wait_for()
    expect(page.locator(":focus")).to_have_attribute("data-focus", "")
    expect(page.locator(":focus").get_by_text("Zeile 3, Spalte „Stufe“")).to_have_count(1)
    assert_accessible(page)


def test_account_page_is_accessible(page, live_server, alice, sign_in, assert_accessible):
    sign_in(page, alice)
    page.goto(f"{live_server.url}/konto/")
    assert_accessible(page)
    page.get_by_label("Wochenüberblick per E-Mail").uncheck()
    page.get_by_role("combobox", name="Sprache").select_option("en")
    page.get_by_role("button", name="Speichern").click()
    page.wait_for_selector("html[lang=en]")
