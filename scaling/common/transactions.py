"""One way to change several rows at once: whole or not at all, and once more where the database asks for it."""

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction

P = ParamSpec("P")
R = TypeVar("R")

#: SQLSTATEs after which the same work is done again: deadlock_detected, serialization_failure.
AGAIN = frozenset({"40P01", "40001"})
MAX_ATTEMPTS = 4


def atomic(function: Callable[P, R]) -> Callable[P, R]:
    """Run in a transaction, as ``transaction.atomic`` does, and again from the start where the database gave it up.

    The order of locks (docs/architecture.md) lets no two service functions block each other; what comes from elsewhere, as a
    command or a foreign key's own lock, must cost nobody their words all the same. Within another transaction it is that one's
    matter, since a part of it cannot be done again. ``function`` must read what it decides on from the database.
    """

    @wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(1, MAX_ATTEMPTS + 1):
            outermost = not connection.in_atomic_block
            try:
                with transaction.atomic():
                    return function(*args, **kwargs)
            except OperationalError as error:
                if not outermost or attempt == MAX_ATTEMPTS or not _may_try_again(error):
                    raise
            time.sleep(random.uniform(0.01, 0.05) * attempt)  # noqa: S311 – so that the two do not meet again
        raise AssertionError("unreachable")

    return wrapped


def _may_try_again(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", None) in AGAIN
