"""The time line: what is due when, a row each, with today across all of them."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.reports.charts.inputs import Due
from assessments.reports.charts.label_fit import wrap
from assessments.reports.charts.svg import LINE, SIZE, SMALL, Box, Drawing
from assessments.reports.charts.text_width import shortened, text_width

LEFT, RIGHT, HEAD = 8.0, 8.0, SMALL * LINE + 6
#: From this width on the words stand beside the marks, in a column of so much of it; below, over the whole width above them.
BESIDE, COLUMN = 800.0, 0.42
#: So many labels of months at most stand above the line; the months between them have a line alone.
MAX_LABELS = 12


def time_line(rows: Sequence[Due], today: date, *, width: float = 640) -> SafeString:
    """Draw the rows in the order given, which is that of their days. One that is overdue is a triangle before today, one that
    is to come a square; what is small is marked by a ring. Each row leads to its link.
    """
    drawing = Drawing(width, "time-line")
    if not rows:
        drawing.lines(2, 4, [_("Nichts mit einem Termin.")], role="muted")
        return drawing.finish(26, _("Zeitstrahl: nichts mit einem Termin."))
    days = [today, *(row.on for row in rows)]
    first, last = min(days), max(days)
    span = max((last - first).days, 1)
    is_beside = width >= BESIDE
    column = width * COLUMN if is_beside else 0.0
    room = width - column - LEFT - RIGHT - 16

    def place(on: date) -> float:
        return column + LEFT + 8 + room * (on - first).days / span

    texts = [wrap(row.text, (column or width) - 4, max_lines=2) for row in rows]
    heights = [(len(lines) if is_beside else len(lines) + 1) * SIZE * LINE + 10 for lines in texts]
    bottom = HEAD + sum(heights)
    _draw_months(drawing, first, last, place, bottom)
    drawing.line(place(today), HEAD - 4, place(today), bottom, "now", width=1.6, dash="5 3")
    top = HEAD
    for row, lines, height in zip(rows, texts, heights, strict=True):
        with drawing.link(*row.link, hit=Box(0, top, width, top + height - 4)):
            _draw_row(drawing, row, lines, place(row.on), place(today), top, column)
        top += height
    notes = [_("Gestrichelt: heute. Dreieck: überfällig.")]
    if any(row.is_small for row in rows):
        notes.append(_("Ring: nur eine Stufe vor dem Phasentor."))
    end = drawing.lines(2, bottom + 4, wrap(" ".join(notes), width - 4, size=SMALL), size=SMALL, role="muted")
    return drawing.finish(end + 2, _sentence(rows, today))


def _draw_row(drawing: Drawing, row: Due, lines: Sequence[str], x: float, now: float, top: float, column: float) -> None:
    """The words, and beside their column, or without one below them, mark and day."""
    if column:
        y = drawing.lines(2, top, lines) - len(lines) * SIZE * LINE / 2
    else:
        drawing.rect(0, top, drawing.width, len(lines) * SIZE * LINE + 2, "paper")
        y = drawing.lines(2, top, lines) + SIZE * LINE / 2 + 2
    if row.is_overdue:
        drawing.line(x, y, now, y, "bad", width=2)
        drawing.triangle(x, y - 6, 12, "bad")
    else:
        drawing.line(now, y, x, y, "muted", width=1)
        drawing.mark(x, y, "now")
    if row.is_small:
        drawing.circle(x, y, 8.5, stroke="target", width=1.8)
    day = date_format(row.on, "SHORT_DATE_FORMAT")
    said = f"{day} · {row.note}" if row.note else day
    if text_width(said, SMALL) > (drawing.width - column) * 0.6:
        said = shortened(said, (drawing.width - column) * 0.6, SMALL)
    half = text_width(said, SMALL)
    after = x + 14 + half <= drawing.width - 2
    if not after and x - 14 - half < column + 2:  # it fits on neither side of a mark in the middle: the day alone does
        said = day
        half = text_width(said, SMALL)
        after = x + 14 + half <= drawing.width - 2
    start = x + 14 if after else x - 14 - half
    drawing.rect(start - 2, y - SMALL * 0.6, half + 4, SMALL * 1.2, "paper")
    drawing.text(start, y + SMALL * 0.35, said, size=SMALL, role="bad" if row.is_overdue else "muted")


def _draw_months(drawing: Drawing, first: date, last: date, place: Callable[[date], float], bottom: float) -> None:
    months = list(_months(first, last))
    step = max(1, -(-len(months) // MAX_LABELS))
    taken = 0.0
    for number, month in enumerate(months):
        x = place(month)
        drawing.line(x, HEAD - 4, x, bottom, "grid", width=0.6)
        label = date_format(month, "m/Y")
        half = text_width(label, SMALL) / 2
        if number % step == 0 and x - half >= max(taken, 0) and x + half <= drawing.width:
            drawing.text(x, SMALL, label, size=SMALL, anchor="middle", role="muted")
            taken = x + half + 8


def _months(first: date, last: date) -> Iterator[date]:
    """The first days of the months after ``first`` and until ``last``."""
    year, month = first.year, first.month
    while True:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        day = date(year, month, 1)
        if day > last:
            return
        yield day


def _sentence(rows: Sequence[Due], today: date) -> str:
    late = sum(row.is_overdue for row in rows)
    text = ngettext(
        "Zeitstrahl mit %(count)d Maßnahme, am %(today)s.", "Zeitstrahl mit %(count)d Maßnahmen, am %(today)s.", len(rows)
    ) % {"count": len(rows), "today": date_format(today)}
    if late:
        text += " " + ngettext("%(late)d ist überfällig.", "%(late)d sind überfällig.", late) % {"late": late}
    return text + " " + _("Die Tabelle darunter nennt jede mit ihrem Termin.")
