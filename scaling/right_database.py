"""What database may be served: one that keeps umlauts, and in which the demo's accounts and real data are never together."""

import logging
import os
import signal
import threading
import time
from collections.abc import Sequence

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

from assessments.services.demo import accounts_of_demo
from scaling.accounts.models import User
from scaling.common.embedded import is_embedded

logger = logging.getLogger(__name__)
#: Seconds between two looks whether a database that was away is back.
LOOK_EVERY = 5.0


def wrong_database() -> str | None:
    """Why this database must not be served with these settings; None where it may. Three queries; raises DatabaseError."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_encoding")
        (encoding,) = cursor.fetchone()
    if encoding != "UTF8":
        return (
            f"The database has the encoding {encoding}, in which umlauts break: make a new one with ENCODING 'UTF8' "
            "TEMPLATE template0. Nothing was started."
        )
    if settings.DEMO:
        if not is_embedded():
            return (
                "This is the demo (DEMO=1), which works on its own database only, since everybody knows its passwords: leave "
                "out DEMO for an installation, or DATABASE_URL for the demo."
            )
        return None
    if User._meta.db_table in connection.introspection.table_names() and (found := accounts_of_demo()):
        return (
            f"This database holds accounts of the demo ({found[0]} …), whose password everybody knows: take a new, empty "
            "database for the installation. Nothing was started."
        )
    return None


def refuse_wrong_database() -> None:
    """Raises ImproperlyConfigured where this database must not be served, and DatabaseError where it does not answer."""
    problem = wrong_database()
    if problem:
        raise ImproperlyConfigured(problem)


def watch_for_wrong_database(*processes: int) -> threading.Thread:
    """For a start while the database is away: look once it is back, and end these processes where it must not be used."""
    thread = threading.Thread(target=_watch, args=[processes], name="right-database", daemon=True)
    thread.start()
    return thread


def _watch(processes: Sequence[int]) -> None:
    while True:
        time.sleep(LOOK_EVERY)
        try:
            problem = wrong_database()
        except DatabaseError:
            continue
        finally:
            connection.close()
        if problem:
            logger.critical(problem)
            for process in processes:
                os.kill(process, signal.SIGTERM)
        return
