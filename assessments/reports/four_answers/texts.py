"""What the four answers say in words, in the active language. Pure."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments import scoring, sentences
from assessments.reports.counted import no_project
from assessments.reports.four_answers.model import Fall, FourAnswers, Late, WholeStanding
from assessments.reports.portfolio import texts as portfolio_texts
from scaling.common.sentences import within_quotes

#: As many people and gates as the first screen has room for; how many follow is said.
MAX_SHOWN = 2


def _day(day: date) -> str:
    """Short: four answers stand beside each other, and on a phone on one screen."""
    return str(date_format(day, "SHORT_DATE_FORMAT"))


def standing(answers: FourAnswers) -> list[str]:
    """Where the municipality stands: its projects, then itself."""
    found = []
    if answers.total:
        found = [
            portfolio_texts.approved_of(answers.approved, answers.total),
            portfolio_texts.gates_of(answers.gate_counts),
            _changed(answers),
        ]
    elif answers.archived:
        found = [no_project() if answers.sees_part else _all_archived(answers.archived)]
    else:
        found = [no_project() if answers.sees_part else _("Es gibt noch kein Projekt.")]
    return [one for one in [*found, _whole(answers.whole)] if one]


def _all_archived(n: int) -> str:
    return ngettext("Das einzige Projekt ist im Archiv.", "Alle %(n)s Projekte sind im Archiv.", n) % {"n": n}


def _changed(answers: FourAnswers) -> str:
    """Bad news first, as wherever changes are counted. What is no longer rated has not fallen, but it is not as it was."""
    if not answers.compared:
        return ""
    n = answers.no_longer_rated
    lost = [f"{n} {sentences.kind_labels()[scoring.NO_LONGER_RATED]}"] if n else []
    if not answers.risen and not answers.fallen and not lost:
        said = _("Seit der jeweils vorigen Runde ist kein Kriterium gestiegen oder gesunken")
        return _on_what(said, answers)
    fallen, risen = _("%(n)s gesunken") % {"n": answers.fallen}, _("%(n)s gestiegen") % {"n": answers.risen}
    return _on_what(_("Kriterien seit der vorigen Runde: %(parts)s") % {"parts": ", ".join((fallen, *lost, risen))}, answers)


def _on_what(said: str, answers: FourAnswers) -> str:
    """With what of it nobody has looked at, and how many criteria are compared where that is not all of them."""
    carried = "; ".join(filter(None, (said, portfolio_texts.only_carried_over(answers.unconfirmed))))
    return " ".join(filter(None, (f"{carried}.", portfolio_texts.compared_of(answers.like_for_like, answers.beside))))


def _whole(whole: WholeStanding | None) -> str:
    if whole is None:
        return ""
    said = _("Kommune insgesamt: %(round)s vom %(day)s, Phasentor %(state)s.") % {
        "round": whole.round_label,
        "day": _day(whole.on),
        "state": sentences.gate_state(whole.state),
    }
    return " ".join((said, *(sentences.dropped_milestone(title, reason) for title, reason in whole.dropped)))


def holding_up(answers: FourAnswers) -> list[str]:
    """What most projects wait for; what the municipality itself waits for."""
    found = []
    if answers.obstacle_streams:
        first, *others = answers.obstacle_streams
        said = portfolio_texts.waits_for(first, answers.approved, MAX_SHOWN)
        found.append(" ".join(filter(None, (said, _further_streams(len(others))))))
        found += [portfolio_texts.waits_for_criterion(one, MAX_SHOWN) for one in answers.obstacle_criteria[:1]]
    whole = answers.whole
    if whole is not None and whole.missing:
        named = portfolio_texts.names(
            [_("„%(title)s“") % {"title": within_quotes(title)} for title in whole.missing], MAX_SHOWN
        )
        found.append(_("Die Kommune insgesamt wartet auf %(titles)s.") % {"titles": named})
    if found:
        return found
    if not answers.total and answers.archived and whole is None:
        return [_("Archivierte Projekte zählen nicht mit.")]
    if not answers.approved and whole is None:
        return [_("Das lässt sich sagen, sobald eine Bewertung freigegeben ist.")]
    unexamined = dict(answers.gate_counts).get(scoring.NOT_EXAMINED, 0)
    unexamined += whole is not None and whole.state == scoring.NOT_EXAMINED
    return [portfolio_texts.no_gate_waits(unexamined)]


def _further_streams(n: int) -> str:
    return ngettext("%(n)s weiterer Workstream hält auf.", "%(n)s weitere Workstreams halten auf.", n) % {"n": n} if n else ""


def lateness(answers: FourAnswers) -> list[str]:
    """One line for each of the people who are late for the longest; then what waits for an approval."""
    found = [_late(one) for one in answers.late[:MAX_SHOWN]]
    rest = answers.late[MAX_SHOWN:]
    if rest:
        number = sum(one.number for one in rest)
        found.append(
            ngettext("und %(n)s weitere überfällige Maßnahme", "und %(n)s weitere überfällige Maßnahmen", number)
            % {"n": number}
        )
    return found or [_("Keine Maßnahme ist überfällig.")]


def _late(one: Late) -> str:
    values = {"who": one.who or _("Niemand benannt"), "n": one.number, "day": _day(one.since)}
    return (
        ngettext(
            "%(who)s: %(n)s Maßnahme, fällig seit %(day)s",
            "%(who)s: %(n)s Maßnahmen, die erste fällig seit %(day)s",
            one.number,
        )
        % values
    )


def waiting(answers: FourAnswers) -> str:
    """What was handed in and waits; "" where nothing does."""
    one = answers.waiting
    if one is None:
        return ""
    return ngettext(
        "%(n)s Bewertung wartet seit %(day)s auf die Freigabe: %(project)s.",
        "%(n)s Bewertungen warten auf die Freigabe, zuerst seit %(day)s: %(project)s.",
        one.number,
    ) % {"n": one.number, "day": _day(one.since), "project": one.project}


def planned(answers: FourAnswers) -> str:
    """What is to be done within twelve months, and how much of it a gate waits for."""
    ahead = answers.next_year
    until = _day(ahead.until)
    if not ahead.planned:
        said = _("Bis zum %(day)s ist keine Maßnahme mit einem Termin geplant.") % {"day": until}
        return f"{said} {undated}" if (undated := _undated(ahead.undated)) else said
    said = ngettext(
        "Bis zum %(day)s ist %(n)s Maßnahme geplant", "Bis zum %(day)s sind %(n)s Maßnahmen geplant", ahead.planned
    ) % {"day": until, "n": ahead.planned}
    serving = (
        _("auf keine davon wartet ein Phasentor")
        if not ahead.serving
        else ngettext("auf %(n)s davon wartet ein Phasentor", "auf %(n)s davon wartet ein Phasentor", ahead.serving)
        % {"n": ahead.serving}
    )
    return " ".join(one for one in (f"{said}, {serving}.", _undated(ahead.undated)) if one)


def _undated(n: int) -> str:
    return (
        ngettext("%(n)s offene Maßnahme hat keinen Termin.", "%(n)s offene Maßnahmen haben keinen Termin.", n) % {"n": n}
        if n
        else ""
    )


def projection(answers: FourAnswers) -> str:
    """Which gates would be reached, if everything were done by its day; "" where nothing with a day is to be done, or no gate
    is open.

    With the number of gates that are open. It is for the page to mark it as a projection.
    """
    ahead = answers.next_year
    if not ahead.open_gates or not (ahead.planned or answers.overdue):
        return ""
    if not ahead.falls:
        return ngettext(
            "%(done)s, ist das offene Phasentor damit noch nicht erreicht.",
            "%(done)s, ist damit noch keines der %(m)s offenen Phasentore erreicht.",
            ahead.open_gates,
        ) % {"done": _done(answers), "m": ahead.open_gates}
    shown = portfolio_texts.names([_fall(one) for one in ahead.falls], MAX_SHOWN)
    if ahead.open_gates == 1:
        return _("%(done)s, wäre das offene Phasentor erreicht: %(gates)s.") % {"done": _done(answers), "gates": shown}
    return ngettext(
        "%(done)s, wäre %(n)s von %(m)s offenen Phasentoren erreicht: %(gates)s.",
        "%(done)s, wären %(n)s von %(m)s offenen Phasentoren erreicht: %(gates)s.",
        len(ahead.falls),
    ) % {"done": _done(answers), "n": len(ahead.falls), "m": ahead.open_gates, "gates": shown}


def _done(answers: FourAnswers) -> str:
    """What is assumed: what is overdue would be done at once."""
    if not answers.next_year.planned:
        return _("Wird alles Überfällige sofort erledigt")
    return _("Wird alles zum Termin erledigt, Überfälliges sofort") if answers.overdue else _("Wird alles zum Termin erledigt")


def _fall(one: Fall) -> str:
    day = _day(one.on)
    if not one.gate:
        return _("%(project)s (%(day)s)") % {"project": one.project, "day": day}
    return _("%(project)s (%(gate)s, %(day)s)") % {"project": one.project, "gate": one.gate, "day": day}


def ageing(answers: FourAnswers) -> list[str]:
    """What evidence runs out until then, and what has before."""
    ahead = answers.next_year
    parts = []
    if ahead.expiring:
        parts.append(
            ngettext("%(n)s Nachweis läuft bis dahin ab.", "%(n)s Nachweise laufen bis dahin ab.", ahead.expiring)
            % {"n": ahead.expiring}
        )
    if ahead.expired:
        parts.append(
            ngettext("%(n)s Nachweis ist schon abgelaufen.", "%(n)s Nachweise sind schon abgelaufen.", ahead.expired)
            % {"n": ahead.expired}
        )
    return parts
