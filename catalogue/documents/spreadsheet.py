"""An edition as a spreadsheet for people who review texts: one row per text, German and English side by side."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from catalogue.documents.compare import field_label

_PAIRS = ("title", "summary", "why", "note", "questions", "evidence_examples", "not_here")
_WORDING_PAIRS = ("summary", "questions", "evidence_examples")


def edition_xlsx(document: dict[str, Any]) -> bytes:
    """The XLSX file of an edition's document. Texts are written as texts, never as formulas."""
    out = BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    text = book.add_format({"text_wrap": True, "valign": "top"})
    sheets = {
        _("Kriterien"): [row for criterion in document["criteria"] for row in _criterion_rows(criterion)],
        _("Praxisbeispiele"): [
            (practice["key"], field_label(name), practice[name]["de"], practice[name]["en"])
            for practice in document["good_practices"]
            for name in ("title", "summary", "body", "lesson")
        ],
        _("Betreibermodelle"): [
            (model["key"], field_label(name), model[name]["de"], model[name]["en"])
            for model in document["operating_models"]
            for name in ("name", "group", "summary")
        ],
        _("Ausgabe"): [
            (document["edition"]["number"], field_label(name), document["edition"][name]["de"], document["edition"][name]["en"])
            for name in ("title", "note", "attribution", "level_scale_notice", "operating_models_intro")
        ],
    }
    for name, rows in sheets.items():
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


def _criterion_rows(criterion: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    rows = list(_wording_rows(criterion, _PAIRS, ""))
    if criterion["municipality_wording"]:
        rows += _wording_rows(criterion["municipality_wording"], _WORDING_PAIRS, "municipality_wording.")
    for note in criterion["legal_notes"]:
        source = note["source"]["title"]
        label = f"{field_label('legal_notes')} ({note['as_of']})"
        german, english = (f"{note['text'][language]} ({source[language]})" for language in ("de", "en"))
        rows.append((label, german, english))
    return [(criterion["key"], *row) for row in rows]


def _wording_rows(part: dict[str, Any], names: tuple[str, ...], prefix: str) -> Iterator[tuple[str, str, str]]:
    for name in names:
        german, english = part[name]["de"], part[name]["en"]
        if isinstance(german, list):
            german, english = "\n".join(german), "\n".join(english)
        yield field_label(f"{prefix}{name}"), german, english
    for level in part["levels"]:
        for name in ("description", "next_step"):
            if name in level:
                yield field_label(f"{prefix}levels.{level['level']}.{name}"), level[name]["de"], level[name]["en"]
