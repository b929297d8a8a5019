"""Bringing a database to this version: hosts that do it at once wait for each other; what is made lies beside the code."""

import io
import os
import queue
import subprocess
import sys
import threading

import psycopg
import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.core.management.base import CommandError, OutputWrapper
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from scaling import migrating
from scaling.common.translations import compile_translations
from scaling.preparation import LOCK, alone
from scaling.preparation import _static_state as static_state
from tests.later_migration import later_migration
from tests.races import WAITING_HOST
from tests.scaling.installation import wait_until
from tests.scaling.test_backup import address, new_database
from tests.scaling.test_settings import ROOT


@pytest.mark.django_db(transaction=True)
def test_second_host_waits_for_the_first_and_for_one_that_died_not_at_all():
    entered: queue.Queue[str] = queue.Queue()
    said = io.StringIO()

    def prepare():
        try:
            with alone(OutputWrapper(said)):
                entered.put("second")
        finally:
            connection.close()

    other = psycopg.connect(address(connection.settings_dict["NAME"]))
    other.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    second = threading.Thread(target=prepare)
    second.start()
    with connection.cursor() as cursor:
        while True:  # until it waits, which PostgreSQL says
            cursor.execute(WAITING_HOST)
            if cursor.fetchone() == (1,):
                break
            assert second.is_alive()
    assert entered.empty()
    other.close()  # the first host's process ends, in whatever way
    second.join(30)
    assert entered.get_nowait() == "second"
    assert said.getvalue() == "Another host prepares this database; waiting for it …\n"


@pytest.mark.django_db(transaction=True)
def test_two_hosts_at_once_on_an_empty_database(tmp_path):
    with new_database() as url:
        environment = os.environ | {"DATABASE_URL": url, "VAR_DIR": str(tmp_path)}
        command = [sys.executable, "manage.py", "prepare"]
        both = [
            subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for _host in range(2)
        ]
        answers = [process.communicate(timeout=300) for process in both]
        assert [process.returncode for process in both] == [0, 0], answers
        with psycopg.connect(url) as database:
            assert database.execute("SELECT count(*) FROM catalogue_edition WHERE state = 'published'").fetchone() == (3,)


@pytest.mark.django_db(transaction=True)
def test_host_killed_while_it_prepares_and_another_waits(tmp_path):
    """The one that waited goes on from where the other one was cut off."""
    with new_database() as url:
        environment = os.environ | {"DATABASE_URL": url, "VAR_DIR": str(tmp_path)}
        command = [sys.executable, "manage.py", "prepare"]
        first = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        with psycopg.connect(url, autocommit=True) as database:
            wait_until(lambda: database.execute("SELECT to_regclass('django_migrations')").fetchone() != (None,), "no table")
            second = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
            wait_until(lambda: database.execute(WAITING_HOST).fetchone() == (1,), "the second does not wait")
            first.kill()
            first.communicate()
            (done,) = database.execute("SELECT count(*) FROM django_migrations").fetchone() or (0,)
            said, _ = second.communicate(timeout=300)
            assert second.returncode == 0, said
            assert "Another host prepares this database" in said
            (all_done,) = database.execute("SELECT count(*) FROM django_migrations").fetchone() or (0,)
            print(f"\nkilled after {done} of {all_done} migrations; the other host made the rest")  # noqa: T201
            assert 0 < done < all_done
            assert database.execute("SELECT count(*) FROM catalogue_edition WHERE state = 'published'").fetchone() == (3,)


def test_built_without_settings_and_without_a_database(tmp_path):
    """As an image is made: in a copy, since it writes beside the code."""
    names = ("manage.py", "scaling", "catalogue", "assessments", "templates", "static", "locale", "fixtures")
    subprocess.run(["cp", "-r", *(str(ROOT / name) for name in names), str(tmp_path)], check=True)
    command = [sys.executable, "manage.py", "build"]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "build/locale/en/LC_MESSAGES/django.mo").exists()
    assert (tmp_path / "build/static/staticfiles.json").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name not in names] == ["build"]
    assert not list((tmp_path / "locale").rglob("*.mo")) or list((ROOT / "locale").rglob("*.mo"))


@pytest.mark.django_db(transaction=True)
def test_migration_waits_for_a_table_in_use_and_nobody_waits_for_the_migration(tmp_path, monkeypatch):
    """A backup reads for minutes; whoever comes while a table waits to be changed would stand behind it."""
    monkeypatch.setattr(migrating, "LOCK_TIMEOUT", "100ms")
    monkeypatch.setattr(migrating, "PAUSES", (0.05,) * 2000)
    said = io.StringIO()
    body = 'operations = [migrations.AddField("timedrun", "note", models.TextField(null=True))]'

    def bring():
        try:
            migrating.migrate(OutputWrapper(said))
        finally:
            connection.close()

    database = address(connection.settings_dict["NAME"])
    with (
        later_migration(tmp_path, body),
        psycopg.connect(database, autocommit=True, options="-c statement_timeout=20s") as person,
        psycopg.connect(database) as backup,
    ):
        backup.execute("SELECT * FROM scaling_timedrun")
        host = threading.Thread(target=bring)
        host.start()
        while said.getvalue().count("is in use; trying again") < 2:
            assert host.is_alive()
            person.execute("SELECT count(*) FROM scaling_timedrun")
        backup.rollback()
        host.join(60)
        with connection.cursor() as cursor:
            cursor.execute("SELECT note FROM scaling_timedrun")
            cursor.execute("SHOW lock_timeout")
            assert cursor.fetchone() == ("0",)
        call_command("migrate", "scaling", "0001", verbosity=0)


@pytest.mark.django_db(transaction=True)
def test_table_that_stays_in_use_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(migrating, "LOCK_TIMEOUT", "10ms")
    monkeypatch.setattr(migrating, "PAUSES", (0,))
    body = 'operations = [migrations.AddField("timedrun", "note", models.TextField(null=True))]'
    with later_migration(tmp_path, body), psycopg.connect(address(connection.settings_dict["NAME"])) as backup:
        backup.execute("SELECT * FROM scaling_timedrun")
        with pytest.raises(CommandError, match=r"stays in use .*run this again"):
            migrating.migrate(OutputWrapper(io.StringIO()))
        assert ("scaling", "9999_later") not in MigrationRecorder(connection).applied_migrations()


def test_static_files_are_known_by_what_they_hold(settings, tmp_path):
    """An image's layers round a file's time: built there, they were said to be of another version."""
    settings.STATICFILES_DIRS = [tmp_path]
    finders.get_finder.cache_clear()  # type: ignore[attr-defined]
    try:
        file = tmp_path / "of-this-test.css"
        file.write_text("a {}")
        before, time = static_state(), file.stat().st_mtime_ns
        os.utime(file, ns=(time, time + 10**9))
        assert static_state() == before
        file.write_text("b {}")
        os.utime(file, ns=(time, time))
        assert static_state() != before
    finally:
        finders.get_finder.cache_clear()  # type: ignore[attr-defined]


def test_unfinished_translations_of_another_command_are_in_nobodys_way(tmp_path):
    """Two commands in a fresh folder compile at the same moment, each into a file of its own."""
    compile_translations(tmp_path)
    finished = {path: path.read_bytes() for path in tmp_path.rglob("*.mo")}
    assert finished
    for path in finished:
        path.unlink()
        path.with_suffix(".mo.new").mkdir()  # the name that all of them once wrote to
    compile_translations(tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.mo")} == finished
    assert [path for path in tmp_path.rglob("*.mo.*") if path.is_file()] == []
