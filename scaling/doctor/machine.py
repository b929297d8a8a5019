"""This machine: folders, files, disk, libraries, language and time."""

import logging
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time
import zoneinfo
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from assessments.reports.pdf.engine import PdfUnavailable, html_to_pdf
from scaling.backup.create import SECRET
from scaling.backup.create import missing_files as missing_uploads
from scaling.common import environment_file
from scaling.doctor.findings import CannotLook, Check, Complaint, problem, warning
from scaling.preparation import build_is_current

MEGABYTE = 1024 * 1024
#: Free space below which something is to be done.
LEAST_FREE = 1024 * MEGABYTE
#: What a machine empties.
TEMPORARY = ("/tmp", "/var/tmp", "/run", "/dev/shm")  # noqa: S108 – looked for, not used


def user() -> Iterator[Complaint]:
    """Root may write everywhere, so nothing it finds about folders would be true for the app."""
    var = Path(settings.VAR_DIR)
    if os.geteuid() == 0 and var.exists() and var.stat().st_uid != 0:
        yield warning(
            "This runs as root, the app does not: what is said about folders may be wrong.",
            f"Run it as the owner of {var}: sudo -u {owner(var)} …",
        )


def settings_file() -> Iterator[Complaint]:
    for said in settings.MISSPELT_VARIABLES():
        yield warning(said, "Correct the name, or remove the variable.")
    path = Path(os.environ.get(environment_file.FILE) or environment_file.DEFAULT)
    if path.is_file() and path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH | stat.S_IWGRP):
        yield problem(f"{path} holds secrets, and others may read or change it.", f"chmod 640 {path}")
    for name in settings.VARIABLES_SET:
        secret = Path(os.environ.get(f"{name}_FILE", ""))
        # What a container engine or systemd brings lies below /run, where only this service comes.
        if not SECRET.search(name) or not secret.is_file() or secret.resolve().is_relative_to("/run"):
            continue
        if secret.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH | stat.S_IWGRP):
            yield problem(f"{secret} holds {name}, and others may read or change it.", f"chmod 640 {secret}")


def folders() -> Iterator[Complaint]:
    var = Path(settings.VAR_DIR)
    yield from _places(var)
    for folder in (var, Path(settings.MEDIA_ROOT)):
        if not folder.is_dir():
            if folder == var:
                yield problem(f"{folder} is not there.", f"install -d -m 750 -o skalierungscheck -g skalierungscheck {folder}")
            continue
        if not can_write(folder):
            yield problem(
                f"{folder} belongs to {owner(folder)} and cannot be written to: uploads fail.",
                f"chown -R skalierungscheck: {folder}",
            )
    foreign = list(islice(_of_others(Path(settings.MEDIA_ROOT)), 3))
    if foreign:
        yield problem(
            f"Uploads belong to another user and cannot be read, or none be added: {', '.join(map(str, foreign))} …",
            f"chown -R skalierungscheck: {settings.MEDIA_ROOT}",
        )


def _places(var: Path) -> Iterator[Complaint]:
    """Where uploads may not lie, though they could be written there."""
    if settings.DEMO:
        return
    elsewhere = "Set VAR_DIR=/var/lib/skalierungscheck, and move what lies there."
    if var.resolve().is_relative_to(Path(settings.BASE_DIR).resolve()):
        yield problem(f"VAR_DIR is {var}, below the code: uploads go with it when another version is installed.", elsewhere)
    for temporary in TEMPORARY:
        if var.resolve().is_relative_to(temporary):
            yield problem(f"VAR_DIR is {var}: uploads are lost when the machine starts, or sooner.", elsewhere)


def can_write(folder: Path) -> bool:
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-"):
            return True
    except OSError:
        return False


def _of_others(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*") if folder.is_dir() else ():
        if not _may(path, os.R_OK | (os.W_OK | os.X_OK if path.is_dir() else 0)):
            yield path


def _may(path: Path, what: int) -> bool:
    return os.access(path, what, effective_ids=os.access in os.supports_effective_ids)


def owner(path: Path) -> str:
    try:
        return path.owner()
    except KeyError:  # a user of another machine
        return str(path.stat().st_uid)


def code() -> Iterator[Complaint]:
    """The code a web server runs should not be its to change."""
    if os.geteuid() != 0 and _may(settings.BASE_DIR / "manage.py", os.W_OK):
        yield warning(
            f"The app may change its own code in {settings.BASE_DIR}.",
            f"chown -R root: {settings.BASE_DIR} (not needed for it to run)",
        )


def built() -> Iterator[Complaint]:
    """Static files and translations as this version's code asks for them."""
    if not build_is_current():
        yield problem(
            f"Static files or translations in {settings.BUILD_DIR} are missing or of another version: pages have no shape.",
            "Run manage.py build as the owner of the code, or install anew (deploy/install).",
        )


def disk() -> Iterator[Complaint]:
    for folder in {Path(settings.VAR_DIR), Path(tempfile.gettempdir())}:
        if folder.is_dir():
            usage = shutil.disk_usage(folder)
            if usage.free < LEAST_FREE:
                yield problem(
                    f"{usage.free // MEGABYTE} MB are free on the disk of {folder}.",
                    "Free some space, or move it to a larger disk.",
                )


def leftovers() -> Iterator[Complaint]:
    """What PDF workers leave that were killed: WeasyPrint's copies of fonts."""
    day_ago = time.time() - 24 * 60 * 60
    found = [path for path in Path(tempfile.gettempdir()).glob("weasyprint-*") if _older(path, day_ago)]
    if len(found) > 3:
        yield warning(
            f"{len(found)} folders weasyprint-* of killed workers lie in {tempfile.gettempdir()}.",
            f"rm -r {tempfile.gettempdir()}/weasyprint-*; with the units under deploy/, systemd does it (PrivateTmp).",
        )


def _older(path: Path, moment: float) -> bool:
    try:
        return path.stat().st_mtime < moment
    except OSError:
        return False


def missing_files() -> Iterator[Complaint]:
    where = "the bucket of UPLOADS_URL" if settings.OBJECT_STORAGE else settings.MEDIA_ROOT
    try:
        if settings.OBJECT_STORAGE:
            default_storage.delete(default_storage.save("doctor", ContentFile(b"Probe")))
        missing = missing_uploads()
    except OSError as error:  # a disk is seen by its folders; an object storage only here
        yield problem(f"Uploads cannot be read or stored. {error}", "Start the object storage, or correct UPLOADS_URL.")
        return
    if missing:
        yield problem(
            f"{len(missing)} uploaded files are missing, the first is {missing[0]}.",
            f"Copy them into {where} from a backup (manage.py backup --check FILE names what it holds).",
        )


def own_templates() -> Iterator[Complaint]:
    folder = Path(settings.VAR_DIR) / "templates"
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        name = path.relative_to(folder)
        if path.is_file() and not (settings.BASE_DIR / "templates" / name).is_file():
            yield warning(
                f"No page uses your template {name}.", f"Name it like one of {settings.BASE_DIR / 'templates'}/pages."
            )
        elif path.is_file() and not _may(path, os.R_OK):
            yield problem(f"Your template {path} cannot be read: its page fails.", f"chmod 644 {path}")


def operator() -> Iterator[Complaint]:
    empty = [f"OPERATOR_{name}" for name in ("NAME", "ADDRESS", "EMAIL") if not settings.OPERATOR[name]]
    own = Path(settings.VAR_DIR) / "templates" / "pages" / "imprint.html"
    if empty and not own.is_file():
        yield warning(
            f"Imprint and privacy notice do not say who runs this: {', '.join(empty)}.", "Set them; they are obligatory."
        )


def language() -> Iterator[Complaint]:
    """How names of files are written: one in Latin-1 or ASCII cannot be read by the next command that runs in UTF-8."""
    found = sys.getfilesystemencoding()
    if found.lower().replace("-", "") != "utf8":
        yield problem(f"Names of files are written as {found} here: umlauts in them break.", "Set LANG=C.UTF-8, and no LC_ALL.")


def time_server() -> Iterator[Complaint]:
    """Both the database and the proxy may stand on this machine: then their clocks are wrong together."""
    program = shutil.which("timedatectl")
    if program is None:
        raise CannotLook("There is no timedatectl to ask.")
    asked = subprocess.run(  # noqa: S603 – a program of the system's
        [program, "show", "--property=NTPSynchronized", "--value"], capture_output=True, text=True, check=False
    )
    if asked.returncode or asked.stdout.strip() not in ("yes", "no"):
        raise CannotLook("timedatectl does not answer, as in a container: see the machine below it.")
    if asked.stdout.strip() == "no":
        yield warning("No time server sets this machine's clock: it may be wrong.", "timedatectl set-ntp true")


def time_zone() -> Iterator[Complaint]:
    try:
        zoneinfo.ZoneInfo(settings.TIME_ZONE)
    except zoneinfo.ZoneInfoNotFoundError:
        yield problem(f"The time zone {settings.TIME_ZONE} is unknown here.", "apt-get install tzdata")


def pdf() -> Iterator[Complaint]:
    heard = _Heard()
    logger = logging.getLogger("weasyprint")
    logger.addHandler(heard)
    try:
        html_to_pdf("<html lang=de><title>x</title><p>Probe</p></html>", ("css/print-report.css",))
    except PdfUnavailable as error:
        yield problem("PDFs cannot be drawn: system libraries are missing.", str(error).partition(": ")[2] or str(error))
    finally:
        logger.removeHandler(heard)
    for said in heard.of_fonts[:1]:
        yield warning(f"PDFs are not set in the app's own type: {said}", "Install the app anew: its fonts are incomplete.")


class _Heard(logging.Handler):
    """What is said about fonts while a PDF is drawn."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.of_fonts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if "font" in record.getMessage().lower():
            self.of_fonts.append(record.getMessage())


CHECKS = [
    Check("user", user),
    Check("settings", settings_file),
    Check("folders", folders),
    Check("code", code, in_demo=False),
    Check("static files", built),
    Check("disk", disk),
    Check("leftovers", leftovers),
    Check("missing files", missing_files, needs_database=True),
    Check("own templates", own_templates),
    Check("operator", operator, in_demo=False),
    Check("language", language),
    Check("time zone", time_zone),
    Check("time server", time_server, in_demo=False),
    Check("pdf", pdf),
]
