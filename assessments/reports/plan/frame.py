"""By which a project's gates are taken in a projection: the same for now and then. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from assessments.queries.gates import gate_milestone
from assessments.scoring import NOT_APPLICABLE, Gate, GateMilestone, Raise, Rating, Stage, gates, stages
from catalogue.edition_cache import CachedEdition
from catalogue.levels import LEVELS
from catalogue.models import Phase


@dataclass(frozen=True, slots=True)
class Frame:
    """``current`` is the key of the phase in which the project was approved; None for the municipality as a whole."""

    milestones: list[GateMilestone]
    phases: list[str]
    current: str | None
    cross_phase: str

    def gates(self, ratings: Iterable[Rating]) -> tuple[Gate, ...]:
        return gates(self.milestones, ratings, phases=self.phases, current=self.current, cross_phase=self.cross_phase)

    def stages(self, ratings: list[Rating], raises: Iterable[Raise]) -> tuple[Stage, ...]:
        return stages(self.milestones, ratings, raises, phases=self.phases, current=self.current, cross_phase=self.cross_phase)


def frame_of(edition: CachedEdition, phases: Mapping[str, Phase], current: str | None) -> Frame:
    """With the milestones that a round of its kind can ask, as its record has them: a gate never waits for another."""
    return Frame(
        milestones=[
            gate_milestone(one.key, one.phase.key, one.milestone.required_level, one.milestone.required_levels)
            for one in edition.criteria
            if one.is_milestone and one.is_offered_to(municipality_wide=current is None)
        ],
        phases=[key for key, phase in phases.items() if not phase.is_cross_phase],
        current=current,
        cross_phase=next(key for key, phase in phases.items() if phase.is_cross_phase),
    )


def ratings_in(stored: Iterable[Mapping[str, Any]]) -> list[Rating]:
    """A record's column of that name."""
    return [Rating(**{**one, "workstreams": tuple(one["workstreams"])}) for one in stored]


def waiting_in(found: Iterable[Gate]) -> dict[str, int]:
    """By criterion the level that the first gate asks for that waits for it."""
    waiting: dict[str, int] = {}
    for gate in found:
        for blocker in gate.blockers:
            waiting.setdefault(blocker.milestone.key, blocker.required)
    return waiting


def reached_by_measure(rating: Rating | None, required: int | None) -> int | None:
    """The level a criterion is assumed to reach once its measure is done: its target where one was set, else what the next gate
    asks for, else one more. None where that changes nothing.
    """
    if rating is not None and rating.state == NOT_APPLICABLE:
        return None
    level = rating.level if rating is not None else None
    target = rating.target if rating is not None else None
    above = [one for one in (target, required) if one is not None and (level is None or one > level)]
    if above:
        return above[0]
    return level + 1 if level is not None and level < LEVELS[-1] else None


def done_by(due_on: date, today: date) -> date:
    """What is overdue is done today at the earliest."""
    return max(due_on, today)


def falls_on(
    frame: Frame, ratings: list[Rating], measures: Iterable[tuple[str, date]], gate: str, *, today: date
) -> date | None:
    """The day on which the ``gate`` of that phase would be reached, if all these measures (criterion, day) were done by theirs.

    None where it would not, or is already.
    """
    waiting = waiting_in(frame.gates(ratings))
    by_key = {one.key: one for one in ratings}
    raises = [
        Raise(key, level, done_by(day, today))
        for key, day in measures
        if (level := reached_by_measure(by_key.get(key), waiting.get(key))) is not None
    ]
    return next((stage.on for stage in frame.stages(ratings, raises) if gate in stage.falling), None)
