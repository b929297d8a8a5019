"""Every number of the app, in one place: pure functions over plain values, without database, request or clock.

Whoever shows a figure takes it from here, with its *n of m*; the sentences that define each figure for the reader stand in
``assessments.reports.texts``. Levels are whole numbers 0–4. Figures that are no whole numbers are rounded here, once, half up
to one decimal, so that no two surfaces can differ by a rounding.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from catalogue.levels import HIGHEST

OPEN, RATED, UNKNOWN, NOT_APPLICABLE = "open", "rated", "unknown", "not_applicable"
STATES = (OPEN, RATED, UNKNOWN, NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Rating:
    """The answer to one criterion, reduced to what counts.

    ``level`` stands exactly when ``state`` is ``rated`` (ValueError otherwise). ``target`` is 0–4 or None. ``confirmed`` is
    false for an answer carried over from the previous round that nobody has looked at since. ``workstreams`` and ``phase``
    are keys.
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


# --- Progress, counts, averages ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Progress:
    """``percent`` is a whole number, None where there is nothing to answer."""

    answered: int
    total: int
    percent: int | None


def progress(answered: int, total: int) -> Progress:
    """How much has been answered. 100 % means all and 0 % means none: what lies between is rounded down, but never to 0."""
    if not 0 <= answered <= total:
        raise ValueError(f"{answered} of {total} cannot be answered.")
    if not total:
        return Progress(0, 0, None)
    return Progress(answered, total, max(100 * answered // total, 1 if answered else 0))


@dataclass(frozen=True, slots=True)
class Counts:
    """How many criteria are in which state; the four states add up to ``total``.

    ``unconfirmed`` lies across them: answers carried over that nobody has confirmed. They enter averages and gates like any
    other answer and are always named beside them.
    """

    total: int
    rated: int
    unknown: int
    not_applicable: int
    open: int
    unconfirmed: int


def counts(ratings: Iterable[Rating]) -> Counts:
    ratings = list(ratings)
    states = [rating.state for rating in ratings]
    return Counts(
        total=len(ratings),
        rated=states.count(RATED),
        unknown=states.count(UNKNOWN),
        not_applicable=states.count(NOT_APPLICABLE),
        open=states.count(OPEN),
        unconfirmed=sum(not rating.confirmed for rating in ratings),
    )


def coverage(ratings: Iterable[Rating]) -> Progress:
    """(rated + unknown + not applicable) / all: the one figure of progress."""
    found = counts(ratings)
    return progress(found.total - found.open, found.total)


@dataclass(frozen=True, slots=True)
class Average:
    """A mean level, 0.0–4.0 rounded to one decimal, over ``n`` rated of ``m`` criteria. ``value`` is None where n is 0."""

    value: float | None
    n: int
    m: int


def average(levels: Iterable[int | None]) -> Average:
    """The mean over the levels that are there; None stands for a criterion without a level: open, unknown, not applicable."""
    levels = list(levels)
    rated = [level for level in levels if level is not None]
    n = len(rated)
    # In whole numbers, since 2.25 has no exact half in floating point and must become 2.3 everywhere.
    return Average((sum(rated) * 20 + n) // (2 * n) / 10 if n else None, n, len(levels))


def planned(ratings: Iterable[Rating]) -> Average:
    """The average once all targets are met: over the same rated criteria, each at its target or at its level if that is higher.

    None where no rated criterion of the group has a target: then there is nothing planned to show.
    """
    ratings = list(ratings)
    if not any(rating.level is not None and rating.target is not None for rating in ratings):
        return Average(None, 0, len(ratings))
    return average(None if r.level is None else max(r.level, r.target or 0) for r in ratings)


def difference(now: Average, before: Average | None) -> float | None:
    """``now`` − ``before`` of two averages as shown, one decimal; None where either is missing."""
    if before is None or now.value is None or before.value is None:
        return None
    return round(now.value - before.value, 1)


def gap(rating: Rating) -> int | None:
    """Target − level, where both exist; negative where the level is above the target."""
    return None if rating.level is None or rating.target is None else rating.target - rating.level


# --- Gates ------------------------------------------------------------------------------------------------------------------

REACHED, BLOCKED, AHEAD, NO_GATE = "reached", "blocked", "ahead", "none"
BELOW, UNASSESSED = "below", "unassessed"


@dataclass(frozen=True, slots=True)
class GateMilestone:
    """A criterion that belongs to the gate of ``phase`` (a key) and passes at ``required`` (1–4) or above."""

    key: str
    phase: str
    required: int


@dataclass(frozen=True, slots=True)
class Blocker:
    """A milestone that does not pass. ``cause``: ``below`` its level, ``open``, ``unknown``, ``unassessed`` (out of scope)."""

    milestone: GateMilestone
    cause: str
    level: int | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """The gate of one phase. ``passed`` of ``total`` milestones pass, ``unconfirmed`` of these by an answer nobody confirmed.

    ``state``: ``reached``; ``blocked`` in the project's phase or an earlier one; ``ahead`` in a later one; ``none`` where the
    catalogue has no milestone to pass. ``own`` of the ``total`` belong to the phase itself, the others to what comes before.
    """

    phase: str
    state: str
    blockers: tuple[Blocker, ...]
    passed: int
    total: int
    unconfirmed: int
    own: int


def passes(milestone: GateMilestone, rating: Rating | None) -> bool:
    """At the required level or above, or not applicable (which always has a reason). What was not assessed does not pass."""
    if rating is None:
        return False
    return rating.state == NOT_APPLICABLE or (rating.level is not None and rating.level >= milestone.required)


def gates(
    milestones: Sequence[GateMilestone],
    ratings: Iterable[Rating],
    *,
    phases: Sequence[str],
    current: str | None,
    cross_phase: str,
) -> tuple[Gate, ...]:
    """One gate per phase of ``phases`` (keys in order), as seen from the project's phase ``current``.

    ``milestones`` are all of the edition, also those outside the assessment's scope: these block, since nobody knows. A gate
    asks for the milestones of its phase, of the earlier ones and of the cross-phase set. A phase that lies ahead and has no
    milestone of its own stays ``ahead``: passing what came before does not reach it. With ``current`` None (the municipality
    as a whole, which is in no phase) there is one gate, that of the cross-phase set.
    """
    answers = {rating.key: rating for rating in ratings}
    if current is None:
        return (_gate(cross_phase, [m for m in milestones if m.phase == cross_phase], answers, is_ahead=False),)
    result = []
    for position, phase in enumerate(phases):
        counting = {cross_phase, *phases[: position + 1]}
        asked = [milestone for milestone in milestones if milestone.phase in counting]
        result.append(_gate(phase, asked, answers, is_ahead=position > phases.index(current)))
    return tuple(result)


def _gate(phase: str, asked: list[GateMilestone], answers: dict[str, Rating], *, is_ahead: bool) -> Gate:
    blockers, unconfirmed = [], 0
    for milestone in asked:
        rating = answers.get(milestone.key)
        if passes(milestone, rating):
            unconfirmed += rating is not None and not rating.confirmed
        elif rating is None:
            blockers.append(Blocker(milestone, UNASSESSED))
        else:
            blockers.append(Blocker(milestone, BELOW if rating.level is not None else rating.state, rating.level))
    own = sum(milestone.phase == phase for milestone in asked)
    if is_ahead and (blockers or not own):
        state = AHEAD
    elif blockers:
        state = BLOCKED
    else:
        state = REACHED if asked else NO_GATE
    return Gate(phase, state, tuple(blockers), len(asked) - len(blockers), len(asked), unconfirmed, own)


# --- Priorities -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Priority:
    """A criterion to work on. ``weight`` = gap × number of workstreams, 0 without a gap."""

    key: str
    is_blocking: bool
    weight: int


def priorities(ratings: Iterable[Rating], *, blocking: Collection[str]) -> tuple[Priority, ...]:
    """What to do first: blocking milestones, then gap × number of workstreams, then the lowest level, then catalogue order.

    ``blocking`` are the keys that block the gate of the project's phase. Left out is what needs no work or no one can rank:
    not applicable; at the highest level; and, unless it blocks, what is open or unknown.
    """
    found = []
    for position, rating in enumerate(ratings):
        is_blocking = rating.key in blocking
        if rating.state == NOT_APPLICABLE or not (is_blocking or (rating.level is not None and rating.level < HIGHEST)):
            continue
        weight = max(gap(rating) or 0, 0) * len(rating.workstreams)
        # A blocking milestone nobody could rate comes before those with a level: to know is the first step.
        rank = (not is_blocking, -weight, -1 if rating.level is None else rating.level, position)
        found.append((rank, Priority(rating.key, is_blocking, weight)))
    return tuple(priority for _, priority in sorted(found, key=lambda entry: entry[0]))


# --- Change and trend ---------------------------------------------------------------------------------------------------------

UP, DOWN, SAME, NEWLY_RATED, NO_LONGER_RATED, STILL_UNRATED, NEW = (
    "up",
    "down",
    "same",
    "newly_rated",
    "no_longer_rated",
    "still_unrated",
    "new",
)


@dataclass(frozen=True, slots=True)
class RatingChange:
    """What became of a criterion since the compared round. ``delta`` (−4 … 4) exists where both rounds rated it.

    ``kind``: ``up``, ``down``, ``same``; ``newly_rated``, ``no_longer_rated``, ``still_unrated`` where a level is missing now
    or then; ``new`` where the compared round did not have the criterion.
    """

    kind: str
    delta: int | None = None


def change(now: Rating, before: Rating | None) -> RatingChange:
    """Compare the answers of two rounds to the same criterion (the same key, whatever the edition)."""
    if before is None:
        return RatingChange(NEW)
    if now.level is None or before.level is None:
        if now.level is not None:
            return RatingChange(NEWLY_RATED)
        return RatingChange(STILL_UNRATED if before.level is None else NO_LONGER_RATED)
    delta = now.level - before.level
    return RatingChange(UP if delta > 0 else DOWN if delta < 0 else SAME, delta)


def trend(rounds: Iterable[Sequence[Rating]]) -> tuple[Average, ...]:
    """The average of each round, in the order given. Each stands on the criteria of its own round; n and m tell how many."""
    return tuple(average(rating.level for rating in ratings) for ratings in rounds)
