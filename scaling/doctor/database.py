"""The database: server, encoding, rights, and whether what is in it belongs to this version."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import translation

from catalogue.services.checksums import checksum_problems
from scaling.common.shared_cache import CACHE_IS_AWAY
from scaling.doctor.findings import Check, Complaint, counted, problem, warning
from scaling.right_database import wrong_database

#: What Django supports; PostgreSQL's own major version.
OLDEST = 14
MAX_DRIFT = timedelta(seconds=30)
PREPARE = "Run manage.py prepare."


def ask(sql: str, *args: Any) -> Any:
    """The first column of the first row."""
    with connection.cursor() as cursor:
        cursor.execute(sql, args)
        row = cursor.fetchone()
    return row[0] if row else None


def name() -> str:
    return str(ask("SELECT quote_ident(current_database())"))


def reachable() -> Iterator[Complaint]:
    try:
        ask("SELECT 1")
    except DatabaseError as error:
        yield problem(
            f"The database does not answer: {str(error).strip().splitlines()[0]}",
            "Start PostgreSQL, and compare DATABASE_URL with its host, port, user and password.",
        )


def version() -> Iterator[Complaint]:
    number = ask("SHOW server_version_num")
    if int(number) // 10000 < OLDEST:
        yield problem(f"PostgreSQL {ask('SHOW server_version')} is too old.", f"Move to PostgreSQL {OLDEST} or newer.")


def encoding() -> Iterator[Complaint]:
    found = ask("SHOW server_encoding")
    if found != "UTF8":
        yield problem(
            f"The database has the encoding {found}, in which umlauts break.",
            f"Make a new one, CREATE DATABASE {name()} ENCODING 'UTF8' TEMPLATE template0, and restore a backup into it.",
        )


def collation() -> Iterator[Complaint]:
    if not ask("SELECT lower('ÄÖÜ') = 'äöü' AND upper('äöü') = 'ÄÖÜ'"):
        locale = ask("SELECT datctype FROM pg_database WHERE datname = current_database()")
        yield problem(
            f"In this database (locale {locale}) capital and small umlauts are not the same letter: searches miss them.",
            f"Make a new one, CREATE DATABASE {name()} LOCALE 'C.UTF-8' TEMPLATE template0, and restore a backup into it.",
        )
    if int(ask("SHOW server_version_num")) >= 150000 and ask(
        "SELECT datcollversion IS DISTINCT FROM pg_database_collation_actual_version(oid) FROM pg_database "
        "WHERE datname = current_database()"
    ):
        yield warning(
            "The operating system sorts differently since its last update: indexes of texts may miss rows.",
            f"REINDEX DATABASE {name()}; ALTER DATABASE {name()} REFRESH COLLATION VERSION;",
        )


def rights() -> Iterator[Complaint]:
    if not ask("SELECT has_schema_privilege(current_schema(), 'CREATE')"):
        yield problem(
            "The app's user may not create tables: the next update fails.",
            f"ALTER DATABASE {name()} OWNER TO {ask('SELECT quote_ident(current_user)')}",
        )
    foreign = ask(
        "SELECT string_agg(tablename, ', ') FROM (SELECT tablename FROM pg_tables WHERE schemaname = current_schema() "
        "AND NOT pg_has_role(tableowner, 'USAGE') ORDER BY tablename LIMIT 3) AS foreign_tables"
    )
    if foreign:
        yield problem(
            f"Tables belong to another user ({foreign} …): the next update fails.",
            f"REASSIGN OWNED BY their owner TO {ask('SELECT quote_ident(current_user)')}, as a superuser of PostgreSQL.",
        )


def superuser() -> Iterator[Complaint]:
    if ask("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        yield warning(
            "The app signs in as a superuser of PostgreSQL: whoever breaks into the app owns every database there.",
            "Make a user of its own (docs/operation.md) and name it in DATABASE_URL.",
        )


def jit() -> Iterator[Complaint]:
    if ask("SHOW jit") == "on":
        yield warning(
            "PostgreSQL compiles statements before it runs them (JIT): the weekly digest takes twice as long.",
            f"ALTER DATABASE {name()} SET jit = off; then restart the app.",
        )


def durability() -> Iterator[Complaint]:
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        if ask(f"SHOW {setting}") == "off":
            yield problem(
                f"PostgreSQL runs with {setting} = off: a power cut loses answers that were confirmed.",
                f"Set {setting} = on in postgresql.conf and reload the server.",
            )


def writable() -> Iterator[Complaint]:
    if ask("SELECT pg_is_in_recovery()") or ask("SHOW default_transaction_read_only") == "on":
        yield problem(
            "The database takes no changes: it is a copy, or set to read only.", "Name the main server in DATABASE_URL."
        )


def connections() -> Iterator[Complaint]:
    most, used = int(ask("SHOW max_connections")), int(ask("SELECT count(*) FROM pg_stat_activity WHERE datname IS NOT NULL"))
    if used > 0.9 * (most - int(ask("SHOW superuser_reserved_connections"))):
        yield warning(
            f"{used} of PostgreSQL's {most} connections are taken.",
            "Raise max_connections, or lower WEB_WORKERS and WEB_THREADS; each thread and worker needs one.",
        )


def clock() -> Iterator[Complaint]:
    drift = datetime.now(UTC) - ask("SELECT clock_timestamp()")
    if abs(drift) > MAX_DRIFT:
        yield problem(
            f"The clocks of this machine and of the database differ by {abs(round(drift.total_seconds()))} seconds.",
            "Let both follow a time server: timedatectl set-ntp true",
        )


def migrations() -> Iterator[Complaint]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        yield problem(f"{counted(len(plan), 'migration')} to be applied, the first is {plan[0][0]}.", PREPARE)
    unknown = [key for key in executor.loader.applied_migrations if key not in executor.loader.disk_migrations]
    if unknown:
        yield problem(
            f"The database is of a newer version (it knows {'.'.join(unknown[0])}).",
            "Install that version again, or restore the backup made before it.",
        )


def demo_accounts() -> Iterator[Complaint]:
    said = wrong_database()
    if said:
        yield problem(said, "Never let it be reached from outside; begin with an empty database.")


def checksums() -> Iterator[Complaint]:
    with translation.override("en"):
        said = [str(found) for found in checksum_problems()]
    for text in said:
        yield problem(text, "Restore the catalogue from a backup; answers are not affected.")


def shared_cache() -> Iterator[Complaint]:
    away: tuple[type[Exception], ...] = (DatabaseError, *CACHE_IS_AWAY)
    try:
        cache.set("doctor", "here", 60)
        kept = cache.get("doctor") == "here"
    except away:
        kept = False
    if not kept and settings.CACHE_URL:
        said = "The Valkey of CACHE_URL does not answer: no second factor and no new password is taken."
        yield problem(said, "Start it, or correct CACHE_URL.")
    elif not kept:
        yield problem("The shared cache keeps nothing: no second factor and no new password is taken.", PREPARE)


CHECKS = [
    Check("database", reachable),
    Check("database version", version, needs_database=True),
    Check("database encoding", encoding, needs_database=True),
    Check("database collation", collation, needs_database=True),
    Check("database rights", rights, needs_database=True),
    Check("database user", superuser, needs_database=True, in_demo=False),
    Check("database jit", jit, needs_database=True, in_demo=False),
    Check("database durability", durability, needs_database=True, in_demo=False),
    Check("database writable", writable, needs_database=True),
    Check("database connections", connections, needs_database=True),
    Check("clock", clock, needs_database=True),
    Check("migrations", migrations, needs_database=True),
    Check("demo accounts", demo_accounts, needs_database=True),
    Check("edition checksums", checksums, needs_database=True),
    Check("shared cache", shared_cache, needs_database=True),
]
