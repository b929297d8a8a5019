"""A page of the trail (``scaling.common.places``), and how many entries there are."""

from dataclasses import dataclass

from django.http import QueryDict

from scaling.common.places import EntryPlace, PlacedPage, page_of
from scaling.trail.reading import FoundEntry, LogEntry, Wanted, described, entries, number_of_entries
from scaling.trail.sources import SHOWN

#: Of more it is only said that it is more.
MAX_COUNTED = 10_000


@dataclass(frozen=True)
class TrailPage(PlacedPage[LogEntry]):
    """``number`` is how many there are, None for more than are counted."""

    number: int | None = 0


def trail_page(wanted: Wanted, asked: QueryDict) -> TrailPage:
    def read(most: int, beyond: EntryPlace | None, upwards: bool) -> list[tuple[EntryPlace, FoundEntry]]:
        found = entries(wanted, most=most, beyond=beyond, upwards=upwards)
        return [(EntryPlace(at, source, row), (source, row, at)) for source, row, at in found]

    page = page_of(read, asked, sources=len(SHOWN), whole="art=")
    number = number_of_entries(wanted, most=MAX_COUNTED + 1)
    return TrailPage(
        entries=described(page.entries),
        newest=page.newest,
        newer=page.newer,
        older=page.older,
        oldest=page.oldest,
        number=number if number <= MAX_COUNTED else None,
    )
