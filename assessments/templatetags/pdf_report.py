"""How the report writes figures: the profile's own spelling, „–“ where there is none."""

from django import template

from assessments.reports import texts

register = template.Library()


@register.filter
def decimal(value: float | None) -> str:
    """„2,4“."""
    return "–" if value is None else texts.decimal(value)


@register.filter
def signed(value: float | None) -> str:
    """„+0,3“, „±0“."""
    return "–" if value is None else texts.signed(value, 1)
