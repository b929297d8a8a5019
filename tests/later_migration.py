"""A migration that a later version could bring: the app ``scaling`` gets a package of migrations with one more, for a test."""

import itertools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.test import override_settings

ROOT = Path(__file__).resolve().parent.parent
HEAD = """
from django.contrib.postgres.operations import (
    AddConstraintNotValid, AddIndexConcurrently, RemoveIndexConcurrently, ValidateConstraint
)
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("scaling", "{before}")]
"""
numbers = itertools.count(1)


@contextmanager
def later_migration(folder: Path, body: str) -> Iterator[Migration]:
    """``body``: the lines of its class. In the order of migrations it comes last in its app; the database stays as it is."""
    package = folder / f"later_{next(numbers)}"
    package.mkdir()
    files = sorted((ROOT / "scaling/migrations").glob("*.py"))
    for file in files:
        (package / file.name).write_text(file.read_text())
    before = [file.stem for file in files if file.stem[0].isdigit()][-1]
    lines = "".join(f"    {line}\n" for line in body.strip().splitlines())
    (package / "9999_later.py").write_text(HEAD.format(before=before) + lines)
    sys.path.insert(0, str(folder))
    try:
        with override_settings(MIGRATION_MODULES={"scaling": package.name}):
            yield MigrationLoader(None).disk_migrations["scaling", "9999_later"]
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] == package.name]:
            del sys.modules[name]
