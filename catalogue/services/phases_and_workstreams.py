"""The service functions that change the texts of phases and workstreams. All editions share them, so a change counts at once.

Which phases and workstreams there are, their codes and their order stay: projects, rounds and every edition point at them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from catalogue.documents.compare import compare_items
from catalogue.documents.export import phase_document, workstream_document
from catalogue.models import ChangeAction, ChangeLogEntry, Phase, Workstream
from catalogue.services.document_rows import PHASE_TEXTS, WORKSTREAM_TEXTS, set_texts
from catalogue.services.editing import StaleVersion
from scaling.common.transactions import atomic

PhaseOrWorkstream = Phase | Workstream


def phase_or_workstream_document(row: PhaseOrWorkstream) -> dict[str, Any]:
    """A phase or a workstream as it stands in every edition's document."""
    return phase_document(row) if isinstance(row, Phase) else workstream_document(row)


def text_fields(row: PhaseOrWorkstream) -> tuple[str, ...]:
    return PHASE_TEXTS if isinstance(row, Phase) else WORKSTREAM_TEXTS


@contextmanager
def recording_texts(row: PhaseOrWorkstream, by: Any) -> Iterator[None]:
    """Write down what the block changes in the row's texts. Two queries on top of the block's own."""
    before = phase_or_workstream_document(type(row)._default_manager.get(pk=row.pk))
    yield
    after = type(row)._default_manager.get(pk=row.pk)
    fields = compare_items(before, phase_or_workstream_document(after))
    if fields:
        ChangeLogEntry.objects.create(
            by=by,
            action=ChangeAction.EDITED,
            kind="phases" if isinstance(row, Phase) else "workstreams",
            key=row.key,
            title=str(after),
            before={field.field: field.before for field in fields},
            after={field.field: field.after for field in fields},
        )


@atomic
def save_texts(*, row: PhaseOrWorkstream, version: int, by: Any, item: dict[str, Any]) -> PhaseOrWorkstream:
    """Save the texts of a phase or a workstream; ``item`` as in an edition's document. Raises StaleVersion."""
    current: PhaseOrWorkstream = type(row)._default_manager.select_for_update().get(pk=row.pk)
    if current.version != version:
        raise StaleVersion(current)
    with recording_texts(current, by):
        set_texts(current, item, text_fields(current))
        current.version += 1
        current.save()
    return current
