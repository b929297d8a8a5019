"""What the histories of single rows tell, in words: one entry a change, with what stood before."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from assessments.queries.history import ChangedField, HistoryEntry

#: The order of a history.
IN_TIME = ("history_date", "history_id")
Differences = Iterable[ChangedField]


def who_did(person: Any) -> str:
    return str(person) if person else _("Person nicht festgehalten")


def yes_or_no(value: bool) -> str:
    return _("ja") if value else _("nein")


def row_entries(
    rows: Iterable[Any],
    words: Mapping[str, str],
    *,
    title: Callable[[Any], str],
    differences: Callable[[Any, Any], Differences],
    first: Callable[[Any], Differences] = lambda row: (),
) -> list[HistoryEntry]:
    """The entries of any rows of one history, in the order of time; ``rows`` come in it.

    ``words`` says what was done by „+“, „~“ and „-“. ``differences`` may name what is equal: it is left out, and a change that
    changed nothing of it is no entry. ``first`` says what a new row held.
    """
    entries = []
    before: dict[int, Any] = {}
    for row in rows:
        old = before.get(row.id)
        before[row.id] = row
        kind = row.history_type if old is not None or row.history_type == "-" else "+"
        changes: tuple[ChangedField, ...] = tuple(first(row)) if kind == "+" else ()
        if kind == "~":
            changes = tuple(field for field in differences(old, row) if field.before != field.after)
            if not changes:
                continue
        entries.append(
            HistoryEntry(row.history_date, who_did(row.history_user), words[kind], title=title(row), changes=changes)
        )
    return entries
