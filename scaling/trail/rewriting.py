"""The only ways in which a row of a history goes or changes: for a reason, in a transaction that says so, leaving a link."""

from collections.abc import Iterable

from django.db.models import Model

from scaling.common.history import rewriting_history
from scaling.trail.models import Seal, SealKind
from scaling.trail.sealing import add_links, known_columns, rows_as_json, take_lock
from scaling.trail.sources import SEALED, Source

BY_TABLE = {source.table: source for source in SEALED}


def forget_rows(model: type[Model], pks: Iterable[int]) -> int:
    """Remove rows of a sealed table, and the salts of their links; a link with what went and no content stays for each.

    Returns how many. Inside a transaction of the caller's, which holds the chain until it ends. Seven queries for each 5,000.
    """
    source = BY_TABLE[model._meta.db_table]
    gone = 0
    wanted = sorted(set(pks))
    for start in range(0, len(wanted), 5_000):
        some = wanted[start : start + 5_000]
        with rewriting_history():
            take_lock()
            rows = source.model._base_manager.filter(pk__in=some)
            there = sorted(rows.values_list("pk", flat=True))
            rows._raw_delete(rows.db)
            gone += len(there)
            _close(source, some)
    return gone


def note_as_gone(model: type[Model], pks: Iterable[int]) -> None:
    """The same for rows that the caller has removed already, within ``rewriting_history``. Three queries."""
    take_lock()
    _close(BY_TABLE[model._meta.db_table], sorted(set(pks)))


def _close(source: Source, pks: list[int]) -> None:
    seals = Seal.objects.filter(table=source.table, row__in=pks)
    sealed = sorted(set(seals.exclude(kind=SealKind.GONE).values_list("row", flat=True)))
    seals.exclude(salt="").update(salt="")
    add_links((SealKind.GONE, source.table, pk, None, None) for pk in sealed)


def reseal(source: Source, pks: Iterable[int]) -> None:
    """Give rows that were sealed a new link, as they are now; the old ones lose their salt. Five queries for each 2,000."""
    wanted = sorted(set(Seal.objects.filter(table=source.table, row__in=list(pks)).values_list("row", flat=True)))
    known = known_columns(source)
    for start in range(0, len(wanted), 2_000):
        some = wanted[start : start + 2_000]
        Seal.objects.filter(table=source.table, row__in=some).exclude(salt="").update(salt="")
        values = rows_as_json(source, known.columns, some)
        add_links((SealKind.REWRITTEN, source.table, pk, known, values[pk]) for pk in some if pk in values)
