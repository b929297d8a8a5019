"""A record is written with the approval, and read instead of the rows from then on."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone, translation

from assessments.models import Assessment, AssessmentRecord, RecordFile, RecordPerson, RenderedPdf
from assessments.reports.profile.load import DEFAULT_LANGUAGE, NotComparable, load_facts
from assessments.reports.profile.model import MaturityProfile, RecordMark
from assessments.reports.records.codec import LANGUAGES, checksum
from assessments.reports.records.document import document_of, profile_in
from assessments.services import workflow
from scaling.accounts import coats_of_arms
from scaling.common.addresses import absolute_url


@receiver(workflow.approved)
def write_record(assessment: Assessment, at: datetime, **kwargs: Any) -> AssessmentRecord:
    """Keep the approved round as it is now; ``workflow.approve`` holds the locks on municipality and round.

    Twenty-five queries, however many criteria. The record of an earlier approval of the same round names this one from now on.
    """
    assessment = Assessment.objects.with_context().get(pk=assessment.pk)
    project = assessment.project
    year = timezone.localtime(at).year
    own = AssessmentRecord.objects.filter(municipality=project.municipality, year=year)
    serial = (own.aggregate(last=Max("serial"))["last"] or 0) + 1
    number = f"{project.municipality.code}-{year}-{serial}"
    version = (assessment.records.aggregate(last=Max("version"))["last"] or 0) + 1
    facts = {}
    for language in LANGUAGES:
        with translation.override(language):
            facts[language] = load_facts(assessment)
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


def mark_of(record: AssessmentRecord) -> RecordMark:
    """What a document says about itself."""
    address = absolute_url(reverse("reports:document", args=[record.number]))
    checked = f"{address}?pruefsumme={record.checksum[:SHORT]}"
    return RecordMark(record.number, record.version, record.approved_at, record.checksum, checked)


#: So many signs of the checksum are enough to tell two documents apart, and too many to guess.
SHORT = 16


def record_profile(record: AssessmentRecord, *, compare_with: str | None = None) -> MaturityProfile:
    """The profile as approved, in the active language. Raises NotComparable. No query with the record ``with_people``."""
    language = (translation.get_language() or DEFAULT_LANGUAGE).split("-")[0]
    try:
        profile = profile_in(record.document, language=language, names=record.names, compared=compare_with)
    except LookupError as error:
        raise NotComparable(compare_with) from error
    return replace(profile, meta=replace(profile.meta, record=mark_of(record)))


def current_record(assessment: Assessment) -> AssessmentRecord | None:
    """With its people; None while the round is not approved. One query."""
    return assessment.records.current().with_people().first()


@transaction.atomic
def make_anonymous(*, user: Any) -> int:
    """Take a person's name out of all records, and remove the files that show it. Documents and checksums stay as they are.

    Returns in how many records the person stood. What others wrote about them in reasons and evidence stays: nobody can tell
    which words are names.
    """
    people = RecordPerson.objects.filter(user=user).exclude(name="")
    records = sorted(set(people.values_list("record", flat=True)))
    people.update(name="", user=None)
    RecordFile.objects.filter(record__in=records, content__isnull=False).update(content=None, removed_at=timezone.now())
    RenderedPdf.objects.all().delete()  # those of running rounds show names, too, and are made again when they are asked for
    return len(records)


def _pictures() -> Iterable[str]:
    return AssessmentRecord.objects.exclude(coat_of_arms="").values_list("coat_of_arms", flat=True).distinct()


coats_of_arms.keepers.append(_pictures)
