"""How long a round takes: five minutes a criterion, told in quarters of an hour. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

#: What a workshop needs to read the levels, agree on one and write half a sentence; measured on the demo's rounds.
MINUTES_PER_CRITERION = 5
#: Longer sittings end with levels nobody thought about.
MAX_SITTING_MINUTES = 120
_QUARTERS = ("", "¼", "½", "¾")


def quarters(criteria: int) -> int:
    """The time for so many criteria in quarters of an hour, rounded to the nearest; at least one where there is a criterion."""
    return max((criteria * MINUTES_PER_CRITERION * 2 + 15) // 30, 1 if criteria else 0)


def duration(criteria: int) -> str:
    """„1¾ Stunden“ for 21 criteria, „4½ Stunden“ for 55, „¾ Stunde“ for 8."""
    hours, rest = divmod(quarters(criteria), 4)
    number = f"{hours or ''}{_QUARTERS[rest]}" or "0"
    # More than one hour is plural in both languages; less than one is not.
    text = ngettext("%(number)s Stunde", "%(number)s Stunden", 1 if quarters(criteria) <= 4 else 2) % {"number": number}
    return text.replace(" ", "\u00a0")  # number and unit stay on one line


@dataclass(frozen=True)
class Part:
    """Some criteria of a round that are answered in one go."""

    name: str
    criteria: int

    @property
    def duration(self) -> str:
        return duration(self.criteria)


def sittings(criteria: int) -> int:
    """In how many sittings of at most two hours so many criteria are done."""
    return max(1, ceil(criteria * MINUTES_PER_CRITERION / MAX_SITTING_MINUTES))


def proposal(criteria: int) -> str:
    """How to split a round into sittings; empty for one that fits into one."""
    number = sittings(criteria)
    if number == 1:
        return ""
    each = ceil(criteria / number)
    return _("Teilen Sie sie zum Beispiel in %(number)s Sitzungen mit je etwa %(criteria)s Kriterien (%(duration)s).") % {
        "number": number,
        "criteria": each,
        "duration": duration(each),
    }


def by_workstream(workstreams: Sequence[Sequence[str]]) -> list[Part]:
    """The criteria shared out among their first workstreams, so that each is discussed once; in order of first appearance.

    ``workstreams`` holds the names of each criterion's workstreams.
    """
    counted: dict[str, int] = {}
    for names in workstreams:
        if names:
            counted[names[0]] = counted.get(names[0], 0) + 1
    return [Part(name, number) for name, number in counted.items()]
