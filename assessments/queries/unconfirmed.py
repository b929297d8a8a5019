"""What a round took over, from the one before or from another edition, and nobody has looked at since."""

from dataclasses import dataclass

from django.db.models import Count

from assessments.models import Assessment, Score
from assessments.queries.neighbours import in_order
from catalogue.edition_cache import cached_edition
from catalogue.wording import wording_of


@dataclass(frozen=True)
class CarriedOver:
    """``says`` is what the level of the answer means here, empty where there is none; ``proofs`` how many came along."""

    score: Score
    says: str
    proofs: int


def carried_over(assessment: Assessment) -> list[CarriedOver]:
    """In the catalogue's order. One query; the project is at hand."""
    added = {"proofs": Count("evidence")}
    scores = assessment.scores.filter(confirmed=False).annotate(**added)
    wide = assessment.project.is_municipality_wide
    rows = []
    for score in in_order(scores, cached_edition(assessment.edition)):
        levels = wording_of(score.criterion, municipality_wide=wide).levels
        says = next((text.shown for text in levels if text.level == score.level), "")
        rows.append(CarriedOver(score, says, score.proofs))
    return rows
