"""Who changed what: every service function writes its changes down by comparing the edition's document before and after.

Own rows instead of django-simple-history: its historical models do not know the translated columns and the links between rows
(a criterion's levels, workstreams, milestone), and readers want one entry per criterion, not one per row.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.utils import timezone

from catalogue.documents.compare import ADDED, CHANGED, REMOVED, compare
from catalogue.documents.export import edition_document
from catalogue.models import ChangeAction, ChangeLogEntry, Edition

#: How long somebody may think between two sentences of one change.
SITTING = timedelta(minutes=30)
_ACTIONS = {ADDED: ChangeAction.ADDED, CHANGED: ChangeAction.EDITED, REMOVED: ChangeAction.REMOVED}


def note(edition: Edition, by: Any, action: str, title: str = "") -> None:
    """Write down one event of the edition as a whole."""
    ChangeLogEntry.objects.create(edition=edition, by=by, action=action, title=title)


@contextmanager
def recording(edition: Edition, by: Any, *, goes_on: bool = False) -> Iterator[None]:
    """Write down what the block changes in the edition. For use inside a transaction; 25 queries on top of the block's own.

    ``goes_on`` for a save that no button was pressed for: it goes on with the entry before it, if that is the same person's on
    the same object within ``SITTING``, so that a sentence typed over eight saves is one change.
    """
    before = edition_document(edition)
    yield
    comparison = compare(before, edition_document(edition))
    changes = [
        ChangeLogEntry(
            edition=edition,
            by=by,
            action=_ACTIONS[change.status],
            kind=change.kind,
            key=change.key[:60],
            title=change.title[:250],
            before={field.field: field.before for field in change.fields} or None,
            after={field.field: field.after for field in change.fields} or None,
        )
        for change in comparison.objects
    ]
    changes += [ChangeLogEntry(edition=edition, by=by, action=ChangeAction.MOVED, kind=kind) for kind in comparison.reordered]
    if goes_on and len(changes) == 1 and _goes_on(changes[0]):
        return
    ChangeLogEntry.objects.bulk_create(changes)


def _goes_on(change: ChangeLogEntry) -> bool:
    """Whether the change became a part of the entry before it."""
    last = ChangeLogEntry.objects.filter(edition=change.edition).first()
    same = ("by", "action", "kind", "key")
    if last is None or change.action != ChangeAction.EDITED or any(getattr(last, n) != getattr(change, n) for n in same):
        return False
    if last.at < timezone.now() - SITTING:
        return False
    before = {**(change.before or {}), **(last.before or {})}
    after = {**(last.after or {}), **(change.after or {})}
    differing = [name for name in after if before.get(name) != after[name]]
    last.before = {name: before.get(name) for name in differing}
    last.after = {name: after[name] for name in differing}
    last.title, last.at = change.title, timezone.now()
    last.save(update_fields=["before", "after", "title", "at"])
    return True
