"""A bullet bar without words, to stand beside the level it repeats, and the key that explains its marks once."""

from collections.abc import Mapping

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from assessments.reports.charts.inputs import TOP, Bar
from assessments.reports.charts.legend import draw_legend
from assessments.reports.charts.sentences import figure
from assessments.reports.charts.svg import Drawing, n

EDGE = 9.5  # room for half a mark at either end
HEIGHT = 20.0
THICK = 9.0
SPLIT = 1.2  # between two steps


def level_bar(bar: Bar, *, series_names: Mapping[str, str], width: float = 90) -> SafeString:
    """One bar from 0 to 4, with target and earlier round as marks; the drawing's sentence names all three."""
    drawing = Drawing(width, "level")
    unit = (width - 2 * EDGE) / TOP
    middle = HEIGHT / 2
    steps = f"{n(unit - SPLIT)} {n(SPLIT)}"  # a thick dashed line is a bar in steps: one shape, of which a report has hundreds
    drawing.line(EDGE, middle, EDGE + TOP * unit, middle, "track", width=THICK, dash=steps)
    if bar.now:
        drawing.line(EDGE, middle, EDGE + bar.now * unit, middle, "now", width=THICK, dash=steps)
    if bar.earlier is not None:
        drawing.circle(EDGE + bar.earlier * unit, middle, 5.2, fill="paper", stroke="earlier", width=1.6)
    if bar.target is not None:
        drawing.mark(EDGE + bar.target * unit, middle, "target")
    values = {"now": bar.now, "target": bar.target, "earlier": bar.earlier}
    said = [f"{series_names[role]}: {figure(value)}" for role, value in values.items() if role == "now" or value is not None]
    return drawing.finish(
        HEIGHT, _("%(label)s, Stufen von 0 bis 4. %(values)s.") % {"label": bar.label, "values": ", ".join(said)}
    )


def marks_key(series_names: Mapping[str, str], *, width: float = 640) -> SafeString:
    """What the marks stand for: name by role („now“, „target“, „earlier“); an empty name is left out."""
    drawing = Drawing(width, "key")
    entries = [(role, name) for role, name in series_names.items() if name]
    end = draw_legend(drawing, 0, entries, bars=True)
    marks = {"now": _("Balken"), "target": _("Raute"), "earlier": _("Ring")}
    said = ", ".join(f"{marks[role]}: {name}" for role, name in entries)
    return drawing.finish(end + 2, _("Zeichen der Balken unter den Stufen. %(marks)s.") % {"marks": said})
