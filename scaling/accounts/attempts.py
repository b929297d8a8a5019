"""How often somebody may try (to sign in, to guess a code or a number), counted in PostgreSQL for all workers: one statement to
count, one to take it back.

allauth's own limits keep a list of moments in the cache and lock it, which took 56 of a sign-in's 70 queries.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from scaling.accounts.sign_in_models import AttemptCount


@dataclass(frozen=True)
class Limit:
    """No more than ``most`` tries of one kind by one ``who`` (an address, a person) within ``seconds`` of the first."""

    kind: str
    who: str
    most: int
    seconds: int

    @property
    def key(self) -> str:
        # Nobody's address is kept in clear.
        return hashlib.sha256(f"{self.kind}:{self.seconds}:{self.who}".encode()).hexdigest()


#: A count that ends so much later than its limit lasts is of a clock that was ahead, and holds nobody up once that is right.
AHEAD = timedelta(days=1)
#: Outdated counts are swept away by the way, a few at a time; those another request is sweeping are left to it.
_COUNT = """
    WITH outdated AS MATERIALIZED ( -- once: a subquery might be asked again for each row, and sweep all of them
        SELECT key FROM accounts_attemptcount WHERE until < %(now)s AND NOT key = ANY(%(keys)s)
        ORDER BY until LIMIT 20 FOR UPDATE SKIP LOCKED
    ),
    swept AS (DELETE FROM accounts_attemptcount WHERE key IN (SELECT key FROM outdated))
    INSERT INTO accounts_attemptcount AS kept (key, count, until)
    SELECT key, 1, until FROM unnest(%(keys)s::varchar[], %(untils)s::timestamptz[]) AS new (key, until)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN kept.until BETWEEN %(now)s AND EXCLUDED.until + %(ahead)s THEN kept.count + 1 ELSE 1 END,
        until = CASE WHEN kept.until BETWEEN %(now)s AND EXCLUDED.until + %(ahead)s THEN kept.until ELSE EXCLUDED.until END
    RETURNING key, count
"""


def count(limits: Sequence[Limit]) -> list[Limit]:
    """Count one try towards each, and return those that are exceeded by it. One statement.

    Counted before it is known how the try ends, so that many at the same moment do not all slip through. Tries beyond a limit
    do not prolong it.
    """
    now = timezone.now()
    ordered = sorted(limits, key=lambda limit: limit.key)  # one order of rows for everybody
    values: dict[str, Any] = {
        "now": now,
        "ahead": AHEAD,
        "keys": [limit.key for limit in ordered],
        "untils": [now + timedelta(seconds=limit.seconds) for limit in ordered],
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values)
        counts = dict(cursor.fetchall())
    return [limit for limit in limits if counts[limit.key] > limit.most]


def is_reached(limit: Limit) -> bool:
    """Whether there have been so many tries already; this one is not counted. One query."""
    now = timezone.now()
    latest = now + timedelta(seconds=limit.seconds) + AHEAD
    return AttemptCount.objects.filter(key=limit.key, until__gte=now, until__lte=latest, count__gte=limit.most).exists()


def take_back(limits: Sequence[Limit]) -> None:
    """The try was none of the kind that is limited. One statement."""
    _in_order("UPDATE accounts_attemptcount SET count = count - 1 WHERE count > 0 AND key", limits)


def forget(limits: Sequence[Limit]) -> None:
    """Begin anew, whatever was counted. One statement."""
    _in_order("DELETE FROM accounts_attemptcount WHERE key", limits)


def _in_order(change: str, limits: Sequence[Limit]) -> None:
    """``change`` these counts, locked in the order ``count`` has: left to themselves, statements of several rows take them as
    they lie in the table, and two of them wait for each other.
    """
    locked = "SELECT key FROM accounts_attemptcount WHERE key = ANY(%s) ORDER BY key FOR UPDATE"
    with connection.cursor() as cursor:
        cursor.execute(f"{change} IN ({locked})", [[limit.key for limit in limits]])
