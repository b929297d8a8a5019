"""``./run check locks``: migrations that would keep people waiting, or break the version that still serves, while they run.

What comes after the first release is looked at, each migration on a database of that release (``tests/upgrades``) that is
brought up to it: its SQL, as Django writes it, by squawk, and what squawk cannot see by rules of our own.
docs/migrations.md says how to do it instead.
"""

import io
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.db.migrations import Migration, RunPython
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from scaling.embedded_postgres import embedded_postgres
from tests.upgrades.dumps import dumps, load, migrations_of

ROOT = Path(__file__).resolve().parent.parent
OLDEST_POSTGRESQL = "14"
#: ``app.name`` of a migration → a rule it may break → why (a table that is always small, say).
EXCEPTIONS: dict[str, dict[str, str]] = {}

#: Of squawk's rules, those that are not about locks and two versions side by side, or that our way of migrating keeps already.
LEFT_OUT = (
    "ban-drop-not-null",  # the first step towards a column that goes; the version before goes on writing it
    "prefer-bigint-over-int",
    "prefer-bigint-over-smallint",
    "prefer-identity",
    "prefer-robust-stmts",
    "prefer-text-field",
    "prefer-timestamptz",
    "require-lock-timeout",  # set by scaling/migrating.py
    "require-statement-timeout",
)
COMMENT_OR_TEXT = re.compile(r"--[^\n]*|\$(\w*)\$.*?\$\1\$|'(?:[^']|'')*'", re.S)
#: Touches every row, in one statement; rows stay locked until its end.
ALL_ROWS = re.compile(
    r"(UPDATE|DELETE|TRUNCATE|LOCK|CLUSTER|REINDEX|VACUUM FULL|REFRESH MATERIALIZED)\b(?!.*\bCONCURRENTLY\b)", re.I | re.S
)
#: Outside of a transaction nothing limits how long these wait for a table, with everybody else behind them.
WAITS = re.compile(
    r"(ALTER TABLE(?!.*\bVALIDATE CONSTRAINT\b)|CREATE (?!.*\bCONCURRENTLY\b)|DROP (?!.*\bCONCURRENTLY\b))", re.I | re.S
)
VALIDATES = re.compile(r"ALTER TABLE .*\bVALIDATE CONSTRAINT\b", re.I | re.S)


def statements(sql: str) -> list[str]:
    """Without comments, and without what stands in texts and functions."""
    bare = COMMENT_OR_TEXT.sub(lambda found: "" if found[0].startswith("--") else "''", sql)
    return [text.strip() for text in bare.split(";") if text.strip() not in ("", "BEGIN", "COMMIT")]


def own_rules(migration: Migration, sql: str) -> list[tuple[str, str]]:
    """Rule and what is wrong. No query."""
    found = []
    for operation in migration.operations:
        whole = operation.atomic or (migration.atomic and operation.atomic is not False)
        if isinstance(operation, RunPython) and whole:
            found.append(("rows-in-one-transaction", f"{operation.describe()}: set atomic = False and change rows in batches."))
    said = statements(sql)
    found += [
        ("rows-in-one-statement", f"{text[:80]}: change rows in batches, by RunPython.")
        for text in said
        if ALL_ROWS.match(text)
    ]
    if migration.atomic and len(said) > 1:
        found += [
            (
                "validates-with-others",
                f"{text[:80]}: reads the whole table while the others' locks are held; a migration of its own.",
            )
            for text in said
            if VALIDATES.match(text)
        ]
    if not migration.atomic:
        found += [
            ("waits-without-limit", f"{text[:80]}: a migration of its own, with a transaction.")
            for text in said
            if WAITS.match(text)
        ]
    return found


def squawk(sql: str, name: str) -> list[tuple[str, str]]:
    """Rule and what is wrong, by https://squawkhq.com."""
    command = [str(Path(sys.executable).with_name("squawk")), "--reporter=json", f"--pg-version={OLDEST_POSTGRESQL}"]
    command += [f"--exclude={','.join(LEFT_OUT)}", f"--stdin-filepath={name}", "--no-error-on-unmatched-pattern"]
    done = subprocess.run(command, input=sql, capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode not in (0, 1) or not done.stdout.startswith("["):
        raise RuntimeError(done.stderr or done.stdout)
    lines = sql.splitlines()
    return [
        (said["rule_name"], f"{lines[said['line']].strip()[:80]}: {said['message']} {said.get('help') or ''}".strip())
        for said in json.loads(done.stdout)
    ]


def complaints(migration: Migration, exceptions: dict[str, str] | None = None) -> list[str]:
    """What is wrong with a migration that comes next in Django's database; nothing is changed there."""
    name = f"{migration.app_label}.{migration.name}"
    text = io.StringIO()
    call_command("sqlmigrate", migration.app_label, migration.name, stdout=text, stderr=io.StringIO(), no_color=True)
    sql = text.getvalue()
    found = squawk(sql, name) + own_rules(migration, sql)
    excepted = EXCEPTIONS.get(name, {}) if exceptions is None else exceptions
    unused = set(excepted) - {rule for rule, _wrong in found}
    return [f"{name}: {rule}: {wrong}" for rule, wrong in found if rule not in excepted] + [
        f"{name}: EXCEPTIONS names {rule}, which it keeps." for rule in sorted(unused)
    ]


def later_than_release(release: Path) -> list[tuple[str, str]]:
    """App and name of the migrations that the release did not have. No query."""
    return sorted(MigrationLoader(None).disk_migrations.keys() - migrations_of(release))


def examine() -> list[str]:
    """Bring Django's database to this version, and say what is wrong with each step before it is taken."""
    found = []
    executor = MigrationExecutor(connection)
    for migration, _backwards in executor.migration_plan(executor.loader.graph.leaf_nodes()):
        found += complaints(migration)
        call_command("migrate", migration.app_label, migration.name, verbosity=0)
    return found


def main(words: list[str]) -> int:
    import django

    django.setup()
    release = dumps()[0]
    if words == ["here"]:
        found = examine()
        print("\n".join(found))  # noqa: T201 – a command's output
        return bool(found)
    if not later_than_release(release):
        return 0
    with tempfile.TemporaryDirectory(prefix="skc-locks-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with embedded_postgres(Path(folder) / "pg") as url:
            load(release, url)
            command = [sys.executable, "-m", "tests.migration_locks", "here"]
            return subprocess.run(command, cwd=ROOT, env=os.environ | {"DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scaling.settings")
    sys.exit(main(sys.argv[1:]))
