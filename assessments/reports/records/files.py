"""The files of a record: rendered when they are first asked for, and from then on the same bytes for ever."""

import hashlib
from collections.abc import Callable

from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone, translation

from assessments.models import AssessmentRecord, RecordFile, RecordRendition, RenditionReason
from assessments.reports.pdf.store import render_version
from assessments.reports.profile.model import MaturityProfile


class FileDamaged(Exception):
    """The stored file is not what was stored: its checksum does not fit."""


class FileGone(Exception):
    """An earlier rendition that was never made, or removed: what is made today would not be it."""


def kept_file(record: AssessmentRecord, *, kind: str, language: str, rendition: int, options: str = "") -> bytes | None:
    """The file where it was rendered before. One query. Raises FileDamaged."""
    which = {"kind": kind, "language": language, "options": options, "version": rendition}
    for content, checksum in record.files.filter(**which).values_list("content", "checksum"):
        if content is not None:
            return _sound(content, checksum)
    return None


def file_of(
    record: AssessmentRecord,
    profile: MaturityProfile,
    *,
    kind: str,
    render: Callable[[MaturityProfile], bytes],
    options: str = "",
) -> bytes:
    """The file, from the store or rendered now and kept. ``options`` names all that tells it from others of its kind.

    ``profile`` is the record's own (``keeping.record_profile``), in the language of the file; its mark says which rendition is
    asked for. One query from the store, six when it is rendered. Whatever ``render`` raises goes through, and nothing is
    kept. Raises FileDamaged, and FileGone.
    """
    mark = profile.meta.record
    number = mark.rendition if mark else 1
    which = {"kind": kind, "language": profile.meta.language, "options": options, "version": number}
    for content, checksum in record.files.filter(**which).values_list("content", "checksum"):
        if content is None:
            raise FileGone(number)
        return _sound(content, checksum)
    if number < max((one.number for one in record.renditions), default=1):
        raise FileGone(number)
    with translation.override(profile.meta.language):
        rendered = render(profile)
    with transaction.atomic():
        # One at a time: of two that rendered it at once, the first one's file is the file. And whoever makes a person anonymous
        # waits, too: a file that was being rendered meanwhile must not bring the name back. It is handed out, since it was
        # asked for before, and forgotten.
        own = AssessmentRecord.objects.filter(pk=record.pk)
        own.select_for_update(no_key=True).values_list("pk").get()
        kept = RecordFile.objects.filter(record=OuterRef("pk"), **which)
        later = RecordRendition.objects.filter(record=OuterRef("pk"), number__gt=number, reason=RenditionReason.ANONYMISED)
        content, checksum, is_late = own.values_list(
            Subquery(kept.values("content")), Subquery(kept.values("checksum")), Exists(later)
        ).get()
        if is_late:
            return rendered
        if content is not None:
            return _sound(content, checksum)
        RecordFile.objects.create(
            record=record,
            **which,
            made_at=timezone.now(),
            made_with=render_version(),
            checksum=hashlib.sha256(rendered).hexdigest(),
            content=rendered,
        )
    return rendered


def _sound(content: memoryview | bytes, checksum: str) -> bytes:
    found = bytes(content)
    if hashlib.sha256(found).hexdigest() != checksum:
        raise FileDamaged(checksum)
    return found
