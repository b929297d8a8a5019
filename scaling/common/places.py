"""Pages of a long list that comes from several tables, found by the entry a page begins beyond: the hundredth costs what the
first costs, and none counts all.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Generic, TypeVar
from urllib.parse import urlencode

from django.db.models import Q
from django.http import QueryDict

E = TypeVar("E")
ENTRIES_PER_PAGE = 20
#: In the address: the entry beyond which a page begins, downwards or upwards; and the page that begins with the first of all.
OLDER, NEWER, OLDEST = "aelter", "neuer", "anfang"
_PLACE = re.compile(r"(\d{8}T\d{12}Z)-(\d{1,2})-(\d{1,18})", re.ASCII)
_MOMENT = "%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True)
class EntryPlace:
    """Where an entry stands in the order of all: by time, then by table, then by row."""

    at: datetime
    source: int
    row: int

    def older_than_this(self, source: int, at: str) -> Q:
        """What comes after it in the order of a page, of a table that keeps its time in ``at``. The first condition is the
        index's.
        """
        if source < self.source:
            return Q(**{f"{at}__lt": self.at})
        within = Q(**{f"{at}__lte": self.at})
        return within & (Q(**{f"{at}__lt": self.at}) | Q(pk__lt=self.row)) if source == self.source else within

    def newer_than_this(self, source: int, at: str) -> Q:
        if source > self.source:
            return Q(**{f"{at}__gt": self.at})
        within = Q(**{f"{at}__gte": self.at})
        return within & (Q(**{f"{at}__gt": self.at}) | Q(pk__gt=self.row)) if source == self.source else within

    @property
    def order(self) -> tuple[float, int, int]:
        """Grows with the time: the newest is the greatest."""
        return self.at.timestamp(), -self.source, self.row

    @property
    def word(self) -> str:
        return f"{self.at.astimezone(UTC).strftime(_MOMENT)}-{self.source}-{self.row}"

    @classmethod
    def named(cls, word: str, *, sources: int) -> "EntryPlace | None":
        match = _PLACE.fullmatch(word)
        if match is None or int(match[2]) >= sources:
            return None
        try:
            moment = datetime.strptime(match[1] + "+0000", _MOMENT + "%z")
        except ValueError:
            return None
        return cls(moment, int(match[2]), int(match[3]))


@dataclass(frozen=True)
class PlacedPage(Generic[E]):
    """``newer`` and ``older`` are queries of the pages beside it, "" where there is none; ``newest`` and ``oldest`` those of
    both ends, "" on them.
    """

    entries: list[E] = field(default_factory=list)
    newest: str = ""
    newer: str = ""
    older: str = ""
    oldest: str = ""


#: At most so many, the newest first; those older than the place, or, upwards, the next newer ones, and without a place the
#: oldest of all, the oldest first.
Read = Callable[[int, EntryPlace | None, bool], list[tuple[EntryPlace, E]]]


def page_of(read: Read[E], asked: QueryDict, *, sources: int, whole: str) -> PlacedPage[E]:
    """What ``asked``, the words of the address, say; the newest page where they say nothing that is a place.

    ``whole`` is the query of the newest page where it is narrowed by nothing.
    """
    narrowed = asked.copy()
    for word in (OLDER, NEWER, OLDEST):
        narrowed.pop(word, None)
    query = narrowed.urlencode()

    def address(word: str = "", value: str = "1") -> str:
        return "&".join(part for part in (query, urlencode({word: value}) if word else "") if part) or whole

    older, newer = (EntryPlace.named(asked.get(word, ""), sources=sources) for word in (OLDER, NEWER))
    more_above = False
    if newer is not None or OLDEST in asked:
        found = read(ENTRIES_PER_PAGE + 1, newer, True)
        more_above, more_below, older = len(found) > ENTRIES_PER_PAGE, newer is not None, None
        found = found[:ENTRIES_PER_PAGE][::-1]
    if not more_above:  # downwards; or what is newer is the newest, and that page is always a whole one
        found = read(ENTRIES_PER_PAGE + 1, older, False)
        more_above, more_below = older is not None, len(found) > ENTRIES_PER_PAGE
        found = found[:ENTRIES_PER_PAGE]
    return PlacedPage(
        entries=[entry for _place, entry in found],
        newest=address() if more_above else "",
        newer=address(NEWER, found[0][0].word) if more_above and found else "",
        older=address(OLDER, found[-1][0].word) if more_below and found else "",
        oldest=address(OLDEST) if more_below else "",
    )
