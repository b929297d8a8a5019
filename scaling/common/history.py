"""Who did it: the one way in which a change learns of its author.

A service is told by whom (``by``) and says so here before it saves; nothing is read from the request, so pages, commands and
sheets are told alike. After each form, tests/test_every_post_once.py asks whether every new row of a history names its person.
"""

from datetime import datetime
from typing import Any

from django.db.models import Model


def attribute_to(instance: Model, user: Any, *, at: datetime | None = None) -> None:
    """Let the next save or deletion of ``instance`` stand in its history as ``user``'s, or nobody's (None), now or at ``at``.

    Rows written in bulk name their author by ``default_user``, the same thing in simple_history's bulk functions.
    """
    instance._history_user = user  # type: ignore[attr-defined]
    if at is not None:
        instance._history_date = at  # type: ignore[attr-defined]


def author_of(instance: Model) -> Any:
    """Whom ``attribute_to`` named for ``instance``, or None: for what is kept beside a history, such as changes of a team."""
    return getattr(instance, "_history_user", None)


def moment_of(instance: Model) -> datetime | None:
    """When, as ``attribute_to`` was told; None is now."""
    return getattr(instance, "_history_date", None)


def last_author(instance: Any) -> str:
    """Who saved the row last, by name; empty where that is not kept. One query."""
    last = instance.history.select_related("history_user").first()
    return str(last.history_user or "") if last else ""


def removed_by(model: Any, pk: int, user: Any, **where: Any) -> bool:
    """Whether that person removed the row of ``model``, of which ``where`` was true: to do it again is no fault. One query."""
    return bool(model.history.filter(id=pk, history_type="-", history_user=user, **where).exists())
