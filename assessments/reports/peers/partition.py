"""Which values may stand in a figure, so that nobody finds out about few of them. Pure.

An *item* is one municipality's value of a metric, as long as it stays the same. Items stand together in *parts*. Whatever is
shown, in any group and at any time, holds a part whole or not at all; a part is never smaller than MINIMUM, and one that has to
be divided is divided into pieces that are not, or left whole, or given up. So however somebody adds and takes away what was
ever published, what remains is nobody, or MINIMUM at least; of which they may have brought two themselves.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from assessments.reports.peers.groups import with_wider

#: Five others, and two that somebody who looks may have brought.
MINIMUM = 7
#: The group of a part that no figure may hold any more.
NOWHERE = ""


@dataclass(frozen=True, slots=True)
class Cohort:
    """``members`` by number; ``group``: the path of the narrowest group whose figures hold it, or NOWHERE."""

    group: str
    members: frozenset[int]


@dataclass(frozen=True, slots=True)
class Given:
    """The items there are of one metric. ``homes``: of each current one the path of its narrowest group.

    ``there`` are those that have not been taken back, earlier ones of the same municipality included; ``owners`` say whose each
    of them is.
    """

    homes: Mapping[int, str]
    there: Collection[int]
    owners: Mapping[int, int]


def next_parts(parts: Iterable[Cohort], given: Given, *, takes_new: bool) -> list[Cohort]:
    """What stands together from now on. Without ``takes_new`` only what was taken back leaves, and nothing comes."""
    found = [piece for part in parts for piece in _divided(part, given, takes_new)]
    if takes_new:
        found += _of_new(found, given)
    return found


def _divided(part: Cohort, given: Given, takes_new: bool) -> list[Cohort]:
    """The pieces in the order active, given up. What is given up is remembered as long as one of it could come back."""
    if part.group == NOWHERE:
        return _remembered(part.members, given)
    gone = {one for one in part.members if one not in given.there}
    old = {one for one in part.members - gone if not _is_at_home(one, part.group, given)} if takes_new else set()
    if not gone and not old:
        return [part]
    for leaving in (gone | old, _filled_up(gone, part.members, given)):
        stays = part.members - leaving
        if len(leaving) >= MINIMUM and (not stays or len(stays) >= MINIMUM):
            active = [Cohort(part.group, frozenset(stays))] if stays else []
            return [*active, *_remembered(leaving, given)]
    return _remembered(part.members, given) if gone else [part]


def _is_at_home(one: int, group: str, given: Given) -> bool:
    """Whether it is current, and its municipality still belongs to the group."""
    return one in given.homes and group in with_wider(given.homes[one])


def _filled_up(gone: Collection[int], members: Collection[int], given: Given) -> set[int]:
    """Those that are gone, and as many with them that nobody is told apart: rather such as have been replaced already."""
    if not gone:
        return set()
    others = sorted(set(members) - set(gone), key=lambda one: (one in given.homes, one))
    return {*gone, *others[: max(0, MINIMUM - len(gone))]}


def _remembered(members: Iterable[int], given: Given) -> list[Cohort]:
    members = frozenset(members)
    return [Cohort(NOWHERE, members)] if any(one in given.homes for one in members) else []


def _of_new(parts: Iterable[Cohort], given: Given) -> Iterable[Cohort]:
    """New items, in the narrowest group that has enough of them; what is left of it goes on to the wider one."""
    known: set[int] = set()
    speaking: set[int] = set()
    for part in parts:
        known |= part.members
        if part.group != NOWHERE:  # an earlier value of theirs still stands in figures
            speaking |= {given.owners[one] for one in part.members}
    waiting: dict[str, set[int]] = defaultdict(set)
    for one, home in given.homes.items():
        if one not in known and given.owners[one] not in speaking:
            waiting[home].add(one)
    for group in sorted({path for home in waiting for path in with_wider(home)}, key=lambda path: -path.count("/")):
        members = waiting.get(group, set())
        if len(members) >= MINIMUM:
            yield Cohort(group, frozenset(members))
        elif "/" in group:
            waiting[group.rpartition("/")[0]] |= members


def by_group(parts: Iterable[Cohort]) -> Mapping[str, list[Cohort]]:
    """The parts that figures of each group are made of."""
    found: dict[str, list[Cohort]] = defaultdict(list)
    for part in parts:
        if part.group != NOWHERE:
            for path in with_wider(part.group):
                found[path].append(part)
    return found
