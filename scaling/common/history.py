"""Who did it: the one way in which a change learns of its author.

A service is told by whom (``by``) and says so here before it saves; nothing is read from the request, so pages, commands and
sheets are told alike. After each form, tests/test_every_post_once.py asks whether every new row of a history names its person.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Model
from django.db.models.functions import Now
from django.utils import timezone
from simple_history.manager import HistoryManager
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


class OneClassHistoryManager(HistoryManager):  # type: ignore[misc]
    """simple_history makes a manager's class anew each time somebody asks for ``row.history``: a tenth of a save's time."""

    @classmethod
    @cache
    def from_queryset(cls, queryset_class: Any, class_name: str | None = None) -> Any:
        return super().from_queryset(queryset_class, class_name)


def history_of(**options: Any) -> HistoricalRecords:
    """The history of a model, one row a change. ``options`` are simple_history's."""
    return HistoricalRecords(
        history_id_field=models.BigAutoField(), bases=[RecordedRow], history_manager=OneClassHistoryManager, **options
    )


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


@dataclass(frozen=True)
class _Update:
    sql: str
    changed: tuple[Any, ...]
    drawn: tuple[Any, ...]


def update_with_history(row: Any, names: Iterable[str]) -> None:
    """As ``row.save(update_fields=names)``, with its history and whom ``attribute_to`` named, in one statement composed once.

    For what people do all day, of a row that is locked; no signals. Raises the row's DoesNotExist where it is gone.
    """
    model: Any = type(row)
    update = _composed(model, tuple(names))
    at = moment_of(row) or timezone.now()
    by = author_of(row)
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in update.changed]
    values += [row.pk, at, by and by.pk, *(field.get_default() for field in update.drawn)]
    with connection.cursor() as cursor:
        cursor.execute(update.sql, values)
        if cursor.rowcount != 1:
            raise model.DoesNotExist


@cache
def _composed(model: Any, names: tuple[str, ...]) -> _Update:
    """The history gets what the table says after the change, so that both can never differ."""
    history = model.history.model
    columns = {field.attname: field.column for field in history._meta.concrete_fields}
    tracked = [(columns[field.attname], field.column) for field in history.tracked_fields]
    own = {"history_date": "%s::timestamptz", "history_type": "'~'", "history_user_id": "%s::bigint"}
    known = {field.attname for field in history.tracked_fields} | {*own, "history_change_reason", history._meta.pk.attname}
    drawn = [one for one in history._meta.concrete_fields if one.attname not in known and not one.has_db_default()]
    changed = [model._meta.get_field(name) for name in names]
    there = [*(f'"{name}"' for name, _ in tracked), *(f'"{columns[name]}"' for name in own), *(f'"{f.column}"' for f in drawn)]
    said = [*(f'"{name}"' for _, name in tracked), *own.values(), *(f"%s::{f.db_type(connection)}" for f in drawn)]
    sql = f"""
        WITH changed AS (
            UPDATE "{model._meta.db_table}" SET {", ".join(f'"{field.column}" = %s' for field in changed)}
            WHERE "{model._meta.pk.column}" = %s RETURNING {", ".join(f'"{name}"' for _, name in tracked)}
        )
        INSERT INTO "{history._meta.db_table}" ({", ".join(there)}) SELECT {", ".join(said)} FROM changed
    """  # noqa: S608 – names of our own columns
    return _Update(sql, tuple(changed), tuple(drawn))
