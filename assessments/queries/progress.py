"""How far a round is."""

from typing import Any

from assessments.scoring import Counts


def counts_of(assessment: Any) -> Counts:
    """The answers of a round by their states, from what ``with_progress`` has fetched. No query."""
    return Counts(
        total=assessment.total,
        rated=assessment.answered - assessment.unknown - assessment.not_applicable,
        unknown=assessment.unknown,
        not_applicable=assessment.not_applicable,
        open=assessment.total - assessment.answered,
        unconfirmed=assessment.unconfirmed,
    )
