"""Puts a backup into a database: all of it or nothing, into the tables it was written from, then brought to this version."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from scaling.accounts.models import User
from scaling.backup.archive import CHECKSUMS, MANIFEST, BadBackup, read_json, sweep, unpacked
from scaling.backup.tables import (
    LEFT_OUT,
    Table,
    drop_everything,
    in_order_of_keys,
    read_table,
    set_sequences,
    tables,
    triggers,
)
from scaling.preparation import BACKUP_LOCK, alone, gather_statistics, holding, make_tables, no_end_to_its_time
from scaling.unreleased_schema import note_schema

#: For each table; who works on it meanwhile waits for the restore, too.
WAIT = "20s"
STILL_USED = "Somebody works on it and does not let go: stop pages, workers and timers."


class NotEmpty(Exception):
    """People have accounts in this database; what is there would be lost. Nothing has been changed."""


class NotTaken(Exception):
    """The database did not take what the backup holds. It is as it was, or empty where its tables had to be made anew."""


@dataclass(frozen=True)
class Contents:
    """What a backup says of itself, once all of it has been looked at."""

    version: str
    made_at: str
    site: str
    postgresql: str
    rows: int
    files: int
    missing: tuple[str, ...]
    secrets: tuple[str, ...]


def look_into(path: Path, identity: Path | None = None, folder: Path | None = None) -> Contents:
    """Read all of a backup and compare it with its checksums; change nothing. No query. Raises BadBackup."""
    with unpacked(path, folder, identity, to_look_at=True) as parts:
        return _contents(parts)


def _contents(parts: Path) -> Contents:
    """Raises BadBackup for a first part that lacks anything: what is asked for later is looked at here, too."""
    said = read_json(parts / MANIFEST)
    names = read_json(parts / CHECKSUMS).keys()
    try:
        for migration in said["migrations"]:
            str.partition(migration, ".")
        for name, table in said["tables"].items():
            tuple(map(str, table["columns"]))
            if f"tables/{name}" not in names:
                raise BadBackup(f"It lacks its table {name}.")
        for value in said["sequences"].values():
            int(value)
        return Contents(
            version=str(said["version"]),
            made_at=str(said["made_at"]),
            site=str(said["site"]),
            postgresql=str(said["postgresql"]),
            rows=sum(int(table["rows"]) for table in said["tables"].values()),
            files=sum(name.startswith(("media/", "templates/")) for name in names),
            missing=tuple(said["missing_files"]),
            secrets=tuple(said["secrets"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise BadBackup(f"Its first part lacks {error}.") from None


def restore(
    path: Path,
    *,
    replace: bool = False,
    identity: Path | None = None,
    folder: Path | None = None,
    stdout: Any = sys.stdout,
) -> Contents:
    """Put everything back. The whole file is read and compared first. Hosts that prepare this database wait meanwhile.

    Where the database has the tables of the backup's version already, one transaction empties and fills them. Else they are
    made anew first, and a failure after that leaves them empty: the same command again heals it. Files that are there already
    and equal stay untouched. At last everything is brought to this version.

    ``replace``: throw away what is in the database. Raises BadBackup and NotEmpty, both before anything has changed, and
    NotTaken.
    """
    if folder:
        sweep(folder)
    waiting = "A backup of this database is being written; waiting for it …"
    with unpacked(path, folder, identity) as parts, alone(stdout), holding(BACKUP_LOCK, stdout, waiting):
        contents = _contents(parts)
        manifest = read_json(parts / MANIFEST)
        applied = _applied(manifest)
        if not replace and _holds_people():
            raise NotEmpty
        try:
            if set(MigrationRecorder(connection).applied_migrations()) != set(applied):
                with transaction.atomic():
                    _wait_no_longer()
                    drop_everything()
                _make_former_tables(applied)
            with transaction.atomic(durable=True):
                _wait_no_longer()
                _fill(manifest, parts)
                # Files before the commit: where one cannot be written, nothing is changed but for files that nothing points to.
                _put_files(parts)
        except (BadBackup, DatabaseError, OSError) as error:
            if isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
                raise NotTaken(STILL_USED) from error
            raise NotTaken(str(error).strip().splitlines()[0]) from error
        make_tables(stdout)  # migrations since the backup, which ``manage.py prepare`` can repeat
        gather_statistics()
    return contents


def _applied(manifest: dict[str, Any]) -> list[tuple[str, str]]:
    """The migrations of the backup; this version has to know all of them. Raises BadBackup."""
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    applied = [(app, name) for app, _dot, name in (said.partition(".") for said in manifest["migrations"])]
    unknown = [f"{app}.{name}" for app, name in applied if (app, name) not in known]
    if unknown:
        raise BadBackup(
            f"It was made by version {manifest['version']}, which is newer than this one (it knows {unknown[0]}): "
            "install that version first."
        )
    return applied


def _wait_no_longer() -> None:
    with connection.cursor() as cursor:
        no_end_to_its_time(cursor)
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [WAIT])


def _holds_people() -> bool:
    return User._meta.db_table in connection.introspection.table_names() and User.objects.exists()


def _make_former_tables(applied: list[tuple[str, str]]) -> None:
    """The tables as they were at the backup, a transaction for each migration: some of them need what an earlier one made."""
    executor = MigrationExecutor(connection)
    parents = executor.loader.graph.node_map
    followed = {parent.key for key in applied for parent in parents[key].parents if parent.key[0] == key[0]}
    targets = sorted(set(applied) - followed)
    plan = executor.migration_plan(targets)
    executor.migrate(targets, plan=plan)
    note_schema(plan)


def _fill(manifest: dict[str, Any], parts: Path) -> None:
    ours = {table.name: table for table in tables()}
    wanted = {name: Table(name, tuple(said["columns"])) for name, said in manifest["tables"].items()}
    for name, table in wanted.items():
        if name not in ours or set(table.columns) - set(ours[name].columns):
            raise BadBackup(f"Its table {name} is not one of version {manifest['version']} as it was released.")
    names = in_order_of_keys(wanted)
    triggers(ours, enabled=False)
    with connection.cursor() as cursor:
        # Also rows that migrations have made: those of the backup come in their place.
        emptied = [*ours, *(set(LEFT_OUT[1:]) & set(connection.introspection.table_names(cursor)))]
        cursor.execute(f"TRUNCATE {', '.join(map(connection.ops.quote_name, emptied))} CASCADE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    for name in names:
        with (parts / "tables" / name).open("rb") as rows:
            count = read_table(wanted[name], rows)
        if count != manifest["tables"][name]["rows"]:
            raise BadBackup(f"Its table {name} has {count} rows instead of {manifest['tables'][name]['rows']}.")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what points nowhere is found now
    triggers(ours, enabled=True)
    set_sequences(manifest["sequences"])


def _put_files(parts: Path) -> None:
    for path in sorted((parts / "media").rglob("*")):
        if path.is_file():
            name = path.relative_to(parts / "media").as_posix()
            if default_storage.exists(name):
                with default_storage.open(name) as there:
                    if there.read() == path.read_bytes():
                        continue
                default_storage.delete(name)
            with path.open("rb") as content:
                stored = default_storage.save(name, File(content))
            if stored != name:
                raise BadBackup(f"The upload {name} cannot be put back under its name.")
    target = Path(settings.VAR_DIR) / "templates"
    for path in sorted((parts / "templates").rglob("*")):
        if path.is_file():
            place = target / path.relative_to(parts / "templates")
            place.parent.mkdir(parents=True, exist_ok=True)
            _replace(place, path.read_bytes())


def _replace(place: Path, content: bytes) -> None:
    """Where the disk is full, the file that is there stays whole."""
    beside = place.with_name(f".restore-{place.name}")
    try:
        beside.write_bytes(content)
        beside.replace(place)
    finally:
        beside.unlink(missing_ok=True)
