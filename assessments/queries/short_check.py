"""What the short check asks of a round, and what was answered."""

from dataclasses import dataclass, replace

from assessments.models import Assessment, Score
from assessments.queries.offices import OfficeHolders, holders_by_office, holders_in
from assessments.short_check import short_check
from catalogue.edition_cache import cached_edition
from catalogue.models import Criterion
from catalogue.wording import LevelText, Wording, wording_of


@dataclass(frozen=True)
class ShortQuestion:
    """One criterion of the short check as the round words it, with its answer; ``reason`` says why it is asked."""

    score: Score
    criterion: Criterion
    wording: Wording
    reason: str
    who_knows: tuple[OfficeHolders, ...] = ()

    @property
    def level(self) -> LevelText | None:
        """The level that was chosen, None for every other answer."""
        return next((text for text in self.wording.levels if text.level == self.score.level), None)


def questions_of(assessment: Assessment, *, with_people: bool = False) -> list[ShortQuestion]:
    """In the order of the short check; criteria that the round does not ask are left out. One query.

    ``with_people`` names who holds the offices of each, for one query more.
    """
    edition = cached_edition(assessment.edition)
    scores = {score.criterion_id: score for score in assessment.scores.select_related("updated_by")}
    found = []
    for key, reason in short_check().reasons.items():
        criterion = edition.by_key.get(key)
        if criterion is not None and criterion.pk in scores:
            score = scores[criterion.pk]
            score.assessment, score.criterion = assessment, criterion
            wording = wording_of(criterion, municipality_wide=assessment.project.is_municipality_wide)
            found.append(ShortQuestion(score, criterion, wording, reason))
    if not with_people:
        return found
    asked = {office for question in found for office in question.criterion.offices}
    held = holders_in(assessment.project.municipality_id, asked)
    return [replace(question, who_knows=tuple(holders_by_office(question.criterion.offices, held))) for question in found]
