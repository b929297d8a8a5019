"""The second wording, the offices, legal notes and operating models: on the public pages and for curators."""

from io import BytesIO

import pytest
from django.utils.translation import override
from openpyxl import load_workbook

from catalogue.documents.compare import compare, field_label
from catalogue.documents.completeness import missing_content
from catalogue.documents.spreadsheet import edition_xlsx
from catalogue.models import Criterion, EditionState
from catalogue.said import said
from catalogue.wording import example, wording_of
from tests.catalogue.documents import (
    both,
    catalogue_document,
    criterion_document,
    legal_note_document,
    model_document,
    wording_document,
)
from tests.catalogue.pages import address, typed
from tests.factories import make_criterion, make_edition

pytestmark = pytest.mark.django_db


def twofold(key="eins", **fields):
    return criterion_document(
        key,
        subject="both",
        offices=["treasury", "it"],
        municipality_wording=wording_document(key),
        legal_notes=[legal_note_document("Was das Gesetz sagt")],
        **fields,
    )


def test_page_shows_both_wordings_and_who_knows(client, published):
    published(criteria=[twofold()], operating_models=[model_document("boo", criteria=["eins"])])
    page = client.get("/katalog/eins/").text
    for text in (
        "Für die Kommune insgesamt",
        "eins, Haus auf Deutsch",
        "eins, Haus auf 3 auf Deutsch",
        "Frage zum Haus, eins?",
        "IT, Kämmerei",
        "eins, nicht hier auf Deutsch",
        "Was das Gesetz sagt auf Deutsch",
        "November 2026",
        "BOO auf Deutsch",
        "Sie setzt die Stufen darunter voraus",
    ):
        assert text in page
    assert client.get("/katalog/betreibermodelle/").text.count('href="/katalog/eins/"') == 1


def test_page_of_a_criterion_about_solutions_has_no_second_wording(client, published):
    published("eins")
    page = client.get("/katalog/eins/").text
    assert "Für die Kommune insgesamt" not in page
    assert "die Lösung" in page


def test_level_0_shown_as_an_example_only(client, published):
    published("eins")
    page = client.get("/katalog/eins/").text
    assert "etwa: eins, Beschreibung 0 auf Deutsch" in page
    assert "etwa: eins, Beschreibung 1" not in page
    assert example(0, "") == ""


def test_marks_of_an_uncertain_title_and_of_our_reading(client, published):
    published(criteria=[criterion_document("eins", editorial=["mapping", "reading", "translation"])])
    page = client.get("/katalog/eins/").text
    for text in ("ist unsicher", "unsere Lesart", "unsere Übersetzung"):
        assert text in page


def test_wording_of_the_municipality_falls_back_to_the_first(published):
    published(criteria=[twofold("eins"), criterion_document("zwei")])
    first, second = Criterion.objects.order_by("order")
    assert wording_of(first, municipality_wide=True).summary == "eins, Haus auf Deutsch"
    assert wording_of(first, municipality_wide=False).summary == "eins, kurz auf Deutsch"
    assert wording_of(second, municipality_wide=True).levels[2].description == "zwei, Beschreibung 2 auf Deutsch"


def test_offered_by_subject(published):
    wording = wording_document("x")
    published(
        criteria=[
            criterion_document("loesung"),
            criterion_document("beides", phase="p3", subject="both", municipality_wording=wording),
            criterion_document("haus", phase="p3", subject="municipality", municipality_wording=wording),
            criterion_document("haus-durchgehend", subject="municipality", municipality_wording=wording),
        ]
    )
    for wide, expected in (
        (True, {"beides", "haus", "haus-durchgehend"}),
        (False, {"loesung", "beides", "haus-durchgehend"}),
    ):
        rows = Criterion.objects.select_related("phase")
        assert set(rows.offered_to(municipality_wide=wide).values_list("key", flat=True)) == expected
        assert {row.key for row in rows if row.is_offered_to(municipality_wide=wide)} == expected


def test_missing_text_of_the_second_wording_named_with_its_field():
    document = catalogue_document(criteria=[twofold()])
    assert missing_content(document) == []
    document["criteria"][0]["municipality_wording"]["levels"][2]["next_step"]["en"] = ""
    document["criteria"][0]["offices"] = []
    found = {(item.field, item.message) for item in missing_content(document)}
    assert {field for field, _message in found} == {"municipality_level_2_next_step_en", "offices_0"}


def test_comparison_names_the_changed_text_of_the_second_wording():
    old, new = (catalogue_document(criteria=[twofold()]) for _ in range(2))
    new["criteria"][0]["municipality_wording"]["levels"][3]["description"] = both("Neu")
    new["criteria"][0]["legal_notes"] = []
    (changed,) = compare(old, new).objects
    assert {field.field for field in changed.fields} == {
        "municipality_wording.levels.3.description.de",
        "municipality_wording.levels.3.description.en",
        "legal_notes.de",
        "legal_notes.en",
    }
    assert field_label("municipality_wording.levels.3.description.de") == "Kommune insgesamt: Stufe 3: Beschreibung (Deutsch)"


def test_spreadsheet_for_reviewers_holds_the_second_wording():
    book = load_workbook(BytesIO(edition_xlsx(catalogue_document(criteria=[twofold()]))), read_only=True)
    cells = {cell for row in book["Kriterien"].iter_rows(values_only=True) for cell in row}
    book.close()
    assert {"eins, Haus auf 4 auf Deutsch", "eins, Haus auf 4 in English", "eins, nicht hier auf Deutsch"} <= cells


def test_curator_takes_the_second_wording_away_by_the_subject(client, curator, draft):
    draft(criteria=[twofold()])
    edit = address("criterion_edit", "1.0", "eins")
    assert client.post(edit, typed(client.get(edit), subject="solution", speichern="1")).status_code == 302
    criterion = Criterion.objects.get(key="eins")
    assert (criterion.subject, criterion.municipality_summary) == ("solution", "")
    assert criterion.levels.exclude(municipality_description="").count() == 0


def test_legal_note_without_a_month_refused(client, curator, draft):
    draft("eins")
    edit = address("criterion_edit", "1.0", "eins")
    page = client.post(edit, typed(client.get(edit), legal_notes="Gesetz | Law |\nText\nText", speichern="1"))
    assert page.status_code == 422
    assert "Ein Hinweis hat drei Zeilen" in page.text


TEXTS = ("title", "summary", "municipality_summary", "questions", "municipality_questions")


@pytest.mark.parametrize("language", ["de", "en", "en-gb", None])
def test_text_is_the_one_modeltranslation_finds(language):
    """With and without a translation, with nothing at all, and where the column was not fetched."""
    texts = {"title_de": "Daten", "title_en": "Data", "summary_de": "Nur deutsch", "summary_en": ""}
    lists = {"questions_de": ["Wer?"], "questions_en": ["Who?"], "municipality_questions_de": ["Wie?"]}
    criterion = Criterion(key="daten", **texts, **lists)
    with override(language):
        assert {name: said(criterion, name) for name in TEXTS} == {name: getattr(criterion, name) for name in TEXTS}
        assert said(criterion, "title") == ("Data" if language in ("en", "en-gb") else "Daten")
        assert said(criterion, "summary") == "Nur deutsch"
        assert said(criterion, "municipality_summary") == ""


def test_text_that_was_not_fetched_is_fetched():
    criterion = make_criterion(make_edition(state=EditionState.DRAFT), "daten", title_de="Daten", title_en="Data")
    with override("en"):
        assert said(Criterion.objects.rewrite(False).only("title_de").get(pk=criterion.pk), "title") == "Data"
