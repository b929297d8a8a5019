"""What a portfolio says in words, in the active language. Pure."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments import scoring, sentences
from assessments.reports.counted import no_project, with_note
from assessments.reports.portfolio.model import LeftOut, Portfolio, PortfolioGate, PortfolioRow, SharedObstacle
from scaling.common.sentences import within_quotes

#: As many names as stand in a sentence; how many follow is said.
MAX_NAMES = 4


def standing(portfolio: Portfolio) -> str:
    """Where the projects stand: „5 von 7 Projekten haben eine freigegebene Bewertung. Phasentor: 2 erreicht, …“

    Of a selection it says first that all the page says is about it, and last which projects there are to be counted.
    """
    n, m = len(portfolio.with_record), len(portfolio.rows)
    if not m:
        said = _("Kein Projekt passt zu dieser Auswahl.") if portfolio.total else no_project()
        return with_note(said, portfolio.counted)
    told = [
        *([_("Auswahl: %(shown)s.") % {"shown": shown(portfolio)}] if m < portfolio.total else []),
        approved_of(n, m),
        gates_of(portfolio.gate_counts),
    ]
    return with_note(" ".join(filter(None, told)), portfolio.counted)


def gates_of(counts: Iterable[tuple[str, int]]) -> str:
    """How many gates are in which state; "" where there is none."""
    parts = [f"{count} {sentences.gate_state(state)}" for state, count in counts if count]
    return _("Phasentor der jeweiligen Phase: %(parts)s.") % {"parts": ", ".join(parts)} if parts else ""


def unexamined(portfolio: Portfolio) -> int:
    return dict(portfolio.gate_counts).get(scoring.NOT_EXAMINED, 0)


def nothing_waits(n: int) -> str:
    """Where no gate waits for a milestone: less than it seems where ``n`` were not examined."""
    said = _("Kein freigegebenes Phasentor eines Projekts wartet auf einen Meilenstein.")
    return " ".join(filter(None, (said, not_examined(n))))


def no_gate_waits(n: int) -> str:
    """The same of all gates, the municipality's own among them."""
    said = _("Kein freigegebenes Phasentor wartet auf einen Meilenstein.")
    return " ".join(filter(None, (said, not_examined(n))))


def not_examined(n: int) -> str:
    """To stand behind what is said of all gates; "" where each was examined."""
    if not n:
        return ""
    return ngettext(
        "%(n)s ist nicht geprüft; darüber sagt das nichts.", "%(n)s sind nicht geprüft; darüber sagt das nichts.", n
    ) % {"n": n}


def approved_of(n: int, m: int) -> str:
    """How many of ``m`` projects have an approved assessment."""
    if not n:
        return ngettext(
            "Für das Projekt ist keine Bewertung freigegeben.",
            "Für keines der %(m)s Projekte ist eine Bewertung freigegeben.",
            m,
        ) % {"m": m}
    if m == 1:
        return _("Das Projekt hat eine freigegebene Bewertung.")
    return ngettext(
        "%(n)s von %(m)s Projekten hat eine freigegebene Bewertung.",
        "%(n)s von %(m)s Projekten haben eine freigegebene Bewertung.",
        n,
    ) % {"n": n, "m": m}


def waits_for_stream(portfolio: Portfolio, one: SharedObstacle) -> str:
    """„5 von 7 Projekten warten auf Meilensteine aus „Finanziell“: A, B, C, D und 1 weiteres.“"""
    return waits_for(one, len(portfolio.with_record))


def waits_for(one: SharedObstacle, m: int, most: int = MAX_NAMES) -> str:
    """The same of ``m`` projects, of which ``most`` are named."""
    n = len(one.projects)
    if m == 1:
        return _("„%(project)s“ wartet auf Meilensteine aus „%(stream)s“.") % {"stream": one.name, "project": one.projects[0]}
    if n == m > most:  # to name some of all would only take room
        return _("Alle %(m)s Projekte warten auf Meilensteine aus „%(stream)s“.") % {"m": m, "stream": one.name}
    return ngettext(
        "%(n)s von %(m)s Projekten wartet auf Meilensteine aus „%(stream)s“: %(projects)s.",
        "%(n)s von %(m)s Projekten warten auf Meilensteine aus „%(stream)s“: %(projects)s.",
        n,
    ) % {"n": n, "m": m, "stream": one.name, "projects": names(one.projects, most)}


def waits_for_criterion(one: SharedObstacle, most: int = MAX_NAMES) -> str:
    """„„Datenschutz“ hält 3 Projekte auf: A, B und C.“"""
    return hold_up(one.name, one.projects, most)


def hold_up(title: str, projects: Sequence[str], most: int = MAX_NAMES) -> str:
    """The same for any criterion that holds up two projects or more."""
    return _("„%(title)s“ hält %(n)s Projekte auf: %(projects)s.") % {
        "title": within_quotes(title),
        "n": len(projects),
        "projects": names(projects, most),
    }


def names(projects: Sequence[str], most: int = MAX_NAMES) -> str:
    more = sentences.and_more(len(projects) - most)
    if not more:
        return sentences.listing(projects)
    return f"{', '.join(projects[:most])} {more}"


def without_record(row: PortfolioRow) -> str:
    """Why a row has no figures."""
    if row.running is not None and row.running.taken_back is not None:
        return sentences.reopened(row.running.taken_back)
    return _("noch nichts freigegeben")


def missing(row: PortfolioRow) -> str:
    """What the gate of a row waits for: „3 Meilensteine fehlen“; "" where nothing is missing."""
    n = len(row.gate.obstacles) if row.gate else 0
    return ngettext("%(n)s Meilenstein fehlt", "%(n)s Meilensteine fehlen", n) % {"n": n} if n else ""


def only_carried_over(n: int) -> str:
    """What of a change nobody has looked at: it is what it was because of that; "" where somebody has looked at all."""
    return ngettext("%(n)s Antwort ist nur übernommen", "%(n)s Antworten sind nur übernommen", n) % {"n": n} if n else ""


def compared_of(n: int, m: int) -> str:
    """On how many criteria a change stands; "" where these are all of both rounds."""
    if n == m:
        return ""
    return ngettext("Verglichen: %(n)s von %(m)s Kriterium.", "Verglichen: %(n)s von %(m)s Kriterien.", m) % {"n": n, "m": m}


def moved(row: PortfolioRow) -> str:
    """„1 gesunken, 2 gestiegen, 3 nur übernommen; 12 von 21 verglichen“"""
    parts = [_("%(n)s gesunken") % {"n": row.fallen}, _("%(n)s gestiegen") % {"n": row.risen}]
    if row.unconfirmed:
        parts.append(_("%(n)s nur übernommen") % {"n": row.unconfirmed})
    said = ", ".join(parts)
    n = row.overall.change_n if row.overall else 0
    if n == row.beside:
        return said
    return _("%(said)s; %(n)s von %(m)s verglichen") % {"said": said, "n": n, "m": row.beside}


def nothing_fell(portfolio: Portfolio) -> str:
    said = _("Seit der jeweils vorigen Runde ist nichts gesunken")
    return "; ".join(filter(None, (said, only_carried_over(portfolio.carried_over)))) + "."


def dropped(left_out: Iterable[LeftOut]) -> list[str]:
    """What does not apply of a gate, each with its reason."""
    return [sentences.dropped_milestone(one.title, one.reason) for one in left_out]


def how_many_dropped(gate: PortfolioGate) -> str:
    """„1 entfällt“; "" where all apply."""
    n = len(gate.dropped)
    return ngettext("%(n)s entfällt", "%(n)s entfallen", n) % {"n": n} if n else ""


def shown(portfolio: Portfolio) -> str:
    """„3 von 7 Projekten“ where a selection is shown."""
    return of_projects(len(portfolio.rows), portfolio.total)


def of_projects(n: int, m: int) -> str:
    """„3 von 5 Projekten“, „1 von 1 Projekt“."""
    return ngettext("%(n)s von %(m)s Projekt", "%(n)s von %(m)s Projekten", m) % {"n": n, "m": m}
