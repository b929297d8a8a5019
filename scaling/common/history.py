"""Who did it: the one way in which a change learns of its author."""

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
