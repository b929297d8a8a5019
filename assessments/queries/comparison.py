"""Two rounds of a project, criterion by criterion: then, now, both reasons with the changed words, and who changed them."""

from collections.abc import Sequence
from dataclasses import dataclass

from assessments.models import Score
from assessments.queries.neighbours import answer_label
from assessments.queries.overview import rating_of
from assessments.scoring import GroupChange, RatingChange, change, group_change
from assessments.sentences import kind_labels


@dataclass(frozen=True)
class ComparedCriterion:
    """``then`` is None where the earlier round did not have the criterion, ``now`` None where the later one does not."""

    title: str
    key: str
    now: Score | None
    then: Score | None
    change: RatingChange

    @property
    def now_label(self) -> str:
        return answer_label(self.now.state, self.now.level) if self.now else "–"

    @property
    def then_label(self) -> str:
        return answer_label(self.then.state, self.then.level) if self.then else "–"

    @property
    def has_changed(self) -> bool:
        if self.now is None or self.then is None:
            return True
        return (self.now.state, self.now.level, self.now.rationale) != (self.then.state, self.then.level, self.then.rationale)


@dataclass(frozen=True)
class RoundComparison:
    """``change`` counts the eight kinds, which add up to ``rows``, and compares the means like for like."""

    rows: tuple[ComparedCriterion, ...]
    change: GroupChange

    @property
    def in_order_of_news(self) -> tuple[ComparedCriterion, ...]:
        """Bad news first, what did not change last, and within a kind in catalogue order."""
        place = {kind: number for number, kind in enumerate(kind_labels())}
        return tuple(sorted(self.rows, key=lambda row: place[row.change.kind]))


def compare(now: Sequence[Score], then: Sequence[Score]) -> RoundComparison:
    """In the order of ``now``, then what only the earlier round had. Criteria meet by their key. No query."""
    earlier = {score.criterion.key: score for score in then}
    rows = [
        ComparedCriterion(
            score.criterion.title,
            score.criterion.key,
            score,
            (before := earlier.get(score.criterion.key)),
            change(rating_of(score), rating_of(before) if before else None),
        )
        for score in now
    ]
    current = {row.key for row in rows}
    rows += [
        ComparedCriterion(score.criterion.title, key, None, score, change(None, rating_of(score)))
        for key, score in earlier.items()
        if key not in current
    ]
    return RoundComparison(tuple(rows), group_change(map(rating_of, now), map(rating_of, then)))
