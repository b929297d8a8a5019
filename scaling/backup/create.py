"""Writes a backup: one moment of the database, and the files that belong to it."""

import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from assessments.models import Evidence
from scaling import __version__
from scaling.accounts.models import Municipality, User
from scaling.backup.archive import FORMAT, MANIFEST, Writer
from scaling.backup.tables import sequences, tables, write_table
from scaling.preparation import BACKUP_LOCK, holding, no_end_to_its_time

#: Tables up to this size stay in memory while they are packed.
SPOOL = 32 * 1024 * 1024
SECRET = re.compile(r"SECRET|URL|PASSWORD|TOKEN|KEY")


class NoTables(Exception):
    """The database holds nothing of the app. Nothing has been written."""


@dataclass(frozen=True)
class Written:
    """What a backup holds; ``missing`` are uploads that rows point to and that are not there."""

    rows: int
    files: int
    bytes: int
    missing: tuple[str, ...]


def create(path: Path, recipients: Sequence[str] = (), stdout: Any = sys.stdout) -> Written:
    """Write a backup to ``path``, whole or not at all; with ``recipients`` (age1…) encrypted for them.

    All tables are read in one snapshot, so nobody has to stop working; files follow, of which none is deleted that the snapshot
    points to (``delete_unused_files`` waits for weeks). A restore is waited for. One query for each table and five more.
    Raises NoTables.
    """
    waiting = "This database is being restored; waiting for it …"
    with holding(BACKUP_LOCK, stdout, waiting, shared=True), transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            no_end_to_its_time(cursor)
        if User._meta.db_table not in connection.introspection.table_names():  # a restore may have been making it until now
            raise NoTables
        with Writer(path, recipients) as writer, tempfile.TemporaryDirectory(dir=path.parent, prefix=".backup-") as folder:
            written = _write(writer, Path(folder))
    return replace(written, bytes=path.stat().st_size)


def _write(writer: Writer, folder: Path) -> Written:
    rows: dict[str, int] = {}
    found = tables()
    for table in found:
        with (folder / table.name).open("wb") as file:
            rows[table.name] = write_table(table, file)
    missing = missing_files()
    writer.add_json(MANIFEST, manifest(rows, {table.name: table.columns for table in found}, missing))
    for table in found:
        part = folder / table.name
        with part.open("rb") as content:
            writer.add(f"tables/{table.name}", content)
        part.unlink()
    files = 0
    for name in stored_files():
        try:
            with default_storage.open(name) as file, tempfile.SpooledTemporaryFile(SPOOL, dir=str(folder)) as copy:
                for chunk in file.chunks():
                    copy.write(chunk)
                copy.seek(0)
                writer.add(f"media/{name}", copy)
        except FileNotFoundError:
            continue  # nothing pointed to it any more, and it was deleted a moment ago
        files += 1
    templates = Path(settings.VAR_DIR) / "templates"
    for template in sorted(templates.rglob("*")) if templates.is_dir() else ():
        if template.is_file():
            with template.open("rb") as content:
                writer.add(f"templates/{template.relative_to(templates)}", content)
            files += 1
    return Written(sum(rows.values()), files, 0, tuple(missing))


def manifest(rows: dict[str, int], columns: dict[str, tuple[str, ...]], missing: Sequence[str]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": __version__,
        "made_at": timezone.now().isoformat(),
        "site": settings.SITE_URL,
        "postgresql": server_version(),
        "migrations": sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()),
        "tables": {name: {"rows": rows[name], "columns": list(columns[name])} for name in rows},
        "sequences": sequences(),
        "missing_files": list(missing),
        # By name alone: where an installation is built anew, these have to be at hand.
        "secrets": sorted(name for name in settings.VARIABLES_SET if SECRET.search(name)),
    }


def server_version() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return str(cursor.fetchone()[0])


def stored_files(folder: str = "") -> Iterator[str]:
    """The names of all uploads, folder by folder."""
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:  # nobody has brought one yet
        return
    prefix = f"{folder}/" if folder else ""
    yield from (prefix + name for name in sorted(names))
    for inner in sorted(folders):
        yield from stored_files(prefix + inner)


def missing_files() -> list[str]:
    """Uploads that rows point to and that are not there. Two queries, and a look at each file."""
    names = [
        *Evidence.objects.exclude(file="").order_by("file").values_list("file", flat=True).distinct(),
        *Municipality.objects.exclude(coat_of_arms="").values_list("coat_of_arms", flat=True),
    ]
    return [name for name in names if not default_storage.exists(name)]
