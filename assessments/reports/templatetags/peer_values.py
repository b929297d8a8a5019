"""How the values of the comparison are drawn and said; what they are, ``reports.peers`` has decided."""

from functools import lru_cache

from django import template
from django.utils.safestring import SafeString

from assessments.reports.charts import peer_bar
from assessments.reports.peers import texts
from assessments.reports.peers.page import PeerRow
from assessments.reports.peers.quartiles import half

register = template.Library()

register.filter("peer_standing", texts.standing)
register.filter("place_name", texts.place_name)
register.filter("size_name", texts.size_name)
register.filter("peer_spread", texts.spread)
register.filter("peer_sources", texts.sources)


@register.filter
def drawn_beside(row: PeerRow) -> SafeString:
    """The own value beside the group's middle half, on the same half levels; nothing where there is neither."""
    figure, own = row.figure, half(row.own.mean) if row.own and row.own.mean is not None else None
    if figure is None and own is None:
        return SafeString()
    quartiles = (figure.lower, figure.median, figure.upper) if figure else None
    return _drawn(own, quartiles, texts.drawn(row))


@lru_cache(maxsize=2000)
def _drawn(own: float | None, quartiles: tuple[float, float, float] | None, sentence: str) -> SafeString:
    return peer_bar(own, quartiles, sentence)
