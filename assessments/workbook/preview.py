"""The plan of an import in words: what a person reads before saying yes."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from assessments.queries.neighbours import answer_label
from assessments.sentences import day_text
from assessments.services.answers import Answer, merged_rationale
from assessments.workbook.plan import RowChange


@dataclass(frozen=True)
class Difference:
    """One field, before and after; a dash stands for nothing."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class ShownChange:
    """``both`` is the reason offered where two versions meet: the stored one, then the sheet's, or what was typed already."""

    change: RowChange
    differences: list[Difference]
    old_label: str
    new_label: str
    choice: str = ""
    error: str = ""
    both: str = ""

    @property
    def key(self) -> str:
        return self.change.row.key


def shown(change: RowChange, *, choice: str = "", error: str = "", typed: str | None = None) -> ShownChange:
    return ShownChange(
        change,
        differences(change.old, change.new, change.fields),
        answer_label(change.old.state, change.old.level),
        answer_label(change.new.state, change.new.level),
        choice,
        error,
        merged_rationale(change.new, change.old) if typed is None else typed,
    )


def differences(old: Answer, new: Answer, names: Iterable[str]) -> list[Difference]:
    """Only what differs; state and level are one thing to a reader."""
    names = set(names)
    found = []
    if names & {"state", "level"}:
        found.append(Difference(_("Einschätzung"), answer_label(old.state, old.level), answer_label(new.state, new.level)))
    if "rationale" in names:
        found.append(Difference(_("Begründung"), old.rationale or "–", new.rationale or "–"))
    if "target_level" in names:
        found.append(Difference(_("Zielstufe"), _target(old), _target(new)))
    if "target_date" in names:
        found.append(Difference(_("Ziel erreicht bis"), day_text(old.target_date), day_text(new.target_date)))
    return found


def _target(answer: Answer) -> str:
    return "–" if answer.target_level is None else answer_label("rated", answer.target_level)
