"""No name and no address of a person where nobody looks for one: in addresses, the log, names and metadata of files."""

import io
import json
import logging
import re
import zipfile
from collections.abc import Iterator
from functools import partial
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import pikepdf
import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from scaling.accounts.models import User
from scaling.common.log_secrets import SecretsFilter
from scaling.logs import JsonFormatter, RequestFilter
from tests.cast import make_user
from tests.conftest import PASSWORD, SharedRows
from tests.test_permissions import TABLE
from tests.world import World, make_world

pytestmark = pytest.mark.django_db

BACKEND = "django.contrib.auth.backends.ModelBackend"
#: Whoever is in the world, and where their addresses lie.
PEOPLE = re.compile(r"\b(alice|bob|rita|charlie|dora)\b|@example\.org", re.IGNORECASE)
#: Where the metadata of a spreadsheet or a text lies, in both families of formats.
METADATA = re.compile(r"(docProps/.*|meta\.xml|settings\.xml|META-INF/.*|.*\.rels)")


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """What an installation with LOG_FORMAT=json would write, of every logger, from INFO on."""
    kept: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kept.append(self.format(record))

    handler = Keep(logging.INFO)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(SecretsFilter())
    handler.addFilter(RequestFilter())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield kept
    root.removeHandler(handler)
    root.setLevel(before)


def answers(world: Any, client: Client, *methods: str) -> Iterator[tuple[str, Any, bytes]]:
    """Of every address: its name, the answer and what it holds. What a request changes is undone."""
    for name, ids in dict.fromkeys((name, ids) for name, ids, _method, _expected in TABLE):
        for method in methods:
            with transaction.atomic():
                response = getattr(client, method)(reverse(name, args=[world.ids[word] for word in ids.split()]))
                content = b"".join(response.streaming_content) if response.streaming else response.content
                yield f"{method} {name}", response, content
                transaction.set_rollback(True)


def manager(bob: Any) -> Client:
    client = Client()
    client.force_login(bob, backend=BACKEND)
    return client


#: Parts of a page that hold an address, which the browser's history, a proxy's log and a bookmark then hold.
WAYS = re.compile(r"""\b(?:href|action|formaction|src|data-url|hx-get|hx-post|content)="([^"]*)\"""")
#: What of an address may hold the number of a person. A filter by person has to name somebody: it does so by the row's number,
#: which says nothing to whoever does not run the database. Nothing else does, and no word of an address tells a name.
BY_NUMBER = {"person"}
FORM = re.compile(r"""<form\b[^>]*method="get".*?</form>""", re.S)
CHOICES = re.compile(r"""<select\b[^>]*name="([^"]*)".*?</select>""", re.S)
#: Begins an address that is no page of ours: somebody to write to, and what was written as evidence.
ELSEWHERE = ("mailto:", "http://", "https://", "data:")


def told_in(address: str, numbers: set[str]) -> str:
    """What of a person the address tells; "" for nothing."""
    parts = urlsplit(unquote(unescape(address)))
    if PEOPLE.search(parts.path + parts.query + parts.fragment):
        return "a name"
    fields = parse_qsl(parts.query, keep_blank_values=True)
    return next((name for name, value in fields if value in numbers and name not in BY_NUMBER), "") or (
        "a number" if numbers & set(parts.path.split("/")) else ""
    )


def asked_by(form: str) -> Iterator[dict[str, str]]:
    """What a form to read by puts into the address: each thing that can be chosen."""
    for found in CHOICES.finditer(form):
        for value in re.findall(r'<option\b[^>]*value="([^"]*)"', found[0]):
            yield {found[1]: unescape(value)}


@pytest.fixture(scope="class")
def _shared_world(shared_rows: SharedRows) -> Iterator[World]:
    """People have numbers that nothing else has."""

    def renumbered(value: int) -> int:
        """From which number on it was before."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval(pg_get_serial_sequence('accounts_user', 'id'))")
            (before,) = cursor.fetchone()
            cursor.execute("SELECT setval(pg_get_serial_sequence('accounts_user', 'id'), %s)", [value])
        return int(before)

    before = shared_rows.make(partial(renumbered, 880_000))
    yield shared_rows.make(make_world)
    shared_rows.make(partial(renumbered, before))  # rows that are kept have numbers of before


@pytest.mark.usefixtures("documents")
class TestEveryAddress:
    @pytest.mark.parametrize("person", ["nobody", "charlie", "rita", "alice", "bob", "dora", "otto"])
    def test_no_address_tells_a_person(self, world, person, lines):
        """Links, ways to go on, where forms are sent and what is fetched along, on every page and after every step; and what a
        form to read by (a filter) would put into the address it leads to. Nor does a line of the log.
        """
        numbers = {str(pk) for pk in User.objects.values_list("pk", flat=True)}
        assert min(numbers) > "880000"
        client = Client()
        if person != "nobody":
            made = make_user("Otto", is_staff=True, is_superuser=True) if person == "otto" else getattr(world.cast, person)
            client.force_login(made, backend=BACKEND)
            numbers.add(str(made.pk))
        found, seen = set(), 0
        for name, response, content in answers(world, client, "get", "post"):
            ways = [response.headers.get("Location", "")]
            if response.headers.get("Content-Type", "").startswith("text/html"):
                page = content.decode()
                ways += WAYS.findall(page)
                ways += [f"?{urlencode(one)}" for form in FORM.findall(page) for one in asked_by(form)]
            for way in ways:
                seen += 1
                if not way.startswith(ELSEWHERE) and (what := told_in(way, numbers)):
                    found.add(f"{name}: {way} tells {what}")
        assert found == set()
        assert seen > 1000
        assert told_in_log(lines) == []
        assert len(lines) > 50

    def test_log_of_a_sign_in(self, world, alice, lines):
        """By password, and of what is then asked. What is typed at a sign-in that fails is told on purpose (fail2ban reads
        it; docs/data-protection.md).
        """
        client = Client()
        client.post(reverse("account_login"), {"login": alice.email, "password": PASSWORD})
        assert client.get(reverse("account")).status_code == 200
        assert client.get("/gibt/es/nicht/").status_code == 404
        assert {json.loads(line)["logger"] for line in lines} >= {"signin", "django.request"}
        assert told_in_log(lines) == []

    def test_metadata_of_files(self, world, bob):
        """Who approved stands on the paper; who drew, wrote or fetched the file stands nowhere in it."""
        found, seen = [], set()
        for name, response, content in answers(world, manager(bob), "get"):
            disposition = response.headers.get("Content-Disposition", "")
            match = re.search(r'filename="?[^";]+\.(\w+)', disposition)
            if response.status_code != 200 or match is None:
                continue
            seen.add(match[1])
            found += [f"{name}: {disposition}"] if PEOPLE.search(unquote(disposition)) else []
            found += [f"{name}: {part}" for part, text in metadata(match[1], content) if PEOPLE.search(text)]
        assert found == []
        assert seen >= {"pdf", "xlsx", "ods", "docx", "json", "csv"}


def told_in_log(lines: list[str]) -> list[str]:
    told = [json.loads(line) for line in lines]
    return [line["message"] for line in told if PEOPLE.search(json.dumps(line))]


def metadata(kind: str, content: bytes) -> Iterator[tuple[str, str]]:
    if kind == "pdf":
        with pikepdf.open(io.BytesIO(content)) as pdf:
            yield "Info", " ".join(f"{key} {value}" for key, value in pdf.docinfo.items())
            if "/Metadata" in pdf.Root:
                yield "XMP", pdf.Root.Metadata.read_bytes().decode("utf-8", "replace")
            for name, one in pdf.attachments.items():
                yield "attached", f"{name} {one.filename} {one.description}"
                yield from metadata(name.rpartition(".")[2], one.get_file().read_bytes())
    elif kind in ("xlsx", "ods", "docx"):
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            for part in package.infolist():
                yield "name", part.filename
                yield "comment", part.comment.decode("utf-8", "replace")
                if METADATA.fullmatch(part.filename):
                    yield part.filename, package.read(part).decode("utf-8", "replace")
    elif kind == "json":
        data = json.loads(content)
        if isinstance(data, dict):
            yield "keys", " ".join(str(word) for key, word in data.items() if not isinstance(word, dict | list))
