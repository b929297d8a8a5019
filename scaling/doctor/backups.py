"""Backups: whether one can be written, read again by whoever should, and outlives what it is made of."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from scaling.backup.archive import recipient_problem
from scaling.doctor.findings import Check, Complaint, problem, warning
from scaling.doctor.machine import LEAST_FREE, MEGABYTE, TEMPORARY, can_write, owner

USUAL = "/var/backups/skalierungscheck"
#: Where Debian's PostgreSQL keeps its data, if the server does not say.
DATA = Path("/var/lib/postgresql")


def folder() -> Iterator[Complaint]:
    """Whether the nightly backup finds a place of its own that it may write to."""
    path = Path(settings.BACKUP_DIR)
    make = f"install -d -m 700 -o skalierungscheck -g skalierungscheck {path}; then deploy/install services"
    for inside, said in _wrong_places():
        if path.resolve().is_relative_to(inside.resolve()):
            yield problem(f"BACKUP_DIR is {path}, below {inside}: {said}", f"Set BACKUP_DIR={USUAL}, and move what lies there.")
            return
    if not path.exists():
        yield problem(f"The folder for backups, {path}, is not there: there is no backup tonight.", make)
    elif not path.is_dir():
        yield problem(f"BACKUP_DIR is {path}, which is no folder: there is no backup tonight.", f"Set BACKUP_DIR={USUAL}")
    elif not can_write(path):
        yield problem(
            f"{path} belongs to {owner(path)} and cannot be written to: there is no backup tonight.",
            f"chown skalierungscheck: {path}; then deploy/install services, which lets the timer write there",
        )
    else:
        yield from _room(path)


def _wrong_places() -> Iterator[tuple[Path, str]]:
    """Folders that no backup may lie in, the innermost first, and why."""
    yield Path(settings.STATIC_ROOT), "everybody in the world may fetch what lies there."
    yield Path(settings.MEDIA_ROOT), "each backup would hold all earlier ones."
    yield Path(settings.VAR_DIR) / "templates", "each backup would hold all earlier ones."
    yield Path(settings.BASE_DIR), "it goes with the code when another version is installed."
    for temporary in TEMPORARY:
        yield Path(temporary), "it is emptied when the machine starts, or of what is old."


def _room(path: Path) -> Iterator[Complaint]:
    """For the next one, as large as the largest so far."""
    sizes = [file.stat().st_size for file in path.glob("skalierungscheck-*.tar.gz*")]
    # Beside the file itself its tables lie there unpacked for a while.
    wanted = max(LEAST_FREE, 3 * max(sizes, default=0))
    free = shutil.disk_usage(path).free
    if free < wanted:
        yield problem(
            f"{free // MEGABYTE} MB are free on the disk of {path}, the next backup needs up to {wanted // MEGABYTE} MB.",
            "Move older ones elsewhere, lower BACKUP_KEEP_DAYS, or name a larger disk in BACKUP_DIR.",
        )


def same_disk() -> Iterator[Complaint]:
    """One broken disk should not take the data and all backups."""
    path = Path(settings.BACKUP_DIR)
    if settings.BACKUP_COPIED or not path.is_dir():
        return
    kept = [("the database", database_folder())]
    if not settings.OBJECT_STORAGE:
        kept.append(("the uploads", Path(settings.VAR_DIR)))
    shared = [what for what, where in kept if where and where.exists() and where.stat().st_dev == path.stat().st_dev]
    if shared:
        yield warning(
            f"Backups lie on the same disk as {' and '.join(shared)}: what breaks it takes both.",
            f"Have them copied to another machine every night, then set BACKUP_COPIED=1; or mount another disk at {path}.",
        )


def database_folder() -> Path | None:
    """Where the database's files lie on this machine, as far as we may know; None where it runs on another one."""
    found: dict[str, Any] = connection.settings_dict
    host = str(found["HOST"])
    if host not in ("", "localhost", "127.0.0.1", "::1") and not host.startswith("/"):
        return None
    try:
        with transaction.atomic(), connection.cursor() as cursor:  # of its own: for most users this is refused
            cursor.execute("SHOW data_directory")
            return Path(cursor.fetchone()[0])
    except DatabaseError:
        return DATA


def encryption() -> Iterator[Complaint]:
    for number, recipient in enumerate(settings.BACKUP_RECIPIENTS, 1):
        if said := recipient_problem(recipient):
            yield problem(
                f"BACKUP_RECIPIENTS, key {number}: {said} There is no backup tonight.",
                "Write the public half, age1…, which age-keygen prints; the secret half belongs on no server.",
            )


CHECKS = [
    Check("backup folder", folder, in_demo=False),
    Check("backup disk", same_disk, needs_database=True, in_demo=False),
    Check("backup keys", encryption),
]
