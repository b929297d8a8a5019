"""The people who can be named in a project."""

from collections.abc import Iterable
from typing import Any

from assessments.models import Project
from scaling.accounts.models import Role, User
from scaling.common.sorting import GermanOrder


def people_of(project: Project) -> Any:
    """Who can be named in a project: its team, and the municipality's managers. One query when read."""
    managers = User.objects.filter(memberships__municipality=project.municipality_id, memberships__role=Role.MANAGER)
    # Together in one subquery: for two conditions side by side, PostgreSQL would go through all accounts.
    either = managers.order_by().values("pk").union(project.team.order_by().values("pk"))
    return User.objects.filter(is_active=True, pk__in=either).order_by(GermanOrder("name"), "email")


def with_people(rows: Iterable[Any], *fields: str) -> None:
    """Put into rows that were fetched alone the people whom ``fields`` name, where they have such a field. One query.

    For some hundred rows PostgreSQL would rather read all accounts there are than look up a few again and again: by a join a
    round's history cost ten times as much in a database of all municipalities.
    """
    held = [(row, name) for row in rows for name in fields if hasattr(row, f"{name}_id")]
    people = User.objects.in_bulk({pk for row, name in held if (pk := getattr(row, f"{name}_id")) is not None})
    for row, name in held:
        row._meta.get_field(name).set_cached_value(row, people.get(getattr(row, f"{name}_id")))
