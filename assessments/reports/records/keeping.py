"""A record is written with the approval, and read instead of the rows from then on."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import OperationalError
from django.db.models import Max, QuerySet
from django.dispatch import receiver
from django.utils import timezone, translation

from assessments.models import Assessment, AssessmentRecord, RecordPerson, RenditionReason
from assessments.reports.printed import DOCUMENT, printed_path
from assessments.reports.profile.cover import SHORT_CHECKSUM
from assessments.reports.profile.inputs import Facts
from assessments.reports.profile.load import NotComparable, load_facts
from assessments.reports.profile.model import MaturityProfile, RecordMark
from assessments.reports.profile.statements import active_language
from assessments.reports.records.codec import LANGUAGES, checksum
from assessments.reports.records.document import document_of, profile_in
from assessments.services import workflow
from scaling.accounts import coats_of_arms
from scaling.accounts.models import Municipality
from scaling.common.addresses import absolute_url
from scaling.common.sorting import GermanOrder


@receiver(workflow.approved)
def write_record(assessment: Assessment, at: datetime, **kwargs: Any) -> AssessmentRecord:
    """Keep the approved round as it is now; ``workflow.approve`` holds the locks on municipality and round.

    Twenty-seven queries, however many criteria. The record of an earlier approval of the same round names this one from now on.
    """
    assessment = Assessment.objects.with_context().get(pk=assessment.pk)
    project = assessment.project
    year = timezone.localtime(at).year
    own = AssessmentRecord.objects.filter(municipality=project.municipality, year=year)
    serial = (own.aggregate(last=Max("serial"))["last"] or 0) + 1
    number = f"{project.municipality.code}-{year}-{serial}"
    version = (assessment.records.aggregate(last=Max("version"))["last"] or 0) + 1
    facts = _facts_of_one_moment(assessment)
    document, people = document_of(facts, number=number, version=version, approved_at=at)
    approval = assessment.approval
    record = AssessmentRecord.objects.create(
        number=number,
        municipality=project.municipality,
        year=year,
        serial=serial,
        assessment=assessment,
        version=version,
        approved_at=at,
        approved_by_id=approval.by_id if approval else None,
        phase=None if project.is_municipality_wide else project.phase,
        coat_of_arms=project.municipality.coat_of_arms.name or "",
        document=document,
        checksum=checksum(document),
    )
    RecordPerson.objects.bulk_create(
        RecordPerson(record=record, ref=ref, user_id=user_id, name=name) for ref, (user_id, name) in people.items()
    )
    assessment.records.filter(superseded_by=None).exclude(pk=record.pk).update(superseded_by=record)
    return record


def _facts_of_one_moment(assessment: Assessment) -> dict[str, Facts]:
    """In each language. Measures, comments and names may change while they are read, which nobody's lock prevents: what was
    read first is read once more at the end, and all of it again where that differs.
    """
    facts: dict[str, Facts] = {}
    for _ in range(MAX_READINGS):
        for language in LANGUAGES:
            facts[language] = _facts(assessment, language)
        if _facts(assessment, LANGUAGES[0]) == facts[LANGUAGES[0]]:
            return facts
    raise OperationalError("The round changes faster than it can be read.")


def _facts(assessment: Assessment, language: str) -> Facts:
    with translation.override(language):
        return load_facts(Assessment.objects.with_context().with_papers().get(pk=assessment.pk))


#: So often what is approved is read again where it changes at the same time.
MAX_READINGS = 10


def mark_of(record: AssessmentRecord, *, rendition: int | None = None) -> RecordMark:
    """What a document says about itself, in the rendition of that number, else in the latest.

    Raises LookupError for one there is not. One query unless the record is ``with_parts``.
    """
    address = absolute_url(printed_path(DOCUMENT, record.number))
    checked = f"{address}?pruefsumme={record.checksum[:SHORT_CHECKSUM]}"
    later = {one.number: one for one in record.renditions}
    number = record.last_rendition if rendition is None else rendition
    mark = RecordMark(record.number, record.version, record.approved_at, record.checksum, checked)
    if number == 1:
        return mark
    made = later[number]
    return replace(
        mark,
        address=f"{checked}&fassung={number}",
        rendition=number,
        rendition_reason=made.reason,
        rendition_at=timezone.localtime(made.at),
        lacks_a_name=any(one.reason == RenditionReason.ANONYMISED for one in later.values() if one.number <= number),
    )


def record_profile(
    record: AssessmentRecord, *, compare_with: str | None = None, rendition: int | None = None
) -> MaturityProfile:
    """The profile as approved, in the active language. No query with the record ``with_parts``.

    Raises NotComparable, and LookupError for a rendition there is not.
    """
    try:
        profile = profile_in(record.document, language=active_language(), names=record.names, compared=compare_with)
    except LookupError as error:
        raise NotComparable(compare_with) from error
    return replace(profile, meta=replace(profile.meta, record=mark_of(record, rendition=rendition)))


def said(value: Any, language: str = "") -> str:
    """A text of a record's figures in the active language. Only what is shown is looked up: a record says far more.

    Who asks for thousands names the ``language``: to ask Django for it takes longer than all the rest.
    """
    return value if isinstance(value, str) else str(value[language or active_language()])


def current_record(assessment: Assessment) -> AssessmentRecord | None:
    """With its parts; None while the round is not approved. One query."""
    return assessment.records.current().with_parts().first()


def speaking(user: Any, municipality: Municipality) -> QuerySet[AssessmentRecord]:
    """What speaks for each project of the municipality that the person may see: the record of its latest approved round."""
    rounds = Assessment.objects.visible_to(user).filter(project__municipality=municipality)
    current = AssessmentRecord.objects.current().filter(assessment__in=rounds)  # a reopened round has none
    latest = current.order_by("assessment__project_id", "-assessment__round").distinct("assessment__project_id")
    return AssessmentRecord.objects.filter(pk__in=latest.values("pk"))


def speaking_records(user: Any, municipality: Municipality) -> list[AssessmentRecord]:
    """The municipality as a whole first, then by name; nothing of the archive. With their parts, without their documents. One
    query.
    """
    found = AssessmentRecord.objects.with_parts().without_document().select_related("assessment")
    return list(
        found.filter(pk__in=speaking(user, municipality).values("pk"), assessment__project__archived_at=None).order_by(
            "-assessment__project__is_municipality_wide", GermanOrder("assessment__project__name")
        )
    )


def _pictures() -> Iterable[str]:
    return AssessmentRecord.objects.exclude(coat_of_arms="").values_list("coat_of_arms", flat=True).distinct()


coats_of_arms.keepers.append(_pictures)
