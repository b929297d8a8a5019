"""A page of the trail, found by the entry it begins beyond: the hundredth costs what the first costs, and none counts all."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.http import QueryDict

from scaling.trail.reading import FoundEntry, LogEntry, TrailPlace, Wanted, described, entries, number_of_entries
from scaling.trail.sources import SHOWN

ENTRIES_PER_PAGE = 20
#: Of more it is only said that it is more.
MAX_COUNTED = 10_000
#: In the address: the entry beyond which a page begins, downwards or upwards; and the page that begins with the first of all.
OLDER, NEWER, OLDEST = "aelter", "neuer", "anfang"
_PLACE = re.compile(r"(\d{8}T\d{12}Z)-(\d{1,2})-(\d{1,18})", re.ASCII)
_MOMENT = "%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True)
class TrailPage:
    """``newer`` and ``older`` are queries of the pages beside it, "" where there is none; ``newest`` and ``oldest`` those of
    both ends, "" on them. ``number`` is how many there are, None for more than are counted.
    """

    entries: list[LogEntry]
    number: int | None
    newest: str = ""
    newer: str = ""
    older: str = ""
    oldest: str = ""


def page_of(wanted: Wanted, asked: QueryDict) -> TrailPage:
    """What ``asked``, the words of the address, say; the newest page where they say nothing that is a place."""
    narrowed = asked.copy()
    for word in (OLDER, NEWER, OLDEST):
        narrowed.pop(word, None)
    query = narrowed.urlencode()

    def address(word: str = "", value: str = "1") -> str:
        return "&".join(part for part in (query, urlencode({word: value}) if word else "") if part) or "art="

    older, newer = place_of(asked.get(OLDER, "")), place_of(asked.get(NEWER, ""))
    more_above = False
    if newer is not None or OLDEST in asked:
        found = entries(wanted, most=ENTRIES_PER_PAGE + 1, beyond=newer, upwards=True)
        more_above, more_below, older = len(found) > ENTRIES_PER_PAGE, newer is not None, None
        found = found[:ENTRIES_PER_PAGE][::-1]
    if not more_above:  # downwards; or what is newer is the newest, and that page is always a whole one
        found = entries(wanted, most=ENTRIES_PER_PAGE + 1, beyond=older)
        more_above, more_below = older is not None, len(found) > ENTRIES_PER_PAGE
        found = found[:ENTRIES_PER_PAGE]
    number = number_of_entries(wanted, most=MAX_COUNTED + 1)
    return TrailPage(
        entries=described(found),
        number=number if number <= MAX_COUNTED else None,
        newest=address() if more_above else "",
        newer=address(NEWER, _word_of(found[0])) if more_above and found else "",
        older=address(OLDER, _word_of(found[-1])) if more_below and found else "",
        oldest=address(OLDEST) if more_below else "",
    )


def place_of(word: str) -> TrailPlace | None:
    match = _PLACE.fullmatch(word)
    if match is None or int(match[2]) >= len(SHOWN):
        return None
    try:
        moment = datetime.strptime(match[1] + "+0000", _MOMENT + "%z")
    except ValueError:
        return None
    return TrailPlace(moment, int(match[2]), int(match[3]))


def _word_of(found: FoundEntry) -> str:
    source, row, at = found
    return f"{at.astimezone(UTC).strftime(_MOMENT)}-{source}-{row}"
