"""The sheet as LibreOffice saves it: read cell by cell as its .xlsx is, and held to the same bounds."""

import datetime
import io
import shutil
import subprocess
import time
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from assessments.models import Assessment
from assessments.services.answers import Answer, NewEvidence
from assessments.workbook import package
from assessments.workbook.cells import Cell, UnreadableFile
from assessments.workbook.columns import PLACES
from assessments.workbook.importing import read_upload
from assessments.workbook.package import read_workbook
from tests.assessments.workbook.workbooks import exported, with_part

SOFFICE = shutil.which("soffice")
FIXTURE = Path(__file__).with_name("libreoffice.ods")
DAY = datetime.date(2027, 12, 31)
REASON = "Erste Zeile,  zwei Leerzeichen\n   Eingerückt\n\nNach einer leeren Zeile: „≥ 3“"
EXPECTED = [
    (Answer("rated", 3, REASON, 4, DAY), None),
    (Answer("rated", 2, "", None, DAY), NewEvidence("Akte 12", "http://intranet/akte/12")),
    (Answer("unknown", None, "=A1", None, None), NewEvidence("Plan", "\\\\server\\plan")),
]


def filled_in(data: bytes) -> bytes:
    """The exported sheet with some cells typed into it, as a spreadsheet program stores them."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book["Bewertung"]
    rows: tuple[dict[str, Any], ...] = (
        {"level": "Stufe 3", "rationale": REASON, "target_level": 4, "target_date": DAY},
        {"level": 2, "target_date": "31.12.27", "evidence_text": "Akte 12", "evidence_url": "http://intranet/akte/12"},
        {"state": "weiß nicht", "rationale": "=A1", "evidence_text": "Plan", "evidence_url": "\\\\server\\plan"},
    )
    for number, values in enumerate(rows, 2):
        for name, value in values.items():
            cell = sheet.cell(number, PLACES[name] + 1, value)
            if value == "=A1":
                cell.data_type = "s"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def converted(data: bytes, folder: Path, old: str, new: str) -> bytes:
    """What LibreOffice saves in the format ``new`` after opening ``data``."""
    (folder / f"bogen.{old}").write_bytes(data)
    command = [str(SOFFICE), f"-env:UserInstallation=file://{folder}/profil", "--headless", "--convert-to", new]
    subprocess.run([*command, "--outdir", folder / new, folder / f"bogen.{old}"], check=True, capture_output=True, timeout=240)
    return (folder / new / f"bogen.{new}").read_bytes()


def answers(data: bytes, assessment: Assessment) -> list[tuple[Answer, NewEvidence | None]]:
    sheet = read_upload(data, assessment)
    assert sheet.problems == []
    return [(row.answer, row.evidence) for row in sheet.rows]


@pytest.mark.skipif(SOFFICE is None, reason="no soffice found: install libreoffice-calc to try the round trip through it")
def test_round_trip_through_libreoffice_changes_exactly_the_cells_that_were_filled_in(assessment, tmp_path):
    ods = converted(filled_in(exported(assessment)), tmp_path, "xlsx", "ods")
    assert answers(ods, assessment) == EXPECTED
    assert answers(converted(ods, tmp_path, "ods", "xlsx"), assessment) == EXPECTED


@pytest.fixture
def of_the_fixture(assessment):
    """The round whose sheet LibreOffice 7.4 saved as ``libreoffice.ods``."""
    Assessment.objects.filter(pk=assessment.pk).update(public_id="libreoffice")
    assessment.refresh_from_db()
    return assessment


def test_sheet_saved_by_libreoffice_is_read(of_the_fixture):
    assert answers(FIXTURE.read_bytes(), of_the_fixture) == EXPECTED


def test_sheet_saved_by_libreoffice_is_taken_on_the_page(client, of_the_fixture, alice):
    client.force_login(alice)
    page = f"/bewertungen/{of_the_fixture.public_id}/bogen/"
    assert 'accept=".xlsx,.ods,.pdf"' in client.get(page).content.decode()
    with FIXTURE.open("rb") as file:
        response = client.post(page, {"file": file}, follow=True)
    assert response.status_code == 200
    assert "Akte 12" in response.content.decode()


HEAD = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"><office:body><office:spreadsheet>'
)
END = "</office:spreadsheet></office:body></office:document-content>"


def ods(rows: str, *, content: str = "", **parts: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content or f'{HEAD}<table:table table:name="Bewertung">{rows}</table:table>{END}')
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/"), data)
    return target.getvalue()


def cells(row: str) -> dict[int, Cell]:
    return read_workbook(ods(f"<table:table-row>{row}</table:table-row>")).sheets["Bewertung"].get(1, {})


CELLS = {
    'string"><text:p>a<text:s text:c="2"/>b</text:p><text:p/><text:p>\n  c</text:p></table:table-cell>': Cell("a  b\n\n c"),
    'string" office:string-value="a  b"><text:p>a b</text:p></table:table-cell>': Cell("a  b"),
    'string"><text:p>a  b</text:p></table:table-cell>': Cell("a  b"),
    'float" office:value="3"><text:p>3</text:p></table:table-cell>': Cell(3.0, shown="3"),
    'percentage" office:value="0.125"><text:p>12,5 %</text:p></table:table-cell>': Cell(0.125, shown="12,5 %"),
    'date" office:date-value="2027-12-31"><text:p>31.12.27</text:p></table:table-cell>': Cell("2027-12-31", shown="31.12.27"),
    'boolean" office:boolean-value="true"/>': Cell(True),
    'float" office:value="3" table:formula="of:=1+2"/>': Cell("", is_formula=True),
    'string" calcext:value-type="error"><text:p>#REF!</text:p></table:table-cell>': Cell("#REF!", is_error=True),
    'string"><office:annotation><text:p>Notiz</text:p></office:annotation><text:p>Wert</text:p></table:table-cell>': Cell(
        "Wert"
    ),
}


@pytest.mark.parametrize("xml", CELLS)
def test_cell_is_read_for_what_somebody_typed(xml):
    empty = '<table:table-cell table:number-columns-repeated="2"/>'
    assert cells(f'{empty}<table:table-cell office:value-type="{xml}') == {2: CELLS[xml]}


def test_rows_and_cells_said_once_for_many_are_counted():
    row = (
        '<table:table-row><table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>'
    )
    nothing = '<table:table-cell table:number-columns-repeated="9"/>'
    empty = f'<table:table-row table:number-rows-repeated="5">{nothing}</table:table-row>'
    group = f"<table:table-row-group>{row}</table:table-row-group>"
    assert list(read_workbook(ods(row + empty + group)).sheets["Bewertung"]) == [1, 7]


def test_what_was_deleted_with_tracking_is_not_read():
    tracked = (
        "<table:tracked-changes><table:deletion><table:table><table:table-row><table:table-cell><text:p>alt</text:p>"
        "</table:table-cell></table:table-row></table:table></table:deletion></table:tracked-changes>"
    )
    assert read_workbook(ods("", content=HEAD + tracked + END)).sheets == {}


@pytest.mark.parametrize("times", [1_048_576, 2_000_000_000])
def test_repetition_costs_nothing(times):
    filled = '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
    before = time.process_time()
    empty = f'<table:table-row table:number-rows-repeated="{times}"><table:table-cell table:number-columns-repeated="{times}"/>'
    assert read_workbook(ods(f"{empty}</table:table-row>")).sheets == {"Bewertung": {}}
    wide = filled.replace("<table:table-cell", f'<table:table-cell table:number-columns-repeated="{times}"')
    assert len(cells(wide)) == 100
    blanks = filled.replace(">x<", f'>x<text:s text:c="{times}"/><')
    assert len(str(cells(blanks)[0].value)) < 2000
    with pytest.raises(UnreadableFile, match="zu viele Zeilen"):
        read_workbook(ods(f'<table:table-row table:number-rows-repeated="{times}">{filled}</table:table-row>'))
    assert time.process_time() - before < 5


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
HOSTILE = {
    "document type": (ods("", content=f"{LAUGHS}{HEAD}{END}"), "Dokumenttyp-Angabe"),
    "late document type": (
        ods("", content=f"<?xml version='1.0'?><!--{' ' * 2000}-->{LAUGHS}{HEAD}{END}"),
        "Die Datei ist beschädigt",
    ),
    "no xml": (ods("", content="<office"), "Die Datei ist beschädigt"),
    "number that is none": (
        ods('<table:table-row><table:table-cell office:value-type="float" office:value="x"/></table:table-row>'),
        "Die Datei ist beschädigt",
    ),
    "too many tags": (ods("<x/>" * package.MAX_TAGS), "zu viele Zellen"),
    "bomb": (ods(" " * package.MAX_UNPACKED), "entpackt viel zu groß"),
    "bomb of another name": (ods("", Pictures__a=bytes(package.MAX_UNPACKED)), "entpackt viel zu groß"),
    "password": (
        with_part(ods(""), "META-INF/manifest.xml", b"<manifest><encryption-data/></manifest>"),
        "mit einem Passwort geschützt",
    ),
    "macros": (ods("", Basic__Standard__Module1=b"Sub"), "Die Datei enthält Makros"),
    "scripts": (ods("", Scripts__python__a=b"import os"), "Die Datei enthält Makros"),
    "deep": (ods("<table:table-row><table:table-cell><text:p>" + "<text:span>" * 5000), "Die Datei ist beschädigt"),
    "not ours": (ods(""), "ist leer"),
}


@pytest.mark.parametrize("which", HOSTILE)
def test_strange_file_is_refused_with_a_reason(which, assessment):
    data, reason = HOSTILE[which]
    with pytest.raises(UnreadableFile, match=reason):
        read_upload(data, assessment)


FORMULA = (
    '<table:table-cell table:formula="of:=1" office:value-type="float" office:value="3"><text:p>3</text:p></table:table-cell>'
)


def test_formula_in_a_level_is_told_by_its_cell(of_the_fixture):
    data = FIXTURE.read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        content = archive.read("content.xml").decode()
    start = content.rindex("<table:table-cell", 0, content.index("Stufe 3</text:p>", content.index("kriterium-1</text:p>")))
    end = content.index("</table:table-cell>", start) + len("</table:table-cell>")
    changed = with_part(data, "content.xml", (content[:start] + FORMULA + content[end:]).encode())
    (problem,) = read_upload(changed, of_the_fixture).problems
    assert (problem.cell, problem.text) == ("D2", "Hier steht eine Formel. Bitte tragen Sie den Wert selbst ein.")
