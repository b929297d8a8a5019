"""How far a room was apart on one criterion before it talked: over single votes, and by role where nobody can be picked out.

A spread is a reason to talk and no grade: it says nothing about how mature a solution is, and enters no other figure.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from assessments.scoring.ratings import distribution

#: From so many votes on something is said about them, of all as of one role: below it, everyone could tell whose they are.
FEWEST_VOTES = 3
#: From so many levels between the lowest and the highest vote on, people differed.
WIDE = 2


@dataclass(frozen=True, slots=True)
class CastVote:
    """What one person chose, alone: ``level`` 0–4, None for „weiß nicht“ and „trifft nicht zu“. ``role`` is its key."""

    role: str
    level: int | None


@dataclass(frozen=True, slots=True)
class RoleSpread:
    """The votes of one role: how many had a level (at least FEWEST_VOTES), and which."""

    role: str
    n: int
    lowest: int
    highest: int
    median: float


@dataclass(frozen=True, slots=True)
class Spread:
    """All votes with a level of one ballot. ``median`` is the level in the middle, or the half between the two middle ones.

    ``roles`` are those that may be told apart (``told_roles``), in the order in which they were given.
    """

    n: int
    lowest: int
    highest: int
    median: float
    roles: tuple[RoleSpread, ...] = ()

    @property
    def is_wide(self) -> bool:
        return self.highest - self.lowest >= WIDE

    @property
    def apart(self) -> tuple[RoleSpread, RoleSpread] | None:
        """The two roles whose medians are furthest apart, the lower one first, if that is WIDE or more."""
        pairs = (sorted(pair, key=lambda role: role.median) for pair in combinations(self.roles, 2))
        found = max(((low, high) for low, high in pairs), key=lambda pair: pair[1].median - pair[0].median, default=None)
        return found if found and found[1].median - found[0].median >= WIDE else None


def told_roles(votes: Sequence[CastVote]) -> frozenset[str]:
    """The roles that may be shown of these votes, wherever something is said about them.

    A role needs FEWEST_VOTES with a level. And so does what is left, of all votes as of those with a level: beside all others,
    a single vote without a role would be known, too.
    """
    rated = Counter(vote.role for vote in votes if vote.level is not None)
    told = [role for role, number in sorted(rated.items(), key=lambda one: (-one[1], one[0])) if number >= FEWEST_VOTES]
    while told and not _hides(votes, told):
        told.pop()
    return frozenset(told)


def _hides(votes: Sequence[CastVote], told: Sequence[str]) -> bool:
    rest = [vote.level for vote in votes if vote.role not in told]
    rated = [level for level in rest if level is not None]
    return all(not some or len(some) >= FEWEST_VOTES for some in (rest, rated))


def spread(votes: Sequence[CastVote], order: Sequence[str] = ()) -> Spread | None:
    """None where fewer than FEWEST_VOTES chose a level. ``order`` is that of the roles; without it, by key."""
    rated = [vote for vote in votes if vote.level is not None]
    if len(rated) < FEWEST_VOTES:
        return None
    told = told_roles(votes)
    place = {role: number for number, role in enumerate(order)}
    roles = []
    for role in sorted(told, key=lambda key: (place.get(key, len(place)), key)):
        n, lowest, highest, median = _figures([vote.level for vote in rated if vote.role == role])
        roles.append(RoleSpread(role, n, lowest, highest, median))
    return Spread(*_figures([vote.level for vote in rated]), tuple(roles))


def _figures(levels: Sequence[int | None]) -> tuple[int, int, int, float]:
    known = [level for level in levels if level is not None]
    median = distribution(known).median
    assert median is not None  # noqa: S101 – there is a level
    return len(known), min(known), max(known), median
