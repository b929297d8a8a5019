"""Catalogue files that wait for a curator to say yes after the check."""

from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from catalogue.models import CatalogueUpload
from catalogue.services.importing import ImportResult, import_files, load_file
from scaling.common.text import tidy_file_name
from scaling.common.transactions import atomic


class UploadGone(Exception):
    """The file was loaded already, has waited too long, or is somebody else's."""


@atomic
def store_upload(*, content: bytes, name: str, by: Any) -> CatalogueUpload:
    """Keep a file for UPLOAD_TTL; the same file from the same person is kept once, and from now on.

    Whoever stores one clears away what has expired, of everybody: five queries.
    """
    # One at a time for each person: of a form sent twice at once, the second finds what the first has kept.
    get_user_model().objects.select_for_update(no_key=True).get(pk=by.pk)
    CatalogueUpload.objects.expired().delete()
    name = tidy_file_name(name)[:200]
    upload = CatalogueUpload.objects.filter(owner=by, file_name=name, content=content).first()
    if upload is None:
        return CatalogueUpload.objects.create(owner=by, file_name=name, content=content)
    upload.created_at = timezone.now()
    upload.save(update_fields=["created_at"])
    return upload


@atomic
def load_upload(*, public_id: str, by: Any) -> ImportResult:
    """Import the file as a draft and forget it. Raises UploadGone, and CatalogueFileError where the catalogue has changed."""
    upload = CatalogueUpload.objects.select_for_update().waiting().filter(owner=by, public_id=public_id).first()
    if upload is None:
        raise UploadGone
    [result] = import_files([load_file(bytes(upload.content), upload.file_name)], by=by)
    upload.delete()
    return result
