"""A workbook as plain data: what stands in its cells, how it looks and how it prints; the same for XLSX and ODS."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from assessments.reports.charts import heatmap, svg
from catalogue.levels import LEVELS
from scaling.common.row_heights import LINE, MAX_ROW_HEIGHT, PADDING, lines_of, width_of

Value = str | int | float | date | None

#: What a cell can hold, by the file formats.
MAX_CELL_LENGTH = 32_767

#: Paper and ink of a cell by its level, as in the charts; the figure stands in it, so that no level is told by colour alone.
LEVEL_COLOURS = tuple(
    (svg.COLOURS[f"heat{level}"], svg.COLOURS["on-dark" if level >= heatmap.DARK_FROM else "on-light"]) for level in LEVELS
)


@dataclass(frozen=True, slots=True)
class Cells:
    """A cell of a sheet, or the cells between two corners. Rows and columns count from 0."""

    sheet: str
    row: int
    column: int
    last_row: int | None = None
    last_column: int | None = None


@dataclass(frozen=True, slots=True)
class Formula:
    """``text`` in English function names with commas, „{name}“ for each of ``parts``: cells, or a word that is quoted.

    ``value`` is what it gives, so that a program that does not compute shows the same; "" for nothing.
    """

    text: str
    parts: Mapping[str, Cells | str]
    value: str | int | float


@dataclass(frozen=True, slots=True)
class BookCell:
    """``look`` is one of ``LOOKS``, "" for the one of the value's kind."""

    value: Value | Formula = None
    look: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """``number`` is a number format by its name, or "" for text. Numbers stand in the middle of their narrow columns."""

    number: str = ""
    bold: bool = False
    size: int = 11
    fill: str = ""
    wrap: bool = True
    line_below: bool = False

    @property
    def align(self) -> str:
        return "left" if self.number in ("", "day") else "center"


LOOKS = {
    "text": Look(),
    "whole": Look("whole"),
    "mean": Look("mean"),
    "signed": Look("signed"),
    "signed_mean": Look("signed_mean"),
    "day": Look("day"),
    "head": Look(bold=True, fill="#E8ECF4", line_below=True),
    "bold": Look(bold=True),
    "title": Look(bold=True, size=14, wrap=False),
}


@dataclass(frozen=True, slots=True)
class BookRow:
    """``height`` in points. The last cell runs from column ``wide`` over all that are printed; None: each has a column."""

    cells: tuple[BookCell, ...]
    height: float
    wide: int | None = None


@dataclass
class BookSheet:
    """``widths`` in characters; the first ``printed`` columns go on paper, all where it is None.

    ``head`` is the table's row that repeats on every page and stays in sight, ``foot`` its last one; None where there is none.
    ``levels`` are columns whose cells are coloured by their level, below the head.
    """

    name: str
    widths: Sequence[int]
    printed: int | None = None
    rows: list[BookRow] = field(default_factory=list)
    head: int | None = None
    foot: int | None = None
    frozen_columns: int = 0
    levels: Sequence[int] = ()

    @property
    def columns(self) -> int:
        return len(self.widths)

    @property
    def printed_columns(self) -> int:
        return self.columns if self.printed is None else self.printed

    def line(self, *values: Value | Formula | BookCell, look: str = "") -> None:
        """A row of cells; ``look`` for those that bring none."""
        cells = tuple(one if isinstance(one, BookCell) else BookCell(one, look) for one in values)
        widths = zip(cells[: self.printed_columns], self.widths, strict=False)
        narrower = 2 if look == "head" else 0  # bold letters are wider, and a button to filter by stands beside them
        lines = max((lines_of(_shown(cell), max(width - narrower, 1)) for cell, width in widths), default=1)
        scale = max((LOOKS[cell.look].size / 11 for cell in cells if cell.look), default=1)
        self.rows.append(BookRow(cells, min(lines * LINE * scale + PADDING, MAX_ROW_HEIGHT)))

    def note(self, text: str, look: str = "text") -> None:
        """A text over the whole width that is printed; one of several rows where it is longer than a row can be high."""
        width = sum(self.widths[: self.printed_columns])
        for part in parts_of(text, width):
            lines = lines_of(part, width) if LOOKS[look].wrap else 1
            self.rows.append(BookRow((BookCell(part, look),), lines * LINE * LOOKS[look].size / 11 + PADDING, wide=0))

    def fact(self, name: str, value: Value) -> None:
        """A name in the first column and what it is in all the others."""
        width = sum(self.widths[1 : self.printed_columns])
        lines = max(lines_of(name, self.widths[0]), lines_of(value, width) if isinstance(value, str) else 1)
        self.rows.append(BookRow((BookCell(name), BookCell(value)), min(lines * LINE + PADDING, MAX_ROW_HEIGHT), wide=1))

    def empty(self) -> None:
        self.rows.append(BookRow((), LINE))

    def table(self, head: Sequence[str], rows: Sequence[Sequence[Value | Formula | BookCell]]) -> None:
        """The sheet's own table, whose head stays in sight and repeats on paper."""
        self.head = len(self.rows)
        self.line(*head, look="head")
        for row in rows:
            self.line(*row)
        self.foot = max(len(self.rows) - 1, self.head + 1)


@dataclass(frozen=True)
class Book:
    """``heading`` is printed at the top of each page, ``footing`` at the bottom, beside the page's number.

    ``of_pages`` is „Seite %(page)s von %(pages)s“ in the language of the book.
    """

    title: str
    author: str
    language: str
    day: date
    heading: str
    footing: str
    of_pages: str
    sheets: tuple[BookSheet, ...]


def look_of(cell: BookCell) -> str:
    """The cell's own look, else that of its kind of value."""
    value = cell.value.value if isinstance(cell.value, Formula) else cell.value
    if cell.look:
        return cell.look
    if isinstance(value, date):
        return "day"
    return "mean" if isinstance(value, float) else "whole" if isinstance(value, int) else "text"


def cut(text: str) -> str:
    """As much as a cell can hold."""
    return text if len(text) <= MAX_CELL_LENGTH else text[: MAX_CELL_LENGTH - 1] + "…"


def _shown(cell: BookCell) -> str:
    value = cell.value.value if isinstance(cell.value, Formula) else cell.value
    return value if isinstance(value, str) else ""


#: A part of a long text has so many lines at most: half a page, so that little stays white at the foot of one.
PART_LINES = 20


def parts_of(text: str, width: float) -> list[str]:
    """The text in parts that each fit one row, parted between lines, else between words. Put together they are the text."""
    parts: list[str] = []
    lines: list[str] = []
    used = 0
    for line in _pieces(text, width):
        needed = lines_of(line, width)
        if lines and used + needed > PART_LINES:
            parts.append("\n".join(lines))
            lines, used = [], 0
        lines.append(line)
        used += needed
    return [*parts, "\n".join(lines)]


def _pieces(text: str, width: float) -> list[str]:
    """The text's own lines, and those that fill more than a part cut between words."""
    most = int(width) * (PART_LINES - 2)
    found = []
    for line in text.split("\n"):
        while width_of(line) > most:
            cut = line.rfind(" ", most // 2, most // 2 + most // 4)
            cut = cut if cut > 0 else most // 2
            found.append(line[:cut])
            line = line[cut:].lstrip(" ")
        found.append(line)
    return found
