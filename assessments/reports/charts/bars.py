"""Bullet bars: one row per workstream or criterion, the level now as a bar, the target and the earlier round as marks on it."""

from collections.abc import Mapping, Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.reports.charts.inputs import TOP, Bar
from assessments.reports.charts.label_fit import wrap
from assessments.reports.charts.legend import draw_legend
from assessments.reports.charts.sentences import figure, see_table, values_sentence
from assessments.reports.charts.svg import LINE, SIZE, SMALL, Box, Drawing
from assessments.reports.charts.text_width import text_width

THICK = 12.0
NARROW = 480  # below this width the label stands above its bar
SCALE = 22.0  # height of the scale above the bars


def bullet_bars(bars: Sequence[Bar], *, series_names: Mapping[str, str] | None = None, width: float = 640) -> SafeString:
    """Draw the bars on a scale from 0 to 4.

    ``series_names`` names the roles („now“, „target“, „earlier“) in legend and alternative text; roles without any value are
    left out of both. A bar without a present value shows „–“ and an empty track.
    """
    names = {"now": _("Jetzt"), "target": _("Ziel"), "earlier": _("Frühere Runde"), **(series_names or {})}
    drawing = Drawing(width, "bars")
    used = [role for role in ("now", "target", "earlier") if any(getattr(bar, role) is not None for bar in bars)]
    if not bars:
        drawing.lines(2, 4, [_("Noch keine Werte.")], role="muted")
        return drawing.finish(26, _("Balkendiagramm ohne Werte."))
    narrow = width < NARROW
    values_width = max(text_width(figure(bar.now), SIZE, bold=True) for bar in bars) + 10
    notes_width = min(max(text_width(bar.note, SMALL) for bar in bars) + 10, width * 0.3)
    left = 10.0 if narrow else width * 0.32
    right = width - values_width - (0 if narrow else notes_width)
    if not narrow and not any(bar.note for bar in bars):
        right = width - values_width
    unit = (right - 15 - left) / TOP  # half a mark and a gap before the figure
    y = SCALE
    tops = []
    for bar in bars:
        tops.append(y)
        y = _draw_row(drawing, bar, y, left, unit, narrow)
    _draw_scale(drawing, left, unit, tops, y)
    for bar, top in zip(bars, tops, strict=True):
        _draw_bar(drawing, bar, top + _bar_offset(bar, left, narrow, width), left, unit, right)
    end = draw_legend(drawing, y + 6, [(role, names[role]) for role in used], bars=True) if used else y
    return drawing.finish(end + 2, _sentence(bars, used, names))


def _label_lines(bar: Bar, left: float, narrow: bool, width: float) -> list[str]:
    if narrow:
        return wrap(bar.label, width - 4, max_lines=2)
    return wrap(bar.label, left - 14, max_lines=2)


def _bar_offset(bar: Bar, left: float, narrow: bool, width: float) -> float:
    """How far below its row's top the middle of the bar lies."""
    lines = len(_label_lines(bar, left, narrow, width)) * SIZE * LINE
    if narrow:
        return 4 + lines + 13
    return max(lines + 10, 28) / 2


def _draw_row(drawing: Drawing, bar: Bar, top: float, left: float, unit: float, narrow: bool) -> float:
    """Label and note of one row. Returns where the row ends."""
    lines = _label_lines(bar, left, narrow, drawing.width)
    height = len(lines) * SIZE * LINE
    if narrow:
        with drawing.link(*bar.link, hit=Box(0, top, drawing.width, top + 4 + height + 24)):
            drawing.lines(2, top + 4, lines)
        bottom = top + 4 + height + 26
        if bar.note:
            drawing.lines(2, bottom - 2, wrap(bar.note, drawing.width - 4, size=SMALL, max_lines=1), size=SMALL, role="muted")
            bottom += SMALL * LINE + 2
        return bottom
    row = max(height + 10, 28)
    with drawing.link(*bar.link, hit=Box(0, top, drawing.width, top + row)):
        drawing.lines(left - 12, top + (row - height) / 2, lines, anchor="end")
    if bar.note:
        note = wrap(bar.note, drawing.width * 0.3 - 8, size=SMALL, max_lines=1)
        drawing.text(drawing.width - 2, top + row / 2 + SMALL * 0.35, note[0], size=SMALL, role="muted", anchor="end")
    return top + row


def _draw_scale(drawing: Drawing, left: float, unit: float, tops: Sequence[float], bottom: float) -> None:
    for level in range(TOP + 1):
        x = left + level * unit
        drawing.text(x, SCALE - 8, str(level), size=SMALL, role="muted", anchor="middle")
        if tops and left > 10:
            drawing.line(x, SCALE - 3, x, bottom, "grid")


def _draw_bar(drawing: Drawing, bar: Bar, middle: float, left: float, unit: float, right: float) -> None:
    drawing.rect(left, middle - THICK / 2, TOP * unit, THICK, "track")
    if bar.now:
        drawing.rect(left, middle - THICK / 2, bar.now * unit, THICK, "now")
    if bar.earlier is not None:
        x = left + bar.earlier * unit
        drawing.circle(x, middle, 6.6, fill="paper")
        drawing.mark(x, middle, "earlier")
    if bar.target is not None:
        x = left + bar.target * unit
        drawing.line(x, middle - THICK / 2 - 4, x, middle + THICK / 2 + 4, "paper", width=5)
        drawing.line(x, middle - THICK / 2 - 4, x, middle + THICK / 2 + 4, "target", width=2)
        drawing.mark(x, middle, "target")
    drawing.text(right, middle + SIZE * 0.35, figure(bar.now), bold=True)


def _sentence(bars: Sequence[Bar], used: Sequence[str], names: Mapping[str, str]) -> str:
    start = ngettext(
        "Balkendiagramm mit %(count)d Zeile von Stufe 0 bis 4.",
        "Balkendiagramm mit %(count)d Zeilen von Stufe 0 bis 4.",
        len(bars),
    ) % {"count": len(bars)}
    labels = [bar.label for bar in bars]
    said = [values_sentence(names[role], labels, [getattr(bar, role) for bar in bars]) for role in used or ["now"]]
    return " ".join([start, *said, see_table()])
