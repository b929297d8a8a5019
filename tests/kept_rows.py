"""Rows that many tests begin from: made once, by the services as ever, and put back for each further test by one statement.

The test has them in its own transaction, with the ids they were made with, and nobody else sees them. What a process keeps of
earlier rows with the same ids is forgotten before each test (tests/conftest.py).
"""

import time
from collections.abc import Callable, Hashable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar, cast

from django.db import connection
from django.utils import timezone
from psycopg import sql

T = TypeVar("T")
#: What Django makes by itself and no test changes.
MADE_BY_DJANGO = {"django_content_type", "auth_permission", "django_migrations"}
#: Tables that are no part of a story: a request of another test may still write here, when a browser is closed.
OF_REQUESTS = {"cache", "django_session"}
#: Seconds after which rows are made anew: what happened "just now" should not be long ago.
MAX_AGE = 240

CONTENT = """
SELECT string_agg(format('INSERT INTO %1$I (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM unnest(%3$L::%1$I[]);',
                         name, columns, content), '')
FROM ({tables}) AS tables WHERE content IS NOT NULL
"""
TABLE = "SELECT {name} AS name, {columns} AS columns, array_agg(one)::text AS content FROM {table} AS one"


@dataclass(frozen=True)
class Kept(Generic[T]):
    objects: T
    statement: str
    made_on: Any
    until: float


class KeptRows:
    """One for each process. ``get`` costs one statement once the rows are known."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Kept[Any]] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The objects of ``make``, whose rows are then in the database: a copy for each caller. Within a transaction."""
        kept = cast("Kept[T] | None", self._known.get(key))
        if kept is not None and kept.until > time.monotonic() and kept.made_on == timezone.localdate():
            _driver().execute(kept.statement, prepare=False)
            return deepcopy(kept.objects)
        made = make()
        whole = f"SET LOCAL session_replication_role = replica; {_content()} SET LOCAL session_replication_role = origin"
        self._known[key] = Kept(deepcopy(made), whole, timezone.localdate(), time.monotonic() + MAX_AGE)
        return made


def story_of(request: Any, kept_rows: KeptRows, stages: Sequence[str], make: Callable[[str], T]) -> T | None:
    """What the test asks for of a folder's ``stages``, fixtures that follow one from the other: ``make`` makes the last of them
    and all before it. None where the rows have to be made by the fixtures themselves: the test's module has another fixture of
    such a name, other connections have to see the rows, or there are some already.
    """
    wanted = [number for number, name in enumerate(stages) if name in request.fixturenames]
    if not wanted or any(hasattr(request.module, name) for name in stages) or not is_possible():
        return None
    stage = stages[max(wanted)]
    return kept_rows.get((make, stage), partial(make, stage))


def is_possible() -> bool:
    """Whether rows may be put back here: in a transaction that is undone, with nothing there that they could meet."""
    if not connection.in_atomic_block:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM accounts_user) OR EXISTS (SELECT FROM accounts_municipality) "
            "OR EXISTS (SELECT FROM catalogue_phase) OR EXISTS (SELECT FROM catalogue_edition)"
        )
        return not cursor.fetchone()[0]


def _driver() -> Any:
    connection.ensure_connection()
    return connection.connection


def _content() -> str:
    """The statements that put all rows back that are in the database now."""
    columns = _driver().execute(
        """SELECT table_name, string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position)
        FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
        WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND is_generated = 'NEVER' GROUP BY table_name""",
        prepare=False,
    )
    tables = {name: names for name, names in columns if name not in MADE_BY_DJANGO | OF_REQUESTS}
    selects = [
        sql.SQL(TABLE).format(name=sql.Literal(name), columns=sql.Literal(names), table=sql.Identifier(name))
        for name, names in sorted(tables.items())
    ]
    whole = sql.SQL(CONTENT).format(tables=sql.SQL(" UNION ALL ").join(selects))
    return str(_driver().execute(whole, prepare=False).fetchone()[0] or "")
