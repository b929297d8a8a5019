"""What a hostile replay needs: every address there is, quick requests, and what stands in the tables before and after."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from itertools import product
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client, RequestFactory
from django.test.client import ClientHandler
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse

#: The parameters the code asks for in addresses and forms, and the fields of its forms.
_ASKED = re.compile(r"""(?:GET|POST)\.(?:get|getlist)\(\s*["']([\w-]+)["']""")
_FIELD = re.compile(r"^    (\w+)(?:: [^=]+)? = (?:forms\.\w+Field|\w+Field|version_field)\(", re.MULTILINE)
#: Tables that any request may write to: sessions, counts of tries, the log of what was fetched, files of a record when they are
#: first asked for.
BESIDE = (
    "django_session",
    '"cache"',
    "accounts_attemptcount",
    "scaling_submittedform",
    "assessments_recordfile",
    "assessments_renderedpdf",
    "scaling_trailevent",
)
#: Columns that differ each time by themselves.
BY_CHANCE = {
    "public_id",
    "token",
    "token_hash",
    "code",
    "file",
    "password",
    "key",
    "request_id",
    "args",
    "document",
    "checksum",
}
#: Arguments that are tried for addresses of libraries, until one fits.
_SAMPLES = ("1", "x", "a-b", "accounts", "stadt")


@cache
def names() -> tuple[str, ...]:
    files = [path for app in ("assessments", "catalogue", "scaling") for path in (settings.BASE_DIR / app).rglob("*.py")]
    sources = [path.read_text() for path in files]
    found = {name for pattern in (_ASKED, _FIELD) for source in sources for name in pattern.findall(source)}
    return tuple(sorted(found - {"einmal"}))  # with it, a form sent again is answered as before


def all_patterns(
    resolver: URLResolver | None = None, prefix: str = "", outer: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The name of each address and those of its arguments, libraries' included. A page without a name cannot be asked for."""
    for entry in (resolver or get_resolver()).url_patterns:
        inner = outer + (tuple(entry.pattern.regex.groupindex) or ("",) * entry.pattern.regex.groups)
        if isinstance(entry, URLResolver):
            yield from all_patterns(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix, inner)
        elif entry.name:
            yield f"{prefix}{entry.name}", inner


def library_paths(name: str, arguments: tuple[str, ...]) -> list[str]:
    """Some address of a library's page; none where no sample fits, as for pages without a name."""
    for samples in product(_SAMPLES, repeat=len(arguments)):
        try:
            if all(arguments):
                return [reverse(name, kwargs=dict(zip(arguments, samples, strict=True)))]
            return [reverse(name, args=samples)]
        except NoReverseMatch:
            continue
    return []


class Visitor:
    """Somebody with cookies, whose requests go through all middleware and leave out what the test client does beside it."""

    def __init__(self, client: Client) -> None:
        self.cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        self.factory = RequestFactory()
        self.handler = ClientHandler(enforce_csrf_checks=False)

    def send(self, method: str, path: str, body: bytes = b"", kind: str = "application/x-www-form-urlencoded") -> Any:
        environ = self.factory._base_environ()  # type: ignore[attr-defined]
        path, _mark, query = path.partition("?")
        path, query = path.encode().decode("latin-1"), query.encode().decode("latin-1")
        environ |= {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "HTTP_COOKIE": self.cookies}
        environ |= {"CONTENT_TYPE": kind, "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body)}
        return self.handler(environ)


def content_of(response: Any) -> bytes:
    """A file is read to its end, which closes it."""
    return b"".join(response.streaming_content) if response.streaming else response.content


@contextmanager
def written() -> Iterator[list[str]]:
    """The statements that change anything but BESIDE."""
    found: list[str] = []

    def note(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        text = str(sql)
        if re.match(r"\s*(?:WITH .*)?(?:INSERT|UPDATE|DELETE)", text, re.S) and not any(table in text for table in BESIDE):
            found.append(text.strip()[:100])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found


@cache
def _statement(*, without_chance: bool) -> str:
    """One checksum a table, over all its rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT table_name, column_name, data_type FROM information_schema.columns
            JOIN information_schema.tables USING (table_schema, table_name)
            WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY table_name, ordinal_position"""
        )
        tables: dict[str, list[str]] = {}
        for table, column, kind in cursor.fetchall():
            by_chance = without_chance and (column in BY_CHANCE or kind.startswith(("timestamp", "date", "bytea", "ts")))
            if f'"{table}"' not in BESIDE and table not in (*BESIDE, "accounts_signin") and not by_chance:
                tables.setdefault(table, []).append(f"t.{connection.ops.quote_name(column)}")
    # A sum over the rows' own: it needs no order, which takes longer than all else.
    parts = [
        f"SELECT '{table}', count(*), sum(hashtextextended(ROW({', '.join(columns)})::text, 0))"  # noqa: S608
        f" FROM {connection.ops.quote_name(table)} AS t"
        for table, columns in tables.items()
    ]
    return " UNION ALL ".join(parts)


def checksums(*, without_chance: bool = False) -> dict[str, tuple[int, int | None]]:
    """Rows and checksum of each table but BESIDE. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_statement(without_chance=without_chance))
        return {table: (number, digest) for table, number, digest in cursor.fetchall()}


def differences(before: Mapping[str, tuple[int, int | None]], after: Mapping[str, tuple[int, int | None]]) -> list[str]:
    return sorted(table for table in before if before[table] != after.get(table))


@contextmanager
def same_numbers() -> Iterator[None]:
    """New rows get the same ids whoever comes first: sequences go back, which no rollback does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequencename::text, last_value FROM pg_sequences WHERE schemaname = 'public'")
        values = cursor.fetchall()
    try:
        yield
    finally:
        columns = [[name for name, _value in values], [value or 1 for _name, value in values], [bool(v) for _name, v in values]]
        rows = "unnest(%s::text[], %s::bigint[], %s::bool[]) AS s(name, value, called)"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT setval(name::regclass, value, called) FROM {rows}", columns)  # noqa: S608


class Tally:
    """How many requests there were, by what."""

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()

    def __str__(self) -> str:
        whole = ", ".join(f"{name} {number}" for name, number in sorted(self.requests.items()))
        return f"{self.requests.total()} requests: {whole}"
