"""How a portfolio's values are drawn and said; what they are, the portfolio has decided."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from assessments import sentences
from assessments.reports.portfolio import texts
from assessments.reports.portfolio.model import Portfolio, PortfolioRow, SharedObstacle, StreamFigure
from assessments.reports.printed import PROFILE, printed_path

register = template.Library()

register.filter("standing", texts.standing)
register.filter("shown", texts.shown)
register.filter("missing", texts.missing)
register.filter("without_record", texts.without_record)
register.filter("moved", texts.moved)
register.filter("nothing_fell", texts.nothing_fell)
register.filter("dropped", texts.dropped)
register.filter("how_many_dropped", texts.how_many_dropped)
register.filter("waits_for_criterion", texts.waits_for_criterion)
register.filter("nothing_waits", texts.nothing_waits)
register.filter("unexamined", texts.unexamined)


@register.filter
def profile_path(assessment_id: str) -> str:
    """Of the page that shows a round's profile, for what is printed."""
    return printed_path(PROFILE, assessment_id)


@register.filter
def waits_for_stream(one: SharedObstacle, portfolio: Portfolio) -> str:
    return texts.waits_for_stream(portfolio, one)


@register.filter
def figure_of(row: PortfolioRow, workstream: str) -> StreamFigure | None:
    return row.figure(workstream)


#: As many of a list as the first screen has room for; how many follow is said.
MAX_SHOWN = 4


@register.filter
def first_few(found: Sequence[Any]) -> Sequence[Any]:
    return found[:MAX_SHOWN]


@register.filter
def how_many_more(found: Sequence[Any]) -> int:
    return max(0, len(found) - MAX_SHOWN)


@register.filter
def more_projects(found: Sequence[Any]) -> SafeString | str:
    """A line with how many projects follow, "" for none."""
    said = sentences.and_more(len(found) - MAX_SHOWN)
    return format_html('<p class="small">{}</p>', said) if said else ""


@register.filter
def shade(figure: StreamFigure) -> str:
    """The classes of a cell: the shade of the level its mean is nearest to, halves upwards, and whether it is provisional."""
    level = min(4, int((figure.mean or 0) + 0.5))
    return f"shade--{level} shade--provisional" if figure.is_provisional else f"shade--{level}"


@register.filter
def levels_said(figure: StreamFigure) -> str:
    """„Stufen 0 bis 4: 1, 2, 1, 0, 0“, for those who do not see the columns."""
    return counts_said(figure.counts)


@register.filter
def counts_said(counts: Sequence[int]) -> str:
    return _("Stufen 0 bis 4: %(counts)s") % {"counts": ", ".join(map(str, counts))}


@register.filter
def strip(figure: StreamFigure) -> SafeString:
    """How many criteria stand on the levels 0 to 4, as five columns; told in words beside it."""
    return columns(figure.counts)


@register.filter
def columns(counts: Sequence[int]) -> SafeString:
    """The same for counts of any kind."""
    return _strip(tuple(counts), max(1, *counts))


@register.filter
def digits(counts: Sequence[int]) -> int:
    """Of the highest count: so much room each of the numbers below the columns needs."""
    return len(str(max(0, *counts)))


@lru_cache(maxsize=2000)
def _strip(counts: tuple[int, ...], highest: int) -> SafeString:
    """Forty units wide and twelve high; a level without a criterion is a line on the floor."""
    heights = [max(1, round(11 * count / highest)) if count else 0.5 for count in counts]
    return format_html(
        '<svg class="mini-strip" viewBox="0 0 40 12" preserveAspectRatio="none" width="40" height="12" aria-hidden="true"'
        ' focusable="false">{}</svg>',
        format_html_join(
            "",
            '<rect x="{}" y="{}" width="6" height="{}"/>',
            ((level * 8 + 1, f"{12 - height:g}", f"{height:g}") for level, height in enumerate(heights)),
        ),
    )
