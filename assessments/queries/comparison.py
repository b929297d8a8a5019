"""Two rounds of a project, criterion by criterion: then, now, both reasons with the changed words, and who changed them."""

from collections.abc import Sequence
from dataclasses import dataclass

from assessments.models import Score
from assessments.queries.neighbours import answer_label
from assessments.queries.overview import rating_of
from assessments.scoring import DOWN, SAME, UP, RatingChange, change


@dataclass(frozen=True)
class ComparedCriterion:
    """``then`` is None where the earlier round did not have the criterion, ``now`` None where the later one does not."""

    title: str
    key: str
    now: Score | None
    then: Score | None
    change: RatingChange | None

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
    rows: tuple[ComparedCriterion, ...]

    def count(self, kind: str) -> int:
        return sum(row.change is not None and row.change.kind == kind for row in self.rows)

    @property
    def up(self) -> int:
        return self.count(UP)

    @property
    def down(self) -> int:
        return self.count(DOWN)

    @property
    def same(self) -> int:
        return self.count(SAME)

    @property
    def other(self) -> int:
        """Without a level now or then, or in one round only."""
        return len(self.rows) - self.up - self.down - self.same


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
        ComparedCriterion(score.criterion.title, key, None, score, None) for key, score in earlier.items() if key not in current
    ]
    return RoundComparison(tuple(rows))
