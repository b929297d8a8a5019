"""What would be if: levels raised by some day, and which gates would then be reached. A projection, never a finding.

Pure as the rest: nothing here is stored, and no average, gate or record is ever made of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from assessments.scoring.gates import REACHED, Gate, GateMilestone, gates
from assessments.scoring.ratings import NOT_APPLICABLE, RATED, Rating


@dataclass(frozen=True, slots=True)
class Raise:
    """The criterion ``key`` would stand on ``level`` from ``on`` on; None: some day, nobody said which."""

    key: str
    level: int
    on: date | None


@dataclass(frozen=True, slots=True)
class Lifted:
    """What a stage raises; ``before`` None where there was no level."""

    key: str
    before: int | None
    after: int


@dataclass(frozen=True, slots=True)
class Stage:
    """A day on which something would be raised, and how the gates would stand then.

    ``falling`` are the phases (keys) whose gate would be reached by it.
    """

    on: date | None
    lifted: tuple[Lifted, ...]
    gates: tuple[Gate, ...]
    falling: tuple[str, ...]


def raised(ratings: Sequence[Rating], raises: Iterable[Raise]) -> list[Rating]:
    """Nothing is ever lowered, and what does not apply stays so. What had no answer comes after the others, in no group."""
    wanted = _highest(raises)
    found = [
        replace(one, state=RATED, level=wanted[one.key], confirmed=True) if _is_raised(one, wanted) else one for one in ratings
    ]
    known = {one.key for one in ratings}
    return [*found, *(Rating(key, RATED, level) for key, level in wanted.items() if key not in known)]


def stages(
    milestones: Sequence[GateMilestone],
    ratings: Sequence[Rating],
    raises: Iterable[Raise],
    *,
    phases: Sequence[str],
    current: str | None,
    cross_phase: str,
) -> tuple[Stage, ...]:
    """One stage per day on which anything changes, in order; those without a day last, as one. For the rest see ``gates``."""

    def standing(now: Iterable[Rating]) -> tuple[Gate, ...]:
        return gates(milestones, now, phases=phases, current=current, cross_phase=cross_phase)

    found, now, reached = [], list(ratings), _reached(standing(ratings))
    by_day = sorted(raises, key=_place)
    for (_undated, day), group in groupby(by_day, key=_place):
        before, now = {one.key: one.level for one in now}, raised(now, group)
        lifted = tuple(
            Lifted(one.key, before.get(one.key), one.level)
            for one in now
            if one.level is not None and one.level != before.get(one.key)
        )
        if not lifted:
            continue
        then = standing(now)
        falling = tuple(gate.phase for gate in then if gate.state == REACHED and gate.phase not in reached)
        reached |= set(falling)
        found.append(Stage(None if day == date.max else day, lifted, then, falling))
    return tuple(found)


def _place(one: Raise) -> tuple[bool, date]:
    return one.on is None, one.on or date.max


def _highest(raises: Iterable[Raise]) -> dict[str, int]:
    wanted: dict[str, int] = {}
    for one in raises:
        wanted[one.key] = max(one.level, wanted.get(one.key, 0))
    return wanted


def _is_raised(rating: Rating, wanted: Mapping[str, int]) -> bool:
    if rating.key not in wanted or rating.state == NOT_APPLICABLE:
        return False
    return rating.level is None or rating.level < wanted[rating.key]


def _reached(found: Iterable[Gate]) -> set[str]:
    return {gate.phase for gate in found if gate.state == REACHED}
