"""The doors to measures: what a project does about its criteria."""

from datetime import date
from typing import Any

from django.db import transaction

from assessments.models import Measure, MeasureStatus, Project
from scaling.common.history import attribute_to


@transaction.atomic
def save_measure(
    *,
    project: Project,
    by: Any,
    text: str,
    measure: Measure | None = None,
    criterion_key: str = "",
    owner: Any = None,
    owner_text: str = "",
    due_on: date | None = None,
    status: str = MeasureStatus.PLANNED,
) -> Measure:
    """Add a measure, or change ``measure``. The last one wins: a measure is one line, and its history keeps the others."""
    if measure is None:
        measure = Measure(project=project)
    else:
        measure = Measure.objects.select_for_update().get(pk=measure.pk, project=project)
    measure.text, measure.criterion_key, measure.due_on, measure.status = text, criterion_key, due_on, status
    measure.owner, measure.owner_text = owner, owner_text
    attribute_to(measure, by)
    measure.save()
    return measure
