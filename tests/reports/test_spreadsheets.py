"""XLSX and ODS: the same cells in both, formulas that give what they say, pages that can be read."""

import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from unicodedata import category, east_asian_width

import openpyxl
import pypdfium2
import pytest
from django.utils.translation import override

from assessments.reports.export import render_ods, render_xlsx
from assessments.reports.export.book import parts_of
from assessments.reports.export.ods_styles import PADDING, width_in_cm
from assessments.reports.profile.build import build_profile
from assessments.reports.profile.model import MaturityProfile
from assessments.workbook.ods import read_ods
from scaling.common.row_heights import lines_of, width_of
from tests.reports import recomputed
from tests.reports.sample import make_empty, make_facts, make_profile

SOFFICE = shutil.which("soffice")
needs_soffice = pytest.mark.skipif(SOFFICE is None, reason="no soffice found: install libreoffice-calc to try the sheets in it")
LONG = " ".join(f"Wort{number}" for number in range(1200))
ODD = "A\tB  C\n =1+1\n\x01\u2028中文 🙂 <&>"


def rendered(render: Any, profile: MaturityProfile) -> bytes:
    with override(profile.meta.language):
        return bytes(render(profile))


def said(text: str) -> MaturityProfile:
    """A profile whose first reason is ``text``."""
    facts = make_facts(6)
    first, *others = facts.answers
    with override("de"):
        return build_profile(replace(facts, answers=(replace(first, rationale=text), *others)))


def in_libreoffice(folder: Path, files: dict[str, bytes], wanted: str) -> dict[str, bytes]:
    """What it makes of the files, by their names without an ending."""
    for name, content in files.items():
        (folder / name).write_bytes(content)
    command = [str(SOFFICE), f"-env:UserInstallation=file://{folder}/home", "--headless", "--convert-to", wanted, "--outdir"]
    paths = [str(folder / name) for name in files]
    subprocess.run([*command, str(folder / "out"), *paths], check=True, capture_output=True, timeout=300)
    return {Path(name).stem: (folder / "out" / f"{Path(name).stem}.{wanted}").read_bytes() for name in files}


# --- The same in both -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", [make_profile(21), make_profile(9, language="en"), make_empty(), said(ODD)])
def test_both_formats_hold_the_same_cells(profile):
    book = openpyxl.load_workbook(io.BytesIO(rendered(render_xlsx, profile)))
    other = read_ods(rendered(render_ods, profile))
    assert list(other.sheets) == book.sheetnames
    for sheet in book:
        rows = other.sheets[sheet.title]
        cells = {(cell.row, cell.column - 1): cell for row in sheet.iter_rows() for cell in row if cell.value is not None}
        assert {(row, column) for row, line in rows.items() for column in line} == set(cells)
        for (row, column), cell in cells.items():
            mine = rows[row][column]
            assert mine.is_formula == (cell.data_type == "f")
            if isinstance(cell.value, datetime):
                assert mine.value == cell.value.date().isoformat()
            elif not mine.is_formula:
                assert mine.value == _as_written(cell.value)


def _as_written(value: Any) -> Any:
    """XLSX has a way to write what XML cannot hold; ODS says that something stood there."""
    return re.sub("_x0001_|\x01", "\ufffd", value) if isinstance(value, str) else value


def test_ods_says_first_what_it_is():
    content = rendered(render_ods, make_profile(3))
    assert content[30:38] == b"mimetype"
    assert content[38:84] == b"application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"fr-FR" not in archive.read("styles.xml")


@pytest.mark.parametrize(("language", "number_format"), [("de", "dd.mm.yyyy"), ("en", "d mmm yyyy")])
def test_dates_are_written_as_the_language_writes_them(language, number_format):
    content = rendered(render_xlsx, make_profile(9, language=language))
    book = openpyxl.load_workbook(io.BytesIO(content))
    formats = {c.number_format for sheet in book for row in sheet.iter_rows() for c in row if isinstance(c.value, datetime)}
    assert formats == {number_format}


def test_levels_are_coloured_by_a_rule_for_each():
    book = openpyxl.load_workbook(io.BytesIO(rendered(render_xlsx, make_profile(9))))
    sheet = book["Einschätzungen"]
    column = next(cell.column_letter for cell in sheet[1] if cell.value == "Stufe")
    rules = {
        str(area.sqref): [rule.formula[0] for rule in area.rules]
        for area in sheet.conditional_formatting
        if str(area.sqref).startswith(column)
    }
    assert rules == {
        f"{column}2:{column}10": [f"AND(ISNUMBER({column}2),{column}2={level})" for level in range(5)]  # empty is not 0
    }


# --- Formulas ---------------------------------------------------------------------------------------------------------------


def without_results(content: bytes) -> bytes:
    """As if nobody had computed the formulas yet."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(out, "w") as emptied:
        for entry in archive.infolist():
            part = archive.read(entry)
            part = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", part)
            cell = rb'(<table:table-cell [^>]*table:formula="[^"]*")[^>]*?(/>|>.*?</table:table-cell>)'
            part = re.sub(cell, rb"\1/>", part)
            emptied.writestr(entry, part)
    return out.getvalue()


def values(content: bytes, sheet: str) -> list[list[Any]]:
    """The cells of a sheet, without empty ones at the ends of rows."""
    page = openpyxl.load_workbook(io.BytesIO(content), data_only=True)[sheet]
    rows = [["" if value is None else value for value in row] for row in page.iter_rows(values_only=True)]
    return [row[: max((n for n, value in enumerate(row, 1) if value != ""), default=0)] for row in rows]


@needs_soffice
def test_formulas_give_what_the_report_says(tmp_path):
    """Of random rounds with every kind of answer; LibreOffice computes each formula itself, in both formats."""
    wanted: dict[str, bytes] = {}
    files: dict[str, bytes] = {}
    profiles = {"voll": make_profile(60), "leer": make_empty()}
    with override("de"):
        profiles |= {f"fall{seed}": build_profile(recomputed.facts_of(recomputed.make_case(seed))) for seed in range(12)}
    for name, profile in profiles.items():
        xlsx, ods = (rendered(render, profile) for render in (render_xlsx, render_ods))
        assert without_results(xlsx) != xlsx
        files |= {f"{name}-x.xlsx": without_results(xlsx), f"{name}-o.ods": without_results(ods)}
        wanted[name] = xlsx
    found = in_libreoffice(tmp_path, files, "xlsx")
    for name, xlsx in wanted.items():
        for sheet in ("Zahlen", *(["Veränderung"] if profiles[name].changes else [])):
            told = values(xlsx, sheet)
            assert values(found[f"{name}-x"], sheet) == told, name
            assert values(found[f"{name}-o"], sheet) == told, name


# --- On paper ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("characters", [5, 11, 36, 60, 95])
def test_column_of_an_ods_holds_as_many_figures_of_its_font(characters):
    """Rows are as high as a text of that width needs: in a narrower column its last line was cut."""
    figure = 1139 / 2048 * 10 / 72 * 2.54  # Liberation Sans at 10 points, in centimetres; letters are narrower in the mean
    assert width_in_cm(characters) - 2 * float(PADDING.removesuffix("cm")) >= characters * figure


def test_each_definition_stands_behind_its_name():
    profile = make_profile(6)
    told = {row[0]: row[1] for row in values(rendered(render_xlsx, profile), "Zusammenfassung") if len(row) == 2}
    definitions = [getattr(profile.definitions, name) for name in profile.definitions.__slots__]
    assert sorted(definitions) == sorted(told[name] for name in told if told[name] in definitions)
    assert told["Abstand zum Ziel"] == profile.definitions.gap
    assert told["Unbestätigt"] == profile.definitions.unconfirmed


@needs_soffice
def test_sheets_print_in_full_with_heads_on_every_page(tmp_path):
    profile = said(LONG)
    files = {"x.xlsx": rendered(render_xlsx, profile), "o.ods": rendered(render_ods, profile)}
    for name, content in in_libreoffice(tmp_path, files, "pdf").items():
        with pypdfium2.PdfDocument(content) as document:
            pages = [page.get_textpage().get_text_bounded() for page in document]
            sizes = {tuple(round(side) for side in page.get_size()) for page in document}
        assert sizes == {(842, 595)}, name
        words = re.findall(r"Wort\d+", " ".join(pages))
        assert words == LONG.split(" "), name
        reasons = [page for page in pages if re.search(r"Wort\d", page)]
        assert len(reasons) > 1, name
        for page in reasons:
            assert all(word in page for word in ("Nr.", "Kriterium", "Was", "Text")), (name, page[:300])
        for number, page in enumerate(pages, 1):
            assert "Runde 3, freigegeben" in page, (name, number, page[:300])
            assert f"Seite {number} von {len(pages)}" in page, (name, number, page[:300], page[-300:])


@pytest.mark.parametrize("text", ["", "kurz", LONG, "x" * 5000, "\n".join(["Zeile"] * 90), "中" * 3000])
def test_long_text_in_parts_is_the_text_and_each_part_fits_a_row(text):
    parts = parts_of(text, 95)
    assert re.sub(r"\s", "", "".join(parts)) == re.sub(r"\s", "", text)
    assert all(lines_of(part, 95) <= 20 for part in parts)


@pytest.mark.parametrize(
    ("text", "lines"), [("", 1), ("a" * 10, 1), ("a" * 11, 2), ("aaa bbb ccc ddd", 2), ("a\nb\n\nc", 4), ("中" * 6, 2)]
)
def test_lines_are_counted_as_a_column_breaks_them(text, lines):
    assert lines_of(text, 10) == lines


def test_signs_wider_than_a_latin_letter_begin_where_they_are_looked_for():
    latin = [chr(number) for number in range(0x1100) if category(chr(number)) != "Cn"]
    assert not [sign for sign in latin if width_of(sign) != 1 or east_asian_width(sign) in "WF"]
    assert width_of("中文") == 4
