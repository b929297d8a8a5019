"""What holds for the tables of all models: keys, orders, indexes, and migrations that outlive the code beside them."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import connection
from django.db.migrations import RunSQL
from django.db.migrations.loader import MigrationLoader
from django.db.models import BigAutoField, Model, OrderBy

from assessments.models import Evidence

ROOT = Path(__file__).resolve().parent.parent
TOP_PACKAGES = ("scaling", "catalogue", "assessments")
MODELS = [model for model in apps.get_models() if model.__module__.split(".")[0] in TOP_PACKAGES]
MIGRATIONS = sorted(path for top in TOP_PACKAGES for path in (ROOT / top).rglob("migrations/0*.py"))


def leaves_its_table(model: type[Model], name: str) -> bool:
    """A foreign key by its own name is ordered by what it points to; with ``_id`` it stays here."""
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return "__" in name
    return field.is_relation and name != getattr(field, "attname", name)


def names_in_order(model: type[Model]) -> list[str]:
    parts = [part.expression if isinstance(part, OrderBy) else part for part in model._meta.ordering or ()]
    return [str(getattr(part, "name", part)).lstrip("-") for part in parts]


def test_default_orders_stay_within_their_table():
    """Else every query that forgets ``order_by()`` joins what it never asked for."""
    wrong = [
        f"{model.__name__}: {n}" for model in MODELS for n in names_in_order(model) if n != "pk" and leaves_its_table(model, n)
    ]
    assert wrong == []
    assert leaves_its_table(Evidence, "score")
    assert leaves_its_table(Evidence, "score__criterion__order")
    assert not leaves_its_table(Evidence, "score_id")


def test_keys_of_histories_do_not_run_out():
    histories = [model for model in MODELS if hasattr(model, "history_id")]
    assert len(histories) >= 5
    assert [model.__name__ for model in histories if not isinstance(model._meta.pk, BigAutoField)] == []


def test_evidence_is_found_by_its_file(db):
    """The weekly command asks for each stored file whether a row still points to it."""
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, Evidence._meta.db_table)
    assert [found for found in constraints.values() if found["index"] and found["columns"][:1] == ["file"]]


def test_sql_of_ours_names_its_columns():
    """Else the next version's columns break this one's prepared statements while both serve (scaling/common/columns.py)."""
    files = [path for top in TOP_PACKAGES for path in (ROOT / top).rglob("*.py") if path.parent.name != "migrations"]
    found = [path.name for path in files if re.search(r"(SELECT|RETURNING) +(\w+\.)?\*", path.read_text())]
    assert found == []


@pytest.mark.parametrize("path", MIGRATIONS, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_migration_names_no_helper_of_ours(path):
    """A helper is renamed or gone one day; the migration still has to run then."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = [
        name
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [str(node.module)]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    ]
    assert imported
    assert [name for name in imported if name.split(".")[0] in TOP_PACKAGES] == []


def test_until_the_first_release_tables_are_made_by_initial_migrations_alone():
    """Nothing is released: a change of the schema is made where the table is made; what follows are triggers and functions."""
    labels = {model._meta.app_label for model in MODELS}
    ours = [m for (label, _name), m in MigrationLoader(None).disk_migrations.items() if label in labels]
    assert {m.app_label for m in ours if m.initial} == labels
    wrong = [
        f"{m.app_label} {m.name}: {operation.describe()}"
        for m in ours
        for operation in m.operations
        if not m.initial and not isinstance(operation, RunSQL)
    ]
    assert wrong == []
