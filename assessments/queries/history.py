"""Who changed what, and when, with what stood before: entries of several tables in one order, read a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.http import QueryDict

from scaling.common.places import EntryPlace, PlacedPage, page_of


@dataclass(frozen=True)
class ChangedField:
    """One thing before and after, in words. ``is_text``: long enough to show the changed words."""

    label: str
    before: str
    after: str
    is_text: bool = False


@dataclass(frozen=True)
class HistoryEntry:
    """``who`` is empty for a person who is gone. ``key`` names the criterion, where the entry belongs to one."""

    when: datetime
    who: str
    what: str
    key: str = ""
    title: str = ""
    changes: tuple[ChangedField, ...] = ()


class HistorySource(Protocol):
    """One table's part of a history."""

    def places(self, source: int, beyond: EntryPlace | None, *, upwards: bool, most: int) -> list[EntryPlace]:
        """Of its rows, the next ones beyond a place; ``source`` is its number among the history's."""

    def entries(self, rows: Sequence[int]) -> dict[int, HistoryEntry]:
        """By row; a row that changed nothing anybody is shown, or is a part of another one's entry, has none."""


@dataclass(frozen=True)
class TableSource:
    """The rows of a table by their time, which stands in ``at``. One query."""

    rows: Any
    at: str = "history_date"

    def places(self, source: int, beyond: EntryPlace | None, *, upwards: bool, most: int) -> list[EntryPlace]:
        rows = self.rows.order_by(*((self.at, "pk") if upwards else (f"-{self.at}", "-pk")))
        if beyond is not None:
            rows = rows.filter((beyond.newer_than_this if upwards else beyond.older_than_this)(source, self.at))
        return [EntryPlace(at, source, pk) for at, pk in rows.values_list(self.at, "pk")[:most]]


@dataclass(frozen=True)
class KnownSource:
    """Entries that are few and known already, with their rows."""

    known: dict[int, HistoryEntry]

    def places(self, source: int, beyond: EntryPlace | None, *, upwards: bool, most: int) -> list[EntryPlace]:
        found = sorted(
            (EntryPlace(entry.when, source, row) for row, entry in self.known.items()), key=_order, reverse=not upwards
        )
        if beyond is not None:
            found = [one for one in found if (one.order > beyond.order if upwards else one.order < beyond.order)]
        return found[:most]

    def entries(self, rows: Sequence[int]) -> dict[int, HistoryEntry]:
        return {row: self.known[row] for row in rows}


def _order(place: EntryPlace) -> tuple[float, int, int]:
    return place.order


def read_history(
    sources: Sequence[HistorySource],
    *,
    most: int | None = None,
    beyond: EntryPlace | None = None,
    upwards: bool = False,
    since: datetime | None = None,
) -> list[tuple[EntryPlace, HistoryEntry]]:
    """Entries with their places, as ``places.Read`` has them; all without ``most``, and none of before ``since``.

    One query for each table, and two or three more for each that has some; again where most of its rows are no entries.
    """
    found: list[tuple[EntryPlace, HistoryEntry]] = []
    size = 2 * (most or 1_000)
    while True:
        near = [place for n, one in enumerate(sources) for place in one.places(n, beyond, upwards=upwards, most=size)]
        near = sorted(near, key=_order, reverse=not upwards)[:size]
        entries = {n: one.entries([place.row for place in near if place.source == n]) for n, one in enumerate(sources)}
        for place in near:
            if since is not None and place.at <= since:
                return found
            if place.row in entries[place.source]:
                found.append((place, entries[place.source][place.row]))
                if len(found) == most:
                    return found
        if len(near) < size:
            return found
        beyond, size = near[-1], 2 * size


def history_page(sources: Sequence[HistorySource], asked: QueryDict) -> PlacedPage[HistoryEntry]:
    """The page that the words of the address ask for."""

    def read(most: int, beyond: EntryPlace | None, upwards: bool) -> list[tuple[EntryPlace, HistoryEntry]]:
        return read_history(sources, most=most, beyond=beyond, upwards=upwards)

    return page_of(read, asked, sources=len(sources), whole="neu=1")
