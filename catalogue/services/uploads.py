"""Catalogue files that wait for a curator to say yes after the check."""

from typing import Any

from django.db import transaction

from catalogue.models import CatalogueUpload
from catalogue.services.importing import ImportResult, import_files, load_file


class UploadGone(Exception):
    """The file was loaded already, has waited too long, or is somebody else's."""


@transaction.atomic
def store_upload(*, content: bytes, name: str, by: Any) -> CatalogueUpload:
    """Keep a file for UPLOAD_TTL. Whoever stores one clears away what has expired, of everybody: three queries."""
    CatalogueUpload.objects.expired().delete()
    return CatalogueUpload.objects.create(owner=by, file_name=name[:200], content=content)


@transaction.atomic
def load_upload(*, public_id: str, by: Any) -> ImportResult:
    """Import the file as a draft and forget it. Raises UploadGone, and CatalogueFileError where the catalogue has changed."""
    upload = CatalogueUpload.objects.select_for_update().waiting().filter(owner=by, public_id=public_id).first()
    if upload is None:
        raise UploadGone
    [result] = import_files([load_file(bytes(upload.content), upload.file_name)], by=by)
    upload.delete()
    return result
