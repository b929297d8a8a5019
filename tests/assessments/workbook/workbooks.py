"""Workbooks for tests: an exported sheet, changed as a spreadsheet would, and written anew."""

import io
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import xlsxwriter
from django.utils import timezone

from assessments.queries.neighbours import in_order
from assessments.workbook.columns import COLUMNS, PLACES
from assessments.workbook.export import export_sheet
from assessments.workbook.package import read_workbook
from catalogue.edition_cache import cached_edition

SHEET = "Bewertung"


class Formula(str):
    """Written as a formula."""


def exported(assessment: Any) -> bytes:
    scores = in_order(assessment.scores.order_by().prefetch_related("evidence"), cached_edition(assessment.edition))
    return export_sheet(assessment, scores, on=timezone.localdate())


def table_of(data: bytes) -> list[list[Any]]:
    """The rows of the exported sheet, the head first."""
    rows = read_workbook(data).sheets[SHEET]
    width = len(COLUMNS)
    return [[rows[n][place].value if place in rows[n] else None for place in range(width)] for n in sorted(rows)]


def workbook(table: list[list[Any]], *, name: str = SHEET, **options: Any) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet(name)
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        for row, values in enumerate(table):
            for place, value in enumerate(values):
                if isinstance(value, Formula):
                    sheet.write_formula(row, place, value, None, 3)
                elif isinstance(value, bool):
                    sheet.write_boolean(row, place, value)
                elif isinstance(value, date):
                    sheet.write_datetime(row, place, value, day)
                elif isinstance(value, int | float):
                    sheet.write_number(row, place, value)
                elif value is not None:
                    sheet.write_string(row, place, value)
    return target.getvalue()


def changed(assessment: Any, change: Callable[[list[list[Any]]], Any], **options: Any) -> bytes:
    """The exported sheet after ``change`` of its table, whose first row is the head."""
    table = table_of(exported(assessment))
    change(table)
    return workbook(table, **options)


def put(row: int, **values: Any) -> Callable[[list[list[Any]]], None]:
    """Put values into a row's columns, by name; the row counts from 1 below the head."""

    def change(table: list[list[Any]]) -> None:
        for name, value in values.items():
            table[row][PLACES[name]] = value

    return change


def with_part(data: bytes, name: str, content: bytes | None) -> bytes:
    """The package with one part replaced, added or (None) left out."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        if content is not None:
            new.writestr(name, content)
    return target.getvalue()
