"""The sentences of the profile, in the active language: labels, reasons, and what each figure means. Pure."""

from datetime import date
from functools import lru_cache

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from assessments import scoring
from assessments.models import ScoreState
from assessments.reports.profile.model import Definitions, MeasureItem
from catalogue.levels import Level
from catalogue.wording import ladder_rule


class Words:
    """The names of levels, states and kinds of change, translated once and then used for every criterion."""

    def __init__(self) -> None:
        self.levels = tuple(str(level.label) for level in Level)
        self.states = {str(state): str(state.label) for state in ScoreState}
        named = _("Stufe %(level)s – %(name)s")
        self.changes = {
            scoring.UP: _("gestiegen"),
            scoring.DOWN: _("gesunken"),
            scoring.SAME: _("gleich geblieben"),
            scoring.NEWLY_RATED: _("erstmals eingeschätzt"),
            scoring.NO_LONGER_RATED: _("nicht mehr eingeschätzt"),
            scoring.STILL_UNRATED: _("weiterhin ohne Stufe"),
            scoring.NEW: _("neu dabei"),
        }
        self._answers = tuple(named % {"level": level, "name": name} for level, name in enumerate(self.levels))

    def level(self, level: int | None) -> str:
        """„umgesetzt“; "" without a level."""
        return "" if level is None else self.levels[level]

    def answer(self, state: str, level: int | None) -> str:
        """„Stufe 3 – umgesetzt“, or the state where there is no level: „weiß nicht“."""
        return self.states[state] if level is None else self._answers[level]


def short_day(day: date | None) -> str:
    """„30.04.2027“, "" without a day. A profile shows the same few days over and over, and writing one is slow."""
    return "" if day is None else _short_day(day, get_language())


@lru_cache(maxsize=512)
def _short_day(day: date, language: str | None) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


def decimal(value: float) -> str:
    """One decimal with the language's own mark: „2,4“."""
    return number_format(value, 1)


def signed(value: float | int, decimals: int = 0) -> str:
    """„+0,3“, „−1“ with a true minus sign, „±0“."""
    mark = "+" if value > 0 else "−" if value < 0 else "±"
    return mark + number_format(abs(value), decimals if value else 0)


# --- Gates ------------------------------------------------------------------------------------------------------------------


def gate_state(state: str) -> str:
    return {
        scoring.REACHED: _("erreicht"),
        scoring.BLOCKED: _("noch nicht erreicht"),
        scoring.AHEAD: _("steht noch an"),
        scoring.NO_GATE: _("ohne Meilensteine"),
    }[state]


def blocker(found: scoring.Blocker) -> str:
    values = {"level": found.level, "required": found.milestone.required}
    if found.cause == scoring.BELOW:
        return _("Stufe %(level)s, nötig ist %(required)s") % values
    if found.cause == scoring.UNASSESSED:
        return _("in dieser Runde nicht bewertet, nötig ist Stufe %(required)s") % values
    if found.cause == scoring.UNKNOWN:
        return _("Stufe nicht bekannt, nötig ist %(required)s") % values
    return _("noch offen, nötig ist Stufe %(required)s") % values


def gate_sentence(gate: scoring.Gate) -> str:
    """How many milestones pass, and what that rests on."""
    missing = len(gate.blockers)
    values = {"passed": gate.passed, "total": gate.total, "missing": missing}
    if gate.state == scoring.REACHED:
        parts = [ngettext("Der Meilenstein ist erreicht.", "Alle %(total)s Meilensteine sind erreicht.", gate.total) % values]
        if gate.total == 2:
            parts = [_("Beide Meilensteine sind erreicht.")]
    elif gate.state == scoring.BLOCKED:
        parts = [
            ngettext(
                "%(missing)s von %(total)s Meilensteinen fehlt noch.",
                "%(missing)s von %(total)s Meilensteinen fehlen noch.",
                missing,
            )
            % values
        ]
    elif gate.state == scoring.AHEAD:
        parts = [_("Steht noch an.")]
        if gate.own:
            parts = [_("Steht noch an; %(passed)s von %(total)s Meilensteinen sind schon erreicht.") % values]
    else:
        parts = [_("Diese Katalogausgabe nennt bis hierher keinen Meilenstein.")]
    if gate.total and not gate.own:
        parts.append(_("Für diese Phase selbst nennt die Katalogausgabe keinen Meilenstein."))
    if gate.unconfirmed:
        parts.append(
            ngettext(
                "%(count)s Antwort darin stammt aus der vorigen Runde und ist noch nicht bestätigt.",
                "%(count)s Antworten darin stammen aus der vorigen Runde und sind noch nicht bestätigt.",
                gate.unconfirmed,
            )
            % {"count": gate.unconfirmed}
        )
    return " ".join(parts)


# --- Changes ----------------------------------------------------------------------------------------------------------------


def change_text(kind: str, now: str, before: str, levels: tuple[int | None, int | None]) -> str:
    """``now`` and ``before`` are answer labels, ``levels`` the levels then and now."""
    if kind == scoring.NEW:
        return _("In der Vergleichsrunde nicht enthalten.")
    if kind in (scoring.UP, scoring.DOWN):
        return _("von Stufe %(before)s auf %(now)s") % {"before": levels[0], "now": levels[1]}
    if kind == scoring.SAME or now == before:
        return _("unverändert: %(now)s") % {"now": now}
    return _("vorher: %(before)s, jetzt: %(now)s") % {"before": before, "now": now}


def changes_sentence(*, up: int, down: int, same: int, unrated: int, new: int, gone: int, compared: str) -> str:
    """„Gegenüber Runde 2: 5 Kriterien gestiegen, 1 gesunken, 13 gleich geblieben.“; kinds without a criterion are left out."""
    parts = [
        text % {"n": n}
        for n, text in (
            (up, _("%(n)s gestiegen")),
            (down, _("%(n)s gesunken")),
            (same, _("%(n)s gleich geblieben")),
            (unrated, _("%(n)s nur in einer der Runden eingeschätzt")),
            (new, _("%(n)s neu dabei")),
            (gone, _("%(n)s entfallen")),
        )
        if n
    ]
    if not parts:
        return _("Gegenüber %(round)s gibt es nichts zu vergleichen.") % {"round": compared}
    return _("Kriterien gegenüber %(round)s: %(parts)s.") % {"round": compared, "parts": ", ".join(parts)}


# --- Priorities -------------------------------------------------------------------------------------------------------------


def find_out() -> str:
    """The next step of a criterion without a level."""
    return _("Im Team klären, welche Stufe erreicht ist.")


def priority_reason(*, gate: str, blocked: str, level: int | None, target: int | None, workstreams: int, weight: int) -> str:
    """``gate`` and ``blocked`` name the gate and why the milestone does not pass, "" for a criterion that blocks nothing."""
    if gate:
        return _("Meilenstein für das Phasentor „%(gate)s“: %(reason)s") % {"gate": gate, "reason": blocked}
    values = {"level": level, "target": target, "n": workstreams}
    if weight:
        return (
            ngettext(
                "Stufe %(level)s, Ziel %(target)s; betrifft %(n)s Workstream",
                "Stufe %(level)s, Ziel %(target)s; betrifft %(n)s Workstreams",
                workstreams,
            )
            % values
        )
    if target is None:
        return _("Stufe %(level)s, noch kein Ziel gesetzt") % values
    return _("Stufe %(level)s, Ziel %(target)s erreicht") % values


def assigned(measure: MeasureItem | None) -> str:
    """Who does it and until when, and that it is overdue: „Frau Muster, bis 30. April 2027“."""
    if measure is None:
        return _("Noch keine Maßnahme geplant")
    return ", ".join([in_charge(measure), _("überfällig")] if measure.is_overdue else [in_charge(measure)])


def in_charge(measure: MeasureItem) -> str:
    """Who does it and until when, and nothing of how far it is."""
    day = date_format(measure.due_on) if measure.due_on else ""
    return ", ".join([measure.who or _("noch niemand zuständig"), _("bis %(day)s") % {"day": day} if day else _("ohne Termin")])


# --- Headline ---------------------------------------------------------------------------------------------------------------


def headline(average: scoring.Average, unconfirmed: int, gate_label: str, gate: scoring.Gate | None) -> str:
    """Where the project stands, in two or three sentences."""
    sentences = [_standing(average), _gate_standing(gate_label, gate)]
    if unconfirmed:
        sentences.append(
            ngettext(
                "%(n)s Antwort ist aus der vorigen Runde übernommen und noch nicht bestätigt.",
                "%(n)s Antworten sind aus der vorigen Runde übernommen und noch nicht bestätigt.",
                unconfirmed,
            )
            % {"n": unconfirmed}
        )
    return " ".join(filter(None, sentences))


def _standing(average: scoring.Average) -> str:
    if average.value is None:
        return _("Noch ist kein Kriterium eingeschätzt.")
    values = {"value": decimal(average.value), "n": average.n, "m": average.m}
    return _("Im Mittel Stufe %(value)s von 4; %(n)s von %(m)s Kriterien sind eingeschätzt.") % values


def _gate_standing(label: str, gate: scoring.Gate | None) -> str:
    if gate is None or gate.state not in (scoring.REACHED, scoring.BLOCKED):
        return ""
    if gate.blockers:
        text = ngettext(
            "Zum Phasentor „%(gate)s“ fehlt noch ein Meilenstein.",
            "Zum Phasentor „%(gate)s“ fehlen noch %(missing)s Meilensteine.",
            len(gate.blockers),
        )
    elif gate.own:
        text = _("Das Phasentor „%(gate)s“ ist erreicht.")
    else:
        text = _("Alle Meilensteine vor dem Phasentor „%(gate)s“ sind erreicht.")
    return text % {"gate": label, "missing": len(gate.blockers)}


# --- What each figure means -------------------------------------------------------------------------------------------------


def definitions() -> Definitions:
    return Definitions(
        average=_(
            "Mittelwert der Stufen aller eingeschätzten Kriterien, auf eine Nachkommastelle gerundet. Offene, unbekannte und "
            "nicht zutreffende Kriterien zählen nicht mit; deshalb steht immer dabei, wie viele von wie vielen "
            "eingeschätzt sind."
        ),
        coverage=_(
            "Anteil der bearbeiteten Kriterien an allen der Bewertung. Bearbeitet heißt: eingeschätzt, „weiß nicht“ oder "
            "„trifft nicht zu“."
        ),
        workstreams=_(
            "Ein Kriterium gehört zu einem bis vier Workstreams und zählt in jedem voll. Das Gesamtmittel wird über die "
            "Kriterien gebildet, nicht über die Workstreams."
        ),
        planned=_(
            "Mittelwert derselben Kriterien, wenn alle gesetzten Ziele erreicht sind. Kriterien ohne Ziel zählen mit ihrer "
            "heutigen Stufe."
        ),
        gates=_(
            "Ein Phasentor ist erreicht, wenn alle Meilensteine dieser und der früheren Phasen sowie die durchgehenden ihre "
            "nötige Stufe haben oder mit Begründung nicht zutreffen. Was nicht bewertet wurde, gilt nicht als erreicht. Ein "
            "guter Mittelwert ersetzt keinen Meilenstein."
        ),
        gap=_("Zielstufe minus heutige Stufe, wo es beides gibt."),
        change=_("Heutige Stufe minus Stufe in der Vergleichsrunde, für dasselbe Kriterium."),
        priorities=_(
            "Zuerst Meilensteine, die das Phasentor der aktuellen Phase versperren; dann nach Abstand zum Ziel mal Anzahl der "
            "Workstreams; dann die niedrigste Stufe."
        ),
        trend=_(
            "Gesamtmittel der freigegebenen Runden und dieser Runde. Jede Runde steht für die Kriterien, die in ihr "
            "eingeschätzt wurden."
        ),
        unconfirmed=_(
            "Aus der vorigen Runde übernommen und seither von niemandem bestätigt. Solche Antworten zählen mit und werden "
            "eigens genannt."
        ),
        levels=ladder_rule(),
        overdue=_("Überfällig ist eine offene Maßnahme, deren Termin vor dem Stand dieses Profils liegt."),
    )
