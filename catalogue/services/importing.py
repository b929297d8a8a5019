"""The service that imports catalogue files. A file is read, checked and written as a whole or not at all.

Refused: onto a published or retired edition anything that differs from it, and phases or workstreams with other keys than the
ones all editions share. The same content again changes nothing.
"""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from catalogue.documents.checksum import content
from catalogue.documents.export import edition_document
from catalogue.documents.validate import validate
from catalogue.documents.yaml_reader import CatalogueFileError, CatalogueProblem, Document, read
from catalogue.models import ChangeAction, Edition, EditorialMark, ModelMark, Phase, PracticeMark, Workstream
from catalogue.services.change_log import note, recording
from catalogue.services.document_rows import EDITION_TEXTS, PHASE_TEXTS, WORKSTREAM_TEXTS, set_texts, write_content
from catalogue.services.phases_and_workstreams import phase_or_workstream_document, save_texts
from catalogue.services.publishing import publish as publish_edition
from scaling.common.offices import in_order
from scaling.common.transactions import atomic


@dataclass(frozen=True)
class CatalogueFile:
    """A file that passed every check that needs no database. ``data`` is in canonical order."""

    name: str
    data: dict[str, Any]
    document: Document

    @property
    def number(self) -> str:
        return str(self.data["edition"]["number"])

    def refuse(self, path: tuple[str | int, ...], message: str) -> CatalogueFileError:
        return CatalogueFileError(self.name, [CatalogueProblem(self.document.line(path), ".".join(map(str, path)), message)])


@dataclass(frozen=True)
class ImportResult:
    """What became of one file. ``outcome``: created, replaced or unchanged; ``published`` when this import published it."""

    name: str
    edition: Edition
    outcome: str
    published: bool


def load_file(source: bytes, name: str) -> CatalogueFile:
    """Read and check a file. Raises CatalogueFileError; reads nothing from the database."""
    document = read(source, name)
    # Before it is checked: a text of blanks is an empty one.
    document = replace(document, data=_stripped(document.data))
    validate(document, name)
    return CatalogueFile(name, canonical(document.data), document)


def canonical(data: dict[str, Any]) -> dict[str, Any]:
    """The document as the export would write it: texts without blanks at their ends, names on one line, sets in order."""
    data = _stripped(deepcopy(data))
    data["phases"].sort(key=lambda phase: phase["order"])
    data["workstreams"].sort(key=lambda workstream: workstream["order"])
    streams = [workstream["key"] for workstream in data["workstreams"]]
    keys = [criterion["key"] for criterion in data["criteria"]]
    for criterion in data["criteria"]:
        criterion["workstreams"].sort(key=streams.index)
        criterion["related"].sort(key=keys.index)
        criterion["editorial"].sort(key=EditorialMark.values.index)
        criterion["offices"] = in_order(criterion["offices"])
    for practice in data["good_practices"]:
        practice["criteria"].sort(key=keys.index)
        practice["editorial"].sort(key=PracticeMark.values.index)
    for model in data["operating_models"]:
        model["criteria"].sort(key=keys.index)
        model["editorial"].sort(key=ModelMark.values.index)
    return data


#: Fields that hold names, as one-line fields of the curators' forms do, and those that the forms show an entry a line.
ONE_LINE = frozenset({"title", "name", "group", "label", "url", "source", "questions", "evidence_examples", "legal_notes"})


def _stripped(value: Any, *, one_line: bool = False) -> Any:
    if isinstance(value, dict):
        return {key: _stripped(item, one_line=one_line or key in ONE_LINE) for key, item in value.items()}
    if isinstance(value, list):
        return [_stripped(item, one_line=one_line) for item in value]
    if not isinstance(value, str):
        return value
    return value.strip().replace("\n", " ") if one_line else value.strip()


def lock_editions() -> None:
    """All and in one order, so that two imports, or an import and a copy, neither block each other nor take one number."""
    list(Edition.objects.select_for_update().order_by("pk").values_list("pk", flat=True))


@atomic
def import_files(files: Sequence[CatalogueFile], *, publish: bool = False, by: Any = None) -> list[ImportResult]:
    """Write the files in the order given, all or none. Raises CatalogueFileError, or publishing.Incomplete for ``publish``.

    An existing draft of the same number is replaced. Phases and workstreams, which all editions share, take their texts from a
    file only when they do not exist yet or when the file is published as the newest edition.
    """
    lock_editions()
    return [_import(file, publish=publish, by=by) for file in files]


def _import(file: CatalogueFile, *, publish: bool, by: Any) -> ImportResult:
    major, minor = map(int, file.number.split("."))
    edition = Edition.objects.filter(major=major, minor=minor).first()
    if edition and content(edition_document(edition)) == content(file.data):
        outcome = "unchanged"
    elif edition and not edition.is_draft:
        message = _("Ausgabe %s ist veröffentlicht und kann nicht mehr geändert werden; geben Sie der Datei eine neue Nummer.")
        raise file.refuse(("edition", "number"), message % file.number)
    else:
        outcome = "replaced" if edition else "created"
        newest = publish and not Edition.objects.readable().filter(major__gt=major).exists()
        _write_phases_and_workstreams(file, newest=newest, by=by)
        edition = _replace(edition, file, by) if edition else _create(file, major, minor, by)
    if publish and edition.is_draft:
        publish_edition(edition=edition, by=by)
        return ImportResult(file.name, edition, outcome, published=True)
    return ImportResult(file.name, edition, outcome, published=False)


def _write_phases_and_workstreams(file: CatalogueFile, *, newest: bool, by: Any) -> None:
    groups: Iterable[tuple[str, Any, tuple[str, ...], tuple[str, ...]]] = (
        ("phases", Phase, ("code", "order"), PHASE_TEXTS),
        ("workstreams", Workstream, ("order",), WORKSTREAM_TEXTS),
    )
    for group, model, fixed, texts in groups:
        known = {row.key: row for row in model.objects.all()}
        for index, item in enumerate(file.data[group]):
            row = known.get(item["key"])
            values = {field: item[field] for field in fixed}
            if row is None and known:
                raise file.refuse((group, index), _("„%s“ gibt es hier nicht; alle Ausgaben teilen dieselben.") % item["key"])
            if row and any(getattr(row, field) != value for field, value in values.items()):
                raise file.refuse((group, index), _("Kürzel oder Reihenfolge von „%s“ weichen ab.") % item["key"])
            if row is None:
                set_texts(model(key=item["key"], **values), item, texts).save()
            elif newest and phase_or_workstream_document(row) != item:
                save_texts(row=row, version=row.version, by=by, item=item)
        missing = known.keys() - {item["key"] for item in file.data[group]}
        if missing:
            raise file.refuse((group,), _("„%s“ fehlt; alle Ausgaben teilen dieselben.") % min(missing))


def _create(file: CatalogueFile, major: int, minor: int, by: Any) -> Edition:
    edition = Edition(major=major, minor=minor, based_on=Edition.objects.readable().older_than(major, minor).first())
    set_texts(edition, file.data["edition"], EDITION_TEXTS).save()
    write_content(edition, file.data)
    note(edition, by, ChangeAction.IMPORTED)
    return edition


def _replace(edition: Edition, file: CatalogueFile, by: Any) -> Edition:
    note(edition, by, ChangeAction.IMPORTED)
    with recording(edition, by):
        for rows in (edition.references, edition.good_practices, edition.operating_models, edition.criteria):
            rows.all().delete()
        set_texts(edition, file.data["edition"], EDITION_TEXTS)
        edition.version += 1
        edition.save()
        write_content(edition, file.data)
    return edition
