"""django-rules with types: it has none, and every rules.py is made of its predicates."""

from collections.abc import Callable
from typing import Any

import rules
from rules.predicates import Predicate


def predicate(function: Callable[..., bool]) -> Predicate:
    """A predicate over a person and, where the function takes one, an object; combined with ``&``, ``|`` and ``~``."""
    made: Predicate = rules.predicate(function)  # type: ignore[no-untyped-call]
    return made


def allows(user: Any, permission: str, obj: Any = None) -> bool:
    """What the rule says. ``user.has_perm`` says yes to superusers before it asks, and pages would offer them what fails."""
    return bool(rules.has_perm(permission, user, obj))  # type: ignore[no-untyped-call]


def add_permission(name: str, rule: Any) -> None:
    """Let ``user.has_perm(name, obj)`` ask the rule."""
    rules.add_perm(name, rule)  # type: ignore[no-untyped-call]
