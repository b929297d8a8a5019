"""Columns by name, for SQL of our own."""

from django.db.models import Model


def columns_of(model: type[Model], alias: str) -> str:
    """Those of a model, for a ``SELECT``. No query.

    Never ``*``: a column that the next version adds gives it another result, and every process of this version, which has
    prepared the statement, would fail until its connection ends ("cached plan must not change result type").
    """
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)
