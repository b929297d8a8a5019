"""The project's measures as a profile shows them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext as _

from assessments.models.measure import is_overdue
from assessments.reports.profile.criterion import MeasureItem
from assessments.sentences import with_former


def measures_on(day: date, measures: Iterable[MeasureItem]) -> tuple[MeasureItem, ...]:
    """Open ones first, then by due date, those without one last; who is overdue on the profile's own day, or had left, says so.

    The profile's day: a draft is of today, a record stays of its own day, and the same profile has to give the same bytes.
    """
    in_order = sorted(measures, key=lambda one: (not one.is_open, one.due_on is None, one.due_on or date.min))
    return tuple(_on(day, measure) for measure in in_order)


def _on(day: date, measure: MeasureItem) -> MeasureItem:
    if measure.who_has_left:
        measure = replace(measure, who=with_former(measure.who, is_there=False))
    if not is_overdue(measure.status, measure.due_on, day):
        return measure
    return replace(measure, is_overdue=True, status_label=_("%(status)s, überfällig") % {"status": measure.status_label})
