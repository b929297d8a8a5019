"""What the histories of single rows tell, in words: one entry a change, with what stood before."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from assessments.queries.history import ChangedField, HistoryEntry, TableSource

Differences = Iterable[ChangedField]


def who_did(person: Any) -> str:
    return str(person) if person else _("Person nicht festgehalten")


def yes_or_no(value: bool) -> str:
    return _("ja") if value else _("nein")


def with_earlier(rows: Any) -> Any:
    """Rows of a history with ``earlier``, the key of the one before each in the history of the same thing."""
    before = Q(history_date__lt=OuterRef("history_date")) | Q(
        history_date=OuterRef("history_date"), history_id__lt=OuterRef("history_id")
    )
    same = rows.model._base_manager.filter(before, id=OuterRef("id")).order_by("-history_date", "-history_id")
    return rows.annotate(earlier=Subquery(same.values("pk")[:1]))


def _nothing(row: Any) -> Differences:
    return ()


@dataclass(frozen=True, kw_only=True)
class RowSource(TableSource):
    """The entries of any rows of one history.

    ``words`` says what was done by „+“, „~“ and „-“. ``differences`` may name what is equal: it is left out, and a change that
    changed nothing of it is no entry. ``first`` says what a new row held. ``prepare`` gets the rows before they are told of.
    Two queries.
    """

    words: Mapping[str, str]
    title: Callable[[Any], str]
    differences: Callable[[Any, Any], Differences]
    first: Callable[[Any], Differences] = _nothing
    prepare: Callable[[Iterable[Any]], object] = _nothing

    def entries(self, rows: Sequence[int]) -> dict[int, HistoryEntry]:
        wanted = list(with_earlier(self.rows.filter(pk__in=rows))) if rows else []
        before = self.rows.in_bulk([row.earlier for row in wanted if row.earlier]) if wanted else {}
        self.prepare([*wanted, *before.values()])
        told = {row.pk: self._entry(row, before.get(row.earlier)) for row in wanted}
        return {pk: entry for pk, entry in told.items() if entry is not None}

    def _entry(self, row: Any, old: Any) -> HistoryEntry | None:
        kind = row.history_type if old is not None or row.history_type == "-" else "+"
        changes: tuple[ChangedField, ...] = tuple(self.first(row)) if kind == "+" else ()
        if kind == "~":
            changes = tuple(field for field in self.differences(old, row) if field.before != field.after)
            if not changes:
                return None
        return HistoryEntry(
            row.history_date, who_did(row.history_user), self.words[kind], title=self.title(row), changes=changes
        )
