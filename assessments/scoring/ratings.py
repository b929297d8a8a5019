"""Answers reduced to what counts, and what is counted over a group of them: progress, averages, levels."""

from collections.abc import Iterable
from dataclasses import dataclass

from catalogue.levels import LEVELS

OPEN, RATED, UNKNOWN, NOT_APPLICABLE = "open", "rated", "unknown", "not_applicable"
STATES = (OPEN, RATED, UNKNOWN, NOT_APPLICABLE)

#: A mean over less than this many criteria says little about a group.
FEW = 3


@dataclass(frozen=True, slots=True)
class Rating:
    """The answer to one criterion, reduced to what counts.

    ``level`` stands exactly when ``state`` is ``rated`` (ValueError otherwise). ``target`` is 0–4 or None. ``confirmed`` is
    false for an answer carried over, from the previous round or to another edition, that nobody has looked at since.
    ``workstreams`` and ``phase`` are keys.
    """

    key: str
    state: str = OPEN
    level: int | None = None
    target: int | None = None
    confirmed: bool = True
    workstreams: tuple[str, ...] = ()
    phase: str = ""

    def __post_init__(self) -> None:
        if self.state not in STATES or (self.state == RATED) != (self.level is not None):
            raise ValueError(f"{self.key}: state {self.state!r} and level {self.level!r} do not go together.")

    @property
    def is_unconfirmed(self) -> bool:
        """An answer, not the lack of one, that nobody has looked at in this round."""
        return not self.confirmed and self.state != OPEN


# --- Counts, averages -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counts:
    """How many criteria are in which state: the one figure of progress. The four states add up to ``total``.

    Progress is told in these parts and in no percentage: „100 %“ would not say how much of it nobody could rate.

    ``unconfirmed`` lies across them: answers carried over that nobody has confirmed. They enter averages and gates like any
    other answer and are always named beside them, so that a round just begun does not look finished.
    """

    total: int
    rated: int
    unknown: int
    not_applicable: int
    open: int
    unconfirmed: int

    @property
    def answered(self) -> int:
        return self.total - self.open

    @property
    def confirmed(self) -> int:
        """Answered in this round, or carried over and confirmed in it."""
        return self.answered - self.unconfirmed


def counts(ratings: Iterable[Rating]) -> Counts:
    ratings = list(ratings)
    states = [rating.state for rating in ratings]
    return Counts(
        total=len(ratings),
        rated=states.count(RATED),
        unknown=states.count(UNKNOWN),
        not_applicable=states.count(NOT_APPLICABLE),
        open=states.count(OPEN),
        unconfirmed=sum(rating.is_unconfirmed for rating in ratings),
    )


@dataclass(frozen=True, slots=True)
class Average:
    """A mean level, 0.0–4.0 rounded to one decimal, over ``n`` rated of ``m`` criteria. ``value`` is None where n is 0."""

    value: float | None
    n: int
    m: int

    @property
    def is_provisional(self) -> bool:
        """Whether the mean stands on too little to speak for its group: less than three criteria, or than half of them."""
        return 0 < self.n < FEW or 0 < 2 * self.n < self.m


def average(levels: Iterable[int | None]) -> Average:
    """The mean over the levels that are there; None stands for a criterion without a level: open, unknown, not applicable."""
    levels = list(levels)
    rated = [level for level in levels if level is not None]
    n = len(rated)
    return Average(rounded(sum(rated), n) if n else None, n, len(levels))


def rounded(total: int, n: int) -> float:
    """``total`` / ``n`` to one decimal, halves away from zero.

    In whole numbers, since 2.25 has no exact half in floating point and must become 2.3 everywhere.
    """
    size = (abs(total) * 20 + n) // (2 * n) / 10
    return -size if total < 0 and size else size


def planned(ratings: Iterable[Rating]) -> Average:
    """The average once all targets are met: over the same rated criteria, each at its target or at its level if that is higher.

    None where no rated criterion of the group has a target: then there is nothing planned to show.
    """
    ratings = list(ratings)
    if not any(rating.level is not None and rating.target is not None for rating in ratings):
        return Average(None, 0, len(ratings))
    return average(None if r.level is None else max(r.level, r.target or 0) for r in ratings)


def gap(rating: Rating) -> int | None:
    """Target − level, where both exist; negative where the level is above the target."""
    return None if rating.level is None or rating.target is None else rating.target - rating.level


# --- Distribution -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Distribution:
    """How many criteria stand on which level: ``counts`` of the levels 0–4 in their order, adding up to n of the average.

    Levels are ordinal: the same mean can come from sameness or from extremes, so this stands beside every mean. ``median`` is
    the level in the middle, or the half between the two middle ones; None without a level. ``unrated`` have none.
    """

    counts: tuple[int, ...]
    median: float | None
    unrated: int


def distribution(levels: Iterable[int | None]) -> Distribution:
    """None stands for a criterion without a level."""
    levels = list(levels)
    rated = sorted(level for level in levels if level is not None)
    n = len(rated)
    return Distribution(
        counts=tuple(rated.count(level) for level in LEVELS),
        median=(rated[(n - 1) // 2] + rated[n // 2]) / 2 if n else None,
        unrated=len(levels) - n,
    )
