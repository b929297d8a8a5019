"""Level strips: one row per group, how many of its criteria stand on which level, with mean and target as marks below."""

from collections.abc import Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.reports.charts.inputs import NOWHERE, TOP, Strip
from assessments.reports.charts.label_fit import wrap
from assessments.reports.charts.sentences import figure, see_table
from assessments.reports.charts.svg import LINE, SIZE, SMALL, Box, Drawing
from assessments.reports.charts.text_width import text_width

NARROW = 480  # below this width the label stands above its strip
SCALE = 20.0  # height of the scale above the first strip
TALLEST = 12.0  # the tallest column; a count stands above it
ROW = TALLEST + 32
HATCH = "2 2"  # a thick dashed line is a hatched column: one shape without a pattern to refer to


def level_strips(strips: Sequence[Strip], *, earlier_name: str = "", width: float = 640) -> SafeString:
    """Draw the counts of the levels 0 to 4 as columns, one scale of heights for all rows, and beside them what has no level.

    A provisional row is hatched and says so. A level without a criterion shows „0“ and no column, so that levels are told by
    their place and not by colour. A triangle below marks the mean, a diamond the mean once all targets are met, a ring the mean
    of the round that ``earlier_name`` names.
    """
    drawing = Drawing(width, "strips")
    if not strips:
        drawing.lines(2, 4, [_("Noch keine Werte.")], role="muted")
        return drawing.finish(26, _("Verteilung ohne Werte."))
    narrow = width < NARROW
    left = 4.0 if narrow else width * 0.27
    values = max(text_width(_mean(strip, marked=not narrow), SIZE, bold=True) for strip in strips)
    lines = [line for strip in strips for line in _notes(strip, earlier_name)]
    notes = 0.0 if narrow else max((text_width(line, SMALL) for line in lines), default=0.0)
    right = max(values, min(notes, width * 0.3)) + 14
    cell = (width - left - right) / (TOP + 2)  # the last one is for those without a level
    highest = max(1, *(count for strip in strips for count in (*strip.counts, strip.unrated)))
    _draw_scale(drawing, left, cell)
    y = SCALE
    for strip in strips:
        y = _draw_strip(drawing, strip, y, left, cell, highest, narrow, earlier_name)
    if not narrow and len(_notes(strips[-1], earlier_name)) > 1:
        y += 7  # beside the others its last line has the next one's empty top below it
    y = _draw_key(drawing, y + 3, strips, earlier_name)
    return drawing.finish(y + 2, _sentence(strips, earlier_name))


def _mean(strip: Strip, *, marked: bool) -> str:
    """``marked``: with the word for a provisional one, which must never be cut."""
    mean = _("Mittel %(value)s") % {"value": figure(strip.mean)}
    return _("%(mean)s, vorläufig") % {"mean": mean} if marked and strip.is_provisional else mean


def _notes(strip: Strip, earlier_name: str) -> list[str]:
    """The small lines beside a row: what its mean stands on, and its marks in figures."""
    marks = [] if strip.target is None else [_("Ziel %(value)s") % {"value": figure(strip.target)}]
    if strip.earlier is not None:
        marks.append(_("%(round)s: %(value)s") % {"round": earlier_name, "value": figure(strip.earlier)})
    if strip.since:
        marks.append(strip.since)
    return list(filter(None, (strip.note, ", ".join(marks))))


def _draw_scale(drawing: Drawing, left: float, cell: float) -> None:
    for level in range(TOP + 1):
        drawing.text(left + (level + 0.5) * cell, SCALE - 7, str(level), size=SMALL, role="muted", anchor="middle")
    # Above the figures at the end of the rows there is room for its words.
    x = left + (TOP + 1) * cell + 4
    without = wrap(_("ohne Stufe"), drawing.width - x - 2, size=SMALL, max_lines=1)
    if without:
        drawing.text(x, SCALE - 7, without[0], size=SMALL, role="muted")


def _draw_strip(
    drawing: Drawing, strip: Strip, top: float, left: float, cell: float, highest: int, narrow: bool, earlier_name: str
) -> float:
    """One row. Returns where it ends."""
    if narrow:
        top = drawing.lines(2, top + 2, wrap(strip.label, drawing.width - 4, max_lines=2))
        note = ", ".join(filter(None, (*_notes(strip, earlier_name), _("vorläufig") if strip.is_provisional else "")))
        lines = wrap(note, drawing.width - 4, size=SMALL, max_lines=2)
        top = drawing.lines(2, top, lines, size=SMALL, role="muted") - 2
    else:
        lines = wrap(strip.label, left - 14, max_lines=2)
        drawing.lines(left - 12, top + (ROW - len(lines) * SIZE * LINE) / 2, lines, anchor="end")
    floor = top + ROW - 11
    links = strip.links or (NOWHERE,) * (TOP + 2)
    for level, count in enumerate(strip.counts):
        with drawing.link(*links[level], hit=_cell(level, left, cell, floor)):
            x = left + (level + 0.5) * cell
            _draw_column(drawing, x, floor, cell, count, highest, "now", hatched=strip.is_provisional)
    with drawing.link(*links[TOP + 1], hit=_cell(TOP + 1, left, cell, floor)):
        x = left + (TOP + 1.5) * cell
        _draw_column(drawing, x, floor, cell, strip.unrated, highest, "muted", hatched=False, hollow=True)
    drawing.line(left + 2, floor, left + (TOP + 1) * cell - 2, floor, "muted", width=1)
    drawing.line(left + (TOP + 1) * cell + 4, floor, left + (TOP + 2) * cell - 2, floor, "grid", width=1)
    if strip.earlier is not None:
        drawing.circle(left + (strip.earlier + 0.5) * cell, floor + 6, 5.4, stroke="earlier", width=1.6)
    if strip.target is not None:
        drawing.diamond(left + (strip.target + 0.5) * cell, floor + 6, 4.6, "target")
    if strip.mean is not None:
        drawing.triangle(left + (strip.mean + 0.5) * cell, floor + 2, 8, "ink")
    x = left + (TOP + 2) * cell + 10
    end = drawing.lines(x, floor - TALLEST - 13, [_mean(strip, marked=not narrow)], bold=True)
    for line in [] if narrow else _notes(strip, earlier_name):
        fitted = wrap(line, drawing.width - x - 2, size=SMALL, max_lines=1)
        end = drawing.lines(x, end - 1, fitted, size=SMALL, role="muted")
    return floor + 11


def _cell(number: int, left: float, cell: float, floor: float) -> Box:
    """The place of a column with its count, to be met by a finger."""
    return Box(left + number * cell + 1, floor - ROW + 11, left + (number + 1) * cell - 1, floor)


def _draw_column(
    drawing: Drawing,
    x: float,
    floor: float,
    cell: float,
    count: int,
    highest: int,
    role: str,
    *,
    hatched: bool,
    hollow: bool = False,
) -> None:
    height = TALLEST * count / highest
    wide = min(cell * 0.62, 34)
    if count and hatched:
        drawing.line(x, floor, x, floor - height, role, width=wide, dash=HATCH)
    elif count and hollow:
        drawing.rect(x - wide / 2, floor - height, wide, height, "paper", frame=role)
    elif count:
        drawing.rect(x - wide / 2, floor - height, wide, height, role)
    drawing.text(
        x, floor - height - 3, str(count), size=SMALL, role="ink" if count else "muted", anchor="middle", bold=bool(count)
    )


def _draw_key(drawing: Drawing, top: float, strips: Sequence[Strip], earlier_name: str) -> float:
    """What the marks stand for, as far as there are any, in as many rows as they need. Returns where it ends."""
    entries = [("mean", _("Mittlere Stufe"))] if any(strip.mean is not None for strip in strips) else []
    if any(strip.target is not None for strip in strips):
        entries.append(("target", _("Ziel")))
    if any(strip.earlier is not None for strip in strips):
        entries.append(("earlier", _("Dieselben Kriterien in %(round)s") % {"round": earlier_name}))
    if any(strip.is_provisional for strip in strips):
        entries.append(("hatched", _("vorläufig (schraffiert)")))
    if any(strip.since for strip in strips):
        entries.append(("since", _("± seit %(round)s, bei so vielen in beiden") % {"round": earlier_name}))
    x, row = 8.0, SMALL * LINE + 2
    for mark, text in entries:
        wide = text_width(text, SMALL) + 32
        if x > 8 and x + wide > drawing.width:
            x, top = 8.0, top + row
        middle = top + row / 2
        if mark == "mean":
            drawing.triangle(x, middle - 4, 8, "ink")
        elif mark == "target":
            drawing.diamond(x, middle, 4.6, "target")
        elif mark == "earlier":
            drawing.circle(x, middle, 5.4, stroke="earlier", width=1.6)
        elif mark == "hatched":
            drawing.line(x, middle + 5, x, middle - 5, "now", width=12, dash=HATCH)
        drawing.text(x + (11 if mark != "since" else -5), middle + SMALL * 0.35, text, size=SMALL, role="muted")
        x += wide
    return top + row if entries else top


def _sentence(strips: Sequence[Strip], earlier_name: str) -> str:
    start = ngettext(
        "Verteilung der Stufen in %(count)d Gruppe.", "Verteilung der Stufen in %(count)d Gruppen.", len(strips)
    ) % {"count": len(strips)}
    return " ".join([start, *(_said(strip, earlier_name) for strip in strips), see_table()])


def _said(strip: Strip, earlier_name: str) -> str:
    counted = ", ".join(
        _("%(count)d auf Stufe %(level)d") % {"count": count, "level": level}
        for level, count in enumerate(strip.counts)
        if count
    )
    parts = [counted or _("keine Stufen")]
    if strip.unrated:
        parts.append(_("%(count)d ohne Stufe") % {"count": strip.unrated})
    if strip.mean is not None:
        parts.append(_mean(strip, marked=True))
    parts += _notes(strip, earlier_name)
    return f"{strip.label}: {', '.join(parts)}."
