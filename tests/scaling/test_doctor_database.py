"""The doctor finds what is planted in a database, and nothing where nothing is wrong."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from assessments.services.demo import OPERATOR
from scaling.accounts.models import User
from scaling.doctor import database
from scaling.doctor.findings import Severity, run
from tests.catalogue.test_checksums import publish_and_change
from tests.scaling.doctor import found, other_database, sql


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("options", "look", "said"),
    [
        (
            "ENCODING 'SQL_ASCII' LOCALE 'C'",
            database.encoding,
            "has the encoding SQL_ASCII, in which umlauts break. → Make a new",
        ),
        ("ENCODING 'UTF8' LOCALE 'C'", database.collation, "capital and small umlauts are not the same letter"),
    ],
)
def test_database_that_breaks_umlauts(options, look, said):
    assert found(look) == []
    with other_database(options):
        assert said in found(look)[0]


@pytest.mark.django_db(transaction=True)
def test_database_that_waits_for_its_tables():
    with other_database("ENCODING 'UTF8' LOCALE 'C.UTF-8'"):
        (said,) = found(database.migrations)
    assert "to be applied" in said
    assert said.endswith("→ Run manage.py prepare.")


@pytest.mark.django_db(transaction=True)
def test_database_that_is_away():
    port = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = "1"
    try:
        assert "compare DATABASE_URL" in found(database.reachable)[0]
        levels = {finding.level for finding in run(database.CHECKS, demo=False)}
        assert levels == {Severity.PROBLEM, Severity.SKIPPED}
    finally:
        connection.settings_dict["PORT"] = port


@pytest.mark.django_db
class TestDatabase:
    def test_nothing_wrong(self, settings):
        of_this_server = {"database durability", "database user", "database jit", "database connections"}  # made for tests
        looks = [check.look for check in database.CHECKS if check.name not in of_this_server]
        assert [said for look in looks for said in found(look)] == []

    def test_version(self, monkeypatch):
        monkeypatch.setattr(database, "OLDEST", 99)
        assert "is too old. → Move to PostgreSQL 99" in found(database.version)[0]

    def test_jit(self):
        sql("SET LOCAL jit = on")
        assert "SET jit = off" in found(database.jit)[0]
        sql("SET LOCAL jit = off")
        assert found(database.jit) == []

    def test_power_cut_would_lose_answers(self):
        sql("SET LOCAL synchronous_commit = off")
        assert any("synchronous_commit = off: a power cut loses" in said for said in found(database.durability))

    def test_read_only(self):
        sql("SET LOCAL default_transaction_read_only = on")
        assert "takes no changes" in found(database.writable)[0]

    def test_user_without_rights(self):
        sql("CREATE ROLE doctor_guest; SET LOCAL ROLE doctor_guest")
        said = found(database.rights)
        assert any("Tables belong to another user" in text for text in said)
        assert any("may not create tables" in text for text in said)

    def test_superuser(self):
        assert "superuser of PostgreSQL" in found(database.superuser)[0]

    def test_connections_used_up(self, monkeypatch):
        ask = database.ask
        monkeypatch.setattr(database, "ask", lambda text, *args: 4 if text == "SHOW max_connections" else ask(text, *args))
        assert "connections are taken" in found(database.connections)[0]

    def test_clock(self, monkeypatch):
        class Late(datetime):
            @classmethod
            def now(cls, tz=None):
                return super().now(tz) + timedelta(hours=1)

        monkeypatch.setattr(database, "datetime", Late)
        assert "differ by 3600 seconds" in found(database.clock)[0]

    def test_pending_migration(self):
        MigrationRecorder(connection).record_unapplied(*MigrationLoader(connection).graph.leaf_nodes("assessments")[0])
        assert "to be applied" in found(database.migrations)[0]

    def test_newer_version(self):
        MigrationRecorder(connection).record_applied("assessments", "9999_later")
        assert "of a newer version (it knows assessments.9999_later)" in found(database.migrations)[0]

    def test_demo_accounts(self, settings):
        settings.DEMO = False
        User.objects.create_user(OPERATOR[0], "x", is_superuser=True)
        assert "password everybody knows" in found(database.demo_accounts)[0]

    def test_cache_without_table(self):
        sql("DROP TABLE cache")
        assert found(database.shared_cache) == [
            "The shared cache keeps nothing: no second factor and no new password is taken. → Run manage.py prepare."
        ]


@pytest.mark.django_db(transaction=True)
def test_edition_that_was_changed():
    publish_and_change()
    (said,) = found(database.checksums)
    assert said.startswith("Edition 7.0 no longer has the content it was published with. → Restore the catalogue")


def test_valkey_that_is_away(settings):
    settings.CACHE_URL = "redis://127.0.0.1:1/0"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": settings.CACHE_URL}}
    assert "The Valkey of CACHE_URL does not answer" in found(database.shared_cache)[0]
