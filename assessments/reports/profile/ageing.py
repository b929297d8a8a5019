"""Evidence that ages: how it stood on the profile's own day, and what has run out or is about to by today. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from assessments.models.score import rests_on_something
from assessments.reports.profile.criterion import AgedEvidence, CriterionResult, EvidenceItem
from assessments.validity import Validity, days_in_words, rests_on_expired, until_words, validity


def aged(item: EvidenceItem, day: date) -> AgedEvidence:
    return AgedEvidence(
        text=item.text,
        url=item.url,
        on=item.on,
        file_name=item.file_name,
        file_id=item.file_id,
        dated_on=item.dated_on,
        valid_until=item.valid_until,
        validity=validity(item.valid_until, day).value,
        days=days_in_words(item.dated_on, item.valid_until, day),
    )


@dataclass(frozen=True, slots=True)
class AgeingItem:
    """An evidence that has expired, or is about to. ``only_expired``: nothing else shows the answer of its criterion."""

    number: int
    key: str
    title: str
    text: str
    valid_until: date
    validity: str
    words: str
    only_expired: bool


def ageing_on(day: date, criteria: Iterable[CriterionResult]) -> tuple[AgeingItem, ...]:
    """What has expired by ``day`` or will within the time it is told before, the earliest first."""
    found = []
    for result in criteria:
        ends = [item.valid_until for item in result.evidence]
        only = rests_on_something(result.state) and rests_on_expired(ends, day)
        for item in result.evidence:
            state = validity(item.valid_until, day)
            if item.valid_until is not None and state is not Validity.VALID:
                words = until_words(item.valid_until, day)
                found.append(
                    AgeingItem(result.number, result.key, result.title, item.label, item.valid_until, state.value, words, only)
                )
    return tuple(sorted(found, key=lambda item: (item.valid_until, item.number)))
