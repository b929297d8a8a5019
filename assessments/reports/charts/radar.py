"""The radar: one axis per workstream, phase or criterion."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from assessments.reports.charts.bars import bullet_bars
from assessments.reports.charts.inputs import NOWHERE, TOP, Bar, Link, Series
from assessments.reports.charts.label_fit import wrap
from assessments.reports.charts.legend import draw_legend
from assessments.reports.charts.sentences import figure, see_table, values_sentence
from assessments.reports.charts.svg import LINE, SIZE, SMALL, Box, Drawing
from assessments.reports.charts.text_width import text_width

#: Up to this many axes carry their names; beyond, numbers stand in for them, and the table beside the chart has both.
NAMED = 12
GAP = 5.0  # between two labels
NARROW = 380  # below this width there is no room for names beside a net: bars say the same
LEAST = 0.17  # of the width: the smallest net


@dataclass
class _Label:
    lines: list[str]
    value: str
    x: float
    middle: float
    anchor: str

    @property
    def height(self) -> float:
        return (len(self.lines) + bool(self.value)) * SIZE * LINE

    def box(self, cx: float, cy: float) -> Box:
        wide = max([24.0, *(text_width(line, SIZE) for line in self.lines)])
        left = cx + self.x - {"start": 0.0, "middle": wide / 2, "end": wide}[self.anchor]
        return Box(left, cy + self.middle - self.height / 2, left + wide, cy + self.middle + self.height / 2)


def radar(labels: Sequence[str], series: Sequence[Series], *, width: float = 640, links: Sequence[Link] = ()) -> SafeString:
    """Draw one closed line per series, from 0 in the middle to 4 at the rim.

    Fewer than three axes make no radar, and a narrow page has no room for one: those are drawn as bars.
    An axis without a value breaks the line, it never counts as 0.
    With more than twelve axes the labels are the numbers 1 … n, in the order given. ``links`` are those of the axes: their
    names lead there, and their marks for the mouse.
    """
    named = len(labels) <= NAMED
    if len(labels) < 3 or (named and width < NARROW):
        return bullet_bars(_as_bars(labels, series, links), series_names={s.role: s.name for s in series}, width=width)
    drawing = Drawing(width, "radar")
    radius = _radius(labels, width) if named else min(width * 0.38, 190)
    around = _named_labels(labels, series, radius, width) if named else _numbers(len(labels), radius)
    lowest = max(_spoke(number, len(labels), radius)[1] for number in range(len(labels)))
    top = min([-radius - 10, *(label.middle - label.height / 2 for label in around)]) - 2
    bottom = max([lowest + 12, *(label.middle + label.height / 2 for label in around)]) + 2
    cx, cy = width / 2, -top
    _draw_grid(drawing, len(labels), radius, cx, cy)
    for one in sorted(series, key=lambda s: ("earlier", "target", "now").index(s.role)):
        _draw_series(drawing, one, radius, cx, cy, links)
    for number, label in enumerate(around):
        link = links[number] if links and named else NOWHERE
        with drawing.link(*link, hit=label.box(cx, cy) if link != NOWHERE else None):
            end = drawing.lines(cx + label.x, cy + label.middle - label.height / 2, label.lines, anchor=label.anchor)
            if label.value:
                drawing.lines(cx + label.x, end, [label.value], anchor=label.anchor, bold=True)
    end = draw_legend(drawing, cy + bottom + 4, [(one.role, one.name) for one in series])
    return drawing.finish(end + 2, _sentence(labels, series))


def _sentence(labels: Sequence[str], series: Sequence[Series]) -> str:
    start = _("Netzdiagramm mit %(count)d Achsen von Stufe 0 bis 4.") % {"count": len(labels)}
    return " ".join([start, *(values_sentence(one.name, labels, one.values) for one in series), see_table()])


def _radius(labels: Sequence[str], width: float) -> float:
    """As large as leaves each word of the names room beside the net, where the net does not become too small for it."""
    longest = max(text_width(word, SIZE) for label in labels for word in label.split())
    return max(min(width * 0.25, 160, width / 2 - longest - 22), width * LEAST)


def _as_bars(labels: Sequence[str], series: Sequence[Series], links: Sequence[Link]) -> list[Bar]:
    values = {one.role: one.values for one in series}
    empty = (None,) * len(labels)
    now, target, earlier = (values.get(role, empty) for role in ("now", "target", "earlier"))
    return [Bar(label, now[i], target[i], earlier[i], link=links[i] if links else NOWHERE) for i, label in enumerate(labels)]


def _spoke(number: int, count: int, distance: float) -> tuple[float, float]:
    """A point on an axis, seen from the centre. The first axis points upwards, the others follow clockwise."""
    angle = 2 * pi * number / count
    return distance * sin(angle), -distance * cos(angle)


def _draw_grid(drawing: Drawing, count: int, radius: float, cx: float, cy: float) -> None:
    for level in range(1, TOP + 1):
        ring = [_spoke(number, count, radius * level / TOP) for number in range(count)]
        drawing.polygon([(cx + x, cy + y) for x, y in ring], "grid", width=1.4 if level == TOP else 0.8)
    for number in range(count):
        x, y = _spoke(number, count, radius)
        drawing.line(cx, cy, cx + x, cy + y, "grid")
    for level in range(TOP + 1):
        drawing.text(cx - 11, cy - radius * level / TOP + 11, str(level), size=SMALL, role="muted", anchor="end")


def _draw_series(drawing: Drawing, one: Series, radius: float, cx: float, cy: float, links: Sequence[Link] = ()) -> None:
    count = len(one.values)
    places: list[tuple[float, float] | None] = []
    for number, value in enumerate(one.values):
        x, y = _spoke(number, count, radius * (value or 0) / TOP)
        places.append(None if value is None else (cx + x, cy + y))
    known = [place for place in places if place]
    if len(known) == count:
        drawing.area(known, one.role)
    else:
        for run in _runs(places):
            if len(run) > 1:
                drawing.path(run, one.role)
    if count <= 2 * NAMED:  # more marks than that would hide the line
        for number, place in enumerate(places):
            if place:
                with drawing.link(*(links[number] if links else NOWHERE)):
                    drawing.mark(*place, one.role)


def _runs(places: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """The unbroken stretches of a ring that has at least one gap."""
    start = places.index(None)
    runs: list[list[tuple[float, float]]] = [[]]
    for place in [*places[start:], *places[:start]]:
        if place is None:
            runs.append([])
        else:
            runs[-1].append(place)
    return [run for run in runs if run]


def _numbers(count: int, radius: float) -> list[_Label]:
    """Numbers around the rim; where they would touch, only every second, fifth, tenth … is written."""
    distance = radius + 14
    room = 2 * pi * distance / count
    widest = text_width(str(count), SIZE) + 3
    step = next((s for s in (1, 2, 5, 10, 20, 50) if room * s >= max(widest, SIZE * LINE + 2)), 100)
    labels = []
    for number in range(0, count, step) if step == 1 else [0, *range(step - 1, count - step // 2, step)]:
        x, y = _spoke(number, count, distance)
        labels.append(_Label([str(number + 1)], "", x, y, "middle"))
    return labels


def _named_labels(labels: Sequence[str], series: Sequence[Series], radius: float, width: float) -> list[_Label]:
    """Names with the present value below, pushed outwards along each side until none overlaps."""
    now = next((one.values for one in series if one.role == "now"), (None,) * len(labels))
    count = len(labels)
    placed: list[_Label] = []
    for number, text in enumerate(labels):
        x, y = _spoke(number, count, radius + 16)
        if abs(x) < 1:
            room = min(width - 8, 2 * (radius + 16) * sin(2 * pi / count) - 16, 220)
            lines = wrap(text, room)
            label = _Label(lines, figure(now[number]), 0, 0, "middle")
            label.middle = (-1 if y < 0 else 1) * (radius + 12 + label.height / 2)
        else:
            lines = wrap(text, width / 2 - abs(x) - 4)
            label = _Label(lines, figure(now[number]), x, y, "start" if x > 0 else "end")
        placed.append(label)
    for side in ("start", "end"):
        on_side = sorted((label for label in placed if label.anchor == side), key=lambda label: label.middle)
        _spread(on_side)
    return placed


def _spread(labels: Sequence[_Label]) -> None:
    """Move labels away from the horizontal, never towards it, until their gaps are wide enough. ``labels`` run downwards."""
    if not labels:
        return
    centre = min(range(len(labels)), key=lambda number: abs(labels[number].middle))
    for before, label in zip(labels[centre:], labels[centre + 1 :], strict=False):
        label.middle = max(label.middle, before.middle + (before.height + label.height) / 2 + GAP)
    for number in range(centre - 1, -1, -1):
        below, label = labels[number + 1], labels[number]
        label.middle = min(label.middle, below.middle - (below.height + label.height) / 2 - GAP)
