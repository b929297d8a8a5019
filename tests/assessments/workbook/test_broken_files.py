"""Whatever somebody brings back: a clear reason, and nothing changed."""

import datetime
import io
import time
import zipfile

import pytest
from django.utils import timezone

from assessments.models import Evidence, Score, WorkbookUpload
from assessments.services import workflow
from assessments.services.answers import Answer
from assessments.workbook import package
from assessments.workbook.columns import PLACES
from assessments.workbook.importing import read_upload
from tests.assessments.workbook.workbooks import Formula, changed, exported, put, with_part, workbook
from tests.factories import make_project
from tests.pages import one_line

BOOK = "xl/worksheets/sheet2.xml"  # after the instructions


@pytest.fixture
def upload(client, assessment, alice):
    """Brings a file and gives the page's text; nothing may have changed."""
    client.force_login(alice)

    def upload(data, name="bogen.xlsx"):
        file = io.BytesIO(data)
        file.name = name
        response = client.post(f"/bewertungen/{assessment.public_id}/bogen/", {"file": file})
        assert response.status_code == 422
        assert not Score.objects.exclude(version=1).exists()
        assert [Answer.of(score) for score in assessment.scores.all()] == [Answer()] * 3
        assert not Evidence.objects.exists()
        assert not WorkbookUpload.objects.exists()
        page = response.content.decode()
        assert "<title>Fehler:" in page
        return one_line(page).replace("\u00a0", " ")

    return upload


def not_a_workbook():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("readme.xml", "<a/>")
    return target.getvalue()


def opendocument():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "<a/>")
    return target.getvalue()


STRANGERS = {
    "empty": (b"", "Die Datei ist leer."),
    "text": ("Schlüssel;Stand\nk;offen".encode(), "Das ist keine Excel-Datei (.xlsx) und keine OpenDocument-Tabelle (.ods)."),
    "pdf": (b"%PDF-1.7 ...", "Die PDF-Datei ist beschädigt oder geschützt."),
    "old_or_password": (package.OLE + bytes(600), "mit einem Passwort geschützt oder im alten Format .xls"),
    "zip_without_workbook": (not_a_workbook(), "Das ist keine Excel-Datei (.xlsx) und keine OpenDocument-Tabelle (.ods)."),
    "text_document": (opendocument(), "Das ist keine Excel-Datei (.xlsx) und keine OpenDocument-Tabelle (.ods)."),
    "huge": (bytes(package.MAX_BYTES + 1), "größer als 5 MB"),
}


@pytest.mark.parametrize("which", STRANGERS)
def test_strange_file_is_refused_with_a_reason(upload, which):
    data, reason = STRANGERS[which]
    assert reason in upload(data)


def worksheet(content):
    return b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' + content + b"</worksheet>"


def bomb(size):
    return worksheet(b" " * size)


LAUGHS = b"""<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>""" + worksheet(b"&b;")
# Where nobody looks for it: the reader must refuse entities by itself.
LATE_LAUGHS = b"<?xml version='1.0'?><!--" + b" " * 2000 + b"-->" + LAUGHS

DAMAGED = {
    "cut_off": (lambda data: data[: len(data) // 2], "Die Datei ist beschädigt."),
    "bytes_changed": (lambda data: data[:200] + bytes(200) + data[400:], "Die Datei ist beschädigt."),
    "no_xml": (lambda data: with_part(data, BOOK, b"<worksheet><row>"), "Die Datei ist beschädigt."),
    "no_relations": (lambda data: with_part(data, "xl/_rels/workbook.xml.rels", None), "Die Datei ist beschädigt."),
    "sheet_left_out": (lambda data: with_part(data, BOOK, None), "Die Tabelle „Bewertung“ fehlt."),
    "number_that_is_none": (
        lambda data: with_part(data, BOOK, worksheet(b'<row r="1"><c r="A1"><v>x</v></c></row>')),
        "Die Datei ist beschädigt.",
    ),
    "string_that_is_none": (
        lambda data: with_part(data, BOOK, worksheet(b'<row r="1"><c r="A1" t="s"><v>99999</v></c></row>')),
        "Die Datei ist beschädigt.",
    ),
    "bomb": (lambda data: with_part(data, BOOK, bomb(package.MAX_UNPACKED)), "Die Datei ist entpackt viel zu groß."),
    "bomb_of_another_name": (
        lambda data: with_part(data, "xl/media/image1.png", bytes(package.MAX_UNPACKED)),
        "Die Datei ist entpackt viel zu groß.",
    ),
    "document_type": (lambda data: with_part(data, BOOK, LAUGHS), "Die Datei enthält eine Dokumenttyp-Angabe"),
    "late_document_type": (lambda data: with_part(data, BOOK, LATE_LAUGHS), "Die Datei ist beschädigt."),
    "macros": (lambda data: with_part(data, "xl/vbaProject.bin", b"Sub"), "Die Datei enthält Makros."),
    "too_many_tags": (
        lambda data: with_part(data, BOOK, worksheet(b"<c/>" * package.MAX_TAGS)),
        "Die Tabelle hat zu viele Zellen.",
    ),
}


@pytest.mark.parametrize("which", DAMAGED)
def test_damaged_file_is_refused_with_a_reason(upload, assessment, which):
    damage, reason = DAMAGED[which]
    assert reason in upload(damage(exported(assessment)))


@pytest.mark.parametrize("row", [1_048_576, 2_000_000_000])
def test_cells_far_apart_cost_next_to_nothing(upload, assessment, row):
    """A reader that made all cells between the first and the last would need minutes and hundreds of gigabytes."""
    near, far = b'<row r="1"><c r="A1" t="str"><v>x</v></c></row>', b'<row r="%d"><c r="XFD%d" t="str"><v>x</v></c></row>'
    data = with_part(exported(assessment), BOOK, worksheet(near + far % (row, row)))
    before = time.process_time()
    assert "In der ersten Zeile fehlen diese Spalten" in upload(data)
    assert time.process_time() - before < 5


def without(column):
    def change(table):
        for row in table:
            del row[PLACES[column]]

    return change


def twice(column):
    def change(table):
        for row in table:
            row.append(row[PLACES[column]])

    return change


WRONG_TABLES = {
    "no_column": (without("rationale"), "In der ersten Zeile fehlen diese Spalten: „Begründung“."),
    "no_version": (without("version"), "In der ersten Zeile fehlen diese Spalten: „Fassung“."),
    "column_twice": (twice("level"), "Die Spalte „Stufe“ kommt zweimal vor."),
    "no_head": (lambda table: table.pop(0), "In der ersten Zeile fehlen diese Spalten:"),
    "no_rows": (lambda table: table.__delitem__(slice(1, None)), "In der Tabelle steht kein einziges Kriterium."),
    "nothing": (lambda table: table.clear(), "Die Tabelle „Bewertung“ ist leer."),
    "too_many_rows": (lambda table: table.extend([["x"]] * 1100), "Die Tabelle hat zu viele Zeilen."),
}


@pytest.mark.parametrize("which", WRONG_TABLES)
def test_wrong_table_is_refused_with_a_reason(upload, assessment, which):
    change, reason = WRONG_TABLES[which]
    assert reason in upload(changed(assessment, change))


def test_missing_sheet_is_refused_with_the_names_there_are(upload, assessment):
    page = upload(workbook([["Ausgaben", "Euro"], ["Miete", 100]], name="Tabelle1"))
    assert "Die Tabelle „Bewertung“ fehlt. In der Datei gibt es: „Tabelle1“." in page


def test_sheet_of_another_assessment_is_refused(upload, municipality, alice, assessment):
    other = workflow.start_assessment(project=make_project(municipality, "Anderes", team=[alice]), by=alice)
    page = upload(exported(other))
    assert page.count("Diese Zeile gehört zu einer anderen Bewertung.") == 3


def swapped(table):
    """The first row's key stands in the second row, too."""
    put(2, key="kriterium-1")(table)


WRONG_CELLS = {
    "unknown_key": (put(2, key="gibt-es-nicht"), "Zeile 3, Spalte „Schlüssel“ (A3): Das Kriterium „gibt-es-nicht“ gibt es"),
    "no_key": (put(2, key=None), "Zeile 3, Spalte „Schlüssel“ (A3): Der Schlüssel des Kriteriums fehlt."),
    "key_twice": (swapped, "Zeile 3, Spalte „Schlüssel“ (A3): Das Kriterium „kriterium-1“ steht schon in Zeile 2."),
    "state": (put(1, state="fertig"), "Zeile 2, Spalte „Stand“ (C2): „fertig“ gibt es nicht. Möglich sind: „offen“"),
    "state_yes": (put(1, state=True), "Zeile 2, Spalte „Stand“ (C2): Hier steht ein Wahrheitswert."),
    "level_5": (put(1, level=5), "Zeile 2, Spalte „Stufe“ (D2): „5“ ist keine Stufe. Möglich sind 0, 1, 2, 3 und 4."),
    "level_half": (put(1, level=2.5), "Zeile 2, Spalte „Stufe“ (D2): „2.5“ ist keine Stufe."),
    "level_minus": (put(1, level=-1), "Zeile 2, Spalte „Stufe“ (D2): „-1“ ist keine Stufe."),
    "level_formula": (put(1, level=Formula("=1+2")), "Zeile 2, Spalte „Stufe“ (D2): Hier steht eine Formel."),
    "text_formula": (put(3, rationale=Formula("=A1")), "Zeile 4, Spalte „Begründung“ (E4): Hier steht eine Formel."),
    "rated_without_level": (put(1, state="eingeschätzt"), "Zeile 2, Spalte „Stufe“ (D2): Die Stufe fehlt."),
    "unknown_with_level": (
        put(1, state="weiß nicht", level=2),
        "Zeile 2, Spalte „Stufe“ (D2): Stufe und Stand passen nicht zusammen: Zu „weiß nicht“ gehört keine Stufe.",
    ),
    "not_applicable_without_reason": (
        put(1, state="trifft nicht zu"),
        "Zeile 2, Spalte „Begründung“ (E2): Bitte begründen Sie, warum das Kriterium nicht zutrifft.",
    ),
    "rationale_too_long": (put(1, rationale="x" * 10001), "Spalte „Begründung“ (E2): Höchstens 10000 Zeichen; das sind 10001."),
    "target": (put(1, target_level="hoch"), "Zeile 2, Spalte „Zielstufe“ (F2): „hoch“ ist keine Stufe."),
    "date_words": (put(1, target_date="bald"), "Spalte „Ziel erreicht bis“ (G2): „bald“ ist kein Datum. Bitte schreiben Sie"),
    "date_none": (put(1, target_date="31.02.2027"), "Spalte „Ziel erreicht bis“ (G2): „31.02.2027“ ist kein Datum."),
    "date_long_ago": (put(1, target_date="01.01.1927"), "Spalte „Ziel erreicht bis“ (G2): Das Jahr 1927 kann nicht stimmen."),
    "date_number": (put(1, target_date=3.0e9), "Spalte „Ziel erreicht bis“ (G2): „3000000000“ ist kein Datum."),
    "date_year_only": (put(1, target_date=2027), "Spalte „Ziel erreicht bis“ (G2): Das Jahr 1905 kann nicht stimmen."),
    "evidence_too_long": (
        put(1, evidence_text="x" * 301),
        "Spalte „Neuer Nachweis“ (H2): Höchstens 300 Zeichen; das sind 301.",
    ),
    "rationale_too_many_lines": (
        put(1, rationale="x\n" * 250 + "x"),
        "Spalte „Begründung“ (E2): Höchstens 200 Zeilen; das sind 251.",
    ),
    "level_and_words": (put(1, level="0 - x"), "Zeile 2, Spalte „Stufe“ (D2): „0 - x“ ist keine Stufe."),
    "level_range": (put(1, level="2-3"), "Zeile 2, Spalte „Stufe“ (D2): „2-3“ ist keine Stufe."),
    "level_range_with_dash": (put(1, level="2 – 3"), "Zeile 2, Spalte „Stufe“ (D2): „2 – 3“ ist keine Stufe."),
    "level_of_another_name": (put(1, level="3 – geplant"), "Zeile 2, Spalte „Stufe“ (D2): „3 – geplant“ ist keine Stufe."),
    "level_with_doubt": (put(1, level="3?"), "Zeile 2, Spalte „Stufe“ (D2): „3?“ ist keine Stufe."),
    "target_range": (put(1, target_level="Stufe 3 oder 4"), "Spalte „Zielstufe“ (F2): „Stufe 3 oder 4“ ist keine Stufe."),
    "date_of_two_readings": (put(1, target_date="01/02/2027"), "(G2): „01/02/2027“ ist kein Datum."),
    "date_without_year": (put(1, target_date="31.12."), "(G2): „31.12.“ ist kein Datum."),
    "date_of_three_figures": (put(1, target_date="31.12.202"), "(G2): „31.12.202“ ist kein Datum."),
    "version_words": (put(1, version="neu"), "Zeile 2, Spalte „Fassung“ (Y2): Diese verborgene Angabe wurde verändert."),
    "version_none": (put(1, version=None), "Zeile 2, Spalte „Fassung“ (Y2): Diese verborgene Angabe wurde verändert."),
    "version_zero": (put(1, version=0), "Zeile 2, Spalte „Fassung“ (Y2): Diese verborgene Angabe wurde verändert."),
    "version_of_the_future": (put(1, version=7), "Zeile 2, Spalte „Fassung“: Diese verborgene Angabe wurde verändert."),
    "assessment": (put(1, assessment="fremd"), "Zeile 2, Spalte „Bewertung-Nr.“ (Z2): Diese Zeile gehört zu einer anderen"),
    "assessment_none": (put(1, assessment=None), "Zeile 2, Spalte „Bewertung-Nr.“ (Z2): Diese Zeile gehört zu einer anderen"),
}


@pytest.mark.parametrize("which", WRONG_CELLS)
def test_wrong_cell_is_named_with_row_and_column(upload, assessment, which):
    change, reason = WRONG_CELLS[which]

    def with_a_good_row_as_well(table):
        put(3, level=2)(table)
        change(table)

    page = upload(changed(assessment, with_a_good_row_as_well))
    assert reason in page
    assert "Ein Fehler in der Datei" in page


def test_all_errors_are_told_at_once(upload, assessment):
    def change(table):
        put(1, level=9, target_date="bald")(table)
        put(2, state="?")(table)

    page = upload(changed(assessment, change))
    assert "3 Fehler in der Datei" in page
    assert page.index("(D2)") < page.index("(G2)") < page.index("(C3)")


def test_error_value_of_the_spreadsheet_is_named(upload, assessment):
    data = exported(assessment)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read(BOOK).decode()
    start = sheet.index('<c r="E2"')
    end = sheet.index("/>", start) + 2
    broken = f'{sheet[:start]}<c r="E2" t="e"><v>#REF!</v></c>{sheet[end:]}'
    assert "Zeile 2, Spalte „Begründung“ (E2): Hier steht ein Fehlerwert (#REF!)." in upload(
        with_part(data, BOOK, broken.encode())
    )


def test_guidance_columns_may_hold_anything(assessment):
    data = changed(assessment, put(1, title=Formula("=A1"), summary=True, questions=5))
    assert read_upload(data, assessment).problems == []


def test_zip_that_lies_about_its_sizes_is_refused(upload, assessment):
    data = bytearray(with_part(exported(assessment), BOOK, bomb(1000)))
    directory = data.rindex(b"PK\x01\x02")  # the last part's entry: our bomb
    data[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    assert "Die Datei ist beschädigt." in upload(bytes(data))


def test_expired_uploads_are_forgotten(client, assessment, alice):
    client.force_login(alice)
    old = WorkbookUpload.objects.create(assessment=assessment, user=alice, file_name="alt", rows=[])
    WorkbookUpload.objects.filter(pk=old.pk).update(created_at=timezone.now() - datetime.timedelta(hours=25))
    assert client.get(f"/bewertungen/{assessment.public_id}/bogen/{old.public_id}/").status_code == 404
    file = io.BytesIO(exported(assessment))
    file.name = "neu.xlsx"
    client.post(f"/bewertungen/{assessment.public_id}/bogen/", {"file": file})
    assert [upload.file_name for upload in WorkbookUpload.objects.all()] == ["neu.xlsx"]


def test_names_stand_in_the_quotation_marks_of_the_language(client, assessment, alice):
    client.force_login(alice)
    client.cookies["django_language"] = "en"
    for data, said in (
        (changed(assessment, without("rationale")), "These columns are missing in the first row: ‘Reasons’."),
        (
            workbook([["Costs"]], name="Tabelle1"),
            "The table ‘Assessment’ is missing. The file contains: ‘Tabelle1’.",
        ),
    ):
        file = io.BytesIO(data)
        file.name = "sheet.xlsx"
        response = client.post(f"/bewertungen/{assessment.public_id}/bogen/", {"file": file})
        assert said in response.content.decode()
