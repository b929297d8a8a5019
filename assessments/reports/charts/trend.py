"""The trend: the overall mean over the rounds, and the planned line from the last one to the target date."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.reports.charts.inputs import NOWHERE, TOP, Link, PlannedValue, TrendRound
from assessments.reports.charts.label_fit import wrap
from assessments.reports.charts.legend import draw_legend
from assessments.reports.charts.sentences import figure
from assessments.reports.charts.svg import DASHES, LINE, SIZE, SMALL, WIDTHS, Box, Drawing
from assessments.reports.charts.text_width import text_width

LEFT, TOP_MARGIN = 26.0, 26.0


def trend(
    rounds: Sequence[TrendRound], plan: PlannedValue | None = None, *, width: float = 640, height: float = 150
) -> SafeString:
    """Draw the rounds along a true time axis. A round without a value leaves a gap; a plan in the past is not drawn.

    The way to a round that rated other criteria than the one before is dotted: it is no change. A provisional value is hollow.

    Rounds must be in the order of time. Labels that would overlap are left out, the first and the last round's never.
    """
    drawing = Drawing(width, "trend")
    if not any(one.value is not None for one in rounds):
        drawing.lines(2, 4, [_("Noch keine Werte.")], role="muted")
        return drawing.finish(26, _("Verlauf: noch keine Werte."))
    last = next(one for one in reversed(rounds) if one.value is not None)
    if plan and plan.on <= last.on:
        plan = None
    height = min(height, width * 0.4)
    bottom = TOP_MARGIN + height
    scale = _TimeScale([one.on for one in rounds] + ([plan.on] if plan else []), LEFT + 34, width - 44)

    def place(on: date, value: float) -> tuple[float, float]:
        return scale.x(on), bottom - height * value / TOP

    for level in range(TOP + 1):
        y = bottom - height * level / TOP
        drawing.line(LEFT, y, width - 6, y, "grid")
        drawing.text(LEFT - 9, y + SMALL * 0.35, str(level), size=SMALL, role="muted", anchor="end")
    for run in _runs(rounds):
        for before, one in pairwise(run):
            ends = (*place(before.on, before.value or 0), *place(one.on, one.value or 0))
            if one.same_criteria:
                drawing.line(*ends, "now", width=WIDTHS["now"])
            else:
                drawing.line(*ends, "muted", width=WIDTHS["earlier"], dash=DASHES["earlier"])
    if plan:
        drawing.path([place(last.on, last.value or 0), place(plan.on, plan.value)], "target")
        drawing.mark(*place(plan.on, plan.value), "target")
    taken: list[Box] = []
    known = [
        (*place(one.on, one.value), one.value, "hollow" if one.is_provisional else "now", one.link)
        for one in rounds
        if one.value is not None
    ]
    _draw_figures(drawing, known, taken)
    if plan:
        _draw_figures(drawing, [(*place(plan.on, plan.value), plan.value, "target", NOWHERE)], taken)
    ticks = [(scale.x(one.on), one.label, one.on) for one in rounds] + (
        [(scale.x(plan.on), _("Ziel"), plan.on)] if plan else []
    )
    end = _draw_dates(drawing, ticks, bottom + 8)
    legend = [("now", _("Mittlere Stufe"))] + ([("target", _("Plan bis zum Zieltermin"))] if plan else [])
    end = draw_legend(drawing, end + 4, legend)
    notes = []
    if any(one.is_provisional for one in rounds):
        notes.append(_("Hohl: vorläufig, auf wenigen Kriterien."))
    if any(not one.same_criteria for run in _runs(rounds) for one in run[1:]):
        notes.append(_("Gepunktet: Es sind nicht dieselben Kriterien eingeschätzt."))
    end = drawing.lines(2, end, wrap(" ".join(notes), width - 4, size=SMALL), size=SMALL, role="muted")
    return drawing.finish(end + 2, _sentence(rounds, plan))


class _TimeScale:
    """Days to x. One day only: the middle of the chart."""

    def __init__(self, days: Sequence[date], left: float, right: float) -> None:
        self.first, self.left, self.right = min(days), left, right
        self.span = (max(days) - self.first).days

    def x(self, on: date) -> float:
        if not self.span:
            return (self.left + self.right) / 2
        return self.left + (self.right - self.left) * (on - self.first).days / self.span


def _runs(rounds: Sequence[TrendRound]) -> list[list[TrendRound]]:
    runs: list[list[TrendRound]] = [[]]
    for one in rounds:
        if one.value is None:
            runs.append([])
        else:
            runs[-1].append(one)
    return runs


def _draw_figures(drawing: Drawing, marks: Sequence[tuple[float, float, float, str, Link]], taken: list[Box]) -> None:
    """Marks with their figure above; a figure that would cover another is left out (the table has it). The last comes first."""
    for x, y, value, role, link in reversed(marks):
        text = figure(value)
        half = text_width(text, SIZE, bold=True) / 2
        box = Box(x - half, y - 13 - SIZE, x + half, y - 13)
        is_free = not any(box.overlaps(other, 2) for other in taken)
        reach = max(half, 12)
        with drawing.link(*link, hit=Box(x - reach, box.top, x + reach, y + 12) if is_free else None):
            if role == "now":
                drawing.mark(x, y, "now")
            elif role == "hollow":
                drawing.rect(x - 3.5, y - 3.5, 7, 7, "paper", frame="now")
            if is_free:
                taken.append(box)
                # No line of the grid strikes through a figure.
                drawing.rect(box.left - 2, box.top + 1, box.right - box.left + 4, SIZE + 1, "paper")
                drawing.text(x, y - 13, text, anchor="middle", bold=True)


def _draw_dates(drawing: Drawing, ticks: Sequence[tuple[float, str, date]], top: float) -> float:
    """Name and month below each tick. Returns where they end."""
    taken: list[Box] = []
    order = [ticks[-1], ticks[0], *ticks[1:-1]]
    for x, label, on in order:
        month = date_format(on, "m/Y")
        half = max(text_width(label, SIZE), text_width(month, SMALL)) / 2
        if 2 * half > drawing.width - 4:
            continue
        middle = min(max(x, half + 2), drawing.width - half - 2)
        box = Box(middle - half, top, middle + half, top + 1)
        if any(box.overlaps(other, 8) for other in taken):
            continue
        taken.append(box)
        drawing.line(x, top - 8, x, top - 3, "muted", width=1)
        drawing.text(middle, top + SIZE * 0.8, label, anchor="middle")
        drawing.text(middle, top + SIZE * LINE + SMALL * 0.9, month, size=SMALL, role="muted", anchor="middle")
    return top + SIZE * LINE + SMALL * LINE


def _sentence(rounds: Sequence[TrendRound], plan: PlannedValue | None) -> str:
    start = ngettext("Verlauf über %(count)d Runde.", "Verlauf über %(count)d Runden.", len(rounds)) % {"count": len(rounds)}
    provisional = _("vorläufig")
    said = ", ".join(
        f"{one.label} ({date_format(one.on, 'm/Y')}) {figure(one.value)}" + (f" {provisional}" if one.is_provisional else "")
        for one in rounds
    )
    text = _("%(start)s Mittlere Stufe: %(values)s.") % {"start": start, "values": said}
    if plan:
        text += " " + _("Geplant sind %(value)s bis %(date)s.") % {
            "value": figure(plan.value),
            "date": date_format(plan.on, "m/Y"),
        }
    return text
