"""Catalogue files that wait for a curator to say yes after the check."""

from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from catalogue.documents.checksum import checksum_of
from catalogue.documents.export import edition_document
from catalogue.models import CatalogueUpload, Edition
from catalogue.services.importing import ImportResult, import_files, load_file, lock_editions
from scaling.common.locks import sweep
from scaling.common.text import tidy_file_name
from scaling.common.transactions import atomic


class UploadGone(Exception):
    """The file was loaded already, has waited too long, or is somebody else's."""


class DraftChanged(Exception):
    """The draft the file would replace is not the one it was compared with: what somebody wrote since would go unseen."""

    def __init__(self, number: str) -> None:
        super().__init__(f"Draft {number} has changed since the file was checked.")
        self.number = number


@atomic
def store_upload(*, content: bytes, name: str, by: Any) -> CatalogueUpload:
    """Keep a file for UPLOAD_TTL; the same file from the same person is kept once, and from now on.

    Whoever stores one clears away what has expired, of everybody: five queries.
    """
    # One at a time for each person: of a form sent twice at once, the second finds what the first has kept.
    get_user_model().objects.select_for_update(no_key=True).get(pk=by.pk)
    sweep(CatalogueUpload.objects.expired())
    name = tidy_file_name(name)[:200]
    upload = CatalogueUpload.objects.filter(owner=by, file_name=name, content=content).first()
    if upload is None:
        return CatalogueUpload.objects.create(owner=by, file_name=name, content=content)
    upload.created_at = timezone.now()
    upload.save(update_fields=["created_at"])
    return upload


def replaced(number: str) -> str:
    """The checksum of the draft that a file of this number would replace, empty where there is none."""
    existing = Edition.objects.numbered(number)
    return checksum_of(edition_document(existing)) if existing and existing.is_draft else ""


@atomic
def load_upload(*, public_id: str, by: Any, seen: str = "") -> ImportResult:
    """Import the file as a draft and forget it. ``seen`` is what ``replaced`` said when it was checked.

    Raises UploadGone, DraftChanged, and CatalogueFileError where the catalogue has changed.
    """
    upload = CatalogueUpload.objects.select_for_update().waiting().filter(owner=by, public_id=public_id).first()
    if upload is None:
        raise UploadGone
    file = load_file(bytes(upload.content), upload.file_name)
    lock_editions()  # whoever is saving in the draft comes first and is seen
    if replaced(file.number) != seen:
        raise DraftChanged(file.number)
    [result] = import_files([file], by=by)
    upload.delete()
    return result
