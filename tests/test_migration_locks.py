"""What ``./run check locks`` says to migrations of a later version."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.db.migrations.loader import MigrationLoader

from tests.later_migration import ROOT, later_migration
from tests.migration_locks import complaints, later_than_release
from tests.upgrades.dumps import dumps, migrations_of

BAD = {
    "column that the version before does not fill": (
        'operations = [migrations.AddField("timedrun", "note", models.TextField(default=""), preserve_default=False)]',
        "ban-drop-default",
    ),
    "column that has to be filled": (
        'operations = [migrations.RunSQL("ALTER TABLE scaling_timedrun ADD COLUMN note text NOT NULL")]',
        "adding-required-field",
    ),
    "column that is computed for each row": (
        'operations = [migrations.RunSQL("ALTER TABLE scaling_timedrun ADD note text DEFAULT gen_random_uuid()::text")]',
        "adding-field-with-default",
    ),
    "another type": (
        'operations = [migrations.AlterField("timedrun", "problem", models.CharField(max_length=300))]',
        "changing-column-type",
    ),
    "longer text": (
        'operations = [migrations.AlterField("submittedform", "target", models.CharField(max_length=1000, blank=True))]',
        "changing-column-type",
    ),
    "not empty any more": (
        'operations = [migrations.AlterField("timedrun", "succeeded_at", models.DateTimeField())]',
        "adding-not-nullable-field",
    ),
    "index": (
        'operations = [migrations.AddIndex("timedrun", models.Index(fields=["started_at"], name="timedrun_started"))]',
        "require-concurrent-index-creation",
    ),
    "index by a field": (
        'operations = [migrations.AlterField("timedrun", "started_at", models.DateTimeField(db_index=True))]',
        "require-concurrent-index-creation",
    ),
    "index that goes": (
        'operations = [migrations.AlterField("submittedform", "at", models.DateTimeField())]',
        "require-concurrent-index-deletion",
    ),
    "condition": (
        """
check = models.CheckConstraint(condition=models.Q(name__gt=""), name="timedrun_named")
operations = [migrations.AddConstraint("timedrun", check)]""",
        "constraint-missing-not-valid",
    ),
    "unique": (
        """
once = models.UniqueConstraint(fields=["target", "at"], name="submittedform_once")
operations = [migrations.AddConstraint("submittedform", once)]""",
        "disallowed-unique-constraint",
    ),
    "foreign key": (
        """
form = models.ForeignKey("scaling.submittedform", models.CASCADE, null=True)
operations = [migrations.AddField("timedrun", "form", form)]""",
        "adding-foreign-key-constraint",
    ),
    "column with another name": (
        'operations = [migrations.RenameField("timedrun", "problem", "trouble")]',
        "renaming-column",
    ),
    "column that goes": (
        'operations = [migrations.RemoveField("timedrun", "problem")]',
        "ban-drop-column",
    ),
    "table with another name": (
        'operations = [migrations.RenameModel("TimedRun", "Run")]',
        "renaming-table",
    ),
    "table that goes": (
        'operations = [migrations.DeleteModel("TimedRun")]',
        "ban-drop-table",
    ),
    "rows by Python in one transaction": (
        "operations = [migrations.RunPython(print)]",
        "rows-in-one-transaction",
    ),
    "rows by Python in one transaction of its own": (
        "atomic = False\noperations = [migrations.RunPython(print, atomic=True)]",
        "rows-in-one-transaction",
    ),
    "rows in one statement": (
        """operations = [migrations.RunSQL("UPDATE scaling_timedrun SET problem = ''")]""",
        "rows-in-one-statement",
    ),
    "rows filled by Django, without a transaction": (
        """
atomic = False
at = models.DateTimeField(default="2026-01-01T00:00Z")
operations = [migrations.AlterField("timedrun", "succeeded_at", at)]""",
        "rows-in-one-statement",
    ),
    "looked at while others wait": (
        """
first = "ALTER TABLE scaling_timedrun ADD CONSTRAINT named CHECK (name > '') NOT VALID"
second = "ALTER TABLE scaling_timedrun VALIDATE CONSTRAINT named"
operations = [migrations.RunSQL([first, second])]""",
        "validates-with-others",
    ),
    "waits without a limit": (
        'atomic = False\noperations = [migrations.AddField("timedrun", "note", models.TextField(null=True))]',
        "waits-without-limit",
    ),
}
GOOD = {
    "column that may be empty": 'operations = [migrations.AddField("timedrun", "note", models.TextField(null=True))]',
    "column that the database fills": (
        'operations = [migrations.AddField("timedrun", "note", models.TextField(db_default="", blank=True))]'
    ),
    "column that may be empty from now on": (
        'operations = [migrations.AlterField("timedrun", "problem", models.TextField(null=True))]'
    ),
    "index beside the work": (
        "atomic = False\n"
        'operations = [AddIndexConcurrently("timedrun", models.Index(fields=["started_at"], name="timedrun_started"))]'
    ),
    "condition for new rows": (
        "operations = [migrations.RunSQL(\"ALTER TABLE scaling_timedrun ADD CONSTRAINT named CHECK (name > '') NOT VALID\")]"
    ),
    "condition for new rows, by Django": """
check = models.CheckConstraint(condition=models.Q(name__gt=""), name="timedrun_named")
operations = [AddConstraintNotValid("timedrun", check)]""",
    "condition looked at alone, by Django": 'operations = [ValidateConstraint("timedrun", "timedrun_named")]',
    "unique, its index beside the work": """
atomic = False
operations = [migrations.RunSQL("CREATE UNIQUE INDEX CONCURRENTLY once ON scaling_submittedform (target, at)")]""",
    "unique by that index": """
once = "ALTER TABLE scaling_submittedform ADD CONSTRAINT once UNIQUE USING INDEX once"
operations = [migrations.RunSQL(once, state_operations=[])]""",
    "foreign key's column": """
form = models.ForeignKey("scaling.submittedform", models.CASCADE, null=True, db_constraint=False, db_index=False)
operations = [migrations.AddField("timedrun", "form", form)]""",
    "foreign key for new rows": """
key = "ALTER TABLE scaling_timedrun ADD CONSTRAINT form FOREIGN KEY (form_id) REFERENCES scaling_submittedform NOT VALID"
operations = [migrations.RunSQL(key)]""",
    "index that goes beside the work": """
atomic = False
operations = [
    AddIndexConcurrently("timedrun", models.Index(fields=["started_at"], name="timedrun_started")),
    RemoveIndexConcurrently("timedrun", "timedrun_started"),
]""",
    "table that goes from the models": """
operations = [migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("TimedRun")])]""",
    "condition looked at alone": 'operations = [migrations.RunSQL("ALTER TABLE scaling_timedrun VALIDATE CONSTRAINT named")]',
    "rows in batches": "atomic = False\noperations = [migrations.RunPython(print)]",
    "table of its own": """
operations = [
    migrations.CreateModel("Note", [
        ("id", models.BigAutoField(primary_key=True)),
        ("form", models.ForeignKey("scaling.submittedform", models.CASCADE)),
        ("text", models.CharField(max_length=20, unique=True)),
        ("at", models.DateTimeField(db_index=True)),
    ]),
    migrations.AddConstraint("note", models.CheckConstraint(condition=models.Q(text__gt=""), name="note_text")),
]""",
    "function and trigger": """
operations = [migrations.RunSQL('''
CREATE FUNCTION later() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
UPDATE scaling_timedrun SET problem = '';
RETURN NEW; END $$;
CREATE TRIGGER later BEFORE INSERT ON scaling_submittedform FOR EACH ROW EXECUTE FUNCTION later();
''')]""",
    "nothing in the database": (
        'operations = [migrations.AlterField("timedrun", "problem", models.TextField(blank=True, help_text="x"))]'
    ),
}


@pytest.mark.django_db(transaction=True)  # an index beside the work is refused within one
@pytest.mark.parametrize("name", BAD)
def test_refused(tmp_path, name):
    body, rule = BAD[name]
    with later_migration(tmp_path, body) as migration:
        found = complaints(migration)
        assert [line for line in found if line.startswith(f"scaling.9999_later: {rule}: ")], found
        # What is wrong is named once it is known, and allowed by name alone.
        rules = {line.split(": ")[1] for line in found}
        assert complaints(migration, dict.fromkeys(rules, "a table of four rows")) == []
        assert complaints(migration, dict.fromkeys(rules - {rule}, "a table of four rows")) != []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", GOOD)
def test_let_through(tmp_path, name):
    with later_migration(tmp_path, GOOD[name]) as migration:
        assert complaints(migration) == []
        assert complaints(migration, {"ban-drop-table": "long ago"}) != []


def test_release_says_which_migrations_it_had():
    kept = migrations_of(dumps()[0])
    assert {
        (app, "0001_initial") for app in ("auth", "procrastinate", "scaling", "accounts", "catalogue", "assessments")
    } <= kept
    assert set(later_than_release(dumps()[0])) == set(MigrationLoader(None).disk_migrations) - kept


def test_step_as_a_whole(tmp_path, monkeypatch, capfd):
    """What a release does not have is looked at on a database of it, and each step meets what the one before has made."""
    with later_migration(tmp_path, BAD["index"][0]) as migration:
        package = Path(str(sys.modules[migration.__module__].__file__)).parent
        settings = tmp_path / "later_settings.py"
        settings.write_text(f"from scaling.settings import *\nMIGRATION_MODULES = {{'scaling': '{package.name}'}}\n")
        before = (package / "9999_later.py").read_text()
        following = re.sub(r'\("scaling", "\w+"\)', '("scaling", "9999_later")', before)
        operation = 'migrations.RemoveIndex("timedrun", "timedrun_started")'
        (package / "9999_next.py").write_text(re.sub("operations = .*", f"operations = [{operation}]", following))
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "later_settings",
            "PYTHONPATH": f"{tmp_path}:{ROOT}",
            "DATABASE_URL": "postgresql://nobody@localhost:1/none",
            "SKALIERUNGSCHECK_ENV": "",
        }
        command = [sys.executable, "-m", "tests.migration_locks"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert re.findall(r"^(\S+): (\S+): ", done.stdout, re.M) == [
        ("scaling.9999_later", "require-concurrent-index-creation"),
        ("scaling.9999_next", "require-concurrent-index-deletion"),
    ], done.stderr
    assert done.returncode == 1


def test_step_has_nothing_to_say_where_nothing_came_later():
    command = [sys.executable, "-m", "tests.migration_locks"]
    environment = os.environ | {"DATABASE_URL": "postgresql://nobody@localhost:1/none", "SKALIERUNGSCHECK_ENV": ""}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
