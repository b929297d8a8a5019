"""Small tags of the workshop's pages."""

from django import template

from catalogue.levels import Level

register = template.Library()


@register.filter
def level_name(level: int) -> str:
    return str(Level(level).label)
