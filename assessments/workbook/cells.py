"""What a workbook holds, whatever the format of its file."""

from dataclasses import dataclass

#: The rows of any spreadsheet program, and columns enough for our own and those that people add.
MAX_ROW, MAX_COLUMN = 1_048_576, 100


class UnreadableFile(Exception):
    """The file cannot be read as a workbook. The message says why, to the person who brought it."""


@dataclass(frozen=True)
class Cell:
    """``value`` is a text, a number or a bool; ``is_formula`` and ``is_error`` mark what no person typed.

    A day is the number of days since the workbook's first one, or a text such as 2027-12-31. ``shown`` is what a person sees of
    a number or a day, where that is known to differ: 12,5 % for 0.125.
    """

    value: str | float | bool
    is_formula: bool = False
    is_error: bool = False
    shown: str = ""


#: Row number (from 1) → column number (from 0) → cell. Empty cells are left out.
Rows = dict[int, dict[int, Cell]]


@dataclass(frozen=True)
class Workbook:
    """``sheets`` by their names in their order; ``since_1904`` tells from when days are counted."""

    sheets: dict[str, Rows]
    since_1904: bool = False
