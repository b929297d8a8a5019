"""A database of before the first release is told what to do, whether names of migrations changed since or what they say."""

import io

import pytest
from django.core.management import CommandError
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.recorder import MigrationRecorder

from scaling.preparation import prepare_database
from scaling.unreleased_schema import fingerprint, migration_files, note_schema, refuse_older_schema

pytestmark = pytest.mark.django_db


class Initial(Migration):
    initial = True


def note(text: str | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("COMMENT ON TABLE django_migrations IS " + (f"'{text}'" if text else "NULL"))


def noted() -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description('django_migrations'::regclass)")
        return cursor.fetchone()[0]


def record_another_name() -> None:
    MigrationRecorder(connection).record_applied("assessments", "0007_project_confidentiality_of_old")


@pytest.mark.parametrize(
    ("demo", "advice"), [(True, "delete it and start anew: ./run reset"), (False, "it cannot be carried over")]
)
@pytest.mark.parametrize(
    "age",
    [record_another_name, lambda: note("0" * 64), lambda: note(None)],
    ids=["other names", "other content", "nothing noted"],
)
def test_start_on_a_database_of_before_says_in_one_line_what_to_do(settings, demo, advice, age):
    settings.DEMO = demo
    refuse_older_schema()  # as it is now
    age()
    with pytest.raises(CommandError) as refused:
        prepare_database(io.StringIO())
    before = "The database was made by a version of Skalierungscheck from before its first release"
    assert str(refused.value) == f"{before}; {advice}"


def test_migrations_of_libraries_are_their_own_matter():
    MigrationRecorder(connection).record_applied("account", "0099_gone")
    refuse_older_schema()


def test_every_migration_of_ours_counts(tmp_path):
    files = migration_files()
    assert {path.parts[-3] for path in files} == {"accounts", "assessments", "catalogue", "scaling"}
    changed = tmp_path / files[0].name
    changed.write_text(files[0].read_text(encoding="utf-8").replace("max_length=254", "max_length=255"), encoding="utf-8")
    assert fingerprint([changed, *files[1:]]) != fingerprint(files) == noted()


def test_only_who_makes_the_tables_says_by_which_files():
    """Else a second start would make an old database a new one."""
    note("of old")
    later, initial, library = Migration("0002", "assessments"), Initial("0001", "assessments"), Initial("0001", "account")
    note_schema(plan=[])
    note_schema(plan=[(later, False), (library, False)])
    note_schema(plan=[(initial, True)])
    note_schema()  # flush
    assert noted() == "of old"
    note_schema(plan=[(initial, False)])
    assert noted() == fingerprint(migration_files())
