"""An edition as one plain document, and that document as a file: the only form in which catalogues leave the app.

Comparison, completeness and import work on the same document, so that no two of them can see an edition differently.
"""

from typing import Any

from django.db.models import Prefetch

from catalogue.documents.yaml_writer import write
from catalogue.models import (
    PROJECT_PHASES,
    Criterion,
    Edition,
    EditorialMark,
    GoodPractice,
    LegalNote,
    Milestone,
    ModelMark,
    OperatingModel,
    Phase,
    PracticeMark,
    Reference,
    Workstream,
)
from scaling.common.offices import in_order

FORMAT = "skalierungscheck-catalogue/1"

Texts = dict[str, Any]


def edition_yaml(edition: Edition) -> str:
    """The edition's file: always the same text for the same content. Queries: as edition_document."""
    return write(edition_document(edition))


def edition_document(edition: Edition) -> dict[str, Any]:
    """Everything an edition says, as in catalogue-1.json. Fourteen queries, whatever the number of criteria."""
    return {
        "format": FORMAT,
        "edition": {"number": edition.number} | edition_texts(edition),
        "phases": [phase_document(phase) for phase in Phase.objects.all()],
        "workstreams": [workstream_document(workstream) for workstream in Workstream.objects.all()],
        "criteria": [
            criterion_document(criterion)
            for criterion in edition.criteria.order_by("order")
            .select_related("phase", "milestone")
            .prefetch_related(
                "workstreams",
                "levels",
                "legal_notes",
                "references",
                Prefetch("related", Criterion.objects.only("key", "edition", "order")),
            )
        ],
        "good_practices": [
            practice_document(practice)
            for practice in edition.good_practices.order_by("order")
            .select_related("phase")
            .prefetch_related("references", Prefetch("criteria", Criterion.objects.only("key", "edition", "order")))
        ],
        "operating_models": [
            operating_model_document(model)
            for model in edition.operating_models.order_by("order").prefetch_related(
                Prefetch("criteria", Criterion.objects.only("key", "edition", "order"))
            )
        ],
        "references": edition_references(edition),
    }


def edition_texts(edition: Edition) -> dict[str, Any]:
    """What the edition itself says. No query."""
    fields = ("title", "note", "attribution", "level_scale_notice", "operating_models_intro")
    return {field: _texts(edition, field) for field in fields}


def edition_references(edition: Edition) -> list[dict[str, Any]]:
    """What the edition as a whole names for further reading. One query."""
    return _references(edition.references.filter(criterion=None, good_practice=None).order_by("order"))


def _texts(obj: Any, field: str) -> Texts:
    return {language: getattr(obj, f"{field}_{language}") or "" for language in ("de", "en")}


def _lists(obj: Any, field: str) -> Texts:
    return {language: list(getattr(obj, f"{field}_{language}") or []) for language in ("de", "en")}


def phase_document(phase: Phase) -> dict[str, Any]:
    """One phase as it stands in every edition's document."""
    return {
        "key": phase.key,
        "code": phase.code,
        "order": phase.order,
        "name": _texts(phase, "name"),
        "official_name": _texts(phase, "official_name"),
        "meaning": _texts(phase, "meaning"),
    }


def workstream_document(workstream: Workstream) -> dict[str, Any]:
    """One workstream as it stands in every edition's document."""
    return {
        "key": workstream.key,
        "order": workstream.order,
        "name": _texts(workstream, "name"),
        "meaning": _texts(workstream, "meaning"),
    }


def criterion_document(criterion: Criterion) -> dict[str, Any]:
    """One criterion as it stands in the edition's document. No query on rows fetched as in edition_document, else seven."""
    return {
        "key": criterion.key,
        "phase": criterion.phase.key,
        "workstreams": [workstream.key for workstream in criterion.workstreams.all()],
        "title_source": criterion.title_source,
        "editorial": [mark for mark in EditorialMark.values if mark in criterion.editorial],
        "subject": criterion.subject,
        "offices": in_order(criterion.offices),
        "title": _texts(criterion, "title"),
        "summary": _texts(criterion, "summary"),
        "why": _texts(criterion, "why"),
        "questions": _lists(criterion, "questions"),
        "note": _texts(criterion, "note"),
        "evidence_examples": _lists(criterion, "evidence_examples"),
        "not_here": _texts(criterion, "not_here"),
        "levels": _levels(criterion, ""),
        "municipality_wording": _municipality_wording(criterion) if criterion.has_municipality_wording else None,
        "related": [related.key for related in criterion.related.all()],
        "milestone": _milestone(criterion.milestone) if criterion.is_milestone else None,
        "legal_notes": [_legal_note(note) for note in criterion.legal_notes.all()],
        "references": _references(criterion.references.all()),
    }


def _levels(criterion: Criterion, prefix: str) -> list[dict[str, Any]]:
    return [
        {"level": level.level, "description": _texts(level, f"{prefix}description")}
        | ({} if level.level == 4 else {"next_step": _texts(level, f"{prefix}next_step")})
        for level in criterion.levels.all()
    ]


def _municipality_wording(criterion: Criterion) -> dict[str, Any]:
    return {
        "summary": _texts(criterion, "municipality_summary"),
        "questions": _lists(criterion, "municipality_questions"),
        "evidence_examples": _lists(criterion, "municipality_evidence_examples"),
        "levels": _levels(criterion, "municipality_"),
    }


def _legal_note(note: LegalNote) -> dict[str, Any]:
    source = {"title": _texts(note, "source_title"), "url": note.source_url}
    return {"text": _texts(note, "text"), "as_of": note.as_of, "source": source}


def _milestone(milestone: Milestone) -> dict[str, Any]:
    if not milestone.required_levels:
        return {"kind": milestone.kind, "required_level": milestone.required_level}
    return {"kind": milestone.kind, "required_levels": dict(zip(PROJECT_PHASES, milestone.required_levels, strict=True))}


def practice_document(practice: GoodPractice) -> dict[str, Any]:
    """One good practice as it stands in the edition's document."""
    return {
        "key": practice.key,
        "phase": practice.phase.key if practice.phase else None,
        "title_source": practice.title_source,
        "editorial": [mark for mark in PracticeMark.values if mark in practice.editorial],
        "title": _texts(practice, "title"),
        "summary": _texts(practice, "summary"),
        "body": _texts(practice, "body"),
        "lesson": _texts(practice, "lesson"),
        "criteria": [criterion.key for criterion in practice.criteria.all()],
        "references": _references(practice.references.all()),
    }


def operating_model_document(model: OperatingModel) -> dict[str, Any]:
    """One operating model as it stands in the edition's document."""
    return {
        "key": model.key,
        "editorial": [mark for mark in ModelMark.values if mark in model.editorial],
        **{field: _texts(model, field) for field in ("name", "group", "summary")},
        "criteria": [criterion.key for criterion in model.criteria.all()],
    }


def _references(references: Any) -> list[dict[str, Any]]:
    """A criterion or practice shows its references by order; the relation's own ordering gives it."""
    found: list[Reference] = list(references)
    return [{"title": _texts(reference, "title"), "url": reference.url} for reference in found]
