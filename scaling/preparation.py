"""What happens before the app is served: translations and static files are made, the database is brought to this version."""

import contextlib
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from assessments.reports.demo_beside import load_beside
from catalogue.models import Edition
from catalogue.services.checksums import compare_checksums
from scaling.accounts.second_factor import settle_all
from scaling.common.translations import compile_translations, compiled_are_current
from scaling.migrating import migrate
from scaling.right_clock import is_behind
from scaling.right_database import refuse_wrong_database
from scaling.trail.environment import note_settings
from scaling.trail.sealing import seal
from scaling.unreleased_schema import refuse_older_schema

#: The editions that come with the app, by number.
CATALOGUE = {"1.0": "edition-1.yaml", "2.0": "edition-2.yaml", "3.0": "edition-3.yaml"}
#: Names the lock that one host holds while it prepares; any number that no other program uses in this database.
LOCK = 5_140_114
#: Shared by backups, alone for a restore: who reads all tables while they are emptied and filled would find them empty.
BACKUP_LOCK = LOCK + 1
#: With which a server ends what takes long.
LIMITS = ("idle_in_transaction_session_timeout", "lock_timeout", "statement_timeout", "transaction_timeout")


def build() -> None:
    """Make translations and static files below BUILD_DIR, where they are not as the code is. No query."""
    compile_translations()
    _collect_static()


def build_is_current() -> bool:
    """Whether ``build`` would have nothing to do."""
    stamp = _stamp()
    return compiled_are_current() and stamp.exists() and stamp.read_text() == _static_state()


def _stamp() -> Path:
    return Path(settings.STATIC_ROOT) / ".collected"


def _static_state() -> str:
    """By what the files hold (some megabytes, a hundredth of a second), not by their time, which an image's layers round."""
    found = sorted((path, str(storage.path(path))) for finder in get_finders() for path, storage in finder.list([]))
    return "\n".join(f"{path} {hashlib.sha256(Path(full).read_bytes()).hexdigest()}" for path, full in found)


def _collect_static() -> None:
    """Copy, hash and compress the static files, unless nothing has changed since the last time (it takes seconds)."""
    state = _static_state()
    stamp = _stamp()
    if stamp.exists() and stamp.read_text() == state:
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(state)


def prepare_database(stdout: Any, *, compare: bool = True) -> None:
    """Tables, cache and catalogue, and in the demo its data. Can be repeated; hosts that do it at once wait for each other.

    ``compare``: the editions with their checksums, too, which takes as long as all the rest where nothing is to be done.
    Raises CommandError, with what to do, before anything has changed.
    """
    try:
        refuse_wrong_database()
    except ImproperlyConfigured as error:
        raise CommandError(str(error)) from None
    with alone(stdout):
        refuse_older_schema()
        make_tables(stdout)
        loaded = load_catalogue(stdout)
        if not is_behind():  # by such a clock, days of grace would be over once it is right
            settle_all()  # of whom the settings demand a second factor may have changed
        if compare:
            compare_checksums()  # says so loudly, but serves: answers must not be out of reach because a catalogue differs
        if settings.DEMO:
            said = io.StringIO()
            call_command("load_demo", stdout=said)
            stdout.write(said.getvalue(), ending="")
            if said.getvalue():
                load_beside()
            loaded = loaded or bool(said.getvalue())
        note_settings()
        seal()  # what is there, the demo among it, is where the chain begins
        if loaded:
            # Tables just loaded have no statistics yet, and the planner's guesses cost every page tens of milliseconds. Later
            # PostgreSQL keeps them up to date by itself.
            gather_statistics()


def make_tables(stdout: Any) -> None:
    """Bring tables and cache to this version. Whoever calls it holds ``alone``. Raises CommandError as ``migrate`` does."""
    migrate(stdout)
    call_command("createcachetable", verbosity=0)


def gather_statistics() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@contextlib.contextmanager
def alone(stdout: Any) -> Iterator[None]:
    """Wait until no other host prepares this database."""
    with holding(LOCK, stdout, "Another host prepares this database; waiting for it …"):
        yield


def no_end_to_its_time(connection: Any) -> None:
    """For this transaction alone, of those limits that this version of PostgreSQL knows."""
    connection.execute("SELECT set_config(name, '0', true) FROM pg_settings WHERE name = ANY(%s)", [list(LIMITS)])


@contextlib.contextmanager
def holding(lock: int, stdout: Any, waiting: str, *, shared: bool = False) -> Iterator[None]:
    """The lock goes with its own connection, however this process ends. ``waiting`` is said where another one has it.

    It is a transaction's lock, which holds behind every kind of pooler. It is held for as long as the work takes, whatever a
    server's administrator has set for transactions that are idle, or for statements that wait. Raises DatabaseError.
    """
    parameters = connection.get_connection_params()
    kind = "_shared" if shared else ""
    used = {name: parameters[name] for name in parameters if name not in ("cursor_factory", "context")}
    with connection.wrap_database_errors, psycopg.connect(**used) as holder:
        no_end_to_its_time(holder)
        if holder.execute(f"SELECT pg_try_advisory_xact_lock{kind}(%s)", [lock]).fetchone() != (True,):
            stdout.write(waiting)
            stdout.flush()
            holder.execute(f"SELECT pg_advisory_xact_lock{kind}(%s)", [lock])
        yield


def load_catalogue(stdout: Any) -> bool:
    """Publish the editions that are not there yet; whether there were any. Published ones never change."""
    known = {edition.number for edition in Edition.objects.all()}
    files = [settings.BASE_DIR / "fixtures" / "catalogue" / name for number, name in CATALOGUE.items() if number not in known]
    if files:
        call_command("import_catalogue", *map(str, files), publish=True, stdout=stdout)
    return bool(files)
