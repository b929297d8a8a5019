"""An own value beside the middle half of a group, without words: to stand beside the figures it repeats."""

from collections.abc import Sequence

from django.utils.safestring import SafeString

from assessments.reports.charts.inputs import TOP
from assessments.reports.charts.svg import Drawing

EDGE = 8.0
HEIGHT = 30.0


def peer_bar(
    own: float | None, quartiles: tuple[float, float, float] | None, sentence: str, *, width: float = 180
) -> SafeString:
    """From 0 to 4: the box is the middle half, its line the median, the dot the own value."""
    drawing = Drawing(width, "peers")
    unit = (width - 2 * EDGE) / TOP
    middle = HEIGHT / 2
    drawing.line(EDGE, middle, EDGE + TOP * unit, middle, "grid", width=1.2)
    for level in range(TOP + 1):
        drawing.line(EDGE + level * unit, middle - 4, EDGE + level * unit, middle + 4, "grid", width=1.2)
    if quartiles is not None:
        lower, median, upper = (EDGE + value * unit for value in quartiles)
        lower, upper = _wide_enough(lower, upper)
        drawing.rect(lower, middle - 9, upper - lower, 18, "track", frame="muted", radius=2)
        drawing.line(median, middle - 11, median, middle + 11, "ink", width=3)
    if own is not None:
        drawing.circle(EDGE + own * unit, middle, 5.6, fill="now", stroke="paper", width=1.6)
    return drawing.finish(HEIGHT, sentence)


def _wide_enough(lower: float, upper: float) -> Sequence[float]:
    """Where three quartiles are one, the box is still to be seen, also behind the dot."""
    return (lower, upper) if upper - lower >= 18 else (lower - 9, upper + 9)
