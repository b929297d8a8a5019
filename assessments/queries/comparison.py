"""Two rounds of a project, criterion by criterion: then, now, both reasons with the changed words, and who changed them."""

from collections.abc import Sequence
from dataclasses import dataclass

from assessments.models import Assessment, Score
from assessments.queries.neighbours import answer_label, in_order
from assessments.queries.overview import rating_of
from assessments.scoring import GroupChange, RatingChange, change, group_change
from assessments.sentences import kind_labels
from catalogue.edition_cache import cached_edition


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
    def news(self) -> tuple[tuple[str, tuple[ComparedCriterion, ...]], ...]:
        """What has changed, by kind (its label, its criteria in catalogue order): bad news first, a new reason alone last."""
        groups = ((label, tuple(row for row in self.rows if row.change.kind == kind)) for kind, label in kind_labels().items())
        found = ((label, tuple(row for row in rows if row.has_changed)) for label, rows in groups)
        return tuple((label, rows) for label, rows in found if rows)

    @property
    def unchanged(self) -> tuple[ComparedCriterion, ...]:
        """Those with the same answer and the same reason in both rounds, in catalogue order."""
        return tuple(row for row in self.rows if not row.has_changed)


def scores_of_round(assessment: Assessment) -> list[Score]:
    """What a comparison takes of a round, in catalogue order, with who saved last. One query; the edition is at hand."""
    return in_order(assessment.scores.select_related("updated_by"), cached_edition(assessment.edition))


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
