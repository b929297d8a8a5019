"""Reads the cells of an XLSX workbook by openpyxl.

Read-only and row by row, so that two cells far apart cost nothing; by defusedxml, which openpyxl takes where it is installed
and which refuses entities; and with formulas as formulas, for their results nobody typed.
"""

import datetime
import io
import re
import warnings
from typing import Any

import defusedxml  # noqa: F401 – without it openpyxl would read with the plain parser, and say nothing
import openpyxl
from openpyxl.utils.datetime import MAC_EPOCH, to_excel

from assessments.workbook.cells import MAX_COLUMN, MAX_ROW, Cell, Rows, Workbook

# Characters that XML cannot hold are written so; Excel does it to each line end that came from elsewhere.
ESCAPED = re.compile(r"_x(00[01][0-9A-Fa-f]|005F|007F)_")


def read_xlsx(data: bytes) -> Workbook:
    """The cells of all sheets, as far as ``MAX_COLUMN``. A damaged file raises whatever it makes openpyxl raise."""
    with warnings.catch_warnings(action="ignore"):  # of extensions it leaves out
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        try:
            sheets = {sheet.title: _rows(sheet, book.epoch) for sheet in book.worksheets}
        finally:
            book.close()
    return Workbook(sheets, since_1904=book.epoch == MAC_EPOCH)


def _rows(sheet: Any, epoch: datetime.datetime) -> Rows:
    rows: Rows = {}
    empty = None
    typed: dict[str, str] = {}  # a text that stands in many cells is kept once in the file, and looked through once here
    for number, row in enumerate(sheet.iter_rows(min_row=1, max_row=MAX_ROW, max_col=MAX_COLUMN), 1):
        if row is empty:  # the same one for each row that is not in the file: there may be a million of them
            continue
        cells = {
            place: _cell(cell, epoch, typed) for place, cell in enumerate(row) if cell.value is not None and cell.value != ""
        }
        if cells:
            rows[number] = cells
        else:
            empty = row
    return rows


def _cell(cell: Any, epoch: datetime.datetime, typed: dict[str, str]) -> Cell:
    value = cell.value
    if cell.data_type == "f":
        return Cell("", is_formula=True)
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        shown = f"{value:%d.%m.%Y}" if isinstance(value, datetime.date) else str(value)
        return Cell(float(to_excel(value, epoch)), shown=shown)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Cell(float(value))
    if isinstance(value, str):
        if value not in typed:
            typed[value] = ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
        value = typed[value]
    return Cell(value, is_error=cell.data_type == "e")
