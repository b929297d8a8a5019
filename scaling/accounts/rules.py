"""Predicates about a person's place in a municipality. Every other rules.py is built from these.

They read ``user.roles`` (one query per request) and work on any object that names its ``municipality_id``.
"""

from typing import Any

import rules

from scaling.accounts.models import Role


@rules.predicate
def is_curator(user: Any) -> bool:
    return user.is_authenticated and user.is_active and user.is_curator


def _role(user: Any, obj: Any) -> str | None:
    if not user.is_authenticated or not user.is_active:
        return None
    return user.roles.get(obj.municipality_id)


@rules.predicate
def is_manager(user: Any, obj: Any) -> bool:
    return _role(user, obj) == Role.MANAGER


@rules.predicate
def is_team(user: Any, obj: Any) -> bool:
    return _role(user, obj) == Role.TEAM


@rules.predicate
def is_member(user: Any, obj: Any) -> bool:
    return _role(user, obj) is not None


rules.add_perm("accounts.manage_people", is_manager)
rules.add_perm("accounts.manage_municipality", is_manager)
