"""What stands around one answer: its neighbours in the round, and earlier answers to the same criterion."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from assessments.guidance import Guide
from assessments.models import AssessmentState, Score, ScoreState
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

    @property
    def label(self) -> str:
        return answer_label(self.state, self.level)


def answer_label(state: str, level: int | None) -> str:
    """An answer in words: „2 – in Umsetzung“, „weiß nicht“ …"""
    return f"{level} – {Level(level).label}" if level is not None else str(ScoreState(state).label)


@dataclass(frozen=True)
class Surroundings:
    """All answers of the round in the catalogue's order, and the two to the same criterion from elsewhere, or None."""

    scores: list[Score]
    earlier: EarlierAnswer | None
    house: EarlierAnswer | None


def surroundings(score: Score, guide: Guide) -> Surroundings:
    """One query. The answer of the house is that of its last approved round, where it said something."""
    assessment = score.assessment
    key = guide.by_id[score.criterion_id].key
    of_round = Score.objects.filter(assessment=assessment.pk).with_words()
    of_house = Score.objects.filter(
        criterion__key=key,
        assessment__project__municipality=assessment.project.municipality_id,
        assessment__project__is_municipality_wide=True,
        assessment__state=AssessmentState.APPROVED,
    ).exclude(state=ScoreState.OPEN)
    of_house = of_house.exclude(assessment__project=assessment.project_id).with_words().order_by("-assessment__round")[:1]
    parts = [of_house]
    if assessment.previous_id is not None:
        parts.append(Score.objects.filter(assessment=assessment.previous_id, criterion__key=key).with_words())
    scores: list[Score] = []
    found: dict[str, EarlierAnswer] = {}
    for row in of_round.union(*parts, all=True):
        pk, criterion, state, level, confirmed, rationale, target, by, at, assessment_id, round_, approved_at = row
        if assessment_id == assessment.pk:
            scores.append(Score(pk=pk, criterion_id=criterion, state=state, level=level, confirmed=confirmed))
        elif state != ScoreState.OPEN or rationale:
            answer = EarlierAnswer(state, level, rationale, target, by or "", at or approved_at, round_)
            found["earlier" if assessment_id == assessment.previous_id else "house"] = answer
    return Surroundings(in_order(scores, guide), found.get("earlier"), found.get("house"))


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
