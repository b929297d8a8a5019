"""Service functions for what a council paper says of a project and of a round."""

from datetime import datetime
from typing import Any, TypeVar

from assessments.models import Assessment, Project, ProjectPaper, RoundPaper
from assessments.services.answers import NotEditable
from scaling.common.history import attribute_to
from scaling.common.text import tidy_line, tidy_text
from scaling.common.transactions import atomic
from scaling.common.versions import change

Paper = TypeVar("Paper", ProjectPaper, RoundPaper)
#: Of several lines; all others are one.
LONG = ("resolution", "financial_effect", "participants", "method", "signatures", "distribution")


@atomic
def save_project_paper(
    *, project: Project, by: Any, version: int | None = None, at: datetime | None = None, **values: Any
) -> ProjectPaper:
    """Store what is the same in every round, where ``version`` is still the current one; without ``at``, now.

    Raises StaleRecord.
    """
    # The row may not be there yet: of two who fill it in at once, the second is asked which one is meant.
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    current = ProjectPaper.objects.filter(project=project).first() or ProjectPaper(project=project)
    return _store(current, by, version, at, values)


@atomic
def save_round_paper(
    *, assessment: Assessment, by: Any, version: int | None = None, at: datetime | None = None, **values: Any
) -> RoundPaper:
    """Store what belongs to the round, until it is approved; without ``at``, now. Raises StaleRecord, NotEditable."""
    locked = Assessment.objects.select_for_update(of=("self",)).get(pk=assessment.pk)
    if locked.is_approved:
        raise NotEditable
    current = RoundPaper.objects.filter(assessment=assessment).first() or RoundPaper(assessment=assessment)
    return _store(current, by, version, at, values)


def _store(current: Paper, by: Any, version: int | None, at: datetime | None, values: dict[str, Any]) -> Paper:
    wanted = {name: _tidy(name, value) for name, value in values.items() if name in current.FIELDS}
    if change(current, version, stored={name: getattr(current, name) for name in wanted}, wanted=wanted):
        for name, value in wanted.items():
            setattr(current, name, value)
        attribute_to(current, by, at=at)
        current.save()
    return current


def _tidy(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return tidy_text(value).strip() if name in LONG else tidy_line(value)
