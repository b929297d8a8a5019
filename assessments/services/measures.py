"""Service functions for measures: what a project does about its criteria."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from assessments.models import Measure, MeasureStatus, Project
from scaling.common.dates import date_problem
from scaling.common.history import attribute_to
from scaling.common.text import tidy_line
from scaling.common.transactions import atomic
from scaling.common.versions import change


@atomic
def finish_measure(*, measure: Measure, version: int, by: Any) -> Measure:
    """Tick it off where ``version`` is still the current one; done already, it stays as it is. Raises StaleRecord."""
    current = Measure.objects.select_for_update().get(pk=measure.pk)
    wanted = {"status": MeasureStatus.DONE.value}
    if change(current, version, stored={"status": current.status}, wanted=wanted):
        current.status = MeasureStatus.DONE
        attribute_to(current, by)
        current.save()
    return current


@atomic
def save_measure(
    *,
    project: Project,
    by: Any,
    text: str,
    measure: Measure | None = None,
    version: int | None = None,
    criterion_key: str = "",
    owner: Any = None,
    owner_text: str = "",
    due_on: date | None = None,
    status: str = MeasureStatus.PLANNED,
) -> Measure:
    """Add a measure, or change ``measure`` where ``version`` is still the current one (``scaling.common.versions``).

    Raises StaleRecord, and ValidationError for a day out of the range of dates that was not there before.
    """
    wanted = {
        "text": tidy_line(text),
        "criterion_key": criterion_key,
        "owner": owner,
        "owner_text": tidy_line(owner_text),
        "due_on": due_on,
        "status": status,
    }
    if measure is None:
        measure = Measure(project=project)
    else:
        # Locked alone: joined to its owner, a row that changes hands meanwhile would come without one.
        measure = Measure.objects.select_for_update().get(pk=measure.pk, project=project)
        if not change(measure, version, stored={name: getattr(measure, name) for name in wanted}, wanted=wanted):
            return measure
    if due_on != measure.due_on and (problem := date_problem(due_on)):
        raise ValidationError({"due_on": problem})
    for name, value in wanted.items():
        setattr(measure, name, value)
    attribute_to(measure, by)
    measure.save()
    return measure
