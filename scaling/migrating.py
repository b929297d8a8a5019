"""Migrations on a database that others use: none waits for a table so long that everybody else waits behind it."""

import re
import time
from collections.abc import Callable
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError, connection

#: How long one step waits for those who read or write its table (a backup, a long report). Whoever comes meanwhile queues
#: behind it, so it is no longer than a page may take.
LOCK_TIMEOUT = "3s"
#: Seconds until it is tried again; afterwards nothing goes on without an admin.
PAUSES = (1, 2, 4, 8, 15, 30, 60)
LOCK_NOT_AVAILABLE = "55P03"
CHANGES_TABLES = re.compile(r"^\s*(ALTER|CREATE|DROP)\b", re.I | re.M)


def migrate(stdout: Any) -> None:
    """Do what is to be done to the tables, a transaction for each migration; one that does not get its table is tried again.

    Raises CommandError, with what to do, where a table stays in use; what was done before stays, and the next call goes on.
    """
    for pause in (*PAUSES, None):
        try:
            with connection.execute_wrapper(_with_limit):
                call_command("migrate", verbosity=0, interactive=False)
            return
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
            what = str(error).splitlines()[0]
        if pause is None:
            raise CommandError(
                f"A table that has to change stays in use ({what}). Nobody was kept waiting for it. Look in pg_stat_activity "
                "who uses it, a backup or a report perhaps, and run this again."
            )
        stdout.write(f"A table that has to change is in use; trying again in {pause} s …\n")
        stdout.flush()
        time.sleep(pause)


def _with_limit(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Within the migration's transaction, so that it ends with it, also behind a pooler, which hands connections on.

    Outside of a transaction PostgreSQL lets others work meanwhile (``CONCURRENTLY``); tests/migration_locks.py sees to that.
    """
    if connection.in_atomic_block and CHANGES_TABLES.search(str(sql)):
        execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'", None, False, context)
    return execute(sql, params, many, context)
