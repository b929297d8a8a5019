"""A record's files made anew: with today's templates, or without a name. The document and its checksum stay as they are."""

from typing import Any

from django.db.models import Max
from django.utils import timezone

from assessments.models import (
    Assessment,
    AssessmentRecord,
    AssessmentState,
    RecordFile,
    RecordPerson,
    RecordRendition,
    RenderedPdf,
    RenditionReason,
)
from assessments.reports.pdf.store import render_version
from scaling.common.transactions import atomic


class NothingNew(Exception):
    """Files made now would be designed as those there are."""


class NoLongerApproved(Exception):
    """The round was reopened: its next files come with the next approval."""


@atomic
def redesign(*, assessment: Assessment, by: Any) -> RecordRendition:
    """From now on the files of the approved round are made with today's templates; those kept so far can still be fetched.

    Five queries. Raises NoLongerApproved, and NothingNew where no file was made with other templates.
    """
    states = Assessment.objects.select_for_update(no_key=True).filter(pk=assessment.pk).values_list("state", flat=True)
    if states.get() != AssessmentState.APPROVED:
        raise NoLongerApproved
    record = assessment.records.current().defer("document").select_for_update(of=("self",), no_key=True).get()
    latest = _latest(record)
    files = RecordFile.objects.filter(record=record, version=latest, content__isnull=False)
    if not files.exclude(made_with=render_version()).exists():
        raise NothingNew
    return RecordRendition.objects.create(
        record=record, number=latest + 1, reason=RenditionReason.REDESIGNED, made_at=timezone.now(), made_by=by
    )


@atomic
def make_anonymous(*, user: Any, by: Any = None) -> int:
    """Take a person's name out of all records, and remove every file that was made with it.

    Documents and checksums stay as they are; files asked for from now on are a new rendition that says why. Returns in how many
    records the person stood. What people wrote about them in reasons and evidence stays: nobody can tell which words are names.
    """
    people = RecordPerson.objects.filter(user=user)
    numbers = sorted(set(people.values_list("record", flat=True)))
    # Alone: a file that is being rendered with the name is not kept (``files.file_of``).
    records = list(AssessmentRecord.objects.defer("document").filter(pk__in=numbers).order_by("pk").select_for_update())
    people.filter(record__in=records).update(name="", user=None)
    now = timezone.now()
    RecordFile.objects.filter(record__in=records, content__isnull=False).update(content=None, removed_at=now)
    RenderedPdf.objects.all().delete()  # those of running rounds show names, too, and are made again when they are asked for
    RecordRendition.objects.bulk_create(
        RecordRendition(record=one, number=_latest(one) + 1, reason=RenditionReason.ANONYMISED, made_at=now, made_by=by)
        for one in records
    )
    return len(records)


def _latest(record: AssessmentRecord) -> int:
    return RecordRendition.objects.filter(record=record).aggregate(last=Max("number"))["last"] or 1
