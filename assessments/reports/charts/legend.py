"""The key under a chart: mark, dash and name of each series."""

from collections.abc import Sequence

from assessments.reports.charts.label_fit import wrap
from assessments.reports.charts.svg import DASHES, LINE, SIZE, WIDTHS, Drawing
from assessments.reports.charts.text_width import text_width

KEY = 34.0  # width of a drawn key
GAP = 22.0
BAR = 9.0  # as thick as a bar


def draw_legend(
    drawing: Drawing, top: float, entries: Sequence[tuple[str, str]], *, left: float = 2, bars: bool = False
) -> float:
    """Draw ``(role, name)`` entries in as many rows as they need. Returns where they end.

    ``bars``: the chart shows the present as bars and the rest as marks; else all are lines with marks.
    """
    x, y = left, top
    row = SIZE * LINE + 5
    limit = drawing.width - left
    for role, name in entries:
        text = wrap(name, limit - left - KEY - 8, max_lines=1)
        if not text:
            continue
        width = KEY + 8 + text_width(text[0], SIZE)
        if x > left and x + width > limit:
            x, y = left, y + row
        middle = y + row / 2
        if bars and role == "now":
            drawing.line(x, middle, x + KEY, middle, role, width=BAR)
        elif bars:
            drawing.mark(x + KEY / 2, middle, role)
        else:
            drawing.line(x, middle, x + KEY, middle, role, width=WIDTHS[role], dash=DASHES[role])
            drawing.mark(x + KEY / 2, middle, role)
        drawing.text(x + KEY + 8, middle + SIZE * 0.35, text[0])
        x += width + GAP
    return y + row
