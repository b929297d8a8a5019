"""What a search in the catalogue shows: cards of criteria, and below them practices and operating models."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from catalogue.models import Criterion, Edition, GoodPractice, OperatingModel, Workstream
from catalogue.search import BODIES, CRITERION, LEVELS, LISTS, MODEL, PRACTICE, Hit, SearchResult, excerpt, search


@dataclass(frozen=True)
class FoundRow:
    """``excerpt`` is the place that matched, where neither title nor summary shows it."""

    row: Any
    excerpt: str


@dataclass(frozen=True)
class Found:
    """``total`` counts all criteria found, ``criteria`` are those of the chosen workstream."""

    result: SearchResult
    criteria: tuple[FoundRow, ...]
    practices: tuple[FoundRow, ...]
    models: tuple[FoundRow, ...]
    total: int


def found_in(edition: Edition, text: str, workstream: Workstream | None) -> Found:
    """Six queries, whatever is found; none for what is not."""
    result = search(edition, text)
    hits = {kind: [hit for hit in result.hits if hit.kind == kind] for kind in (CRITERION, PRACTICE, MODEL)}
    criteria = _rows(
        Criterion.objects.for_listing().prefetch_related("levels", "legal_notes"), hits[CRITERION], _criterion_texts
    )
    practices = _rows(GoodPractice.objects.select_related("phase"), hits[PRACTICE], lambda p: [p.body, p.lesson])
    models = _rows(OperatingModel.objects.all(), hits[MODEL], lambda m: [m.group])
    shown = [c for c in criteria if workstream is None or workstream in c.row.workstreams.all()]
    return Found(result, tuple(shown), tuple(practices), tuple(models), len(criteria))


def _criterion_texts(criterion: Criterion) -> list[str]:
    """Where to look for the words, besides title and summary: everything that ``catalogue.search`` reads, in its order."""
    return [
        *(getattr(criterion, name) for name in BODIES),
        *(text for name in LISTS for text in getattr(criterion, name)),
        *(note.text for note in criterion.legal_notes.all()),
        _("Wer weiß das? %s") % criterion.office_names if criterion.offices else "",
        *(getattr(level, name) for level in criterion.levels.all() for name in LEVELS),
        _("Gehört nicht hierher: %s") % criterion.not_here if criterion.not_here else "",
    ]


def _rows(queryset: Any, hits: list[Hit], texts_of: Any) -> list[FoundRow]:
    if not hits:
        return []
    rows = {row.pk: row for row in queryset.filter(pk__in=[hit.pk for hit in hits])}
    found = []
    for hit in hits:
        row = rows[hit.pk]
        seen = excerpt([str(row), row.summary], hit.words)
        found.append(FoundRow(row, "" if seen else excerpt(texts_of(row), hit.words)))
    return found
