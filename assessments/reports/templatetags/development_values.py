"""How the values of a development are drawn and said; what they are, the development has decided."""

from functools import lru_cache

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from assessments.reports.development import texts
from assessments.reports.development.model import ProjectTrend

register = template.Library()

register.filter("development_standing", texts.standing)
register.filter("quarter_name", texts.quarter_name)
register.filter("moved_from", texts.moved_from)
register.filter("more_moves", texts.more_moves)


@register.filter
def dots(trend: ProjectTrend) -> SafeString:
    """The means of the rounds over time, as dots without a line: rounds may rest on different criteria. Told beside it."""
    known = [(one.on.toordinal(), one.mean, one.is_provisional) for one in trend.rounds if one.mean is not None]
    return _dots(tuple(known)) if known else SafeString()


@lru_cache(maxsize=2000)
def _dots(known: tuple[tuple[int, float, bool], ...]) -> SafeString:
    """A hundred units wide and thirty high, a line on the floor and one at level 4; what is provisional is hollow."""
    first, last = known[0][0], known[-1][0]
    places = [
        (f"{(90 * (day - first) / (last - first) if last > first else 45) + 5:.1f}", f"{27 - 24 * mean / 4:.1f}", provisional)
        for day, mean, provisional in known
    ]
    return format_html(
        '<svg class="mini-trend" viewBox="0 0 100 30" width="100" height="30" aria-hidden="true" focusable="false">'
        '<path d="M0 27.5H100M0 3H100"/>{}</svg>',
        format_html_join(
            "", '<circle cx="{}" cy="{}" r="3"{}/>', ((x, y, SafeString(' class="hollow"') if h else "") for x, y, h in places)
        ),
    )
