"""What stands around one answer: its neighbours in the round, and earlier answers to the same criterion."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.db import connection

from assessments.models import Assessment, AssessmentState, Score, ScoreState, TransitionKind
from assessments.models.score import is_pending, short_answer
from catalogue.edition_cache import CachedEdition, cached_edition
from catalogue.levels import Level
from catalogue.models import Criterion, Subject


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


@dataclass(slots=True)
class RoundAnswer:
    """An answer of the round as the way through it needs it. There is one for each criterion on every criterion's page, and a
    row of the model takes thirty times as long to make."""

    pk: int
    criterion: Criterion
    state: str
    level: int | None
    confirmed: bool
    target_level: int | None = None

    @property
    def short_answer(self) -> str:
        return short_answer(self.state, self.level)

    @property
    def is_pending(self) -> bool:
        return is_pending(self.state, confirmed=self.confirmed)


@dataclass(frozen=True)
class RoundContext:
    """All answers of the round in the catalogue's order, and the two to the same criterion from elsewhere, or None."""

    scores: list[RoundAnswer]
    earlier: EarlierAnswer | None
    municipality_answer: EarlierAnswer | None


# Written out: to compose this statement costs the ORM more than all else on the page that asks it costs the database.
_APPROVED_AT = f"""(
        SELECT max(step.at) FROM assessments_assessmenttransition AS step
        WHERE step.assessment_id = assessment.id AND step.kind = '{TransitionKind.APPROVE.value}')
"""  # noqa: S608 – nothing in it comes from outside
_WORDS = f"""
    SELECT score.id, score.criterion_id, score.state, score.level, score.confirmed, score.rationale, score.target_level,
           COALESCE(person.name, ''), COALESCE(score.updated_at, {_APPROVED_AT}), assessment.id, assessment.round
    FROM assessments_score AS score
    JOIN catalogue_criterion AS criterion ON criterion.id = score.criterion_id
    JOIN assessments_assessment AS assessment ON assessment.id = score.assessment_id
    JOIN assessments_project AS project ON project.id = assessment.project_id
    LEFT JOIN accounts_user AS person ON person.id = score.updated_by_id
    WHERE criterion.key = %(key)s AND score.set_aside_at IS NULL
"""  # noqa: S608 – nothing in it comes from outside
SURROUNDINGS = f"""
    SELECT id, criterion_id, state, level, confirmed, '', NULL::smallint, '', NULL::timestamptz, assessment_id, NULL::smallint
    FROM assessments_score WHERE assessment_id = %(assessment)s AND set_aside_at IS NULL
    UNION ALL {_WORDS} AND assessment.id = %(previous)s
    UNION ALL ({_WORDS}
        AND project.municipality_id = %(municipality)s AND project.is_municipality_wide AND project.id <> %(project)s
        AND assessment.state = '{AssessmentState.APPROVED.value}' AND score.state <> '{ScoreState.OPEN.value}'
        ORDER BY assessment.round DESC LIMIT 1)
"""  # noqa: S608 – nothing in it comes from outside


def round_context(score: Score, guide: CachedEdition) -> RoundContext:
    """One query. The municipality's own answer is that of its last approved round, where it said something."""
    assessment = score.assessment
    values: dict[str, str | int | None] = {
        "key": guide.by_id[score.criterion_id].key,
        "assessment": assessment.pk,
        "previous": assessment.previous_id,
        "municipality": assessment.project.municipality_id,
        "project": assessment.project_id,
    }
    scores: list[RoundAnswer] = []
    found: dict[str, EarlierAnswer] = {}
    with connection.cursor() as cursor:
        for row in cursor.execute(SURROUNDINGS, values):
            pk, criterion, state, level, confirmed, rationale, target, by, at, assessment_id, round_ = row
            if assessment_id == assessment.pk:
                scores.append(RoundAnswer(pk, guide.by_id[criterion], state, level, confirmed))
            elif state != ScoreState.OPEN or rationale:
                answer = EarlierAnswer(state, level, rationale, target, by, at, round_)
                found["earlier" if assessment_id == assessment.previous_id else "municipality_answer"] = answer
    return RoundContext(
        sorted(scores, key=lambda one: one.criterion.order), found.get("earlier"), found.get("municipality_answer")
    )


def in_order(scores: Iterable[Score], guide: CachedEdition) -> list[Score]:
    """The scores in the catalogue's order, each with its criterion at hand. No query."""
    found = list(scores)
    for score in found:
        score.criterion = guide.by_id[score.criterion_id]
    return sorted(found, key=lambda score: score.criterion.order)


def scores_of(assessment: Assessment) -> list[Score]:
    """All of a round in the catalogue's order, each with its criterion and the round itself at hand. One query."""
    scores = in_order(assessment.scores.all(), cached_edition(assessment.edition))
    for score in scores:
        score.assessment = assessment
    return scores


def first_pending(scores: Sequence[Score]) -> Score | None:
    """The one to go on with: the first that somebody still has to look at. The scores come in the catalogue's order.

    A round in which nothing is said yet begins with one that is about the municipality as well. Whoever works there can say
    something to it, and its words are those of a town hall, while the roadmap's first one speaks of venture capital. The way on
    leads in the catalogue's order from there, and what came before it follows at the end.
    """
    pending = [score for score in scores if score.is_pending]
    if all(score.state == ScoreState.OPEN for score in scores):
        about_the_house = (score for score in pending if score.criterion.subject != Subject.SOLUTION)
        return next(about_the_house, next(iter(pending), None))
    return next(iter(pending), None)


AnyAnswer = TypeVar("AnyAnswer", bound=Score | RoundAnswer)


@dataclass(frozen=True)
class Neighbours(Generic[AnyAnswer]):
    """The way on from one criterion. ``next_pending`` comes after it, or from the start again; None when nothing is left."""

    position: int
    total: int
    previous: AnyAnswer | None
    next: AnyAnswer | None
    next_pending: AnyAnswer | None
    scores: Sequence[AnyAnswer] = ()


def neighbours(scores: Sequence[AnyAnswer], pk: int) -> Neighbours[AnyAnswer]:
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
