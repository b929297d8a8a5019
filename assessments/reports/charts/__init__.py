"""Charts as pure functions: plain values in, one accessible SVG out, the same for the screen and the PDF.

On screen link ``css/charts.css`` and use ``for_screen``; in the PDF take the drawing as it is.
"""

from collections.abc import Callable

from django.utils.html import format_html
from django.utils.safestring import SafeString

from assessments.reports.charts.bars import bullet_bars
from assessments.reports.charts.heatmap import heat_grid
from assessments.reports.charts.inputs import Bar, HeatRow, PlannedValue, RoadPhase, Series, Strip, TrendRound
from assessments.reports.charts.level_bar import level_bar, marks_key
from assessments.reports.charts.level_strips import level_strips
from assessments.reports.charts.phase_road import phase_road
from assessments.reports.charts.radar import radar
from assessments.reports.charts.trend import trend

__all__ = [
    "Bar",
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
    "phase_road",
    "radar",
    "trend",
]

WIDE, SLIM = 640.0, 340.0


def for_screen(draw: Callable[[float], SafeString]) -> SafeString:
    """The drawing twice, laid out for a wide and for a slim page; the style sheet shows the one that fits.

    Scaled down to 320 pixels the wide one could not be read. ``draw`` takes the width: ``lambda width: radar(…, width=width)``.
    """
    return format_html('<div class="chart-wide">{}</div><div class="chart-narrow">{}</div>', draw(WIDE), draw(SLIM))
