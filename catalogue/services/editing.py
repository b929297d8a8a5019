"""The service functions by which curators change a draft. Each writes down who changed what (``change_log.recording``).

Objects are passed as they stand in an edition's document (see ``documents.export``), so that form, file and export agree. All
raise NotADraft for an edition that is published or retired; saves raise StaleVersion when somebody was faster, and
Http404 when somebody removed meanwhile what they would change. To remove something twice is no error.
"""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from catalogue.models import (
    Criterion,
    Edition,
    EditorialMark,
    GoodPractice,
    ModelMark,
    OperatingModel,
    Phase,
    PracticeMark,
    Subject,
    TitleSource,
)
from catalogue.services.change_log import recording
from catalogue.services.document_rows import (
    EDITION_TEXTS,
    criterion_row,
    delete_criterion_relations,
    practice_row,
    set_criterion,
    set_operating_model,
    set_practice,
    set_texts,
    write_criterion_relations,
    write_edition_references,
    write_operating_model_relations,
    write_practice_relations,
)
from scaling.common.transactions import atomic


class NotADraft(PermissionDenied):
    """Only drafts can change. A refusal like any other (403) for a page that was opened before the publishing."""


class StaleVersion(Exception):
    """Somebody saved since the version this save began with; ``current`` is the row as it is now."""

    def __init__(self, current: Any) -> None:
        self.current = current
        super().__init__(_("Inzwischen hat jemand anderes gespeichert."))


class KeyTaken(Exception):
    """The edition has an object with this key already."""


def _locked(edition: Edition) -> Edition:
    """The edition, locked until the transaction ends: one curator's save after the other."""
    edition = get_object_or_404(Edition.objects.select_for_update(), pk=edition.pk)
    if not edition.is_draft:
        raise NotADraft(_("Ausgabe %s ist kein Entwurf und kann nicht geändert werden.") % edition.number)
    return edition


@atomic
def save_edition(*, edition: Edition, version: int, by: Any, item: dict[str, Any]) -> Edition:
    """Save the edition's own texts and references; ``item`` as ``edition`` in its document with its ``references``."""
    edition = _locked(edition)
    if edition.version != version:
        raise StaleVersion(edition)
    with recording(edition, by):
        set_texts(edition, item, EDITION_TEXTS)
        edition.version += 1
        edition.save()
        write_edition_references(edition, item["references"])
    return edition


def blank_criterion(key: str, title: str, phase: str) -> dict[str, Any]:
    """A criterion of the editors' own, with everything still to be written."""
    empty = {"de": "", "en": ""}
    return {
        "key": key,
        "phase": phase,
        "workstreams": [],
        "title_source": TitleSource.EDITORIAL.value,
        "editorial": [EditorialMark.TITLE.value, EditorialMark.PHASE.value, EditorialMark.WORKSTREAMS.value],
        "subject": Subject.SOLUTION.value,
        "offices": [],
        "title": {"de": title, "en": ""},
        "summary": empty,
        "why": empty,
        "questions": {"de": [], "en": []},
        "note": empty,
        "evidence_examples": {"de": [], "en": []},
        "not_here": empty,
        "levels": [{"level": n, "description": empty} | ({} if n == 4 else {"next_step": empty}) for n in range(5)],
        "municipality_wording": None,
        "related": [],
        "milestone": None,
        "legal_notes": [],
        "references": [],
    }


@atomic
def add_criterion(*, edition: Edition, by: Any, item: dict[str, Any]) -> Criterion:
    """Add a criterion behind all others. Raises KeyTaken."""
    edition = _locked(edition)
    existing = {criterion.key: criterion for criterion in edition.criteria.all()}
    if item["key"] in existing:
        raise KeyTaken(item["key"])
    with recording(edition, by):
        order = max((criterion.order for criterion in existing.values()), default=0) + 1
        criterion = criterion_row(edition, order, item, _phases())
        criterion.save()
        write_criterion_relations([(criterion, item)], existing)
    return criterion


@atomic
def save_criterion(*, criterion: Criterion, version: int, by: Any, item: dict[str, Any], by_itself: bool = False) -> Criterion:
    """Replace everything the criterion says. Its key and its place stay. ``by_itself``: nobody pressed a button."""
    edition = _locked(criterion.edition)
    current = get_object_or_404(edition.criteria, pk=criterion.pk)
    if current.version != version:
        raise StaleVersion(current)
    with recording(edition, by, goes_on=by_itself):
        set_criterion(current, item, _phases())
        current.version += 1
        current.save()
        delete_criterion_relations(current)
        write_criterion_relations([(current, item)], {other.key: other for other in edition.criteria.all()})
    return current


@atomic
def move(*, row: Criterion | GoodPractice | OperatingModel, by: Any, down: bool) -> bool:
    """Let the row change places with its neighbour, a criterion within its phase; False where there is none."""
    return _moved(row, by, lambda at: at + 1 if down else at - 1)


@atomic
def place(*, row: Criterion | GoodPractice | OperatingModel, by: Any, at: int) -> None:
    """Let the row take the place ``at``, counted from 1, a criterion within its phase; beyond either end it stays at that end.

    The others keep their order. Two queries for each row that takes another place, and none where it stands there already.
    """
    _moved(row, by, lambda _: at)


def _moved(row: Criterion | GoodPractice | OperatingModel, by: Any, place_after: Callable[[int], int]) -> bool:
    """Whether another place than the one it has is left for the row. ``place_after`` takes that one, both counted from 1."""
    edition = _locked(row.edition)
    mates: Any = type(row)._default_manager.filter(edition=edition)
    current = get_object_or_404(mates, pk=row.pk)
    if isinstance(current, Criterion):
        mates = mates.filter(phase=current.phase)
    before = list(mates.order_by("order").values_list("pk", "order"))
    wanted = [pk for pk, _order in before]
    position = wanted.index(current.pk)
    wanted.insert(max(place_after(position + 1), 1) - 1, wanted.pop(position))
    moved = [(pk, order) for pk, (was, order) in zip(wanted, before, strict=True) if pk != was]
    if moved:
        with recording(edition, by):
            for pk, order in moved:
                mates.filter(pk=pk).update(order=order)
    return bool(moved)


@atomic
def remove_criterion(*, criterion: Criterion, by: Any) -> None:
    """Take a criterion out of the draft, with its levels and every link to it."""
    edition = _locked(criterion.edition)
    with recording(edition, by):
        edition.criteria.filter(pk=criterion.pk).delete()


def blank_practice(key: str, title: str) -> dict[str, Any]:
    """A good practice with everything still to be written."""
    empty = {"de": "", "en": ""}
    return {
        "key": key,
        "phase": None,
        "title_source": TitleSource.EDITORIAL.value,
        "editorial": [PracticeMark.TITLE.value],
        "title": {"de": title, "en": ""},
        "summary": empty,
        "body": empty,
        "lesson": empty,
        "criteria": [],
        "references": [],
    }


@atomic
def save_practice(*, edition: Edition, row: GoodPractice | None, version: int, by: Any, item: dict[str, Any]) -> GoodPractice:
    """Replace everything a good practice says, or add one behind all others (``row`` None). Raises KeyTaken."""
    edition = _locked(edition)
    if row is None:
        if edition.good_practices.filter(key=item["key"]).exists():
            raise KeyTaken(item["key"])
        last = edition.good_practices.order_by("-order").first()
        current = practice_row(edition, last.order + 1 if last else 1, item, _phases())
    else:
        current = get_object_or_404(edition.good_practices, pk=row.pk)
        if current.version != version:
            raise StaleVersion(current)
        set_practice(current, item, _phases())
        current.version += 1
    with recording(edition, by):
        current.save()
        current.criteria.clear()
        current.references.all().delete()
        write_practice_relations([(current, item)], {criterion.key: criterion for criterion in edition.criteria.all()})
    return current


@atomic
def remove_practice(*, row: GoodPractice, by: Any) -> None:
    edition = _locked(row.edition)
    with recording(edition, by):
        edition.good_practices.filter(pk=row.pk).delete()


def blank_operating_model(key: str, name: str) -> dict[str, Any]:
    empty = {"de": "", "en": ""}
    return {
        "key": key,
        "editorial": [ModelMark.NAME.value],
        "name": {"de": name, "en": ""},
        "group": empty,
        "summary": empty,
        "criteria": [],
    }


@atomic
def save_operating_model(
    *, edition: Edition, row: OperatingModel | None, version: int, by: Any, item: dict[str, Any]
) -> OperatingModel:
    """Replace everything an operating model says, or add one behind all others (``row`` None). Raises KeyTaken."""
    edition = _locked(edition)
    if row is None:
        if edition.operating_models.filter(key=item["key"]).exists():
            raise KeyTaken(item["key"])
        last = edition.operating_models.order_by("-order").first()
        current = OperatingModel(edition=edition, key=item["key"], order=last.order + 1 if last else 1)
    else:
        current = get_object_or_404(edition.operating_models, pk=row.pk)
        if current.version != version:
            raise StaleVersion(current)
        current.version += 1
    with recording(edition, by):
        set_operating_model(current, item).save()
        current.criteria.clear()
        write_operating_model_relations([(current, item)], {criterion.key: criterion for criterion in edition.criteria.all()})
    return current


@atomic
def remove_operating_model(*, row: OperatingModel, by: Any) -> None:
    edition = _locked(row.edition)
    with recording(edition, by):
        edition.operating_models.filter(pk=row.pk).delete()


def _phases() -> dict[str, Phase]:
    return {phase.key: phase for phase in Phase.objects.all()}
