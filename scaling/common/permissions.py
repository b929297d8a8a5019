"""django-rules with types: it has none, and every rules.py is made of its predicates."""

from collections.abc import Callable
from typing import Any

import rules
from rules.predicates import Predicate


def predicate(function: Callable[..., bool]) -> Predicate:
    """A predicate over a person and, where the function takes one, an object; combined with ``&``, ``|`` and ``~``."""
    made: Predicate = rules.predicate(function)  # type: ignore[no-untyped-call]
    return made


def add_permission(name: str, rule: Any) -> None:
    """Let ``user.has_perm(name, obj)`` ask the rule."""
    rules.add_perm(name, rule)  # type: ignore[no-untyped-call]
