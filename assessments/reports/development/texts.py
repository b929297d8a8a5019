"""What the development of a municipality says in words, in the active language. Pure."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.reports.counted import with_note
from assessments.reports.development.model import Development, Move, Quarter, Told


def quarter_name(quarter: Quarter) -> str:
    """„3. Quartal 2026“."""
    return _("%(number)s. Quartal %(year)s") % {"number": quarter.number, "year": quarter.year}


def standing(development: Development) -> str:
    """What moved in the latest quarter in which something did: „4. Quartal 2026: 2 Freigaben, 5 Meilensteine erreicht.“

    What the municipality itself approved counts in no quarter, and is told where there is nothing else.
    """
    latest = next((one for one in development.quarters if one.happened), None)
    said = _happened(latest) if latest else _nothing_happened(development)
    return with_note(said, development.counted)


def _nothing_happened(development: Development) -> str:
    if any(one.is_municipality_wide for one in development.with_rounds):
        return _(
            "Nur die Kommune insgesamt hat eine freigegebene Bewertung; von den Projekten ist keine freigegeben, und keine "
            "Maßnahme ist erledigt. Archivierte zählen nicht."
        )
    return _("Derzeit ist nichts freigegeben und keine Maßnahme erledigt; archivierte Projekte zählen nicht.")


def _happened(quarter: Quarter) -> str:
    reached = quarter.reached + quarter.reached_at_first
    counted = (
        (quarter.approvals, ngettext("%(n)s Freigabe", "%(n)s Freigaben", quarter.approvals)),
        (reached, ngettext("%(n)s Meilenstein erreicht", "%(n)s Meilensteine erreicht", reached)),
        (quarter.lost, ngettext("%(n)s Meilenstein verloren", "%(n)s Meilensteine verloren", quarter.lost)),
        (quarter.measures, ngettext("%(n)s Maßnahme erledigt", "%(n)s Maßnahmen erledigt", quarter.measures)),
    )
    what = ", ".join(text % {"n": n} for n, text in counted if n)
    if quarter.is_running:
        return _("Im laufenden Quartal: %(what)s.") % {"what": what}
    return _("Zuletzt im %(quarter)s: %(what)s.") % {"quarter": quarter_name(quarter), "what": what}


def moved_from(move: Move) -> str:
    """„von Stufe 3 auf 2“."""
    return _("von Stufe %(before)s auf %(now)s") % {"before": move.before, "now": move.now}


def more_moves(moves: Sequence[Move]) -> str:
    """How many follow: „Außerdem: 2 gesunken, 12 gestiegen.“; "" for none."""
    fallen = sum(move.is_fall for move in moves)
    counted = (
        (fallen, _("%(n)s gesunken") % {"n": fallen}),
        (len(moves) - fallen, _("%(n)s gestiegen") % {"n": len(moves) - fallen}),
    )
    said = ", ".join(text for n, text in counted if n)
    return _("Außerdem: %(what)s.") % {"what": said} if said else ""


def untold(development: Development, told: Told) -> str:
    """Of a file: that it goes back no further than the latest rounds; "" if all are told."""
    if len(told) == len(development.moved):
        return ""
    n, m = len(told), len(development.moved)
    return _("Erzählt sind die letzten %(n)s von %(m)s Runden, in denen sich etwas bewegt hat.") % {"n": n, "m": m}
