"""Service functions for the variants of a projection: what somebody assumed, under a name."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from assessments.models import PlanVariant, Project
from scaling.common.dates import date_problem
from scaling.common.history import attribute_to
from scaling.common.text import tidy_line
from scaling.common.transactions import atomic

#: Of a project: what is compared has to be seen at a glance.
MAX_VARIANTS = 12


@atomic
def save_variant(
    *,
    project: Project,
    by: Any,
    name: str,
    measures: Collection[str] = (),
    targets: Mapping[str, int] | None = None,
    targets_on: date | None = None,
) -> PlanVariant:
    """Keep what is assumed under a name; under one that is there already, it takes the former's place.

    Raises ValidationError for a name without a letter, a day out of the range of dates, and where there are too many.
    """
    # Of two that keep the same name at once, the second finds the first.
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    name = tidy_line(name)
    if not name:
        raise ValidationError({"name": _("Bitte geben Sie der Variante einen Namen.")})
    if problem := date_problem(targets_on):
        raise ValidationError({"targets_on": problem})
    current = PlanVariant.objects.filter(project=project, name=name).first()
    if current is None:
        if PlanVariant.objects.filter(project=project).count() >= MAX_VARIANTS:
            raise ValidationError(
                {"name": _("Es gibt schon %(n)s Varianten. Bitte löschen Sie erst eine.") % {"n": MAX_VARIANTS}}
            )
        current = PlanVariant(project=project, name=name)
    wanted = {"measures": sorted(measures), "targets": dict(sorted((targets or {}).items())), "targets_on": targets_on}
    stored = {field: getattr(current, field) for field in wanted}
    if current.pk is None or stored != wanted:
        if current.pk is not None:
            current.version += 1
        for field, value in wanted.items():
            setattr(current, field, value)
        attribute_to(current, by)
        current.save()
    return current


@atomic
def delete_variant(*, variant: PlanVariant, by: Any) -> None:
    """It was an assumption and nobody's finding, so it may go; that it was there stays in the trail."""
    current = PlanVariant.objects.select_for_update().filter(pk=variant.pk).first()
    if current is not None:
        attribute_to(current, by)
        current.delete()
