"""The files of a record: rendered when they are first asked for, and from then on the same bytes for ever.

A stored file whose bytes no longer give its checksum is never handed out. Where it was made by the program as it is now, it is
rendered once more, and counts only if the very bytes come out again; whatever else there is, is told (``FileDamaged``).
"""

import hashlib
import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone, translation

from assessments.models import AssessmentRecord, RecordFile, RecordRendition, RenditionReason
from assessments.reports.made_with import render_version
from assessments.reports.pdf import made_at_moment
from assessments.reports.pdf.store import fetch_pdf, forget_pdf, store_pdf
from assessments.reports.profile.model import MaturityProfile

logger = logging.getLogger(__name__)


class FileDamaged(Exception):
    """The stored file is not what was stored, and cannot be made again byte for byte. Its log entry says which it is."""


class FileGone(Exception):
    """An earlier rendition that was never made, or removed: what is made today would not be it."""


def kept_file(record: AssessmentRecord, *, kind: str, language: str, rendition: int, options: str = "") -> bytes | None:
    """The file where it was rendered before. One query; two for a damaged one. Raises FileDamaged.

    None also for a damaged file that ``file_of`` can make again.
    """
    which = {"kind": kind, "language": language, "options": options, "version": rendition}
    for content, checksum, made_with in record.files.filter(**which).values_list("content", "checksum", "made_with"):
        if content is not None:
            found = _sound(content, checksum)
            if found is None:
                _may_be_made_again(record, which, made_with)
                again = fetch_pdf(checksum)
                return again if again is None else _sound(again, checksum)
            return found
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

    A damaged PDF that was made again is kept by its checksum among the PDFs that may go at any time; its own row stays.
    """
    mark = profile.meta.record
    number = mark.rendition if mark else 1
    which = {"kind": kind, "language": profile.meta.language, "options": options, "version": number}
    kept_rows = record.files.filter(**which).values_list("content", "checksum", "made_with", "made_at")
    for content, checksum, made_with, made_at in kept_rows:
        if content is None:
            raise FileGone(number)
        found = _sound(content, checksum)
        if found is not None:
            return found
        with made_at_moment(made_at):
            return _made_again(record, profile, which, render, checksum, made_with)
    if number < record.last_rendition:
        raise FileGone(number)
    moment = timezone.now()
    with translation.override(profile.meta.language), made_at_moment(moment):
        rendered = render(profile)
    with transaction.atomic():
        # One at a time: of two that rendered it at once, the first one's file is the file. And whoever makes a person anonymous
        # waits, too: a file that was being rendered meanwhile must not bring the name back. It is handed out, since it was
        # asked for before, and forgotten.
        own = AssessmentRecord.objects.filter(pk=record.pk)
        own.select_for_update(no_key=True).values_list("pk").get()
        kept = RecordFile.objects.filter(record=OuterRef("pk"), **which)
        later = _later_without_a_name(OuterRef("pk"), number)
        content, checksum, is_late = own.values_list(
            Subquery(kept.values("content")), Subquery(kept.values("checksum")), Exists(later)
        ).get()
        if is_late:
            return rendered
        if content is not None and checksum is not None:
            found = _sound(content, checksum)
            if found is None:
                raise FileDamaged(_name(record, which))
            return found
        RecordFile.objects.create(
            record=record,
            **which,
            made_at=moment,
            made_with=render_version(),
            checksum=hashlib.sha256(rendered).hexdigest(),
            content=rendered,
        )
    return rendered


def _sound(content: memoryview | bytes, checksum: str) -> bytes | None:
    found = bytes(content)
    return found if hashlib.sha256(found).hexdigest() == checksum else None


def _name(record: AssessmentRecord, which: Mapping[str, Any]) -> str:
    return f"{record.number}, {', '.join(f'{key} {value}' for key, value in which.items() if value)}"


def _may_be_made_again(record: AssessmentRecord, which: Mapping[str, Any], made_with: str) -> None:
    """Raises FileDamaged where today's program would not make the same bytes, or makes this rendition no more."""
    is_earlier = any(one.number > which["version"] for one in record.renditions)
    if is_earlier or made_with != render_version():
        name = _name(record, which)
        logger.error("A stored file is damaged: %s. It cannot be made again; restore it from a backup.", name)
        raise FileDamaged(name)


def _made_again(
    record: AssessmentRecord,
    profile: MaturityProfile,
    which: Mapping[str, Any],
    render: Callable[[MaturityProfile], bytes],
    checksum: str,
    made_with: str,
) -> bytes:
    _may_be_made_again(record, which, made_with)
    with translation.override(profile.meta.language):
        rendered = render(profile)
    name = _name(record, which)
    if hashlib.sha256(rendered).hexdigest() != checksum:
        logger.error("A stored file is damaged: %s. Made again, it has other bytes; restore it from a backup.", name)
        raise FileDamaged(name)
    logger.error("A stored file is damaged: %s. It was made again, byte for byte; look after the database.", name)
    if which["kind"] == "pdf":
        store_pdf(checksum, rendered)
        # A name that went meanwhile is seen now: nothing is stored before it is gone (``store.forget_all``).
        if _later_without_a_name(record.pk, which["version"]).exists():
            forget_pdf(checksum)
    return rendered


def _later_without_a_name(record: Any, number: int) -> QuerySet[RecordRendition]:
    return RecordRendition.objects.filter(record=record, number__gt=number, reason=RenditionReason.ANONYMISED)
