"""The heat grid: criteria down, rounds across. The level stands in each cell as a figure, its shade only repeats it."""

from collections.abc import Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.reports.charts.inputs import HeatRow
from assessments.reports.charts.label_fit import wrap
from assessments.reports.charts.sentences import see_table
from assessments.reports.charts.svg import COLOURS, LINE, SIZE, SMALL, Box, Drawing

CELL = 52.0
ROW = 24.0
#: From this level on, the shade asks for light figures.
DARK_FROM = 3

# A cell's own pair of colours (contrast at least 4.5 : 1) stays the same in dark mode.
COLOURS.update(
    {
        "heat0": "#f3f4f9",
        "heat1": "#d5e1f5",
        "heat2": "#a3bfe9",
        "heat3": "#3f6fc0",
        "heat4": "#123a7d",
        "on-light": "#1d2034",
        "on-dark": "#ffffff",
    }
)


def heat_grid(rows: Sequence[HeatRow], rounds: Sequence[str], *, width: float = 640, last_only: int = 8) -> SafeString:
    """Draw one cell per criterion and round; at most ``last_only`` rounds, the latest.

    Beside levels there are „?“ for „weiß nicht“, „–“ for not applicable, an empty framed cell for an open one, and no cell at
    all where the criterion was not part of the round.
    """
    rounds = rounds[-last_only:]
    drawing = Drawing(width, "heat")
    if not rows or not rounds:
        drawing.lines(2, 4, [_("Noch keine Werte.")], role="muted")
        return drawing.finish(26, _("Raster ohne Werte."))
    cell = min(CELL, (width * 0.6) / len(rounds))
    left = min(width - cell * len(rounds) - 2, 480)
    heads = [wrap(name, cell - 4, size=SMALL, max_lines=3) for name in rounds]
    top = max(len(head) for head in heads) * SMALL * LINE + 6
    for number, head in enumerate(heads):
        drawing.lines(
            left + (number + 0.5) * cell, top - 4 - len(head) * SMALL * LINE, head, size=SMALL, role="muted", anchor="middle"
        )
    y = top
    for row in rows:
        lines = wrap(row.label, left - 10, max_lines=2)
        height = max(ROW, len(lines) * SIZE * LINE + 6)
        with drawing.link(*row.link, hit=Box(0, y, left + cell * len(rounds), y + height)):
            drawing.lines(0, y + (height - len(lines) * SIZE * LINE) / 2, lines)
            for number, value in enumerate(row.cells[-len(rounds) :]):
                _draw_cell(drawing, left + number * cell + 1.5, y + 1.5, cell - 3, height - 3, value)
        y += height
    marks = {value for row in rows for value in row.cells[-len(rounds) :] if isinstance(value, str)}
    y = _draw_key(drawing, y + 8, marks)
    return drawing.finish(y + 2, _sentence(rows, rounds))


def _draw_cell(drawing: Drawing, x: float, y: float, width: float, height: float, value: int | str | None) -> None:
    if value is None:
        return
    if isinstance(value, int):
        drawing.rect(x, y, width, height, f"heat{value}", frame="grid" if value == 0 else "")
        sign, role = str(value), "on-dark" if value >= DARK_FROM else "on-light"
    else:
        drawing.rect(x, y, width, height, "paper", frame="muted")
        sign, role = {"unknown": "?", "not_applicable": "–"}.get(value, ""), "ink"
    if sign:
        drawing.text(x + width / 2, y + height / 2 + SIZE * 0.35, sign, anchor="middle", role=role, bold=True)


def _draw_key(drawing: Drawing, top: float, marks: set[str]) -> float:
    said = {
        "unknown": _("? weiß nicht"),
        "not_applicable": _("– trifft nicht zu"),
        "open": _("leer: noch offen"),
    }
    text = " · ".join([_("Ziffern: Stufe 0 bis 4"), *(said[key] for key in said if key in marks)])
    return drawing.lines(0, top, wrap(text, drawing.width - 4, size=SMALL), size=SMALL, role="muted")


def _sentence(rows: Sequence[HeatRow], rounds: Sequence[str]) -> str:
    start = ngettext("Raster mit %(count)d Kriterium über", "Raster mit %(count)d Kriterien über", len(rows)) % {
        "count": len(rows)
    }
    over = ngettext("%(count)d Runde.", "%(count)d Runden.", len(rounds)) % {"count": len(rounds)}
    parts = [f"{start} {over}"]
    for number, name in enumerate(rounds):
        cells = [row.cells[-len(rounds) :][number] for row in rows]
        counted = [(level, sum(cell == level for cell in cells if isinstance(cell, int))) for level in range(5)]
        said = ", ".join(
            _("%(count)d auf Stufe %(level)d") % {"count": count, "level": level} for level, count in counted if count
        )
        said = said or _("keine Stufen")  # not inside the f-string, where gettext does not look
        parts.append(f"{name}: {said}.")
    return " ".join([*parts, see_table()])
