"""Writes the content of a document into rows. Used by the services ``importing``, ``editing`` and ``publishing``."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db.models import Model

from catalogue.models import (
    PROJECT_PHASES,
    Criterion,
    Edition,
    GoodPractice,
    LevelDescriptor,
    Milestone,
    OperatingModel,
    Phase,
    Reference,
    Workstream,
)

EDITION_TEXTS = ("title", "note", "attribution", "level_scale_notice", "operating_models_intro")
CRITERION_TEXTS = ("title", "summary", "why", "questions", "note", "evidence_examples")
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
    OperatingModel.objects.bulk_create(
        set_texts(OperatingModel(edition=edition, key=item["key"], order=order), item, MODEL_TEXTS)
        for order, item in enumerate(data["operating_models"], 1)
    )
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
    return set_texts(row, item, CRITERION_TEXTS)


def write_criterion_relations(pairs: Sequence[tuple[Criterion, dict[str, Any]]], criteria: dict[str, Criterion]) -> None:
    """Levels, milestones, links and references of criteria that have none. Six queries."""
    workstreams = {workstream.key: workstream for workstream in Workstream.objects.all()}
    levels, milestones, streams, related, references = [], [], [], [], []
    for criterion, item in pairs:
        for entry in item["levels"]:
            level = LevelDescriptor(criterion=criterion, level=entry["level"])
            levels.append(set_texts(level, {"next_step": {"de": "", "en": ""}} | entry, ("description", "next_step")))
        if item["milestone"]:
            milestones.append(_milestone(criterion, item["milestone"]))
        streams += [
            Criterion.workstreams.through(criterion=criterion, workstream=workstreams[key]) for key in item["workstreams"]
        ]
        related += [Criterion.related.through(from_criterion=criterion, to_criterion=criteria[key]) for key in item["related"]]
        references += _references(criterion.edition, item["references"], criterion=criterion)
    LevelDescriptor.objects.bulk_create(levels)
    Milestone.objects.bulk_create(milestones)
    Criterion.workstreams.through.objects.bulk_create(streams)
    Criterion.related.through.objects.bulk_create(related)
    Reference.objects.bulk_create(references)


def _milestone(criterion: Criterion, item: dict[str, Any]) -> Milestone:
    levels = [item["required_levels"][phase] for phase in PROJECT_PHASES] if "required_levels" in item else []
    required = max(levels) if levels else item["required_level"]
    return Milestone(criterion=criterion, kind=item["kind"], required_level=required, required_levels=levels)


def delete_criterion_relations(criterion: Criterion) -> None:
    """What ``write_criterion_relations`` writes."""
    criterion.levels.all().delete()
    Milestone.objects.filter(criterion=criterion).delete()
    criterion.references.all().delete()
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


def _references(edition: Edition, items: list[dict[str, Any]], **owner: Any) -> list[Reference]:
    return [
        set_texts(Reference(edition=edition, order=order, url=item["url"], **owner), item, ("title",))
        for order, item in enumerate(items, 1)
    ]
