"""Writes the sheet: one row a criterion, the answers open, the guidance protected, and a page that says how it works."""

import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import xlsxwriter
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assessments.models import Assessment, Evidence, Score, ScoreState
from assessments.validity import days_in_words
from assessments.workbook.columns import COLUMNS, PLACES, SHEET_NAME, ColumnKind, SheetColumn
from catalogue.levels import Level
from catalogue.wording import ladder_rule, wording_of
from scaling.common import row_heights

HEAD, MUTED, LINE = "#171A2B", "#F2F3F8", "#B8BBCC"
#: Points of the letters, and characters in a line of the instructions.
SIZES = {"title": 16, "heading": 12, "text": 11}
#: Characters in a line, which fit a page also where a wider font stands in for the sheet's own: LibreOffice does not make a
#: single column smaller, it cuts what is wider.
INSTRUCTIONS = 70
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export_sheet(assessment: Assessment, scores: Sequence[Score], *, on: date) -> bytes:
    """The sheet in the active language. ``scores`` in catalogue order, with criterion and evidence at hand. No query."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.set_properties(
            {
                "title": str(assessment),
                "subject": str(_("Bewertungsbogen")),
                "author": "Skalierungscheck",
                "company": assessment.project.municipality.name,
            }
        )
        book.set_size(2400, 1400)
        formats = _formats(book)
        _write_instructions(book, formats, assessment, on)
        _write_answers(book, formats, assessment, scores, on)
    return target.getvalue()


def _formats(book: xlsxwriter.Workbook) -> dict[str, Any]:
    base = {"font_name": "Calibri", "font_size": SIZES["text"], "valign": "top", "text_wrap": True}
    cell = {**base, "border": 1, "border_color": LINE}
    guidance = {**cell, "bg_color": MUTED, "locked": True}
    # As text, so that the spreadsheet makes no number or date of what somebody types.
    answer = {**cell, "locked": False, "num_format": "@"}
    return {
        "head": book.add_format({**cell, "bold": True, "bg_color": HEAD, "font_color": "#FFFFFF", "locked": True}),
        "guidance": book.add_format(guidance),
        "strong": book.add_format({**guidance, "bold": True}),
        "answer": book.add_format(answer),
        "number": book.add_format({**answer, "num_format": "0"}),
        "date": book.add_format({**answer, "num_format": "dd.mm.yyyy", "align": "left"}),
        "title": book.add_format({**base, "bold": True, "font_size": SIZES["title"]}),
        "heading": book.add_format({**base, "bold": True, "font_size": SIZES["heading"]}),
        "text": book.add_format(base),
    }


DAYS = ("target_date", "evidence_dated_on", "evidence_valid_until")
FORMAT_OF = {"title": "strong", "level": "number", "target_level": "number", **dict.fromkeys(DAYS, "date")}


def _format_of(column: SheetColumn) -> str:
    return FORMAT_OF.get(column.name, "answer" if column.kind == ColumnKind.ANSWER else "guidance")


def _write_answers(
    book: xlsxwriter.Workbook, formats: dict[str, Any], assessment: Assessment, scores: Sequence[Score], on: date
) -> None:
    sheet = book.add_worksheet(str(SHEET_NAME))
    for place, column in enumerate(COLUMNS):
        hidden = {"hidden": True} if column.kind == ColumnKind.HIDDEN else {}
        sheet.set_column(place, place, column.width, formats[_format_of(column)], hidden)
        sheet.write_string(0, place, str(column.title), formats["head"])
    for row, score in enumerate(scores, 1):
        values = _values(assessment, score, on)
        # Without a height, LibreOffice leaves each row one line high, and its texts stand on those of the next.
        sheet.set_row(row, _height((str(value or ""), COLUMNS[PLACES[name]].width) for name, value in values.items()))
        for name, value in values.items():
            _write(sheet, row, PLACES[name], value, formats[_format_of(COLUMNS[PLACES[name]])])
    last = max(len(scores), 1)
    _add_choices(sheet, last)
    sheet.freeze_panes(1, PLACES["state"])
    sheet.protect("", {"format_rows": True, "format_columns": True, "select_locked_cells": True})
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.print_area(0, 0, last, PLACES["evidence"])
    sheet.activate()
    sheet.set_selection(1, PLACES["state"], 1, PLACES["state"])


def _write(sheet: Any, row: int, place: int, value: Any, cell_format: Any) -> None:
    if value is None or value == "":
        sheet.write_blank(row, place, None, cell_format)
    elif isinstance(value, date):
        sheet.write_datetime(row, place, value, cell_format)
    elif isinstance(value, int):
        sheet.write_number(row, place, value, cell_format)
    else:
        # Never ``write``: a text that begins with = is a text, not a formula.
        sheet.write_string(row, place, str(value), cell_format)


def _height(texts: Iterable[tuple[str, int]], scale: float = 1) -> float:
    """Of a row with these texts, each with the width of its column in characters; ``scale`` is that of its letters."""
    lines = max(row_heights.lines_of(text, width / scale) for text, width in texts)
    return min(lines * row_heights.LINE * scale + row_heights.PADDING, row_heights.MAX_ROW_HEIGHT)


def _values(assessment: Assessment, score: Score, on: date) -> dict[str, Any]:
    criterion = score.criterion
    wording = wording_of(criterion, municipality_wide=assessment.project.is_municipality_wide)
    described = {text.level: text.shown for text in wording.levels}
    return {
        "key": criterion.key,
        "title": criterion.title,
        "state": str(ScoreState(score.state).label),
        "level": score.level,
        "rationale": score.rationale,
        "target_level": score.target_level,
        "target_date": score.target_date,
        "evidence_text": "",
        "evidence_url": "",
        "evidence": "\n".join(_evidence(one, on) for one in score.evidence.all()),
        "summary": wording.summary,
        "questions": "\n".join(f"– {question}" for question in wording.questions),
        **{f"level_{level.value}": f"{level.label}: {described.get(level.value, '')}" for level in Level},
        "phase": criterion.phase.label,
        "workstreams": ", ".join(workstream.name for workstream in criterion.workstreams.all()),
        "offices": criterion.office_names,
        "milestone": criterion.milestone.requirement if criterion.is_milestone else "",
        "not_here": criterion.not_here,
        "version": score.version,
        "assessment": assessment.public_id,
    }


def _evidence(evidence: Evidence, on: date) -> str:
    """Its words, link and days."""
    said = ", ".join(filter(None, (evidence.url, days_in_words(evidence.dated_on, evidence.valid_until, on))))
    return f"{evidence.text} ({said})" if said else evidence.text


def _add_choices(sheet: Any, last: int) -> None:
    """Drop-downs and checks. A spreadsheet may ignore them: the import looks again."""
    sheet.data_validation(
        1,
        PLACES["state"],
        last,
        PLACES["state"],
        {
            "validate": "list",
            "source": [str(state.label) for state in ScoreState],
            "error_title": _("Das gibt es nicht"),
            "error_message": _("Bitte wählen Sie einen Stand aus der Liste."),
        },
    )
    for name in ("level", "target_level"):
        sheet.data_validation(
            1,
            PLACES[name],
            last,
            PLACES[name],
            {
                "validate": "list",
                "source": [level.value for level in Level],
                "input_title": str(COLUMNS[PLACES[name]].title),
                "input_message": "\n".join(f"{level.value} – {level.label}" for level in Level),
                "error_title": _("Keine Stufe"),
                "error_message": _("Bitte wählen Sie 0, 1, 2, 3 oder 4."),
            },
        )
    for name in DAYS:
        sheet.data_validation(
            1,
            PLACES[name],
            last,
            PLACES[name],
            {
                "validate": "date",
                "criteria": "between",
                "minimum": date(2000, 1, 1),
                "maximum": date(2100, 12, 31),
                "error_title": _("Kein Datum"),
                "error_message": _("Bitte schreiben Sie ein Datum, etwa 31.12.2027."),
            },
        )


def _write_instructions(book: xlsxwriter.Workbook, formats: dict[str, Any], assessment: Assessment, on: date) -> None:
    sheet = book.add_worksheet(str(_("Anleitung")))
    sheet.set_column(0, 0, INSTRUCTIONS)
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4)
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)
    sheet.protect("", {"format_rows": True, "format_columns": True})
    lines: list[tuple[str, str]] = [
        ("title", str(assessment)),
        (
            "text",
            _("%(municipality)s · Katalogausgabe %(edition)s · heruntergeladen am %(day)s")
            % {
                "municipality": assessment.project.municipality.name,
                "edition": assessment.edition.number,
                "day": date_format(on, "DATE_FORMAT"),
            },
        ),
        ("heading", _("Ausfüllen")),
        (
            "text",
            _(
                "In der Tabelle „%(name)s“ steht jedes Kriterium in einer Zeile. Füllen Sie die weißen Felder aus; "
                "die grauen dienen nur zum Lesen."
            )
            % {"name": SHEET_NAME},
        ),
        (
            "text",
            ladder_rule() + " " + _("Tragen Sie eine Stufe ein, brauchen Sie den Stand nicht zu ändern."),
        ),
        (
            "text",
            _(
                "„weiß nicht“: Sie haben es geprüft und können es nicht sagen. „trifft nicht zu“: bitte begründen. "
                "„offen“: noch nicht angesehen."
            ),
        ),
        ("text", _("Neue Nachweise kommen zu den vorhandenen hinzu, einer je Kriterium und Bogen.")),
        (
            "text",
            _(
                "Bitte schreiben Sie Werte, keine Formeln, und lassen Sie die Überschriften stehen. "
                "Zeilen, die Sie nicht brauchen, dürfen Sie löschen."
            ),
        ),
        ("heading", _("Zurückbringen")),
        (
            "text",
            _(
                "Speichern Sie die Datei als .xlsx oder .ods und laden Sie sie auf der Seite der Bewertung unter "
                "„Bogen einlesen“ hoch. Sie sehen dann zuerst, was sich ändern würde."
            ),
        ),
        (
            "text",
            _(
                "Hat inzwischen jemand dasselbe Kriterium online geändert, sehen Sie beide Fassungen und wählen. "
                "Nichts wird ungefragt überschrieben."
            ),
        ),
        ("heading", _("Stufen")),
        *(("text", f"{level.value} – {level.label}") for level in Level),
        ("text", _("Die Stufenskala ist eine eigene Ergänzung und nicht Teil der Roadmap.")),
    ]
    for row, (kind, text) in enumerate(lines):
        sheet.set_row(row, _height([(text, INSTRUCTIONS)], SIZES[kind] / SIZES["text"]))
        sheet.write_string(row, 0, text, formats[kind])
