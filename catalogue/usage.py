"""How often editions are used. Who uses them stands above the catalogue, so it says here what is to be counted."""

from typing import Any

from django.db.models import Count, Model, OuterRef, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

_users: list[type[Model]] = []


def register_use(model: type[Model]) -> None:
    """Count the rows of ``model``, which has a foreign key named ``edition``. For an app's ``ready``."""
    if model not in _users:
        _users.append(model)


def _number_of(rows: QuerySet[Any]) -> Coalesce:
    """How many of the rows belong to the edition of the query around it, as a subquery: joined, counts would multiply."""
    counted = rows.filter(edition=OuterRef("pk")).order_by().values("edition").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def use_of_edition() -> Combinable:
    """The number of uses of the edition of the query around it, as an expression."""
    total: Combinable = Value(0)
    for model in _users:
        total = total + _number_of(model._default_manager.all())
    return total


def uses_of(edition: Model) -> int:
    """One query per kind of use."""
    return sum(model._default_manager.filter(edition=edition).count() for model in _users)
