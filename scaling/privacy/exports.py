"""Data that was asked for: ordered on a page, made by a worker, fetched until it goes."""

import hashlib
import logging
import tempfile
from datetime import timedelta
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from procrastinate.contrib.django import app

from scaling.accounts.models import Municipality, User
from scaling.common.jobs import PDF, GrowingPauses, put_off
from scaling.privacy.archive import municipality_named, write
from scaling.privacy.models import DataExport
from scaling.privacy.rows import rows_of_municipality, rows_of_person
from scaling.trail.events import note
from scaling.trail.models import EventKind

logger = logging.getLogger(__name__)
RETRY = GrowingPauses((10, 60))


def order(*, by: Any, person: User | None = None, municipality: Municipality | None = None) -> DataExport:
    """Have it made. One that waits already, or was made within the last minute, is that one. Four queries.

    Of a ``person``, with a ``municipality`` what that one holds of them; without a person, all of a municipality.
    """
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=by.pk)  # two clicks are one order
        same = DataExport.objects.filter(ordered_by=by, person=person, municipality=municipality, failed_at=None)
        for found in same.filter(ordered_at__gt=timezone.now() - timedelta(minutes=1)):
            return found
        made = DataExport.objects.create(ordered_by=by, person=person, municipality=municipality)
        note(EventKind.EXPORTED, by=by, municipality=municipality, export=made.pk, person=person.pk if person else None)
        put_off(make_export, pk=made.pk)
    return made


def orders_of(by: Any, *, person: User | None, municipality: Municipality | None) -> QuerySet[DataExport]:
    """What that person ordered of it and can still be fetched, the latest first."""
    since = timezone.now() - timedelta(days=settings.EXPORT_KEEP_DAYS)
    return DataExport.objects.filter(ordered_by=by, person=person, municipality=municipality, ordered_at__gt=since)


@app.task(name="make_export", queue=PDF, retry=RETRY)
def make_export(*, pk: int) -> None:
    """Make the file of an order, unless it is there or was forgotten meanwhile."""
    found = DataExport.objects.select_related("person", "municipality").filter(pk=pk, made_at=None).first()
    if found is None:
        return
    try:
        with tempfile.TemporaryFile() as target:
            write_export(target, person=found.person, municipality=found.municipality)
            target.seek(0)
            found.checksum = hashlib.file_digest(target, "sha256").hexdigest()
            found.size = target.tell()
            target.seek(0)
            found.file.save(f"{found.public_id}.zip", File(target), save=False)
        found.made_at, found.failed_at = timezone.now(), None
        found.save(update_fields=["file", "size", "checksum", "made_at", "failed_at"])
    except Exception:
        DataExport.objects.filter(pk=pk).update(failed_at=timezone.now())  # until another attempt succeeds
        raise


def write_export(target: IO[bytes], *, person: User | None, municipality: Municipality | None) -> None:
    """Raises ValueError where it is of nobody."""
    with transaction.atomic():
        if person is None:
            if municipality is None:
                raise ValueError("An export is of a person or of a municipality.")
            write(target, rows_of_municipality(municipality), municipality_named(municipality))
        else:
            within = rows_of_municipality(municipality) if municipality else None
            about: dict[str, Any] = {"about": "person", "person": person.pk}
            if municipality:
                about["within"] = municipality.name
            write(target, rows_of_person(person, within), about, only_files_of=person)


def forget_exports(*, before: Any, where: dict[str, Any] | None = None) -> int:
    """Remove orders made before that moment, and their files."""
    found = list(DataExport.objects.filter(ordered_at__lte=before, **(where or {})))
    for one in found:
        if one.file:
            default_storage.delete(one.file.name or "")
        one.delete()
    return len(found)
