"""Tables as PostgreSQL's own text (COPY), which every version of it reads. No program of PostgreSQL is needed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Any

from django.db import connection

#: What a new installation makes by itself: the list of its migrations, and what only saves time (failed sign-ins, drawn PDFs).
LEFT_OUT = ("django_migrations", "cache", "accounts_attemptcount", "assessments_renderedpdf")
CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Table:
    """``columns`` without those that the database computes by itself (those of the search)."""

    name: str
    columns: tuple[str, ...]

    def copied(self) -> str:
        quote = connection.ops.quote_name
        return f"{quote(self.name)} ({', '.join(quote(column) for column in self.columns)})"


def tables() -> list[Table]:
    """All that belong into a backup, by name. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) "
            "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
            "WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND a.attnum > 0 AND NOT a.attisdropped "
            "AND a.attgenerated = '' AND c.relname <> ALL (%s) GROUP BY c.relname ORDER BY c.relname",
            [list(LEFT_OUT)],
        )
        return [Table(name, tuple(columns)) for name, columns in cursor.fetchall()]


def write_table(table: Table, target: IO[bytes]) -> int:
    """Append the rows, by primary key where there is one, and return how many. One statement."""
    with connection.cursor() as cursor:
        with connection.wrap_database_errors, cursor.copy(f"COPY {table.copied()} TO STDOUT") as rows:
            for block in rows:
                target.write(block)
        return int(cursor.rowcount)


def read_table(table: Table, source: IO[bytes]) -> int:
    """Add the rows to the table and return how many. One statement."""
    with connection.cursor() as cursor:
        with connection.wrap_database_errors, cursor.copy(f"COPY {table.copied()} FROM STDIN") as rows:
            while block := source.read(CHUNK):
                rows.write(block)
        return int(cursor.rowcount)


def in_order_of_keys(names: Iterable[str]) -> list[str]:
    """Tables after those they point at by a foreign key that cannot wait for the end of the transaction. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint "
            "WHERE contype = 'f' AND NOT condeferrable AND conrelid <> confrelid "
            "AND connamespace = current_schema()::regnamespace"
        )
        pairs = cursor.fetchall()
    ordered: list[str] = []

    def put(name: str) -> None:
        if name not in ordered:
            for child, parent in pairs:
                if child == name:
                    put(parent)
            ordered.append(name)

    wanted = sorted(names)
    for name in wanted:
        put(name)
    return [name for name in ordered if name in wanted]


def sequences() -> dict[str, int]:
    """The last value of each sequence that was used, by its name; without those of tables that are left out. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema() AND last_value IS NOT NULL"
        )
        return {name: value for name, value in cursor.fetchall() if not name.startswith(LEFT_OUT)}


def set_sequences(values: dict[str, Any]) -> None:
    """Go on counting where the backup stopped. A sequence that this version no longer has is left out."""
    with connection.cursor() as cursor:
        for name, value in values.items():
            cursor.execute("SELECT setval(c.oid, %s) FROM pg_class c WHERE c.relkind = 'S' AND c.relname = %s "
                           "AND c.relnamespace = current_schema()::regnamespace", [int(value), name])  # fmt: skip


def drop_everything() -> None:
    """Drop what the app made in its schema: tables, types, functions; extensions and what belongs to them stay."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('DROP TABLE IF EXISTS %I CASCADE', c.relname) FROM pg_class c "
            "WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace AND NOT EXISTS "
            "(SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')"
        )
        _each(cursor, cursor.fetchall())
        cursor.execute(
            "SELECT format('DROP FUNCTION IF EXISTS %s CASCADE', p.oid::regprocedure) FROM pg_proc p "
            "WHERE p.prokind = 'f' AND p.pronamespace = current_schema()::regnamespace AND NOT EXISTS "
            "(SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')"
        )
        _each(cursor, cursor.fetchall())
        cursor.execute(
            "SELECT format('DROP TYPE IF EXISTS %s CASCADE', t.oid::regtype) FROM pg_type t "
            "LEFT JOIN pg_class c ON c.oid = t.typrelid "
            "WHERE (t.typtype = 'e' OR c.relkind = 'c') AND t.typnamespace = current_schema()::regnamespace AND NOT EXISTS "
            "(SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')"
        )
        _each(cursor, cursor.fetchall())


def _each(cursor: Any, statements: Sequence[tuple[str]]) -> None:
    for (statement,) in statements:
        cursor.execute(statement)


def triggers(names: Iterable[str], *, enabled: bool) -> None:
    """Switch the triggers of ours off or on: those that keep editions and records as they are would refuse a restore, too."""
    word = "ENABLE" if enabled else "DISABLE"
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"ALTER TABLE {connection.ops.quote_name(name)} {word} TRIGGER USER")
