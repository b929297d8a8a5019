"""Whether the histories still are what was sealed: each row against its last link, each link against the one before."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection
from django.db.models import F

from scaling.trail.models import Seal, SealedColumns, SealKind
from scaling.trail.sealing import LATE, START, digest, last_sealing, late, link, unsealed
from scaling.trail.sources import SEALED, Source

CHUNK = 5_000


@dataclass(frozen=True)
class Discrepancy:
    """Something that the app itself never does. ``row`` is a primary key; 0 where it is about the chain."""

    table: str
    row: int
    text: str

    def __str__(self) -> str:
        return f"{self.table} {self.row}: {self.text}" if self.row else f"{self.table}: {self.text}"


@dataclass
class Report:
    """``sealed`` links and where the chain ends; rows ``waiting`` to be one; rows ``gone`` and ``rewritten`` for a reason."""

    findings: list[Discrepancy]
    sealed: int = 0
    head: str = START
    waiting: int = 0
    gone: int = 0
    rewritten: int = 0


def verify(known: tuple[int, str] | None = None) -> Report:
    """Read all links and all sealed rows. ``known``: number and value of a link that somebody noted down, to be found again.

    Reads in pieces of 5,000; three queries for each table and each of its versions. Changes nothing.
    """
    report = Report([])
    _chain(report, known)
    for source in SEALED:
        report.findings += _rows(source)
        report.findings += _put_in(source)
        report.waiting += unsealed(source).count()
    tables = [source.table for source in SEALED]
    for table in Seal.objects.exclude(table__in=tables).order_by().values_list("table", flat=True).distinct():
        report.findings.append(Discrepancy(table, 0, "was sealed, and this version does not know it"))
    return report


def _chain(report: Report, known: tuple[int, str] | None) -> None:
    """Numbers without a gap, each value from the one before."""
    before, expected = START, 0
    names = ("number", "kind", "table", "row", "digest", "chain")
    for number, kind, table, row, of_row, chain in (
        Seal.objects.order_by("number").values_list(*names).iterator(chunk_size=CHUNK)
    ):
        expected += 1
        if number != expected:
            report.findings.append(Discrepancy("chain", 0, f"links {expected} to {number - 1} are missing"))
            expected = number
        elif chain != link(before, number, table, row, kind, of_row):
            report.findings.append(
                Discrepancy("chain", 0, f"link {number} ({table} {row}) does not follow from the one before")
            )
        if known is not None and known[0] == number and known[1] != chain:
            report.findings.append(Discrepancy("chain", 0, f"link {number} is another one than the one noted down"))
        report.gone += kind == SealKind.GONE
        report.rewritten += kind == SealKind.REWRITTEN
        before = chain
    if known is not None and known[0] > expected:
        report.findings.append(Discrepancy("chain", 0, f"it ends with link {expected}, and {known[0]} was noted down"))
    report.sealed, report.head = expected, before


def _rows(source: Source) -> Iterator[Discrepancy]:
    """Rows that are no more what their last link says."""
    quote = connection.ops.quote_name
    key = quote(source.model._meta.pk.column)
    table = quote(Seal._meta.db_table)
    last = (
        f"SELECT DISTINCT ON (s.row) s.row, s.kind, s.salt, s.digest, s.columns_id FROM {table} s "  # noqa: S608
        "WHERE s.table = %s ORDER BY s.row, s.number DESC"
    )
    there = {str(field.column) for field in source.model._meta.concrete_fields}
    for pk, columns in SealedColumns.objects.filter(table=source.table).values_list("pk", "columns"):
        if missing := sorted(set(columns) - there):
            yield Discrepancy(source.table, 0, f"was sealed with columns that are no more: {', '.join(missing)}")
            continue
        named = ", ".join(f"t.{quote(column)}" for column in columns)
        with connection.chunked_cursor() as cursor:
            cursor.execute(
                f"SELECT l.row, l.salt, l.digest, t.{key}, found.values FROM ({last}) l "  # noqa: S608 – names of ours
                f"LEFT JOIN {quote(source.table)} t ON t.{key} = l.row "
                f"LEFT JOIN LATERAL (SELECT to_jsonb(x)::text AS values FROM (SELECT {named}) x) found ON true "
                "WHERE l.columns_id = %s AND l.kind <> %s ORDER BY l.row",
                [source.table, pk, SealKind.GONE],
            )
            while some := cursor.fetchmany(CHUNK):
                for row, salt, of_row, there_still, values in some:
                    if there_still is None:
                        yield Discrepancy(source.table, row, "was removed")
                    elif digest(salt, json.loads(values)) != of_row:
                        yield Discrepancy(source.table, row, "was changed")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT l.row FROM ({last}) l JOIN {quote(source.table)} t ON t.{key} = l.row "  # noqa: S608
            "WHERE l.kind = %s ORDER BY l.row",
            [source.table, SealKind.GONE],
        )
        for (row,) in cursor.fetchall():
            yield Discrepancy(source.table, row, "was removed by the app, and is there again")


def _put_in(source: Source) -> Iterator[Discrepancy]:
    """Rows that say of themselves that they are older than the last link, and are none."""
    last = last_sealing()
    for pk in unsealed(source).filter(late(source, last)).order_by("pk").values_list("pk", flat=True):
        yield Discrepancy(source.table, pk, "was put in afterwards")
    if not source.is_history or last is None:
        return
    # The app dates no row back; only what was there when sealing began (the demo, an import) tells of earlier days.
    first = Seal.objects.filter(table=source.table, kind=SealKind.FIRST).values("row")
    dated_back = source.model._base_manager.filter(history_date__lt=F("recorded_at") - LATE).exclude(pk__in=first)
    for pk in dated_back.order_by("pk").values_list("pk", flat=True):
        yield Discrepancy(source.table, pk, "is dated long before it was recorded")
