"""The phase road: five phases, each with its gate at the end: reached, blocked, not examined, or still ahead."""

from collections.abc import Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.reports.charts.inputs import RoadPhase
from assessments.reports.charts.label_fit import wrap
from assessments.reports.charts.svg import LINE, SIZE, SMALL, Box, Drawing

NARROW = 480
GATE = 13.0  # radius of a gate


def phase_road(phases: Sequence[RoadPhase], *, width: float = 640) -> SafeString:
    """Draw the road from left to right, or, where it is narrow, from top to bottom.

    A reached gate is a filled disc with a tick, a blocked one a ring with a barrier, one not examined a ring with a question
    mark, one ahead an empty ring; the word stands below each. The phase the project is in is underlined and says so.
    """
    drawing = Drawing(width, "road")
    if not phases:
        return drawing.finish(2, _("Phasenweg ohne Phasen."))
    if width < NARROW:
        return drawing.finish(_draw_column(drawing, phases), _sentence(phases))
    step = width / len(phases)
    names = [wrap(phase.label, step - 12, bold=phase.is_current, max_lines=2) for phase in phases]
    y = max(len(lines) for lines in names) * SIZE * LINE + GATE + 14
    _draw_way(drawing, [((number + 0.5) * step, y) for number in range(len(phases))], phases)
    bottom = y
    for number, phase in enumerate(phases):
        x = (number + 0.5) * step
        top = y - GATE - 10 - len(names[number]) * SIZE * LINE
        with drawing.link(*phase.link, hit=Box(x - step / 2 + 4, top, x + step / 2 - 4, y + GATE + 4)):
            drawing.lines(x, top, names[number], anchor="middle", bold=phase.is_current)
            _draw_gate(drawing, x, y, phase)
        said = wrap(_state(phase), step - 8, size=SMALL, max_lines=2)
        end = drawing.lines(x, y + GATE + 5, said, size=SMALL, anchor="middle")
        if phase.is_current:
            here = wrap(_("Hier steht das Projekt"), step - 8, size=SMALL, bold=True, max_lines=2)
            end = drawing.lines(x, end, here, size=SMALL, anchor="middle", role="now", bold=True)
        bottom = max(bottom, end)
    return drawing.finish(bottom + 4, _sentence(phases))


def _draw_column(drawing: Drawing, phases: Sequence[RoadPhase]) -> float:
    x, step = GATE + 4, 58.0
    _draw_way(drawing, [(x, GATE + 4 + number * step) for number in range(len(phases))], phases)
    for number, phase in enumerate(phases):
        y = GATE + 4 + number * step
        left = x + GATE + 12
        room = drawing.width - left - 2
        with drawing.link(*phase.link, hit=Box(0, y - GATE - 4, drawing.width, y + GATE + 4)):
            _draw_gate(drawing, x, y, phase)
            end = drawing.lines(
                left,
                y - GATE - 2,
                wrap(phase.label, room, bold=phase.is_current, max_lines=1),
                bold=phase.is_current,
            )
        said = _state(phase) + (" · " + _("Hier steht das Projekt") if phase.is_current else "")
        drawing.lines(left, end, wrap(said, room, size=SMALL, max_lines=2), size=SMALL)
    return (len(phases) - 1) * step + 2 * GATE + 26


def _draw_way(drawing: Drawing, places: Sequence[tuple[float, float]], phases: Sequence[RoadPhase]) -> None:
    for (x1, y1), (x2, y2), phase in zip(places, places[1:], phases[1:], strict=False):
        gone = phase.state == "reached"
        drawing.line(x1, y1, x2, y2, "good" if gone else "muted", width=4 if gone else 2, dash="" if gone else "3 5")


def _draw_gate(drawing: Drawing, x: float, y: float, phase: RoadPhase) -> None:
    if phase.is_current:
        drawing.circle(x, y, GATE + 4, fill="paper", stroke="now", width=2)
    if phase.state == "reached":
        drawing.circle(x, y, GATE, fill="good", stroke="good")
        drawing.tick(x, y, "paper")
    elif phase.state == "blocked":
        drawing.circle(x, y, GATE, fill="paper", stroke="bad", width=2.4)
        drawing.bar_mark(x, y, "bad")
    else:
        drawing.circle(x, y, GATE, fill="paper", stroke="muted", width=1.6)
        if phase.state == "not_examined":
            drawing.text(x, y + SIZE * 0.35, "?", anchor="middle", role="muted", bold=True)


def _state(phase: RoadPhase) -> str:
    if phase.state == "reached":
        return _("Tor erreicht")
    if phase.state == "blocked":
        return ngettext("%(count)d Meilenstein offen", "%(count)d Meilensteine offen", phase.blocked_by) % {
            "count": phase.blocked_by
        }
    if phase.state == "not_examined":
        return _("nicht geprüft")
    return _("steht noch an")


def _sentence(phases: Sequence[RoadPhase]) -> str:
    said = "; ".join(
        f"{phase.label}: {_state(phase)}" + (_(" (hier steht das Projekt)") if phase.is_current else "") for phase in phases
    )
    return _("Weg durch die Phasen. %(phases)s.") % {"phases": said}
