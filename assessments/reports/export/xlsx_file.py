"""The profile as a spreadsheet for Excel and others. Real numbers, dates and formulas; texts are never formulas."""

import io
from datetime import date, datetime, time
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from assessments.reports.export.book import (
    LEVEL_COLOURS,
    LOOKS,
    Book,
    BookCell,
    BookSheet,
    Cells,
    Formula,
    Look,
    cut,
    look_of,
)
from assessments.reports.export.sheets import book_of
from assessments.reports.profile.model import MaturityProfile

#: By the name of the number's kind; days have one per language.
NUMBERS = {"whole": "0", "mean": "0.0", "signed": "+0;−0;±0", "signed_mean": "+0.0;−0.0;±0"}
DAYS = {"de": "dd.mm.yyyy", "en": "d mmm yyyy"}
#: A head and a foot of a page hold so many characters, codes included.
MAX_HEAD = 250
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def render_xlsx(profile: MaturityProfile) -> bytes:
    """The file names the profile's own day as its making, so that the same profile gives the same bytes."""
    return write_xlsx(book_of(profile))


def write_xlsx(book: Book) -> bytes:
    out = io.BytesIO()
    file = xlsxwriter.Workbook(
        out,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    file.set_properties({"title": book.title, "author": book.author, "created": datetime.combine(book.day, time())})
    writer = _Writer(file, book)
    for sheet in book.sheets:
        writer.write(sheet)
    file.close()
    return out.getvalue()


class _Writer:
    def __init__(self, file: xlsxwriter.Workbook, book: Book) -> None:
        self.file, self.book = file, book
        self.looks = {name: file.add_format(self._look(look)) for name, look in LOOKS.items()}
        self.levels = [file.add_format({"bg_color": paper, "font_color": ink}) for paper, ink in LEVEL_COLOURS]

    def _look(self, look: Look) -> dict[str, Any]:
        number = DAYS[self.book.language] if look.number == "day" else NUMBERS.get(look.number, "General")
        found: dict[str, Any] = {"valign": "top", "text_wrap": look.wrap, "bold": look.bold, "font_size": look.size}
        found |= {"num_format": number, "bottom": int(look.line_below), "align": look.align}
        return found | ({"bg_color": look.fill} if look.fill else {})

    def write(self, sheet: BookSheet) -> None:
        page = self.file.add_worksheet(sheet.name)
        for column, width in enumerate(sheet.widths):
            page.set_column(column, column, width)
        last = sheet.printed_columns - 1
        for number, row in enumerate(sheet.rows):
            page.set_row(number, row.height)
            if row.wide is not None and row.wide < last:
                page.merge_range(number, row.wide, number, last, "", self.looks[row.cells[-1].look or "text"])
            for column, cell in enumerate(row.cells):
                self._cell(page, number, column, cell)
        self._on_paper(page, sheet, last)

    def _cell(self, page: Any, row: int, column: int, cell: BookCell) -> None:
        value, look = cell.value, self.looks[look_of(cell)]
        if isinstance(value, Formula):
            page.write_formula(row, column, formula_text(value), look, value.value)
        elif value is None or value == "":
            page.write_blank(row, column, None, look)
        elif isinstance(value, str):
            page.write_string(row, column, cut(value), look)
        elif isinstance(value, date):
            page.write_datetime(row, column, datetime.combine(value, time()), look)
        else:
            page.write_number(row, column, value, look)

    def _on_paper(self, page: Any, sheet: BookSheet, last: int) -> None:
        page.set_landscape()
        page.set_paper(9)  # A4
        page.set_margins(left=0.4, right=0.4, top=0.75, bottom=0.6)
        page.fit_to_pages(1, 0)
        page.print_area(0, 0, max(len(sheet.rows) - 1, 0), last)
        page.set_header("&L&8" + _plain(self.book.heading))
        pages = self.book.of_pages % {"page": "&P", "pages": "&N"}
        page.set_footer(f"&L&8{_plain(self.book.footing)}&R&8{pages}")
        if sheet.head is None or sheet.foot is None:
            return
        page.repeat_rows(sheet.head)
        page.freeze_panes(sheet.head + 1, sheet.frozen_columns)
        page.autofilter(sheet.head, 0, sheet.foot, sheet.columns - 1)
        for column in sheet.levels:
            first = xl_rowcol_to_cell(sheet.head + 1, column)
            for level, look in enumerate(self.levels):
                rule = {"type": "formula", "criteria": f"=AND(ISNUMBER({first}),{first}={level})", "format": look}
                page.conditional_format(sheet.head + 1, column, sheet.foot, column, rule)


def formula_text(formula: Formula) -> str:
    return "=" + formula.text.format(**{name: _part(part) for name, part in formula.parts.items()})


def _part(part: Cells | str) -> str:
    if isinstance(part, str):
        return '"' + part.replace('"', '""') + '"'
    last_row = part.row if part.last_row is None else part.last_row
    last_column = part.column if part.last_column is None else part.last_column
    name = part.sheet.replace("'", "''")
    return f"'{name}'!{xl_range_abs(part.row, part.column, last_row, last_column)}"


def _plain(text: str) -> str:
    """As text of a head or foot, where & begins a code; a digit after the size would become part of it."""
    text = " ".join(text.split())
    short = text if len(text) <= MAX_HEAD // 2 else text[: MAX_HEAD // 2 - 1] + "…"
    return " " + short.replace("&", "&&")
