"""Rows that are put back are those that were made, in every column of every table, and each test's own."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from scaling.accounts.models import User
from tests import kept_rows as module
from tests.conftest import ROOM
from tests.kept_rows import MADE_BY_DJANGO, KeptRows, is_possible
from tests.reports.conftest import STAGES, make_story
from tests.world import make_world


def all_rows() -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = [name for (name,) in cursor.fetchall()]
        rows = {}
        for name in names:
            cursor.execute(f'SELECT one::text FROM "{name}" AS one')  # noqa: S608 – names of tables
            rows[name] = sorted(text for (text,) in cursor.fetchall())
    return rows


def undone(get):
    """What ``get`` gives and leaves in the database, which is then empty again."""
    with transaction.atomic():
        result, found = get(), all_rows()
        transaction.set_rollback(True)
    return result, found


@pytest.mark.django_db
@pytest.mark.parametrize("make", [make_world, lambda: make_story(STAGES[-1])])
def test_rows_put_back_are_those_that_were_made(make):
    kept = KeptRows()
    before = all_rows()
    _made, first = undone(lambda: kept.get("x", make))
    assert all_rows() == before
    _copy, second = undone(lambda: kept.get("x", pytest.fail))
    assert second == first
    assert sum(map(len, second.values())) > sum(map(len, before.values())) + 100
    kept.get("x", pytest.fail)
    with connection.cursor() as cursor:  # triggers and foreign keys hold again
        cursor.execute("SHOW session_replication_role")
        assert cursor.fetchone() == ("origin",)


@pytest.mark.django_db(transaction=True)
def test_emptied_database_keeps_neither_rows_nor_much_of_their_room():
    """Django says so after each test with several connections; nothing but these rows is lost."""
    make_world()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO cache SELECT n::text, repeat('x', 1000), now() FROM generate_series(1, 2000) AS n")
        cursor.execute("SELECT pg_relation_size('cache') > %s", [ROOM])
        assert cursor.fetchone() == (True,)
        call_command("flush", interactive=False)
        cursor.execute("SELECT pg_relation_size('cache')")
        assert cursor.fetchone() == (0,)
    rows = all_rows()
    assert {name for name, found in rows.items() if found} == MADE_BY_DJANGO


@pytest.mark.django_db
def test_objects_are_a_copy_for_each():
    kept = KeptRows()
    for name in ("one", "two"):
        story, _rows = undone(lambda: kept.get("x", lambda: make_story("project")))
        assert (story.cast.alice.name, story.project.name) == ("Alice", "Parkraum-App")
        story.cast.alice.name = story.project.name = name


@pytest.mark.django_db
def test_rows_are_made_anew_after_a_while_and_on_another_day(monkeypatch):
    kept, made = KeptRows(), []

    def get():
        undone(lambda: kept.get("x", lambda: made.append(make_story("edition"))))
        return len(made)

    assert [get(), get()] == [1, 1]
    now = module.time.monotonic()
    monkeypatch.setattr(module.time, "monotonic", lambda: now + module.MAX_AGE + 1)
    assert [get(), get()] == [2, 2]
    tomorrow = timezone.localdate() + timedelta(1)
    monkeypatch.setattr(module.timezone, "localdate", lambda: tomorrow)
    assert [get(), get()] == [3, 3]


@pytest.mark.django_db
def test_rows_are_put_back_only_where_nothing_is():
    assert is_possible()
    User.objects.create_user("irgendwer@example.org", "x")
    assert not is_possible()


@pytest.mark.django_db(transaction=True)
def test_rows_are_not_put_back_where_others_would_see_them():
    assert not is_possible()
