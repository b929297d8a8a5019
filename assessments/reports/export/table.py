"""The criteria as a table: the same columns in CSV and spreadsheets and in every file, so that files can be stacked.

What is only there for some rounds (an earlier one, a workshop) leaves its cells empty and no column out, and each row says what
it belongs to.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from assessments.reports.export.book import Value
from assessments.reports.profile import texts
from assessments.reports.profile.criterion import AgedEvidence
from assessments.reports.profile.model import CriterionResult, MaturityProfile

#: What spreadsheets take for the start of a formula, in CSV even behind white space; full-width signs count too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(text: str) -> str:
    """The text, led by an apostrophe if a spreadsheet would otherwise run it as a formula."""
    return f"'{text}" if text.startswith(FORMULA) or text.lstrip().startswith(FORMULA) else text


@dataclass(frozen=True)
class ProfileColumn:
    """``name`` is the same in every language. ``width`` is in characters, as spreadsheets count it.

    ``printed`` columns come first; the others do not fit on paper and stand on sheets of their own.
    """

    name: str
    title: str
    width: int
    value: Callable[[CriterionResult], Value]
    printed: bool = False


def criterion_columns(profile: MaturityProfile) -> list[ProfileColumn]:
    """One column per fact of a criterion, then a mark for each workstream, then what the row belongs to."""
    return [*_printed(), *_facts(), *_voted(), *_marks(profile), *_belonging(profile)]


def _printed() -> list[ProfileColumn]:
    return [
        ProfileColumn("number", _("Nr."), 5, lambda c: c.number, True),
        ProfileColumn("title", _("Kriterium"), 36, lambda c: c.title, True),
        ProfileColumn("phase", _("Phase"), 16, lambda c: c.phase_label, True),
        ProfileColumn("state", _("Stand"), 14, lambda c: c.state_label, True),
        ProfileColumn("level", _("Stufe"), 7, lambda c: c.level, True),
        ProfileColumn("level_name", _("Stufe in Worten"), 15, lambda c: c.level_name, True),
        ProfileColumn("confirmed", _("bestätigt"), 10, lambda c: yes_or_no(c.confirmed), True),
        ProfileColumn("target_level", _("Zielstufe"), 11, lambda c: c.target_level, True),
        ProfileColumn("target_date", _("Ziel bis"), 12, lambda c: c.target_date, True),
        ProfileColumn("gap", _("Abstand zum Ziel"), 9, lambda c: c.gap, True),
        ProfileColumn(
            "milestone_level",
            _("Meilenstein ab Stufe"),
            12,
            lambda c: c.milestone.required_level if c.milestone else None,
            True,
        ),
        ProfileColumn("milestone", _("Meilenstein"), 14, lambda c: c.milestone.status_label if c.milestone else "", True),
        ProfileColumn("previous_level", _("Stufe vorher"), 8, _previous_level, True),
        ProfileColumn("change", _("Veränderung"), 15, lambda c: c.change.delta if c.change else None, True),
    ]


def _facts() -> list[ProfileColumn]:
    return [
        ProfileColumn("change_kind", _("Art der Veränderung"), 22, lambda c: c.change.label if c.change else ""),
        ProfileColumn("key", _("Schlüssel"), 24, lambda c: c.key),
        ProfileColumn("workstreams", _("Workstreams"), 24, lambda c: ", ".join(c.workstream_names)),
        ProfileColumn("rationale", _("Begründung"), 60, lambda c: c.rationale),
        ProfileColumn("evidence", _("Nachweise"), 40, evidence_text),
        ProfileColumn("only_expired", _("Nur abgelaufene Nachweise"), 12, lambda c: yes_or_no(c.rests_on_expired)),
        ProfileColumn("next_step", _("Vorschlag aus dem Katalog"), 50, lambda c: c.next_step),
        ProfileColumn("measures", _("Maßnahmen"), 50, measures_text),
        ProfileColumn("answered_on", _("Eingeschätzt am"), 14, lambda c: c.answered_on),
        ProfileColumn("answered_by", _("Eingeschätzt von"), 22, lambda c: c.answered_by),
        ProfileColumn("previous_rationale", _("Begründung vorher"), 60, previous_rationale),
    ]


def _voted() -> list[ProfileColumn]:
    """How far a workshop was apart; empty for what it did not vote on."""
    return [
        ProfileColumn("votes", _("Stimmen im Workshop"), 10, lambda c: c.spread.n if c.spread else None),
        ProfileColumn("lowest_vote", _("Niedrigste Stimme"), 10, lambda c: c.spread.lowest if c.spread else None),
        ProfileColumn("highest_vote", _("Höchste Stimme"), 10, lambda c: c.spread.highest if c.spread else None),
        ProfileColumn("median_vote", _("Median der Stimmen"), 10, lambda c: c.spread.median if c.spread else None),
        ProfileColumn("agreement", _("Einigkeit"), 40, lambda c: c.spread.text if c.spread else ""),
        ProfileColumn("reason_to_talk", _("Gesprächsanlass"), 16, lambda c: c.spread.mark if c.spread else ""),
    ]


def _marks(profile: MaturityProfile) -> list[ProfileColumn]:
    """1 where a criterion counts in the workstream: to filter and to compute by, which no list of names allows."""
    return [
        ProfileColumn(f"in_{figure.key}", figure.name, 12, lambda c, key=figure.key: 1 if key in c.workstreams else None)  # type: ignore[misc]
        for figure in profile.workstreams
    ]


def _belonging(profile: MaturityProfile) -> list[ProfileColumn]:
    """What all rows of a file say alike. The day is that of the approval, else the one the draft speaks of."""
    meta = profile.meta
    compared = meta.compared.label if meta.compared else ""
    number = meta.record.number if meta.record else ""
    rendition = meta.record.rendition if meta.record else None
    return [
        ProfileColumn("compared_with", _("Verglichen mit"), 14, lambda c: compared),
        ProfileColumn("municipality", _("Kommune"), 24, lambda c: meta.municipality),
        ProfileColumn("project", _("Projekt"), 28, lambda c: meta.project),
        ProfileColumn("round", _("Runde"), 8, lambda c: meta.round),
        ProfileColumn("day", _("Stichtag"), 12, lambda c: meta.approved_on or meta.as_of),
        ProfileColumn("round_state", _("Stand der Runde"), 16, lambda c: meta.state_label),
        ProfileColumn("edition", _("Katalogausgabe"), 16, lambda c: meta.edition),
        ProfileColumn("document", _("Dokumentnummer"), 20, lambda c: number),
        ProfileColumn("rendition", _("Fassung"), 9, lambda c: rendition),
    ]


def yes_or_no(value: bool) -> str:
    return _("ja") if value else _("nein")


def evidence_text(result: CriterionResult) -> str:
    """One piece a line, with its address and its days where it has them."""
    return "\n".join(map(_in_words, result.evidence))


def _in_words(evidence: AgedEvidence) -> str:
    said = ", ".join(filter(None, (evidence.url, evidence.days)))
    return f"{evidence.label} ({said})" if said else evidence.label


def measures_text(result: CriterionResult) -> str:
    """One a line, with who does it until when, and how far it is."""
    return "\n".join(f"{texts.with_terms(one)}; {one.status_label}" for one in result.measures)


def _previous_level(result: CriterionResult) -> int | None:
    return result.change.previous.level if result.change and result.change.previous else None


def previous_rationale(result: CriterionResult) -> str:
    return result.change.previous.rationale if result.change and result.change.previous else ""
