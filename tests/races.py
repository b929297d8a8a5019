"""What races need: jobs that start together, and somebody who locks two rows the other way round."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import OperationalError, connection, transaction


def at_once(*jobs: Callable[[], object]) -> list[object]:
    """Run the jobs in threads that start together; return what each returned or raised."""
    barrier = threading.Barrier(len(jobs))

    def run(job):
        try:
            barrier.wait(timeout=10)
            return job()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def locks_in_turn(first: Any, second: Any) -> tuple[Callable[[], str], threading.Event]:
    """A job that locks the rows ``first``, then ``second``, as often as it has to, and what says that it holds the first.

    It returns "done", or "given up" after the fifth deadlock.
    """
    holds_first = threading.Event()

    def lock_both() -> str:
        for _ in range(5):
            try:
                with transaction.atomic():
                    type(first).objects.select_for_update().get(pk=first.pk)
                    holds_first.set()
                    time.sleep(0.3)
                    type(second).objects.select_for_update().get(pk=second.pk)
                return "done"
            except OperationalError:
                time.sleep(0.05)
        return "given up"

    return lock_both, holds_first


#: How many wait for a lock in this database; others on the same server, as every process of a run has one, do not count.
WAITING = (
    "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database "
    "WHERE datname = current_database() AND NOT granted"
)


#: The same for the locks with which hosts wait for each other (scaling.preparation).
WAITING_HOST = f"{WAITING} AND locktype = 'advisory'"


def waiting_for_table(name: str) -> str:
    return f"{WAITING} AND relation = '{name}'::regclass"


def until_somebody_waits() -> None:
    """Return as soon as a statement of this database waits for a row."""
    with connection.cursor() as cursor:
        for _turn in range(20_000):
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction would go on seeing what it saw first
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")
