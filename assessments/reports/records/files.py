"""The files of a record: rendered when they are first asked for, and from then on the same bytes for ever."""

import hashlib
from collections.abc import Callable
from dataclasses import replace

from django.db import transaction
from django.utils import timezone, translation

from assessments.models import AssessmentRecord, RecordFile
from assessments.reports.pdf.store import render_version
from assessments.reports.profile.model import MaturityProfile


class FileDamaged(Exception):
    """The stored file is not what was stored: its checksum does not fit."""


def kept_file(record: AssessmentRecord, *, kind: str, language: str, options: str = "") -> bytes | None:
    """The file where it was rendered before. One query. Raises FileDamaged."""
    which = {"kind": kind, "language": language, "options": options}
    for content, checksum in record.files.filter(**which).order_by("-version").values_list("content", "checksum")[:1]:
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

    ``profile`` is the record's own (``keeping.record_profile``), in the language of the file. One query from the store, five
    when it is rendered. Whatever ``render`` raises goes through, and nothing is kept. Raises FileDamaged.
    """
    which = {"kind": kind, "language": profile.meta.language, "options": options}
    kept = list(record.files.filter(**which).order_by("-version").values_list("content", "checksum", "version")[:1])
    if kept and kept[0][0] is not None:
        return _sound(kept[0][0], kept[0][1])
    edition = kept[0][2] + 1 if kept else 1
    mark = profile.meta.record
    if mark is not None and edition > 1:
        mark = replace(mark, edition=edition, edition_made_at=timezone.now())
    with translation.override(profile.meta.language):
        content = render(replace(profile, meta=replace(profile.meta, record=mark)))
    with transaction.atomic():
        RecordFile.objects.bulk_create(
            [
                RecordFile(
                    record=record,
                    **which,
                    version=edition,
                    made_at=timezone.now(),
                    made_with=render_version(),
                    checksum=hashlib.sha256(content).hexdigest(),
                    content=content,
                )
            ],
            ignore_conflicts=True,
        )
    # Of two that rendered it at once, the first one's file is the file.
    row = record.files.filter(**which, version=edition).values_list("content", "checksum").get()
    return content if row[0] is None else _sound(row[0], row[1])


def _sound(content: memoryview | bytes, checksum: str) -> bytes:
    found = bytes(content)
    if hashlib.sha256(found).hexdigest() != checksum:
        raise FileDamaged(checksum)
    return found
