"""Files as evidence: what may come in, where it lies, and when it goes.

A file is judged by its content; its name only has to agree. It is kept under a random name outside of everything the web server
serves, and leaves only through a view that asks for the rights (``assessments.views.evidence``). No change of a row deletes a
file: ``delete_unused_files`` does, once nothing has pointed to it for a while.
"""

import contextlib
import logging
import secrets
import zipfile
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import PurePath
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Max
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from assessments.models import Evidence, Project, Score
from assessments.services.answers import NewEvidence, add_evidence
from scaling.common.stored_files import UNUSED_FOR, delete_unused, save_file
from scaling.common.text import tidy_file_name, tidy_line

logger = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024
MAX_BYTES = 10 * MEGABYTE
FOLDER = "nachweise"
_SAMPLE = 64 * 1024

_OFFICE = "application/vnd.openxmlformats-officedocument."
#: The endings that may come in, and what a browser is told they are.
CONTENT_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "docx": f"{_OFFICE}wordprocessingml.document",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "txt": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
}
_SAME = {"jpeg": "jpg"}


class UploadRejected(Exception):
    """The file cannot be taken. The message says why, to the person who brought it."""


@dataclass(frozen=True)
class ValidatedUpload:
    """A file that was looked at: ``ending`` is one of CONTENT_TYPES and tells its type, ``name`` is what it was called."""

    name: str
    ending: str
    content: "UploadedFile[bytes]"


def validate_upload(upload: "UploadedFile[bytes]") -> ValidatedUpload:
    """Size, type by content, agreement with the name, and the scanner if there is one. Raises UploadRejected."""
    name = _clean_name(upload.name or "")
    if not upload.size:
        raise UploadRejected(_("Die Datei ist leer."))
    if upload.size > MAX_BYTES:
        raise UploadRejected(_("Die Datei ist größer als 10 MB."))
    ending = PurePath(name).suffix.lower().removeprefix(".")
    ending = _SAME.get(ending, ending)
    if ending not in CONTENT_TYPES:
        raise UploadRejected(
            _("Diese Art von Datei nehmen wir nicht an. Möglich sind: %(endings)s.") % {"endings": ", ".join(CONTENT_TYPES)}
        )
    found = type_of(upload)
    # A table and a text look the same inside.
    if found != ending and not (found == "txt" and ending == "csv"):
        raise UploadRejected(_("Der Inhalt der Datei passt nicht zu ihrer Endung .%(ending)s.") % {"ending": ending})
    _scan(upload, name)
    upload.seek(0)
    return ValidatedUpload(name, ending, upload)


def _clean_name(name: str) -> str:
    """The last part of the name, without characters that have no place in one, and short enough to keep."""
    path = PurePath(tidy_file_name(name) or "datei")
    return f"{path.stem[:150]}{path.suffix[:20]}"


def type_of(file: Any) -> str | None:
    """One of CONTENT_TYPES by content, or None. Documents with macros have none."""
    file.seek(0)
    start = file.read(_SAMPLE)
    if start.startswith(b"%PDF-"):
        return "pdf"
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if start.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if start.startswith(b"PK\x03\x04"):
        return _type_of_package(file)
    return "txt" if _is_text(file) else None


def _type_of_package(file: Any) -> str | None:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            if any(name.lower().endswith("vbaproject.bin") or name.startswith("Basic/") for name in names):
                return None
            if "mimetype" in names:
                with archive.open("mimetype") as part:
                    declared = part.read(200).decode("ascii", "replace").strip()
                return next((e for e in ("odt", "ods") if CONTENT_TYPES[e] == declared), None)
            if "[Content_Types].xml" in names:
                return "docx" if "word/document.xml" in names else "xlsx" if "xl/workbook.xml" in names else None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError):
        return None
    return None


def _is_text(file: Any) -> bool:
    """Whether it is text in UTF-8 or, as older spreadsheets write it, in Windows-1252."""
    file.seek(0)
    content: bytes = file.read()
    if any(byte < 32 and byte not in b"\t\n\r\f" for byte in set(content)):
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        try:
            content.decode("cp1252")
        except UnicodeDecodeError:
            return False
    return True


def _scan(upload: "UploadedFile[bytes]", name: str) -> None:
    """Ask the scanner named by EVIDENCE_SCANNER. One that fails lets nothing through."""
    if not settings.EVIDENCE_SCANNER:
        return
    try:
        upload.seek(0)
        complaint = import_string(settings.EVIDENCE_SCANNER)(upload)
    except Exception as error:
        logger.exception("The scanner %s failed on an upload.", settings.EVIDENCE_SCANNER)
        raise UploadRejected(
            _("Die Datei ließ sich gerade nicht prüfen. Bitte versuchen Sie es später noch einmal.")
        ) from error
    if complaint:
        logger.warning("The scanner refused the upload “%s”: %s", name, complaint)
        raise UploadRejected(_("Die Prüfung auf Schadprogramme hat die Datei abgelehnt."))


def used_bytes(project: Project) -> int:
    """What the files of a project take, each counted once however many rounds point to it. One query, one look per file."""
    rows = Evidence.objects.filter(score__assessment__project=project).exclude(file="")
    total = 0
    for name in set(rows.values_list("file", flat=True)):
        with contextlib.suppress(OSError):  # a missing file takes nothing
            total += default_storage.size(name)
    return total


def room_left(project: Project) -> tuple[int, int]:
    """Megabytes used and allowed, for people."""
    return round(used_bytes(project) / MEGABYTE), settings.EVIDENCE_PROJECT_MB


def add_file(
    *,
    score: Score,
    by: Any,
    file: ValidatedUpload,
    text: str = "",
    dated_on: date | None = None,
    valid_until: date | None = None,
) -> Evidence:
    """Store a file and the evidence that names it; the same file under the same words is kept once. Raises NotEditable,
    StorageUnavailable, ValidationError for days that cannot be meant, UploadRejected where the project's room is used up;
    nothing is left behind then.
    """
    known = _brought_before(score, file, text or file.name)
    if known is not None:
        return known
    project = score.assessment.project
    if used_bytes(project) + (file.content.size or 0) > settings.EVIDENCE_PROJECT_MB * MEGABYTE:
        used, most = room_left(project)
        raise UploadRejected(
            _(
                "Das Projekt hat schon %(used)s MB an Dateien; mit dieser wären es mehr als %(most)s MB. "
                "Entfernen Sie Dateien, die niemand mehr braucht, oder verweisen Sie mit einem Link."
            )
            % {"used": used, "most": most}
        )
    stored = save_file(f"{FOLDER}/{secrets.token_hex(16)}.{file.ending}", file.content)
    try:
        return add_evidence(
            score=score,
            by=by,
            evidence=NewEvidence(
                text=text or file.name, file=stored, file_name=file.name, dated_on=dated_on, valid_until=valid_until
            ),
        )
    except BaseException:
        default_storage.delete(stored)
        raise


def _brought_before(score: Score, file: ValidatedUpload, text: str) -> Evidence | None:
    """Who brings a file twice, since they were not sure the first time, has brought it once. One query."""
    for evidence in Evidence.objects.filter(score=score, text=tidy_line(text), file_name=file.name).exclude(file=""):
        with contextlib.suppress(OSError), open_file(evidence) as stored:
            file.content.seek(0)
            if stored.read() == file.content.read():
                return evidence
    return None


def content_type_of(evidence: Evidence) -> str:
    """What a browser is told, by our own stored name; never by what somebody called it."""
    ending = PurePath(evidence.file.name or "").suffix.removeprefix(".")
    return CONTENT_TYPES.get(ending, "application/octet-stream")


def open_file(evidence: Evidence) -> BinaryIO:
    """Raises FileNotFoundError."""
    return default_storage.open(evidence.file.name or "")  # type: ignore[return-value]


def delete_unused_files(*, unused_for: timedelta = UNUSED_FOR) -> list[str]:
    """Delete the files no evidence has pointed to for that long, and return their names. Two queries.

    Evidence set aside with its answer points to its file like any other. When the last one was removed, its history knows.
    """
    used = set(Evidence.objects.exclude(file="").values_list("file", flat=True))
    removed = Evidence.history.filter(history_type="-").exclude(file="").values("file").annotate(at=Max("history_date"))
    since: dict[str, datetime] = {row["file"]: row["at"] for row in removed}
    return delete_unused(FOLDER, used=used, unused_since=since, unused_for=unused_for)
