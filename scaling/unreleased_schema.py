"""Until the first release, a change of the schema is made in the initial migrations: a database of before is told so.

Django knows migrations by their names alone, and those stay. So whoever makes the tables writes down which files made them,
as a comment on Django's own table of migrations. Goes with the first release (docs/releasing.md).
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

TABLE = MigrationRecorder.Migration._meta.db_table


def our_apps() -> dict[str, Path]:
    """Label and folder of each app of ours."""
    tops = ("scaling", "catalogue", "assessments")
    return {app.label: Path(app.path) for app in apps.get_app_configs() if app.name.partition(".")[0] in tops}


def migration_files() -> list[Path]:
    return [path for _label, folder in sorted(our_apps().items()) for path in sorted((folder / "migrations").glob("0*.py"))]


def fingerprint(files: Sequence[Path]) -> str:
    """SHA-256, in hexadecimal, of what the migrations say."""
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()


def note_schema(plan: Sequence[tuple[Migration, bool]] = (), **_kwargs: Any) -> None:
    """Before ``migrate``: where our tables are about to be made, say by which files. Whoever is killed meanwhile can go on.

    ``plan``: what will be done, and whether backwards. Two or three statements.
    """
    ours = our_apps()
    if any(migration.initial and migration.app_label in ours and not undone for migration, undone in plan):
        MigrationRecorder(connection).ensure_schema()
        with connection.cursor() as cursor:
            cursor.execute(f"COMMENT ON TABLE {TABLE} IS '{fingerprint(migration_files())}'")


def refuse_older_schema() -> None:
    """Raises CommandError where the database was made by a version before the first release: its migrations are no more.

    Three statements at most.
    """
    ours = our_apps()
    applied = {(app, name) for app, name in MigrationRecorder(connection).applied_migrations() if app in ours}
    if not applied:
        return
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(%s::regclass)", [TABLE])
        if applied <= known.keys() and cursor.fetchone()[0] == fingerprint(migration_files()):
            return
    reset = "delete it and start anew: ./run reset" if settings.DEMO else "it cannot be carried over"
    raise CommandError(f"The database was made by a version of Skalierungscheck from before its first release; {reset}")
