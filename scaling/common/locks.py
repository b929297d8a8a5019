"""Several rows at once, in one order: by primary key. Left to itself, a statement locks them as they lie in the table, and two
of them wait for each other; PostgreSQL then gives one of them up.
"""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

#: Keys in one statement: PostgreSQL takes 65,535 values at most, and there may be more sessions than that to sweep.
AT_ONCE = 10_000


def lock(rows: QuerySet[Any], *, skip_locked: bool = False) -> list[Any]:
    """Lock rows of one table until the transaction ends; returns the keys of those that are there. One query.

    With ``skip_locked`` without those that somebody else holds.
    """
    return list(rows.select_for_update(skip_locked=skip_locked).order_by("pk").values_list("pk", flat=True))


def sweep(rows: QuerySet[Any]) -> int:
    """Delete what has had its time, of everybody. What somebody else holds at this moment is left to them, or to the next
    sweep: so nobody waits for a sweep that waits. Returns how many rows went, with what hung on them. One query, more where
    some go.
    """
    with transaction.atomic(savepoint=False):
        return _delete(rows, lock(rows, skip_locked=True))


def delete(rows: QuerySet[Any]) -> int:
    """Delete all of them, waiting for who holds one. Otherwise as ``sweep``."""
    with transaction.atomic(savepoint=False):
        return _delete(rows, lock(rows))


def _delete(rows: QuerySet[Any], keys: list[Any]) -> int:
    every = rows.model._base_manager
    return sum(every.filter(pk__in=keys[start : start + AT_ONCE]).delete()[0] for start in range(0, len(keys), AT_ONCE))
