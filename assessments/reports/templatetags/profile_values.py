"""How the profile's values are written; what they are, the profile has decided."""

from django import template

from assessments.reports import texts
from assessments.reports.profile import MeasureItem

register = template.Library()


@register.filter
def mean(value: float | None) -> str:
    """An average: „2,4“, „–“ without one."""
    return "–" if value is None else texts.decimal(value)


@register.filter
def signed_mean(value: float | None) -> str:
    """A difference of averages: „+0,3“, „−0,2“, „±0“, „–“ without one."""
    return "–" if value is None else texts.signed(value, 1)


@register.filter
def signed(value: int | None) -> str:
    """A difference of levels: „+1“, „−1“, „±0“, „–“ without one."""
    return "–" if value is None else texts.signed(value)


@register.filter
def assigned(measure: MeasureItem | None) -> str:
    """Who does it and until when, or that nobody has planned it."""
    return texts.assigned(measure)
