"""The criteria as a table: the same columns in CSV and XLSX."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from assessments.reports.profile import texts
from assessments.reports.profile.model import CriterionResult, MaturityProfile

Value = str | int | float | date | None

#: What spreadsheets take for the start of a formula, in CSV even behind white space; full-width signs count too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(text: str) -> str:
    """The text, led by an apostrophe if a spreadsheet would otherwise run it as a formula."""
    return f"'{text}" if text.startswith(FORMULA) or text.lstrip().startswith(FORMULA) else text


@dataclass(frozen=True)
class ProfileColumn:
    """``width`` is in characters, as spreadsheets count it."""

    title: str
    width: int
    value: Callable[[CriterionResult], Value]


def criterion_columns(profile: MaturityProfile) -> list[ProfileColumn]:
    """One column per fact of a criterion; those about the compared round or a workshop only where there is one."""
    columns = [
        ProfileColumn(_("Nr."), 5, lambda c: c.number),
        ProfileColumn(_("Kriterium"), 40, lambda c: c.title),
        ProfileColumn(_("Schlüssel"), 24, lambda c: c.key),
        ProfileColumn(_("Phase"), 18, lambda c: c.phase_label),
        ProfileColumn(_("Workstreams"), 24, lambda c: ", ".join(c.workstream_names)),
        ProfileColumn(_("Meilenstein ab Stufe"), 12, lambda c: c.milestone.required_level if c.milestone else None),
        ProfileColumn(_("Meilenstein"), 14, lambda c: c.milestone.status_label if c.milestone else ""),
        ProfileColumn(_("Stand"), 16, lambda c: c.state_label),
        ProfileColumn(_("Stufe"), 8, lambda c: c.level),
        ProfileColumn(_("Stufe in Worten"), 16, lambda c: c.level_name),
        ProfileColumn(_("bestätigt"), 10, lambda c: _("ja") if c.confirmed else _("nein")),
        ProfileColumn(_("Zielstufe"), 10, lambda c: c.target_level),
        ProfileColumn(_("Ziel bis"), 12, lambda c: c.target_date),
        ProfileColumn(_("Abstand zum Ziel"), 10, lambda c: c.gap),
        ProfileColumn(_("Begründung"), 60, lambda c: c.rationale),
        ProfileColumn(
            _("Nachweise"), 40, lambda c: "\n".join(f"{e.label} ({e.url})" if e.url else e.label for e in c.evidence)
        ),
        ProfileColumn(_("Vorschlag aus dem Katalog"), 50, lambda c: c.next_step),
        ProfileColumn(
            _("Maßnahmen"), 50, lambda c: "\n".join(f"{m.text} ({texts.in_charge(m)}; {m.status_label})" for m in c.measures)
        ),
        ProfileColumn(_("Eingeschätzt am"), 12, lambda c: c.answered_on),
        ProfileColumn(_("Eingeschätzt von"), 22, lambda c: c.answered_by),
    ]
    if profile.spread_summary:
        columns += _voted()
    if profile.changes is None:
        return columns
    then = profile.changes.compared.label
    return [*columns, *_compared(then)]


def _voted() -> list[ProfileColumn]:
    """How far a workshop was apart; empty for what it did not vote on."""
    return [
        ProfileColumn(_("Stimmen im Workshop"), 10, lambda c: c.spread.n if c.spread else None),
        ProfileColumn(_("Niedrigste Stimme"), 10, lambda c: c.spread.lowest if c.spread else None),
        ProfileColumn(_("Höchste Stimme"), 10, lambda c: c.spread.highest if c.spread else None),
        ProfileColumn(_("Median der Stimmen"), 10, lambda c: c.spread.median if c.spread else None),
        ProfileColumn(_("Einigkeit"), 40, lambda c: c.spread.text if c.spread else ""),
        ProfileColumn(_("Gesprächsanlass"), 16, lambda c: c.spread.mark if c.spread else ""),
    ]


def _compared(then: str) -> list[ProfileColumn]:
    return [
        ProfileColumn(_("Stufe in %(round)s") % {"round": then}, 10, lambda c: _previous_level(c)),
        ProfileColumn(_("Veränderung"), 10, lambda c: c.change.delta if c.change else None),
        ProfileColumn(_("Art der Veränderung"), 20, lambda c: c.change.label if c.change else ""),
        ProfileColumn(_("Begründung in %(round)s") % {"round": then}, 60, lambda c: _previous_rationale(c)),
    ]


def _previous_level(result: CriterionResult) -> int | None:
    return result.change.previous.level if result.change and result.change.previous else None


def _previous_rationale(result: CriterionResult) -> str:
    return result.change.previous.rationale if result.change and result.change.previous else ""
