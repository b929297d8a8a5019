"""What a person decides where the sheet and the stored answer differ: read from the preview's form, and judged."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from assessments.limits import RATIONALE
from assessments.models import ScoreState
from assessments.workbook.importing import BOTH, CHOICES
from assessments.workbook.plan import ImportPlan, RowChange
from scaling.common.text import has_letters, tidy_text


@dataclass(frozen=True)
class Decision:
    """``reason`` is what was written for both versions, None where the form did not ask yet; ``error`` is "" if all is well."""

    choice: str
    reason: str | None
    error: str


def decisions(plan: ImportPlan, form: Mapping[str, str]) -> dict[str, Decision]:
    """One for each conflict of the plan, by the criterion's key."""
    return {change.row.key: _decision(change, form) for change in plan.conflicts}


def _decision(change: RowChange, form: Mapping[str, str]) -> Decision:
    choice = form.get(f"wahl-{change.row.key}", "")
    reason = form.get(f"beide-{change.row.key}")
    return Decision(choice, reason, _error(change, choice, tidy_text(reason or "").strip()))


def _error(change: RowChange, choice: str, reason: str) -> str:
    if choice not in CHOICES:
        return _("Bitte wählen Sie, welche Fassung gilt.")
    if choice == BOTH and (problem := RATIONALE.problem(reason)):
        return problem
    if choice == BOTH and not has_letters(reason) and change.new.state == ScoreState.NOT_APPLICABLE:
        return _("Bitte begründen Sie, warum das Kriterium nicht zutrifft.")
    return ""
