"""The sentences of the profile, in the active language: labels, reasons, and what each figure means. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from assessments import scoring, sentences
from assessments.models import ScoreState
from assessments.reports.profile.model import CriterionResult, Definitions, MeasureItem, PriorityItem
from assessments.sentences import decimal
from catalogue.levels import Level
from catalogue.wording import ladder_rule
from scaling.common.sentences import within_quotes


class Words:
    """The names of levels, states and kinds of change, translated once and then used for every criterion."""

    def __init__(self) -> None:
        self.levels = tuple(str(level.label) for level in Level)
        self.states = {str(state): str(state.label) for state in ScoreState}
        named = _("Stufe %(level)s – %(name)s")
        self.changes = sentences.kind_labels()
        self.milestones = {"reached": _("erreicht"), "missing": _("noch nicht erreicht"), "dropped": _("entfällt")}
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


def with_evidence(criteria: Sequence[CriterionResult]) -> str:
    """„17 von 19 Einschätzungen mit Nachweis“: how much of it can be checked; "" where nothing is rated.

    With „…, 2 davon nur mit abgelaufenen“ where that is so.
    """
    rated = [one for one in criteria if one.level is not None]
    if not rated:
        return ""
    n = sum(bool(one.evidence) for one in rated)
    said = ngettext("%(n)s von %(m)s Einschätzung mit Nachweis", "%(n)s von %(m)s Einschätzungen mit Nachweis", len(rated)) % {
        "n": n,
        "m": len(rated),
    }
    expired = sum(one.rests_on_expired for one in rated)
    return ", ".join((said, _("%(n)s davon nur mit abgelaufenen") % {"n": expired})) if expired else said


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


def since(result: CriterionResult, compared: str) -> str:
    """To stand among other facts: „wie in Runde 2“, „seit Runde 2: von Stufe 1 auf 3“; "" without a change.

    Rounds may lie between the two, so nothing is said of what it was meanwhile.
    """
    change = result.change
    if change is None:
        return ""
    if change.previous is None:
        return _("neu seit %(round)s") % {"round": compared}
    if (change.previous.state, change.previous.level) == (result.state, result.level):
        return _("wie in %(round)s") % {"round": compared}
    return _("seit %(round)s: %(change)s") % {"round": compared, "change": change.text}


def without_level(result: CriterionResult, compared: str) -> str:
    """What is known of a criterion without a level besides: that it is unknown, its milestone, its target, what it was."""
    said = [result.state_label] if result.state != ScoreState.OPEN else []
    if result.milestone is not None:
        needed = _("nötig ist Stufe %(level)s") % {"level": result.milestone.required_level}
        said.append(f"{result.milestone.kind_label}, {needed}")
    if result.target_level is not None:
        target = _("Ziel %(value)s") % {"value": result.target_level}
        by = _("bis %(day)s") % {"day": date_format(result.target_date, "F Y")} if result.target_date else ""
        said.append(", ".join(filter(None, (target, by))))
    if result.change is not None and result.change.kind == scoring.NO_LONGER_RATED:
        said.append(since(result, compared))
    return "; ".join(said)


# --- Priorities -------------------------------------------------------------------------------------------------------------


def find_out() -> str:
    """The next step of a criterion without a level."""
    return _("Im Team klären, welche Stufe erreicht ist.")


def first_level_missing() -> str:
    """What a report says of level 0."""
    return _("Stufe 1 ist noch nicht erreicht.")


def priority_reason(found: scoring.Priority, *, level: int | None, target: int | None, gate: str, blocked: str) -> str:
    """All that puts a criterion where it stands; ``gate`` and ``blocked`` name the gate and why the milestone does not pass."""
    parts = []
    if found.is_blocking:
        parts.append(_("Meilenstein für das Phasentor „%(gate)s“: %(reason)s") % {"gate": gate, "reason": blocked})
    if found.is_overdue:
        parts.append(_("eine Maßnahme ist überfällig"))
    if found.fall and level is not None:
        parts.append(_("gesunken von Stufe %(before)s auf %(now)s") % {"before": level + found.fall, "now": level})
    if found.gap:
        parts.append(_("Stufe %(level)s, Ziel %(target)s") % {"level": level, "target": target})
    elif target is None and level is not None and not found.is_blocking:
        parts.append(_("Stufe %(level)s, noch kein Ziel gesetzt") % {"level": level})
    text = "; ".join(parts)
    return text[:1].upper() + text[1:]


def no_priorities(counts: scoring.Counts) -> str:
    """What it means that no criterion comes first: less than it seems where little was looked at."""
    if not counts.rated:
        return _("Es ist kein Kriterium eingeschätzt. Was drängt, lässt sich deshalb nicht sagen.")
    unrated = counts.total - counts.rated
    said = ngettext(
        "Das eingeschätzte Kriterium hat sein Ziel oder die höchste Stufe erreicht und ist nicht gesunken.",
        "Alle %(n)s eingeschätzten Kriterien haben ihr Ziel oder die höchste Stufe erreicht, und keines ist gesunken.",
        counts.rated,
    ) % {"n": counts.rated}
    if not unrated:
        return said
    rest = ngettext("Über %(n)s weiteres sagt das nichts.", "Über die %(n)s übrigen sagt das nichts.", unrated) % {"n": unrated}
    return f"{said} {rest}"


def nothing_fell(criteria: Sequence[CriterionResult]) -> str:
    """That no criterion is lower than in the compared round, and of how many that was looked at; "" where it cannot be said.

    What was only carried over is as it was because nobody has looked at it: it counts for nothing here.
    """
    kinds = [(one.change.kind, one.confirmed) for one in criteria if one.change]
    beside = sum(is_looked_at and kind in (scoring.UP, scoring.SAME) for kind, is_looked_at in kinds)
    if not beside or any(kind == scoring.DOWN for kind, _looked_at in kinds):
        return ""
    return ngettext(
        "Das eine Kriterium, das in beiden Runden eingeschätzt und in dieser angesehen wurde, ist nicht gesunken.",
        "Von den %(n)s Kriterien, die in beiden Runden eingeschätzt und in dieser angesehen wurden, ist keines gesunken.",
        beside,
    ) % {"n": beside}


def unplanned(priorities: Sequence[PriorityItem]) -> str:
    """What is to be decided where nobody has planned anything for some of what comes first; "" where all is planned."""
    n, m = sum(item.measure is None for item in priorities), len(priorities)
    if not n:
        return ""
    if n == m:
        return ngettext(
            "Für das Kriterium dieser Liste fehlt eine Maßnahme: Wer geht es bis wann an?",
            "Für alle %(n)s Kriterien dieser Liste fehlt eine Maßnahme: Wer geht sie bis wann an?",
            n,
        ) % {"n": n}
    return ngettext(
        "Für %(n)s der %(m)s Kriterien dieser Liste fehlt eine Maßnahme: Wer geht es bis wann an?",
        "Für %(n)s der %(m)s Kriterien dieser Liste fehlt eine Maßnahme: Wer geht sie bis wann an?",
        n,
    ) % {"n": n, "m": m}


def numbers(found: Sequence[int]) -> str:
    """Ascending numbers, three in a row and more as one: „3, 22 bis 49“."""
    runs: list[list[int]] = []
    for number in found:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    said = [
        [_("%(first)s bis %(last)s") % {"first": run[0], "last": run[-1]}] if len(run) > 2 else [str(one) for one in run]
        for run in runs
    ]
    return ", ".join(part for run in said for part in run)


def assigned(measure: MeasureItem | None) -> str:
    """Who does it and until when, and that it is overdue: „Frau Muster, bis 30. April 2027“. Only to stand beside its text."""
    if measure is None:
        return _("Noch keine Maßnahme geplant")
    return ", ".join([in_charge(measure), _("überfällig")] if measure.is_overdue else [in_charge(measure)])


def in_charge(measure: MeasureItem) -> str:
    """Who does it and until when, and nothing of how far it is."""
    day = date_format(measure.due_on) if measure.due_on else ""
    return ", ".join([measure.who or _("noch niemand zuständig"), _("bis %(day)s") % {"day": day} if day else _("ohne Termin")])


def with_terms(measure: MeasureItem) -> str:
    """With its text: „Vertrag – Frau Muster (nicht mehr dabei), bis 30. April 2027“. Who has left stands in brackets."""
    return f"{measure.text} – {in_charge(measure)}"


def answered(result: CriterionResult) -> str:
    """Who answered and when, "" where nobody has; and that an answer was only carried over."""
    said = ""
    if result.answered_on is not None:
        values = {"day": date_format(result.answered_on), "who": result.answered_by}
        said = (_("Beantwortet am %(day)s von %(who)s.") if result.answered_by else _("Beantwortet am %(day)s.")) % values
    carried_over = "" if result.confirmed else _("Übernommen, noch nicht bestätigt.")
    return " ".join(filter(None, (said, carried_over)))


def further_measures(n: int) -> str:
    """How many measures follow after a list that was cut: „und 6 weitere“, "" for none."""
    return ngettext("und %(n)s weitere", "und %(n)s weitere", n) % {"n": n} if n > 0 else ""


# --- How far a workshop was apart -------------------------------------------------------------------------------------------


def seen_differently() -> str:
    """The mark at a criterion about which a room was far apart."""
    return _("Gesprächsanlass")


def spread_text(spread: scoring.Spread, labels: Mapping[str, str], ballot: int) -> str:
    """What the last voting said, as far as it may be told."""
    said = [sentences.spread_sentence(spread), sentences.roles_apart(spread, labels)]
    if ballot > 1:
        said.append(_("Nach der %(n)s. Abstimmung.") % {"n": ballot})
    return " ".join(filter(None, said))


#: Titles named in the summary.
NAMED = 3


def spread_summary(criteria: Sequence[CriterionResult]) -> str:
    """On how many criteria a workshop voted, and which were seen differently: a reason to talk, no grade. "" without votes."""
    voted = [result for result in criteria if result.spread is not None]
    if not voted:
        return ""
    wide = [result for result in voted if result.spread is not None and result.spread.is_wide]
    said = ngettext(
        "Über %(n)s Kriterium wurde im Workshop abgestimmt.", "Über %(n)s Kriterien wurde im Workshop abgestimmt.", len(voted)
    ) % {"n": len(voted)}
    if not wide:
        nowhere = _("Nirgends lagen die Stimmen zwei Stufen oder mehr auseinander.")
        return f"{said} {nowhere}"
    titles = [_("„%(title)s“") % {"title": within_quotes(result.title)} for result in wide[:NAMED]]
    rest = sentences.and_more(len(wide) - NAMED)
    named = f"{', '.join(titles)} {rest}" if rest else sentences.listing(titles)
    apart = _("Zwei Stufen oder mehr lagen die Stimmen auseinander bei %(titles)s: ein Gesprächsanlass, keine Note.")
    return f"{said} {apart % {'titles': named}}"


# --- Headline ---------------------------------------------------------------------------------------------------------------


def headline(average: scoring.Average, counts: scoring.Counts, gate_label: str, gate: scoring.Gate | None) -> str:
    """Where the project stands, in two or three sentences."""
    said = [_standing(average), _gate_standing(gate_label, gate)]
    if counts.unconfirmed:
        said.append(
            ngettext(
                "%(n)s Antwort ist übernommen und noch nicht bestätigt.",
                "%(n)s Antworten sind übernommen und noch nicht bestätigt.",
                counts.unconfirmed,
            )
            % {"n": counts.unconfirmed}
        )
    return " ".join(filter(None, said))


def _standing(average: scoring.Average) -> str:
    if average.value is None:
        return _("Noch ist kein Kriterium eingeschätzt.")
    values = {"value": decimal(average.value), "rated": sentences.rated_of(average.n, average.m)}
    if average.is_provisional:
        return _("Im Mittel Stufe %(value)s von 4, vorläufig; %(rated)s.") % values
    return _("Im Mittel Stufe %(value)s von 4; %(rated)s.") % values


def _gate_standing(label: str, gate: scoring.Gate | None) -> str:
    if gate is None or gate.state == scoring.AHEAD:
        return ""
    values = {"gate": label, "missing": len(gate.blockers)}
    if gate.state == scoring.NOT_EXAMINED and gate.blockers and not gate.own:
        # What is missing is known: „nicht geprüft“ alone would read as if nobody knew.
        why = _("weil eigene der Phase nicht zutreffen") if gate.own_dropped else _("weil die Phase keinen eigenen hat")
        return ngettext(
            "Zum Phasentor „%(gate)s“ fehlt noch ein Meilenstein; geprüft ist es nicht, %(why)s.",
            "Zum Phasentor „%(gate)s“ fehlen noch %(missing)s Meilensteine; geprüft ist es nicht, %(why)s.",
            len(gate.blockers),
        ) % {**values, "why": why}
    if gate.state == scoring.NOT_EXAMINED:
        return _("Das Phasentor „%(gate)s“ ist nicht geprüft.") % values
    if gate.state == scoring.REACHED:
        return _("Das Phasentor „%(gate)s“ ist erreicht.") % values
    return (
        ngettext(
            "Zum Phasentor „%(gate)s“ fehlt noch ein Meilenstein.",
            "Zum Phasentor „%(gate)s“ fehlen noch %(missing)s Meilensteine.",
            len(gate.blockers),
        )
        % values
    )


# --- What each figure means -------------------------------------------------------------------------------------------------


def definitions() -> Definitions:
    return Definitions(
        average=_(
            "Mittelwert der Stufen aller eingeschätzten Kriterien, auf eine Nachkommastelle gerundet. Offene, unbekannte und "
            "nicht zutreffende Kriterien zählen nicht mit; deshalb steht immer dabei, wie viele von wie vielen eingeschätzt "
            "sind."
        ),
        distribution=_(
            "Stufen sind eine Rangfolge und keine Maßzahlen: Zwischen 1 und 2 liegt nicht dasselbe wie zwischen 3 und 4. "
            "Derselbe Mittelwert kann heißen, dass alles auf einer Stufe steht, oder dass die Hälfte fertig ist und die "
            "andere fehlt. Deshalb steht neben jedem Mittelwert, wie viele Kriterien auf welcher Stufe stehen, und in der "
            "Tabelle der Median, die Stufe in der Mitte."
        ),
        provisional=_(
            "„Vorläufig“ heißt ein Mittelwert, der auf weniger als drei eingeschätzten Kriterien steht oder auf weniger als "
            "der Hälfte seiner Gruppe; er ist schraffiert gezeichnet. Er sagt etwas über diese Kriterien, noch nichts über "
            "die Gruppe."
        ),
        coverage=_(
            "Bearbeitet ist ein Kriterium, wenn es eingeschätzt ist oder „weiß nicht“ oder „trifft nicht zu“ dabeisteht. Die "
            "vier Teile – eingeschätzt, weiß nicht, trifft nicht zu, offen – ergeben zusammen alle Kriterien. Was nur "
            "übernommen ist, wird eigens gezählt."
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
            "Ein Phasentor ist erreicht, wenn alle Meilensteine dieser und der früheren Phasen sowie die durchgehenden die "
            "Stufe haben, die dieses Tor verlangt. Ein Meilenstein, der mit Begründung nicht zutrifft, entfällt und wird "
            "genannt. Was nicht bewertet wurde, gilt nicht als erreicht. „Nicht geprüft“ ist ein Tor, solange kein eigener "
            "Meilenstein seiner Phase eingeschätzt ist. Ein guter Mittelwert ersetzt keinen Meilenstein."
        ),
        gap=_("Zielstufe minus heutige Stufe, wo es beides gibt."),
        change=_(
            "Heutige Stufe minus Stufe in der Vergleichsrunde, für dasselbe Kriterium. Die Veränderung einer Gruppe zählt "
            "nur die Kriterien, die in beiden Runden eingeschätzt sind, und wird aus ungerundeten Mittelwerten gebildet; sie "
            "ist deshalb nicht immer die Differenz der Mittelwerte zweier Runden. Die acht Arten der Veränderung ergeben "
            "zusammen alle Kriterien beider Runden."
        ),
        priorities=_(
            "Zuerst Meilensteine, die vor dem aktuellen Phasentor fehlen, auch wenn sie ihr eigenes Ziel erreicht oder keine "
            "Stufe haben; dann, wozu eine Maßnahme überfällig ist; dann, was gesunken ist; dann der größte Abstand zum Ziel; "
            "dann die niedrigste Stufe. Von den übrigen Kriterien steht nicht in der Liste, was keine Stufe hat, und was sein "
            "Ziel oder die höchste Stufe erreicht hat und nicht gesunken ist."
        ),
        trend=_(
            "Gesamtmittel der freigegebenen Runden und dieser Runde. Jede Runde steht für die Kriterien, die in ihr "
            "eingeschätzt wurden; eine Veränderung lässt sich daran nur ablesen, wo es dieselben sind."
        ),
        unconfirmed=_(
            "Aus der vorigen Runde oder beim Wechsel auf eine andere Ausgabe übernommen und seither von niemandem bestätigt. "
            "Solche Antworten zählen mit und werden eigens genannt."
        ),
        levels=ladder_rule(),
        overdue=_("Überfällig ist eine offene Maßnahme, deren Termin vor dem Stand dieses Profils liegt."),
    )
