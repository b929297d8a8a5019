"""An edition as a spreadsheet for people who review it: one row per field, German and English side by side."""

from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from catalogue.documents.compare import field_label
from catalogue.models import (
    PROJECT_PHASES,
    EditorialMark,
    Milestone,
    MilestoneKind,
    ModelMark,
    PracticeMark,
    Subject,
    TitleSource,
)
from scaling.common.offices import office_names

_LANGUAGES = ("de", "en")
FieldRow = tuple[str, str, str, str]
_Field = tuple[str, str, str]
NamesByKey = dict[str, dict[str, str]]

_TEXTS = ("title", "summary", "why", "note", "questions", "evidence_examples", "not_here")
_WORDING_TEXTS = ("summary", "questions", "evidence_examples")
_EDITION_TEXTS = ("title", "note", "attribution", "level_scale_notice", "operating_models_intro")


def edition_xlsx(document: dict[str, Any]) -> bytes:
    """The XLSX file of an edition's document. Texts are written as texts, never as formulas."""
    out = BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    text = book.add_format({"text_wrap": True, "valign": "top"})
    for name, rows in edition_sheets(document).items():
        sheet = book.add_worksheet(name)
        for column, width in enumerate((28, 30, 60, 60, 40)):
            sheet.set_column(column, column, width)
        for column, title in enumerate((_("Schlüssel"), _("Feld"), _("Deutsch"), _("Englisch"), _("Anmerkung"))):
            sheet.write_string(0, column, title, head)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                sheet.write_string(number, column, value, text)
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, max(len(rows), 1), 4)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
    book.close()
    return out.getvalue()


def edition_sheets(document: dict[str, Any]) -> dict[str, list[FieldRow]]:
    """By name of the sheet its rows: key, field, German, English. Everything that the document says stands in one."""
    phases = {
        item["key"]: {language: f"{item['code']} {item['name'][language]}" for language in _LANGUAGES}
        for item in document["phases"]
    }
    workstreams = {item["key"]: item["name"] for item in document["workstreams"]}
    criteria = {item["key"]: item["title"] for item in document["criteria"]}
    edition = document["edition"]
    return {
        _("Kriterien"): [
            row for item in document["criteria"] for row in _keyed(item["key"], _criterion(item, phases, workstreams, criteria))
        ],
        _("Praxisbeispiele"): [
            row for item in document["good_practices"] for row in _keyed(item["key"], _practice(item, phases, criteria))
        ],
        _("Betreibermodelle"): [
            row for item in document["operating_models"] for row in _keyed(item["key"], _model(item, criteria))
        ],
        _("Ausgabe"): list(_keyed(edition["number"], [*_texts(edition, _EDITION_TEXTS), *_references(document["references"])])),
    }


def _keyed(key: str, fields: Iterable[_Field]) -> Iterator[FieldRow]:
    for field, german, english in fields:
        yield key, field, german, english


def _said(field: str, say: Callable[[], str]) -> _Field:
    """A field that holds no text but a choice, in the words of both languages."""
    words = []
    for language in _LANGUAGES:
        with translation.override(language):
            words.append(say())
    return field_label(field), words[0], words[1]


def _named(field: str, keys: Iterable[str], names: NamesByKey) -> _Field:
    """A field that points at other objects of the edition, each on a line; without an English name, by the German one."""
    german, english = [], []
    for key in keys:
        name = names.get(key, {"de": key, "en": key})
        german.append(name["de"])
        english.append(name["en"] or name["de"])
    return field_label(field), "\n".join(german), "\n".join(english)


def _labels(kind: Any, values: Iterable[str]) -> str:
    return ", ".join(str(kind(value).label) for value in values)


def _criterion(item: dict[str, Any], phases: NamesByKey, workstreams: NamesByKey, criteria: NamesByKey) -> Iterator[_Field]:
    yield _named("phase", [item["phase"]], phases)
    yield _named("workstreams", item["workstreams"], workstreams)
    yield _said("title_source", lambda: str(TitleSource(item["title_source"]).label))
    yield _said("editorial", lambda: _labels(EditorialMark, item["editorial"]))
    yield _said("subject", lambda: str(Subject(item["subject"]).label))
    yield _said("offices", lambda: office_names(item["offices"]))
    yield _said("milestone", lambda: _milestone(item["milestone"]) if item["milestone"] else "")
    yield from _texts(item, _TEXTS)
    yield from _levels(item["levels"], "")
    if wording := item["municipality_wording"]:
        yield from _texts(wording, _WORDING_TEXTS, "municipality_wording.")
        yield from _levels(wording["levels"], "municipality_wording.")
    yield _named("related", item["related"], criteria)
    for note in item["legal_notes"]:
        source = note["source"]
        label = f"{field_label('legal_notes')} ({note['as_of']})"
        german, english = (
            f"{note['text'][language]} ({', '.join(filter(None, (source['title'][language], source['url'])))})"
            for language in _LANGUAGES
        )
        yield label, german, english
    yield from _references(item["references"])


def _milestone(item: dict[str, Any]) -> str:
    levels = [item["required_levels"][phase] for phase in PROJECT_PHASES] if "required_levels" in item else []
    row = Milestone(required_level=item.get("required_level", 0), required_levels=levels)
    return f"{MilestoneKind(item['kind']).label}: {row.requirement}"


def _practice(item: dict[str, Any], phases: NamesByKey, criteria: NamesByKey) -> Iterator[_Field]:
    yield _named("phase", filter(None, [item["phase"]]), phases)
    yield _said("title_source", lambda: str(TitleSource(item["title_source"]).label))
    yield _said("editorial", lambda: _labels(PracticeMark, item["editorial"]))
    yield from _texts(item, ("title", "summary", "body", "lesson"))
    yield _named("criteria", item["criteria"], criteria)
    yield from _references(item["references"])


def _model(item: dict[str, Any], criteria: NamesByKey) -> Iterator[_Field]:
    yield _said("editorial", lambda: _labels(ModelMark, item["editorial"]))
    yield from _texts(item, ("name", "group", "summary"))
    yield _named("criteria", item["criteria"], criteria)


def _texts(part: dict[str, Any], names: Iterable[str], prefix: str = "") -> Iterator[_Field]:
    for name in names:
        german, english = part[name]["de"], part[name]["en"]
        if isinstance(german, list):
            german, english = "\n".join(german), "\n".join(english)
        yield field_label(f"{prefix}{name}"), german, english


def _levels(levels: list[dict[str, Any]], prefix: str) -> Iterator[_Field]:
    for level in levels:
        for name in ("description", "next_step"):
            if name in level:
                yield field_label(f"{prefix}levels.{level['level']}.{name}"), level[name]["de"], level[name]["en"]


def _references(items: Iterable[dict[str, Any]]) -> Iterator[_Field]:
    for item in items:
        german, english = ("\n".join(filter(None, (item["title"][language], item["url"]))) for language in _LANGUAGES)
        yield field_label("references"), german, english
