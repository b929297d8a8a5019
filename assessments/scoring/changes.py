"""What became of the criteria from one round to another: of one, and of a group, like for like."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assessments.scoring.ratings import Average, Rating, average, rounded

#: The eight kinds. Each criterion of either round has one of them, so they add up to all.
UP, DOWN, SAME, NEWLY_RATED, NO_LONGER_RATED, STILL_UNRATED, NEW, DROPPED = KINDS = (
    "up",
    "down",
    "same",
    "newly_rated",
    "no_longer_rated",
    "still_unrated",
    "new",
    "dropped",
)


@dataclass(frozen=True, slots=True)
class RatingChange:
    """What became of a criterion since the compared round. ``delta`` (−4 … 4) exists where both rounds rated it.

    ``kind``: ``up``, ``down``, ``same``; ``newly_rated``, ``no_longer_rated``, ``still_unrated`` where a level is missing now
    or then or in both; ``new`` where the compared round did not have the criterion, ``dropped`` where this one does not.
    """

    kind: str
    delta: int | None = None


def change(now: Rating | None, before: Rating | None) -> RatingChange:
    """Compare the answers of two rounds to the same criterion (the same key, whatever the edition). One of them exists."""
    if now is None:
        return RatingChange(DROPPED)
    if before is None:
        return RatingChange(NEW)
    if now.level is None or before.level is None:
        if now.level is not None:
            return RatingChange(NEWLY_RATED)
        return RatingChange(STILL_UNRATED if before.level is None else NO_LONGER_RATED)
    delta = now.level - before.level
    return RatingChange(UP if delta > 0 else DOWN if delta < 0 else SAME, delta)


@dataclass(frozen=True, slots=True)
class KindCounts:
    """How many criteria changed in which way; the eight add up to ``total``, all criteria of both rounds."""

    up: int = 0
    down: int = 0
    same: int = 0
    newly_rated: int = 0
    no_longer_rated: int = 0
    still_unrated: int = 0
    new: int = 0
    dropped: int = 0

    @property
    def total(self) -> int:
        return sum(getattr(self, kind) for kind in KINDS)

    @property
    def compared(self) -> int:
        """Those rated in both rounds."""
        return self.up + self.down + self.same


@dataclass(frozen=True, slots=True)
class GroupChange:
    """The change of a group, like for like: over its ``n`` criteria rated in both rounds, and no others.

    ``delta`` is the difference of the two means before any rounding, then rounded to one decimal; None where n is 0, and so
    are ``now`` and ``before``, the means of the same n criteria. A criterion that only one of the rounds rated changes none of
    them; ``kinds`` counts it. ``unconfirmed`` of this round's answers nobody has looked at yet: that they are what they were
    says nothing of how things stand.
    """

    delta: float | None
    now: float | None
    before: float | None
    n: int
    kinds: KindCounts
    unconfirmed: int = 0


def group_change(now: Iterable[Rating], before: Iterable[Rating]) -> GroupChange:
    """Compare a group's answers of two rounds by key: ``now`` those of this round, ``before`` those of the compared one."""
    earlier = {rating.key: rating for rating in before}
    pairs = [(rating, earlier.pop(rating.key, None)) for rating in now]
    found = [change(rating, then) for rating, then in pairs] + [change(None, then) for then in earlier.values()]
    kinds = [one.kind for one in found]
    deltas = [one.delta for one in found if one.delta is not None]
    both = [(rating.level, then.level) for rating, then in pairs if then is not None and None not in (rating.level, then.level)]
    return GroupChange(
        delta=rounded(sum(deltas), len(deltas)) if deltas else None,
        now=average(level for level, _ in both).value,
        before=average(level for _, level in both).value,
        n=len(deltas),
        kinds=KindCounts(**{kind: kinds.count(kind) for kind in KINDS}),
        unconfirmed=sum(rating.is_unconfirmed for rating, _then in pairs),
    )


def trend(rounds: Iterable[Sequence[Rating]]) -> tuple[Average, ...]:
    """The average of each round, in the order given. Each stands on the criteria of its own round; n and m tell how many."""
    return tuple(average(rating.level for rating in ratings) for ratings in rounds)
