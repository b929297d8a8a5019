"""Reads the cells of an OpenDocument spreadsheet (.ods) from its ``content.xml``, element by element and by defusedxml.

A file says "the same again" for cells and rows, a million times if it likes; what is empty is passed over, and what is filled
is repeated only as far as our own sheet could go.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import iterparse
from django.utils.translation import gettext as _

from assessments.workbook.cells import MAX_COLUMN, MAX_ROW, Cell, Rows, UnreadableFile, Workbook

CONTENT = "content.xml"
#: Rows that one filled row may stand for. Ours are all different.
MAX_REPEATED = 1000
#: Blanks that one tag may stand for.
MAX_BLANKS = 1000

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
#: LibreOffice's own: it marks a cell that shows an error.
CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
CELLS = {f"{TABLE}table-cell", f"{TABLE}covered-table-cell"}
#: Where a table's rows may stand, beside directly below it.
GROUPS = {f"{TABLE}table-row-group", f"{TABLE}table-header-rows", f"{TABLE}table-rows"}
_WHITE = re.compile(r" *[\t\r\n]+[ \t\r\n]*")
SPREADSHEET = [f"{OFFICE}document-content", f"{OFFICE}body", f"{OFFICE}spreadsheet"]


def read_ods(data: bytes) -> Workbook:
    """The cells of all sheets, as far as ``MAX_COLUMN``. A damaged file raises whatever it makes the parser raise."""
    sheets: dict[str, Rows] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(CONTENT) as content:
        for name, number, cells in _rows(content):
            rows = sheets.setdefault(name, {})
            if number is not None:
                rows[number] = cells
    return Workbook(sheets)


def _rows(content: Any) -> Iterator[tuple[str, int | None, dict[int, Cell]]]:
    """Each filled row with its sheet's name and its number; for each sheet also once without a row, for it may be empty."""
    path: list[str] = []
    name, number = "", 0
    for event, element in iterparse(content, events=("start", "end"), forbid_dtd=True):
        if event == "start":
            path.append(element.tag)
            if _is_table(path):
                name, number = element.get(f"{TABLE}name", ""), 0
                yield name, None, {}
            continue
        is_row = element.tag == f"{TABLE}table-row" and _is_table([tag for tag in path[:-1] if tag not in GROUPS])
        if is_row:
            repeated = _times(element, "rows")
            cells = _cells(element)
            if cells and repeated > MAX_REPEATED:
                raise UnreadableFile(_("Die Tabelle hat zu viele Zeilen. Das ist kein Bogen aus dem Skalierungscheck."))
            if cells:
                yield from ((name, again, cells) for again in range(number + 1, min(number + repeated, MAX_ROW) + 1))
            number += repeated
        if is_row or len(path) <= len(SPREADSHEET) + 1:
            element.clear()
        path.pop()


def _is_table(path: list[str]) -> bool:
    """Whether this is one of the document's own tables, not one inside a drawing or in the list of tracked changes."""
    return path == [*SPREADSHEET, f"{TABLE}table"]


def _times(element: Element, what: str) -> int:
    return max(1, int(element.get(f"{TABLE}number-{what}-repeated", "1")))


def _cells(row: Element) -> dict[int, Cell]:
    cells: dict[int, Cell] = {}
    place = 0
    for element in row:
        if element.tag not in CELLS:
            continue
        repeated = _times(element, "columns")
        cell = _cell(element)
        if cell is not None:
            cells.update(dict.fromkeys(range(place, min(place + repeated, MAX_COLUMN)), cell))
        place += repeated
    return cells


def _cell(element: Element) -> Cell | None:
    kind = element.get(f"{OFFICE}value-type", "")
    shown = "\n".join(_text_of(line) for line in element if line.tag == f"{TEXT}p")
    if element.get(f"{TABLE}formula") is not None:
        return Cell("", is_formula=True)
    if element.get(f"{CALC}value-type") == "error":
        return Cell(shown, is_error=True)
    if kind in {"float", "percentage", "currency"}:
        return Cell(float(element.get(f"{OFFICE}value", "")), shown=shown)
    if kind == "boolean":
        return Cell(element.get(f"{OFFICE}boolean-value") == "true")
    if kind == "date":
        return Cell(element.get(f"{OFFICE}date-value", ""), shown=shown)
    # LibreOffice says a text of several lines once more as an attribute, there with every blank as it was typed.
    text = element.get(f"{OFFICE}string-value", "") or shown
    return Cell(text) if text else None


def _text_of(element: Element) -> str:
    """The words of a paragraph with its blanks, tabs and line breaks, and without the notes and drawings attached to it.

    Line ends and tabs of the file itself say nothing (a program may indent it); those that were typed have tags of their own.
    """
    parts = [_WHITE.sub(" ", element.text or "")]
    for child in element:
        if child.tag == f"{TEXT}s":
            parts.append(" " * min(int(child.get(f"{TEXT}c", "1")), MAX_BLANKS))
        elif child.tag == f"{TEXT}tab":
            parts.append("\t")
        elif child.tag == f"{TEXT}line-break":
            parts.append("\n")
        elif child.tag in {f"{TEXT}span", f"{TEXT}a"}:
            parts.append(_text_of(child))
        parts.append(_WHITE.sub(" ", child.tail or ""))
    return "".join(parts)
