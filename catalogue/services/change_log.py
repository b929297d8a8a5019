"""Who changed what: every service function writes its changes down by comparing the edition's document before and after.

Own rows instead of django-simple-history: its historical models do not know the translated columns and the links between rows
(a criterion's levels, workstreams, milestone), and readers want one entry per criterion, not one per row.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from catalogue.documents.compare import ADDED, CHANGED, REMOVED, compare
from catalogue.documents.export import edition_document
from catalogue.models import ChangeAction, ChangeLogEntry, Edition

_ACTIONS = {ADDED: ChangeAction.ADDED, CHANGED: ChangeAction.EDITED, REMOVED: ChangeAction.REMOVED}


def note(edition: Edition, by: Any, action: str, title: str = "") -> None:
    """Write down one event of the edition as a whole."""
    ChangeLogEntry.objects.create(edition=edition, by=by, action=action, title=title)


@contextmanager
def recording(edition: Edition, by: Any) -> Iterator[None]:
    """Write down what the block changes in the edition. For use inside a transaction; 25 queries on top of the block's own."""
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
    ChangeLogEntry.objects.bulk_create(changes)
