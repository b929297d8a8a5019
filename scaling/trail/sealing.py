"""Sealing: each new row of a history becomes a link of the chain, some minutes after it was written and in no request."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from scaling.common.transactions import atomic
from scaling.trail.models import Seal, SealedColumns, SealKind
from scaling.trail.sources import SEALED, Source, settled

#: Of the chain before its first link.
START = "0" * 64
#: Rows of one transaction.
BATCH = 2_000
#: No transaction lasts so long: what says it was recorded that long before the last link, and is none, was put in afterwards.
LATE = timedelta(hours=1)
#: One at a time, on whichever host: a lock of the transaction (docs/decisions.md).
LOCK = 0x5EA1


class Known(NamedTuple):
    """The columns a seal speaks for: those of a table in this version."""

    pk: int
    columns: tuple[str, ...]


def content(values: Any) -> str:
    """The canonical text of a row: its columns as JSON, by name, without blanks.

    PostgreSQL gives dates and moments as text; the connection's time zone is UTC, as Django sets it.
    """
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(salt: str, values: Any) -> str:
    return hashlib.sha256(f"{salt}\n{content(values)}".encode()).hexdigest()


def link(before: str, number: int, table: str, row: int, kind: str, of_row: str) -> str:
    """The chain's next value: SHA-256 over the one before and all of this link but its salt, one a line."""
    return hashlib.sha256("\n".join([before, str(number), table, str(row), kind, of_row]).encode()).hexdigest()


def head() -> tuple[int, str]:
    """Number and value of the last link. One query."""
    return Seal.objects.order_by("-number").values_list("number", "chain").first() or (0, START)


def columns_of(source: Source) -> tuple[str, ...]:
    fields = [str(field.column) for field in source.model._meta.concrete_fields]
    return tuple(sorted(name for name in fields if not source.columns or name in source.columns))


def known_columns(source: Source) -> Known:
    """Two queries at most, the second once for each version that changes the table."""
    names = columns_of(source)
    return Known(SealedColumns.objects.get_or_create(table=source.table, columns=list(names))[0].pk, names)


def rows_as_json(source: Source, columns: Iterable[str], pks: list[int]) -> dict[int, Any]:
    """What the rows hold, by primary key. One query."""
    quote = connection.ops.quote_name
    key = quote(source.model._meta.pk.column)
    named = ", ".join(f"t.{quote(column)}" for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.{key}, to_jsonb(found)::text FROM {quote(source.table)} t, "  # noqa: S608 – names of ours
            f"LATERAL (SELECT {named}) found WHERE t.{key} = ANY(%s)",
            [pks],
        )
        return {pk: json.loads(text) for pk, text in cursor.fetchall()}


def unsealed(source: Source) -> QuerySet[Any]:
    """The table's rows that are no link yet and are done with."""
    seals = Seal.objects.filter(table=source.table, row=OuterRef("pk"))
    found: QuerySet[Any] = source.model._base_manager.filter(settled(source)).exclude(Exists(seals))
    return found


def last_sealing() -> datetime | None:
    """When the last link was made, of those that the clock has come to. One query.

    A link of a day to come is of a clock that was ahead, or this one is behind: measured by it, all that is recorded until that
    day would have been put in afterwards.
    """
    made = Seal.objects.filter(at__lte=timezone.now() + LATE)
    return made.order_by("-number").values_list("at", flat=True).first()


def late(source: Source, last: datetime | None) -> Q:
    """Which unsealed rows should have been a link at ``last``, when the last one was made. None of what settles later."""
    if last is None or source.may_go_on:
        return Q(pk=None)
    return Q(**{f"{source.recorded}__lt": last - LATE})


def add_links(wanted: Iterable[tuple[str, str, int, Known | None, Any]]) -> int:
    """Append links (kind, table, row, columns, values) to the chain, in that order. Three queries; under the lock alone."""
    number, chain = head()
    links = []
    for kind, table, row, known, values in wanted:
        number += 1
        salt = secrets.token_hex(16) if known else ""
        of_row = digest(salt, values)
        chain = link(chain, number, table, row, kind, of_row)
        links.append(
            Seal(
                number=number,
                kind=kind,
                table=table,
                row=row,
                columns_id=known.pk if known else None,
                salt=salt,
                digest=of_row,
                chain=chain,
            )
        )
    Seal.objects.bulk_create(links)
    return len(links)


def take_lock() -> None:
    """Until the transaction ends, nobody else adds to the chain. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def seal() -> int:
    """Make every new row a link of the chain, in the order they were recorded; return how many. No save waits for it.

    What is there when sealing begins (an upgrade, the demo) is sealed as it is (SealKind.FIRST). Later, what says that it was
    recorded long before the last link is left out: no transaction lasts so long, so ``verifying`` names it. Some twenty
    queries, and sixty for each 2,000 rows.
    """
    total = 0
    kind = SealKind.ROW if Seal.objects.exists() else SealKind.FIRST
    last = last_sealing()
    while made := _seal_some(kind, last):
        total += made
    return total


@atomic
def _seal_some(kind: SealKind, last: datetime | None) -> int:
    take_lock()
    found: list[tuple[datetime, Source, int]] = []
    for source in SEALED:
        rows = unsealed(source).exclude(late(source, last))
        order = (source.recorded, "pk")
        found += [(at, source, pk) for at, pk in rows.order_by(*order).values_list(*order)[:BATCH]]
    found.sort(key=lambda one: (one[0], one[1].table, one[2]))
    return add_links(_with_values(found[:BATCH], kind))


def _with_values(found: list[tuple[datetime, Source, int]], kind: str) -> Iterator[tuple[str, str, int, Known, Any]]:
    values: dict[str, dict[int, Any]] = {}
    known: dict[str, Known] = {}
    for source in {one[1].table: one[1] for one in found}.values():
        known[source.table] = known_columns(source)
        values[source.table] = rows_as_json(
            source, known[source.table].columns, [pk for _at, one, pk in found if one.table == source.table]
        )
    for _at, source, pk in found:
        yield kind, source.table, pk, known[source.table], values[source.table][pk]
