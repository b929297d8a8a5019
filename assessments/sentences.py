"""What figures mean in words, in the active language: gates, changes and progress, the same on every page, mail and file.

Pure. What only the maturity profile says stands in ``assessments.reports.profile.texts``.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from assessments import scoring
from scaling.common.markdown import plain_text
from scaling.common.sentences import whole_sentences, within_quotes

#: Characters of the reason shown beside a gate for a milestone that does not apply. The whole reason is with its criterion.
MAX_REASON_LENGTH = 160


def round_label(number: int) -> str:
    return _("Runde %(number)s") % {"number": number}


def reopened(since: date) -> str:
    """Of what is not approved any more: „wieder geöffnet, zuletzt freigegeben am 3. Mai 2026“. Not „noch nicht freigegeben“."""
    return _("wieder geöffnet, zuletzt freigegeben am %(day)s") % {"day": date_format(since, "DATE_FORMAT")}


def with_former(person: Any, *, is_there: bool) -> str:
    """What somebody is called in a list: who has left the project's people says so, and keeps what they had."""
    return str(person) if is_there else _("%(name)s (nicht mehr dabei)") % {"name": person}


def listing(parts: Sequence[str]) -> str:
    """„a, b und c“."""
    if len(parts) < 2:
        return "".join(parts)
    return _("%(first)s und %(last)s") % {"first": ", ".join(parts[:-1]), "last": parts[-1]}


def and_more(n: int) -> str:
    """How many follow after a list of criteria that was cut: „und 6 weitere“; "" for none."""
    if n <= 0:
        return ""
    return ngettext("und %(n)s weiteres", "und %(n)s weitere", n) % {"n": n}


def decimal(value: float) -> str:
    """One decimal with the language's own mark: „2,4“."""
    return number_format(value, 1)


def signed(value: float | int, decimals: int = 0) -> str:
    """„+0,3“, „−1“ with a true minus sign, „±0“."""
    mark = "+" if value > 0 else "−" if value < 0 else "±"
    return mark + number_format(abs(value), decimals if value else 0)


def day_text(day: date | None) -> str:
    """A day as the language writes it, „3. Mai 2027“ or “3 May 2027”, and „–“ for none: where before and after stand."""
    return str(date_format(day, "DATE_FORMAT")) if day else "–"


# --- Progress ---------------------------------------------------------------------------------------------------------------


def answered_parts(counts: scoring.Counts) -> str:
    """The four parts of what is done: „12 eingeschätzt · 1 weiß nicht · 0 trifft nicht zu · 8 offen“."""
    return " · ".join(
        (
            _("%(n)s eingeschätzt") % {"n": counts.rated},
            _("%(n)s „weiß nicht“") % {"n": counts.unknown},
            _("%(n)s „trifft nicht zu“") % {"n": counts.not_applicable},
            _("%(n)s offen") % {"n": counts.open},
        )
    )


def carried_over(counts: scoring.Counts) -> str:
    """What of the answers is only carried over: „0 in dieser Runde bestätigt, 21 nur übernommen“; "" where nothing is."""
    if not counts.unconfirmed:
        return ""
    return _("%(confirmed)s in dieser Runde bestätigt, %(unconfirmed)s nur übernommen") % {
        "confirmed": counts.confirmed,
        "unconfirmed": counts.unconfirmed,
    }


def rated_of(n: int, m: int) -> str:
    """„1 von 21 Kriterien ist eingeschätzt“."""
    if m == 1:
        return _("%(n)s von 1 Kriterium ist eingeschätzt") % {"n": n}
    return ngettext("%(n)s von %(m)s Kriterien ist eingeschätzt", "%(n)s von %(m)s Kriterien sind eingeschätzt", n) % {
        "n": n,
        "m": m,
    }


# --- Gates ------------------------------------------------------------------------------------------------------------------


def gate_state(state: str) -> str:
    return {
        scoring.REACHED: _("erreicht"),
        scoring.BLOCKED: _("noch nicht erreicht"),
        scoring.NOT_EXAMINED: _("nicht geprüft"),
        scoring.AHEAD: _("steht noch an"),
    }[state]


def blocker(found: scoring.Blocker) -> str:
    values = {"level": found.level, "required": found.required}
    if found.cause == scoring.BELOW:
        return _("Stufe %(level)s, nötig ist %(required)s") % values
    if found.cause == scoring.UNASSESSED:
        return _("in dieser Runde nicht bewertet, nötig ist Stufe %(required)s") % values
    if found.cause == scoring.UNKNOWN:
        return _("Stufe nicht bekannt, nötig ist %(required)s") % values
    return _("noch offen, nötig ist Stufe %(required)s") % values


def dropped_milestone(title: str, reason: str) -> str:
    """„„Open Source“ entfällt: Die Software betreibt der Landkreis.“"""
    shown = whole_sentences(plain_text(reason), MAX_REASON_LENGTH)
    return _("„%(title)s“ entfällt: %(reason)s") % {"title": within_quotes(title), "reason": shown or _("ohne Begründung")}


def gate_sentence(gate: scoring.Gate, code: str) -> str:
    """How many milestones pass, what was not looked at, and what that rests on.

    ``code`` is that of the gate's phase („P3“), "" for the municipality as a whole.
    """
    parts = [_standing(gate, code)]
    if gate.dropped:
        parts.append(
            ngettext(
                "%(n)s Meilenstein entfällt, weil er nicht zutrifft.",
                "%(n)s Meilensteine entfallen, weil sie nicht zutreffen.",
                len(gate.dropped),
            )
            % {"n": len(gate.dropped)}
        )
    if gate.unconfirmed:
        parts.append(
            ngettext(
                "%(count)s Antwort darin ist übernommen und noch nicht bestätigt.",
                "%(count)s Antworten darin sind übernommen und noch nicht bestätigt.",
                gate.unconfirmed,
            )
            % {"count": gate.unconfirmed}
        )
    return " ".join(parts)


def _standing(gate: scoring.Gate, code: str) -> str:
    missing = len(gate.blockers)
    values = {"passed": gate.passed, "total": gate.total, "missing": missing}
    if gate.state == scoring.REACHED:
        if gate.total == 2:
            return _("Beide Meilensteine sind erreicht.")
        return ngettext("Der Meilenstein ist erreicht.", "Alle %(total)s Meilensteine sind erreicht.", gate.total) % values
    if gate.state == scoring.BLOCKED:
        return _missing(gate)
    if gate.state == scoring.AHEAD:
        if not gate.own:
            return _("Steht noch an.")
        if gate.total == 1:
            return (
                _("Steht noch an; der Meilenstein fehlt noch.")
                if missing
                else _("Steht noch an; der Meilenstein ist erreicht.")
            )
        if not gate.passed:
            return _("Steht noch an; von %(total)s Meilensteinen ist noch keiner erreicht.") % values
        return (
            ngettext(
                "Steht noch an; %(passed)s von %(total)s Meilensteinen ist schon erreicht.",
                "Steht noch an; %(passed)s von %(total)s Meilensteinen sind schon erreicht.",
                gate.passed,
            )
            % values
        )
    return _not_examined(gate, code)


def _missing(gate: scoring.Gate) -> str:
    missing = len(gate.blockers)
    if gate.total == 1:
        return _("Der Meilenstein fehlt noch.")
    return ngettext(
        "%(missing)s von %(total)s Meilensteinen fehlt noch.", "%(missing)s von %(total)s Meilensteinen fehlen noch.", missing
    ) % {"missing": missing, "total": gate.total}


def _not_examined(gate: scoring.Gate, code: str) -> str:
    """„P5 hat in dieser Ausgabe keinen eigenen Meilenstein. Gezählt haben die 2 durchgehenden Meilensteine.“

    Why nothing of the phase's own was looked at: the edition has none, none applies, or nobody has come to it.
    """
    if not code and not gate.total:
        none = _("Für die Kommune insgesamt ist kein Meilenstein formuliert.")
        return _("Es gibt nichts zu prüfen.") if gate.dropped else none
    if not code:
        return _("Geprüft wurde noch nichts.")
    if gate.own:
        said = ngettext(
            "Der Meilenstein von %(phase)s selbst ist noch nicht eingeschätzt.",
            "Von den %(n)s Meilensteinen von %(phase)s selbst ist noch keiner eingeschätzt.",
            gate.own,
        ) % {"phase": code, "n": gate.own}
        return said if gate.total == 1 else f"{said} {_missing(gate)}"
    parts = (_no_own_milestone(gate, code), _counted(gate), _missing(gate) if gate.blockers else "")
    return " ".join(filter(None, parts))


def _no_own_milestone(gate: scoring.Gate, code: str) -> str:
    """Why no milestone of the phase's own counts: none is left of them, or the edition has none."""
    dropped = len(gate.own_dropped)
    if not dropped:
        return _("%(phase)s hat in dieser Ausgabe keinen eigenen Meilenstein.") % {"phase": code}
    return ngettext(
        "Der Meilenstein von %(phase)s selbst trifft nicht zu.",
        "Von den %(n)s Meilensteinen von %(phase)s selbst trifft keiner zu.",
        dropped,
    ) % {"phase": code, "n": dropped}


def _counted(gate: scoring.Gate) -> str:
    counted = []
    if gate.cross_phase:
        counted.append(
            ngettext("der %(n)s durchgehende Meilenstein", "die %(n)s durchgehenden Meilensteine", gate.cross_phase)
            % {"n": gate.cross_phase}
        )
    if gate.earlier:
        counted.append(
            ngettext("%(n)s Meilenstein früherer Phasen", "%(n)s Meilensteine früherer Phasen", gate.earlier)
            % {"n": gate.earlier}
        )
    n = gate.cross_phase + gate.earlier
    if not n:
        return ""
    return ngettext("Gezählt hat %(counted)s.", "Gezählt haben %(counted)s.", n) % {"counted": listing(counted)}


# --- Changes ----------------------------------------------------------------------------------------------------------------


def kind_labels() -> dict[str, str]:
    """The eight kinds of change in words, bad news first and what did not change last: the order of lists and sentences."""
    return {
        scoring.DOWN: _("gesunken"),
        scoring.NO_LONGER_RATED: _("nicht mehr eingeschätzt"),
        scoring.UP: _("gestiegen"),
        scoring.NEWLY_RATED: _("neu eingeschätzt"),
        scoring.NEW: _("neu dabei"),
        scoring.DROPPED: pgettext("Kriterium", "entfallen"),
        scoring.SAME: _("gleich geblieben"),
        scoring.STILL_UNRATED: _("in keiner der Runden eingeschätzt"),
    }


def kinds_sentence(change: scoring.GroupChange, compared: str) -> str:
    """„21 Kriterien gegenüber Runde 2: 1 gesunken, 10 gestiegen, 10 gleich geblieben.“

    Kinds without a criterion are left out; those named add up to the number at the beginning. What was only carried over is
    the same because nobody has looked at it, and is told apart.
    """
    kinds = change.kinds
    if not kinds.total:
        return _("Gegenüber %(round)s gibt es nichts zu vergleichen.") % {"round": compared}
    named = [(getattr(kinds, kind), label) for kind, label in kind_labels().items()]
    parts = ", ".join(f"{n} {label}" for n, label in named if n)
    if change.unconfirmed:
        parts = _("%(parts)s (%(n)s davon nur übernommen)") % {"parts": parts, "n": change.unconfirmed}
    return ngettext(
        "%(total)s Kriterium gegenüber %(round)s: %(parts)s.",
        "%(total)s Kriterien gegenüber %(round)s: %(parts)s.",
        kinds.total,
    ) % {"total": kinds.total, "round": compared, "parts": parts}


def mean_change(change: scoring.GroupChange) -> str:
    """„Im Mittel der 12 in beiden Runden eingeschätzten Kriterien: +0,7.“"""
    if change.delta is None:
        return _("Kein Kriterium ist in beiden Runden eingeschätzt; ein Mittelwert lässt sich nicht vergleichen.")
    return ngettext(
        "Bei dem %(n)s Kriterium, das in beiden Runden eingeschätzt ist: %(delta)s.",
        "Im Mittel der %(n)s Kriterien, die in beiden Runden eingeschätzt sind: %(delta)s.",
        change.n,
    ) % {"n": change.n, "delta": signed(change.delta, 1)}


def like_for_like(change: scoring.GroupChange) -> str:
    """What a change of a group stands on: „12 in beiden Runden“."""
    return ngettext("%(n)s in beiden Runden", "%(n)s in beiden Runden", change.n) % {"n": change.n}


def given_in_words(given: Mapping[Any, int]) -> str:
    """„7 Kriterien sind neu zugewiesen: Alice 4, Bob 3.“"""
    if not given:
        return _("Niemandem ist ein Kriterium neu zugewiesen.")
    number = sum(given.values())
    people = ", ".join(f"{person}\u00a0{count}" for person, count in given.items())
    text = ngettext(
        "%(number)s Kriterium ist neu zugewiesen: %(people)s.", "%(number)s Kriterien sind neu zugewiesen: %(people)s.", number
    )
    return text % {"number": number, "people": people}


# --- How far a room was apart -----------------------------------------------------------------------------------------------


def levels_between(lowest: int, highest: int) -> str:
    """„auf Stufe 2“, „auf Stufe 2 und 3“, „von Stufe 1 bis 4“."""
    if lowest == highest:
        return _("auf Stufe %(level)s") % {"level": lowest}
    values = {"lowest": lowest, "highest": highest}
    if highest - lowest == 1:
        return _("auf Stufe %(lowest)s und %(highest)s") % values
    return _("von Stufe %(lowest)s bis %(highest)s") % values


def spread_sentence(spread: scoring.Spread) -> str:
    """How far all votes with a level were apart: „Einig: alle 7 Stimmen auf Stufe 2.“"""
    values = {"n": spread.n, "levels": levels_between(spread.lowest, spread.highest), "median": half_level(spread.median)}
    if spread.lowest == spread.highest:
        return _("Einig: alle %(n)s Stimmen %(levels)s.") % values
    if not spread.is_wide:
        return _("Nah beieinander: %(n)s Stimmen %(levels)s, in der Mitte %(median)s.") % values
    return _("Verschieden gesehen: %(n)s Stimmen %(levels)s, in der Mitte %(median)s.") % values


def roles_apart(spread: scoring.Spread, labels: Mapping[str, str]) -> str:
    """„Kämmerei und IT liegen 2 Stufen auseinander.“ for the two roles furthest apart; "" where none are."""
    if spread.apart is None:
        return ""
    low, high = spread.apart
    said = _("%(one)s und %(other)s liegen %(levels)s Stufen auseinander.") % {
        "one": labels[low.role],
        "other": labels[high.role],
        "levels": half_level(high.median - low.median),
    }
    return said[:1].upper() + said[1:]


def half_level(value: float) -> str:
    """A median in the language's own way, with a decimal only where it lies between two levels: „2“, „2,5“."""
    return number_format(value, 0 if value == int(value) else 1)
