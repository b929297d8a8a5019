"""Who did it: the one way in which a change learns of its author.

A service is told by whom (``by``) and says so here before it saves; nothing is read from the request, so pages, commands and
sheets are told alike. After each form, tests/test_every_post_once.py asks whether every new row of a history names its person.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Model
from django.db.models.functions import Now
from simple_history.models import HistoricalRecords

from scaling.common.public_ids import DrawnField
from scaling.common.request_id import request_id


class RecordedRow(models.Model):
    """A row that tells what happened: only added, and sealed (``scaling.trail``).

    ``recorded_at`` is the database's own clock, whatever day the row speaks of; ``request_id`` is that of the log, empty for
    commands and workers.
    """

    request_id = DrawnField(max_length=64, blank=True, default=request_id.get, editable=False)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True


def history_of(**options: Any) -> HistoricalRecords:
    """The history of a model, one row a change. ``options`` are simple_history's."""
    return HistoricalRecords(history_id_field=models.BigAutoField(), bases=[RecordedRow], **options)


@contextmanager
def rewriting_history() -> Iterator[None]:
    """Let this block change and remove what else is only added, in one transaction. Two statements.

    For what a law or the operator asks for (``scaling.trail.rewriting``, which keeps the seals true), and for the demo, which
    tells of days gone by.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('skalierungscheck.rewriting', 'on', true)")
        yield
        cursor.execute("SELECT set_config('skalierungscheck.rewriting', '', true)")


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
