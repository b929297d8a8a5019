"""A record's files made anew: with today's templates, or without a name. The document and its checksum stay as they are."""

import re
from typing import Any

from django.db.models import CharField, Func, Max, Value
from django.utils import timezone

from assessments.models import (
    Assessment,
    AssessmentRecord,
    AssessmentState,
    RecordFile,
    RecordPerson,
    RecordRendition,
    RenditionReason,
)
from assessments.reports.made_with import render_version
from assessments.reports.pdf.store import forget_all
from scaling.common.transactions import atomic


class NothingNew(Exception):
    """Files made now would be designed as those there are."""


class NoLongerApproved(Exception):
    """The round was reopened: its next files come with the next approval."""


@atomic
def redesign(*, assessment: Assessment, by: Any) -> RecordRendition:
    """From now on the files of the approved round are made with today's templates; those kept so far can still be fetched.

    Five queries. Raises NoLongerApproved, and NothingNew where no file was made with other templates or is damaged.
    """
    states = Assessment.objects.select_for_update(no_key=True).filter(pk=assessment.pk).values_list("state", flat=True)
    if states.get() != AssessmentState.APPROVED:
        raise NoLongerApproved
    record = assessment.records.current().without_document().select_for_update(of=("self",), no_key=True).get()
    latest = _latest([record])[record.pk]
    files = RecordFile.objects.filter(record=record, version=latest, content__isnull=False)
    hashed = Func(Func("content", function="sha256"), Value("hex"), function="encode", output_field=CharField())
    if not files.exclude(made_with=render_version(), checksum=hashed).exists():
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
    people = RecordPerson.objects.filter(pk__in=named_in_records(user))
    numbers = sorted(set(people.values_list("record", flat=True)))
    # Alone: a file that is being rendered with the name is not kept (``files.file_of``).
    records = list(AssessmentRecord.objects.without_document().filter(pk__in=numbers).order_by("pk").select_for_update())
    RecordPerson.objects.filter(pk__in=named_in_records(user), record__in=records).update(name="", user=None)
    now = timezone.now()
    RecordFile.objects.filter(record__in=records, content__isnull=False).update(content=None, removed_at=now)
    forget_all()  # those of running rounds show names, too, and are made again when they are asked for
    latest = _latest(records)
    RecordRendition.objects.bulk_create(
        RecordRendition(record=one, number=latest[one.pk] + 1, reason=RenditionReason.ANONYMISED, made_at=now, made_by=by)
        for one in records
    )
    return len(records)


def last_anonymised() -> int:
    """Grows whenever a name went. Whoever looks before they read names and again after they stored them knows whether to forget
    it (``forget_all`` lets nobody store in between). One query.
    """
    return RecordRendition.objects.filter(reason=RenditionReason.ANONYMISED).aggregate(last=Max("pk"))["last"] or 0


def named_in_records(user: Any) -> list[int]:
    """The rows in which a person stands: as themselves, and as somebody typed their name for who is in charge of a measure or
    the contact of a council paper.

    Typed names count in documents of the municipalities the person belongs to or stands in; whole names only. Three queries.
    """
    own = RecordPerson.objects.filter(user=user)
    rows = list(own.values_list("pk", "name", "record__municipality"))
    names = {name.casefold() for _, name, _ in rows if name} | {user.name.casefold()}
    places = {place for _, _, place in rows} | set(user.memberships.values_list("municipality", flat=True))
    typed = RecordPerson.objects.filter(user=None, record__municipality__in=places).exclude(name="")
    return [pk for pk, _, _ in rows] + [
        pk for pk, text in typed.values_list("pk", "name") if any(_stands_in(name, text.casefold()) for name in names if name)
    ]


def _stands_in(name: str, text: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text))


def _latest(records: list[AssessmentRecord]) -> dict[int, int]:
    """The number of each one's latest rendition, by its primary key. One query."""
    later = RecordRendition.objects.filter(record__in=records).order_by().values("record").annotate(last=Max("number"))
    return {one.pk: 1 for one in records} | dict(later.values_list("record", "last"))
