"""What stands around one answer: its neighbours in the round, and earlier answers to the same criterion."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from assessments.guidance import Guide
from assessments.models import Score, ScoreState
from catalogue.levels import Level


@dataclass(frozen=True)
class EarlierAnswer:
    """What was said about the same criterion elsewhere: in the previous round, or for the municipality as a whole."""

    state: str
    level: int | None
    rationale: str
    target_level: int | None
    by: str
    at: datetime | None
    round: int
    assessment: str

    @classmethod
    def from_json(cls, found: dict[str, Any] | None) -> "EarlierAnswer | None":
        """None where there is none, or where it was open and empty."""
        if not found or (found["state"] == ScoreState.OPEN and not found["rationale"]):
            return None
        when = found["at"] or found["approved_at"]
        return cls(
            state=found["state"],
            level=found["level"],
            rationale=found["rationale"],
            target_level=found["target_level"],
            by=found["by"] or "",
            at=parse_datetime(when) if when else None,
            round=found["round"],
            assessment=found["assessment"],
        )

    @property
    def label(self) -> str:
        return answer_label(self.state, self.level)


def answer_label(state: str, level: int | None) -> str:
    """An answer in words: „2 – in Umsetzung“, „weiß nicht“ …"""
    return f"{level} – {Level(level).label}" if level is not None else str(ScoreState(state).label)


def in_order(scores: Iterable[Score], guide: Guide) -> list[Score]:
    """The scores in the catalogue's order, each with its criterion at hand. No query."""
    found = list(scores)
    for score in found:
        score.criterion = guide.by_id[score.criterion_id]
    return sorted(found, key=lambda score: score.criterion.order)


@dataclass(frozen=True)
class Neighbours:
    """The way on from one criterion. ``next_pending`` comes after it, or from the start again; None when nothing is left."""

    position: int
    total: int
    previous: Score | None
    next: Score | None
    next_pending: Score | None
    scores: Sequence[Score] = ()


def neighbours(scores: Sequence[Score], pk: int) -> Neighbours:
    place = next(number for number, score in enumerate(scores) if score.pk == pk)
    onwards = [*scores[place + 1 :], *scores[:place]]
    return Neighbours(
        position=place + 1,
        total=len(scores),
        previous=scores[place - 1] if place else None,
        next=scores[place + 1] if place + 1 < len(scores) else None,
        next_pending=next((score for score in onwards if score.is_pending), None),
        scores=scores,
    )
