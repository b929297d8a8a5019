"""Predicates about a person's place in a municipality. Every other rules.py is built from these.

They read ``user.roles`` (one query per request) and work on any object that names its ``municipality_id``.
"""

from typing import Any

from scaling.accounts.models import Role
from scaling.common.permissions import add_permission, predicate


@predicate
def is_curator(user: Any) -> bool:
    return bool(user.is_authenticated and user.is_active and user.is_curator)


@predicate
def is_operator(user: Any) -> bool:
    return bool(user.is_authenticated and user.is_active and user.is_superuser)


def _role(user: Any, obj: Any) -> str | None:
    if not user.is_authenticated or not user.is_active:
        return None
    role: str | None = user.roles.get(obj.municipality_id)
    return role


@predicate
def is_manager(user: Any, obj: Any) -> bool:
    return _role(user, obj) == Role.MANAGER


@predicate
def is_team(user: Any, obj: Any) -> bool:
    return _role(user, obj) == Role.TEAM


add_permission("accounts.create_municipality", is_operator)
add_permission("accounts.manage_people", is_manager)
add_permission("accounts.manage_municipality", is_manager)
