"""A database of each release, with the demo's data, is brought to this version and is then as a new one."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from assessments.models import Assessment, AssessmentRecord
from assessments.reports.records.codec import checksum
from catalogue.services.checksums import checksum_problems
from scaling.accounts.models import Role, User
from scaling.unreleased_schema import TABLE, fingerprint, migration_files
from tests.scaling.test_backup import address, new_database
from tests.scaling.test_settings import ROOT
from tests.upgrades.dumps import dumps, load, version_of

#: Tables, columns, constraints, indexes, triggers and functions, each as PostgreSQL writes it.
SHAPE = """
SELECT 'column', table_name, column_name,
concat_ws(' ', data_type, character_maximum_length, is_nullable, generation_expression)
FROM information_schema.columns WHERE table_schema = 'public'
UNION SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace
UNION SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION SELECT 'function', '', proname, pg_get_functiondef(oid) FROM pg_proc
WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
"""


@contextmanager
def looking_at(url: str) -> Iterator[None]:
    """Django's connection leads to another database of the same server."""
    here = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = here


#: PostgreSQL writes the same condition with other casts and parentheses once it has read it from a dump.
CASTS = re.compile(r"::(character varying|[a-z]+)(\[\])?|[()]")


def shape(url: str) -> set[tuple[str, ...]]:
    with psycopg.connect(url) as database:
        return {tuple(CASTS.sub("", text) for text in row) for row in database.execute(SHAPE)}


def rows(url: str) -> dict[str, int]:
    with psycopg.connect(url) as database:
        tables = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        counts = {}
        for (table,) in tables:
            (counts[table],) = database.execute(f'SELECT count(*) FROM "{table}"').fetchone() or (0,)  # noqa: S608 – its own
        return counts


def refuse_what_was_never_released(url: str, name: str) -> None:
    """Until the first release tables change in the initial migrations, and what was kept before is nobody's."""
    with psycopg.connect(url) as database:
        (noted,) = database.execute("SELECT obj_description(%s::regclass)", [TABLE]).fetchone() or ("",)
    if noted != fingerprint(migration_files()):
        pytest.skip(f"the tables have changed and nothing is released yet: python -m tests.upgrades {name}")


def test_there_is_a_release_to_come_from():
    assert [version_of(path) for path in dumps()][:1] == ["1.0.0"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("dump", dumps(), ids=version_of)
def test_release_is_brought_to_this_version(dump, tmp_path):
    with new_database() as url:
        load(dump, url)
        refuse_what_was_never_released(url, version_of(dump))
        before = rows(url)
        environment = os.environ | {"DATABASE_URL": url, "VAR_DIR": str(tmp_path), "DEMO": "1"}
        command = [sys.executable, "manage.py", "prepare"]
        for _turn in range(2):  # it can be repeated
            done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
        after = rows(url)
        kept = {name: count for name, count in before.items() if name in after and not name.startswith("procrastinate_")}
        assert {name: after[name] for name in kept if after[name] < kept[name]} == {}
        assert after["assessments_score"] == before["assessments_score"] > 100
        new = shape(address(connection.settings_dict["NAME"]))
        assert sorted(shape(url) - new) == sorted(new - shape(url)) == []
        with looking_at(url):
            look_at_what_is_there()


def look_at_what_is_there() -> None:
    """Editions and records are what they were, and pages show them."""
    assert checksum_problems() == []
    records = list(AssessmentRecord.objects.all())
    assert records
    assert [record.checksum for record in records] == [checksum(record.document) for record in records]
    manager = User.objects.filter(memberships__role=Role.MANAGER).order_by("pk")[0]
    client = Client()
    client.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
    rounds = Assessment.objects.visible_to(manager)
    assert rounds.exists()
    for assessment in rounds:
        assert client.get(reverse("reports:profile", args=[assessment.public_id])).status_code == 200
    assert client.get("/").status_code == 200
    assert client.get("/katalog/").status_code == 200
