"""Charts as pure functions: plain values in, one accessible SVG out, the same for the screen and the PDF.

On screen link ``css/charts.css`` and use ``for_screen``; in the PDF take the drawing as it is.
"""

from collections.abc import Callable, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from assessments.reports.charts.bars import bullet_bars
from assessments.reports.charts.heatmap import heat_grid
from assessments.reports.charts.inputs import Bar, Due, HeatRow, PlannedValue, RoadPhase, Series, Strip, TrendRound
from assessments.reports.charts.level_bar import level_bar, marks_key
from assessments.reports.charts.level_strips import level_strips
from assessments.reports.charts.peer_bar import peer_bar
from assessments.reports.charts.phase_road import phase_road
from assessments.reports.charts.radar import radar
from assessments.reports.charts.svg import SIZE
from assessments.reports.charts.time_line import time_line
from assessments.reports.charts.trend import trend

__all__ = [
    "CARD",
    "FULL",
    "HALF",
    "WIDE",
    "Bar",
    "Due",
    "HeatRow",
    "PlannedValue",
    "RoadPhase",
    "Series",
    "Strip",
    "TrendRound",
    "bullet_bars",
    "for_screen",
    "heat_grid",
    "level_bar",
    "level_strips",
    "marks_key",
    "peer_bar",
    "phase_road",
    "radar",
    "time_line",
    "trend",
]

#: Widths on screen, in rem. ``css/charts.css`` shows each drawing at exactly this width, so that its text (``SIZE``) is as
#: large as the page's beside it, and its small text as the page's small; the widest that fits is shown, not scaled.
ON_SCREEN = {"s": 18.0, "m": 27.0, "l": 35.0, "xl": 55.0, "xxl": 72.0}
TEXT = 1.125  # rem, of the page (``--font``)

WIDE, FULL, HALF, CARD = ("xxl", "xl", "m", "s"), ("xl", "m", "s"), ("l", "m", "s"), ("m", "s")


def for_screen(draw: Callable[[float], SafeString], places: Sequence[str] = FULL) -> SafeString:
    """The drawing once for each of the widths ``places``, the widest first; the style sheet shows the widest there is room for.

    ``FULL`` is for a drawing with the page's whole width, ``WIDE`` for one that uses all of it on a wide screen, ``HALF`` for
    one that shares it, ``CARD`` for one in a card.
    ``draw`` takes the width: ``lambda width: radar(…, width=width)``.
    """
    unit = TEXT / SIZE
    found = ((place, draw(round(ON_SCREEN[place] / unit, 1))) for place in places)
    return format_html('<div class="charts">{}</div>', format_html_join("", '<div class="chart-{}">{}</div>', found))
