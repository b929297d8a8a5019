"""No name and no address of a person where nobody looks for one: in the log, in names and metadata of files."""

import io
import json
import logging
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pikepdf
import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from scaling.common.log_secrets import SecretsFilter
from scaling.logs import JsonFormatter, RequestFilter
from tests.conftest import PASSWORD
from tests.test_permissions import TABLE

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


@pytest.mark.usefixtures("documents")
class TestEveryAddress:
    def test_log(self, world, bob, alice, lines):
        """A whole town hall's day, with a sign-in, as nobody and as a manager. What is typed at a sign-in that fails is told on
        purpose (fail2ban reads it; docs/data-protection.md).
        """
        client = Client()
        client.post(reverse("account_login"), {"login": alice.email, "password": PASSWORD})
        for one in (Client(), client, manager(bob)):
            for _answer in answers(world, one, "get", "post"):
                pass
        told = [json.loads(line) for line in lines]
        assert {line["logger"] for line in told} >= {"signin", "django.request"}
        assert [line["message"] for line in told if PEOPLE.search(json.dumps(line))] == []

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
