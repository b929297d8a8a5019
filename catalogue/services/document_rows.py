"""Writes the content of a document into rows. Used by the services ``importing``, ``editing`` and ``publishing``."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db.models import Model

from catalogue.models import (
    PROJECT_PHASES,
    Criterion,
    Edition,
    GoodPractice,
    LegalNote,
    LevelDescriptor,
    Milestone,
    OperatingModel,
    Phase,
    Reference,
    Workstream,
)

EDITION_TEXTS = ("title", "note", "attribution", "level_scale_notice", "operating_models_intro")
CRITERION_TEXTS = ("title", "summary", "why", "questions", "note", "evidence_examples", "not_here")
WORDING_TEXTS = ("summary", "questions", "evidence_examples")
LEVEL_TEXTS = ("description", "next_step")
NO_TEXT = {"de": "", "en": ""}
NO_LISTS: dict[str, list[str]] = {"de": [], "en": []}
PRACTICE_TEXTS = ("title", "summary", "body", "lesson")
MODEL_TEXTS = ("name", "group", "summary")
PHASE_TEXTS = ("name", "official_name", "meaning")
WORKSTREAM_TEXTS = ("name", "meaning")


Row = TypeVar("Row", bound=Model)


def set_texts(row: Row, item: dict[str, Any], fields: Sequence[str]) -> Row:
    """Set both languages of the fields and return the row, which is not saved."""
    for field in fields:
        for language in ("de", "en"):
            setattr(row, f"{field}_{language}", item[field][language])
    return row


def write_content(edition: Edition, data: dict[str, Any]) -> None:
    """Criteria, good practices, operating models and references of an edition that has none. A constant number of queries."""
    phases = {phase.key: phase for phase in Phase.objects.all()}
    rows = [criterion_row(edition, order, item, phases) for order, item in enumerate(data["criteria"], 1)]
    criteria = {row.key: row for row in Criterion.objects.bulk_create(rows)}
    write_criterion_relations([(criteria[item["key"]], item) for item in data["criteria"]], criteria)
    rows_of_practices = [practice_row(edition, order, item, phases) for order, item in enumerate(data["good_practices"], 1)]
    practices = GoodPractice.objects.bulk_create(rows_of_practices)
    write_practice_relations(list(zip(practices, data["good_practices"], strict=True)), criteria)
    models = OperatingModel.objects.bulk_create(
        set_operating_model(OperatingModel(edition=edition, key=item["key"], order=order), item)
        for order, item in enumerate(data["operating_models"], 1)
    )
    write_operating_model_relations(list(zip(models, data["operating_models"], strict=True)), criteria)
    write_edition_references(edition, data["references"])


def write_edition_references(edition: Edition, items: list[dict[str, Any]]) -> None:
    """The references of the edition as a whole, in place of those it has. Two queries."""
    edition.references.filter(criterion=None, good_practice=None).delete()
    Reference.objects.bulk_create(_references(edition, items))


def criterion_row(edition: Edition, order: int, item: dict[str, Any], phases: dict[str, Phase]) -> Criterion:
    row = Criterion(edition=edition, key=item["key"], order=order)
    return set_criterion(row, item, phases)


def set_criterion(row: Criterion, item: dict[str, Any], phases: dict[str, Phase]) -> Criterion:
    """Everything of the criterion's own row but edition, key and order. Not saved."""
    row.phase = phases[item["phase"]]
    row.title_source = item["title_source"]
    row.editorial = item["editorial"]
    row.subject, row.offices = item["subject"], item["offices"]
    wording = item["municipality_wording"] or {"summary": NO_TEXT, "questions": NO_LISTS, "evidence_examples": NO_LISTS}
    set_texts(row, _prefixed(wording, WORDING_TEXTS), tuple(f"municipality_{field}" for field in WORDING_TEXTS))
    return set_texts(row, item, CRITERION_TEXTS)


def _prefixed(wording: dict[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """The second wording's texts under the names of their columns."""
    return {f"municipality_{field}": wording.get(field, NO_TEXT) for field in fields}


def write_criterion_relations(pairs: Sequence[tuple[Criterion, dict[str, Any]]], criteria: dict[str, Criterion]) -> None:
    """Levels, milestones, links, legal notes and references of criteria that have none. Seven queries."""
    workstreams = {workstream.key: workstream for workstream in Workstream.objects.all()}
    levels, milestones, streams, related, notes, references = [], [], [], [], [], []
    for criterion, item in pairs:
        wordings = item["municipality_wording"]["levels"] if item["municipality_wording"] else [{}] * len(item["levels"])
        for entry, second in zip(item["levels"], wordings, strict=True):
            level = LevelDescriptor(criterion=criterion, level=entry["level"])
            texts = {"next_step": NO_TEXT} | entry | _prefixed(second, LEVEL_TEXTS)
            levels.append(set_texts(level, texts, [*LEVEL_TEXTS, *(f"municipality_{field}" for field in LEVEL_TEXTS)]))
        if item["milestone"]:
            milestones.append(_milestone(criterion, item["milestone"]))
        streams += [
            Criterion.workstreams.through(criterion=criterion, workstream=workstreams[key]) for key in item["workstreams"]
        ]
        related += [Criterion.related.through(from_criterion=criterion, to_criterion=criteria[key]) for key in item["related"]]
        notes += [_legal_note(criterion, order, note) for order, note in enumerate(item["legal_notes"], 1)]
        references += _references(criterion.edition, item["references"], criterion=criterion)
    LevelDescriptor.objects.bulk_create(levels)
    Milestone.objects.bulk_create(milestones)
    Criterion.workstreams.through.objects.bulk_create(streams)
    Criterion.related.through.objects.bulk_create(related)
    LegalNote.objects.bulk_create(notes)
    Reference.objects.bulk_create(references)


def _legal_note(criterion: Criterion, order: int, item: dict[str, Any]) -> LegalNote:
    source = item["source"]
    note = LegalNote(criterion=criterion, order=order, as_of=item["as_of"], source_url=source["url"])
    return set_texts(note, {"text": item["text"], "source_title": source["title"]}, ("text", "source_title"))


def _milestone(criterion: Criterion, item: dict[str, Any]) -> Milestone:
    levels = [item["required_levels"][phase] for phase in PROJECT_PHASES] if "required_levels" in item else []
    required = max(levels) if levels else item["required_level"]
    return Milestone(criterion=criterion, kind=item["kind"], required_level=required, required_levels=levels)


def delete_criterion_relations(criterion: Criterion) -> None:
    """What ``write_criterion_relations`` writes."""
    criterion.levels.all().delete()
    Milestone.objects.filter(criterion=criterion).delete()
    criterion.references.all().delete()
    criterion.legal_notes.all().delete()
    criterion.workstreams.clear()
    criterion.related.clear()


def practice_row(edition: Edition, order: int, item: dict[str, Any], phases: dict[str, Phase]) -> GoodPractice:
    return set_practice(GoodPractice(edition=edition, key=item["key"], order=order), item, phases)


def set_practice(row: GoodPractice, item: dict[str, Any], phases: dict[str, Phase]) -> GoodPractice:
    row.phase = phases[item["phase"]] if item["phase"] else None
    row.title_source = item["title_source"]
    row.editorial = item["editorial"]
    return set_texts(row, item, PRACTICE_TEXTS)


def write_practice_relations(pairs: Sequence[tuple[GoodPractice, dict[str, Any]]], criteria: dict[str, Criterion]) -> None:
    """Links and references of good practices that have none. Two queries."""
    links, references = [], []
    for practice, item in pairs:
        links += [GoodPractice.criteria.through(goodpractice=practice, criterion=criteria[key]) for key in item["criteria"]]
        references += _references(practice.edition, item["references"], good_practice=practice)
    GoodPractice.criteria.through.objects.bulk_create(links)
    Reference.objects.bulk_create(references)


def set_operating_model(row: OperatingModel, item: dict[str, Any]) -> OperatingModel:
    row.editorial = item["editorial"]
    return set_texts(row, item, MODEL_TEXTS)


def write_operating_model_relations(
    pairs: Sequence[tuple[OperatingModel, dict[str, Any]]], criteria: dict[str, Criterion]
) -> None:
    """Links of operating models that have none. One query."""
    OperatingModel.criteria.through.objects.bulk_create(
        OperatingModel.criteria.through(operatingmodel=model, criterion=criteria[key])
        for model, item in pairs
        for key in item["criteria"]
    )


def _references(edition: Edition, items: list[dict[str, Any]], **owner: Any) -> list[Reference]:
    return [
        set_texts(Reference(edition=edition, order=order, url=item["url"], **owner), item, ("title",))
        for order, item in enumerate(items, 1)
    ]
