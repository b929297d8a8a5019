"""Databases and files of backups, for the tests of them."""

import hashlib
import io
import json
import os
import secrets
import subprocess
import sys
import tarfile
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection

from assessments.models import Evidence, Score
from scaling.backup.archive import CHECKSUMS, MANIFEST
from scaling.backup.tables import LEFT_OUT
from tests.world import make_world

ROOT = Path(__file__).resolve().parents[2]


def fill(settings, tmp_path):
    """A database with one of everything, an upload and a template of one's own."""
    settings.VAR_DIR = tmp_path / "var"
    settings.MEDIA_ROOT = tmp_path / "var" / "media"
    make_world()
    name = default_storage.save("nachweise/0123.txt", ContentFile("Beschluss des Rates – 2,4 Mio. €"))
    Evidence.objects.create(
        score=Score.objects.first(), text="Beschluss\tmit\\ Zeichen\nund Zeilen „“", file=name, file_name="a.txt"
    )
    template = tmp_path / "var" / "templates" / "pages" / "imprint.html"
    template.parent.mkdir(parents=True)
    template.write_text("Impressum der Stadt Übersee")


def address(name, host=None):
    database = connection.settings_dict
    host = host or database["HOST"]
    return f"postgresql://{database['USER'] or ''}@/{name}?host={quote(str(host), safe='')}"


@contextmanager
def new_database(host=None):
    """The address of an empty database beside the tests' own; gone afterwards."""
    name = f"restored_{secrets.token_hex(4)}"
    with psycopg.connect(address("postgres", host), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
        try:
            yield address(name, host)
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def manage(*words, url, var):
    environment = os.environ | {"DATABASE_URL": url, "VAR_DIR": str(var)}
    return subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=environment, capture_output=True, text=True)


def rows(url):
    """Every row of every table that belongs into a backup, as PostgreSQL writes it; columns by name."""
    found = {}
    with psycopg.connect(url) as database:
        database.execute("SET timezone = 'UTC'")  # each server has one of its own
        columns = database.execute(
            "SELECT table_name, string_agg(quote_ident(column_name), ', ' ORDER BY column_name) "
            "FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name) "
            "WHERE table_schema = 'public' AND table_type = 'BASE TABLE' GROUP BY table_name"
        ).fetchall()
        for table, names in columns:
            if table not in LEFT_OUT:
                statement = f"COPY (SELECT {names} FROM {table}) TO STDOUT"  # noqa: S608 – names from the database itself
                with database.cursor().copy(statement) as lines:
                    found[table] = sorted(b"".join(lines).splitlines())
    return found


def sequences(url):
    with psycopg.connect(url) as database:
        found = database.execute("SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL").fetchall()
        return {name: value for name, value in found if not name.startswith(LEFT_OUT)}


def files(folder):
    """All but the demo's own key, which it makes where none is."""
    found = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "secret_key"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def repack(path, change):
    """The same backup with other parts: ``change`` is given the list of (name, content) and changes it."""
    with tarfile.open(path) as tar:
        parts = [(entry.name, part.read()) for entry in tar if (part := tar.extractfile(entry))]
    change(parts)
    with tarfile.open(path, "w:gz") as tar:
        for name, content in parts:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))


def rewrite_manifest(path, change_manifest):
    """With a checksum that fits."""

    def change(parts):
        manifest = json.loads(parts[0][1])
        change_manifest(manifest)
        parts[0] = (MANIFEST, json.dumps(manifest).encode())
        sums = json.loads(parts[-1][1])
        sums[MANIFEST] = {"sha256": hashlib.sha256(parts[0][1]).hexdigest(), "bytes": len(parts[0][1])}
        parts[-1] = (CHECKSUMS, json.dumps(sums).encode())

    repack(path, change)
