"""Understands a returned sheet: every row an answer, or a problem that says where it is and what to do."""

import math
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from assessments.forms.answer import MAX_RATIONALE_LENGTH
from assessments.models import ScoreState
from assessments.services.answers import Answer, NewEvidence
from assessments.workbook.cells import Cell, Rows, UnreadableFile, Workbook
from assessments.workbook.columns import BY_NAME, COLUMNS, ColumnKind, column_of, is_our_sheet, letter_of, level_of, state_of
from scaling.common.dates import date_problem

MAX_ROWS = 1000
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00:00(?:\.0+)?)?")
_GERMAN = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
_LEVEL = re.compile(r"([0-4])(?:\s*[–—-]\s*\S.*)?")
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class CellProblem:
    """What is wrong with one cell, or, without a row, with the whole table."""

    text: str
    row: int | None = None
    column: str = ""
    cell: str = ""


@dataclass(frozen=True)
class SheetRow:
    """One criterion's answer as it stands in the file, and the version it started from. ``row`` counts from 1.

    ``date_problem`` is told only where the day was changed: an odd one that is stored must not block the whole sheet.
    """

    row: int
    key: str
    version: int
    answer: Answer
    evidence: NewEvidence | None = None
    date_problem: CellProblem | None = None


@dataclass(frozen=True)
class ReturnedSheet:
    rows: list[SheetRow]
    problems: list[CellProblem]


class _CellRejected(Exception):
    """What is wrong with the value of one cell."""


def read_sheet(workbook: Workbook, *, assessment: str, keys: Collection[str]) -> ReturnedSheet:
    """The rows of a workbook brought back to ``assessment`` (its public id), whose criteria are ``keys``.

    Rows that were deleted are no problem: they change nothing. Raises UnreadableFile where there is no table to speak of.
    """
    rows = _our_rows(workbook)
    places = _places(rows.get(1, {}))
    filled = [number for number in sorted(rows) if number > 1]
    if len(filled) > MAX_ROWS:
        raise UnreadableFile(_("Die Tabelle hat zu viele Zeilen. Das ist kein Bogen aus dem Skalierungscheck."))
    reader = _Reader(places, since_1904=workbook.since_1904)
    found: list[SheetRow] = []
    for number in filled:
        row = reader.read_row(number, rows[number], assessment=assessment, keys=keys)
        if row is not None:
            found.append(row)
    if not reader.seen:
        raise UnreadableFile(_("In der Tabelle steht kein einziges Kriterium."))
    return ReturnedSheet(found, reader.problems)


def _quoted(words: Iterable[str]) -> str:
    """In the quotation marks of the language."""
    return ", ".join(_("„%(word)s“") % {"word": word} for word in words)


def _our_rows(workbook: Workbook) -> Rows:
    for name, rows in workbook.sheets.items():
        if is_our_sheet(name):
            if rows:
                return rows
            raise UnreadableFile(_("Die Tabelle „%(name)s“ ist leer.") % {"name": name})
    names = _quoted(name[:40] for name in list(workbook.sheets)[:5]) or "–"
    raise UnreadableFile(
        _("Die Tabelle „Bewertung“ fehlt. In der Datei gibt es: %(names)s. Ist es der richtige Bogen?") % {"names": names}
    )


def _places(head: dict[int, Cell]) -> dict[str, int]:
    """Where each column stands. Columns may have moved; strange ones are left alone. Raises UnreadableFile."""
    places: dict[str, int] = {}
    for place, cell in sorted(head.items()):
        name = column_of(cell.value) if isinstance(cell.value, str) else None
        if name is None:
            continue
        if name in places:
            raise UnreadableFile(_("Die Spalte „%(title)s“ kommt zweimal vor.") % {"title": BY_NAME[name].title})
        places[name] = place
    missing = [str(column.title) for column in COLUMNS if column.needed and column.name not in places]
    if missing:
        raise UnreadableFile(_("In der ersten Zeile fehlen diese Spalten: %(titles)s.") % {"titles": _quoted(missing)})
    return places


class _Reader:
    """Reads row by row, gathers ``problems``, and remembers in ``seen`` which criterion stood in which row."""

    def __init__(self, places: dict[str, int], *, since_1904: bool) -> None:
        self.places = places
        self.first_day = date(1904, 1, 1) if since_1904 else date(1899, 12, 30)
        self.problems: list[CellProblem] = []
        self.seen: dict[str, int] = {}

    def read_row(self, number: int, cells: dict[int, Cell], *, assessment: str, keys: Collection[str]) -> SheetRow | None:
        """None for a row without anything to fill in, and for one with a problem."""
        before = len(self.problems)
        values: dict[str, Any] = {}

        def take(name: str, understand: Callable[[Cell | None], Any]) -> None:
            cell = cells.get(self.places[name])
            try:
                if cell is not None and cell.is_formula:
                    raise _CellRejected(_("Hier steht eine Formel. Bitte tragen Sie den Wert selbst ein."))
                if cell is not None and cell.is_error:
                    raise _CellRejected(_("Hier steht ein Fehlerwert (%(value)s).") % {"value": cell.value})
                values[name] = understand(cell)
            except _CellRejected as bad:
                self._note(number, name, str(bad))

        if not any(
            self.places[column.name] in cells for column in COLUMNS if column.name == "key" or column.kind == ColumnKind.ANSWER
        ):
            return None
        take("key", _text)
        if "key" not in values:
            return None
        key = values["key"]
        if not key:
            self._note(number, "key", _("Der Schlüssel des Kriteriums fehlt."))
            return None
        if key not in keys:
            self._note(number, "key", _("Das Kriterium „%(key)s“ gibt es in dieser Bewertung nicht.") % {"key": key[:60]})
            return None
        if key in self.seen:
            self._note(
                number,
                "key",
                _("Das Kriterium „%(key)s“ steht schon in Zeile %(row)s.") % {"key": key, "row": self.seen[key]},
            )
            return None
        self.seen[key] = number
        take("assessment", _text)
        if values.get("assessment") not in (None, assessment):
            self._note(
                number,
                "assessment",
                _("Diese Zeile gehört zu einer anderen Bewertung. Bitte laden Sie den Bogen dieser Bewertung neu herunter."),
            )
            return None
        take("version", _version)
        take("state", _state)
        take("level", _level)
        take("rationale", _rationale)
        take("target_level", _level)
        take("target_date", self._date)
        take("evidence_text", _text)
        take("evidence_url", _url)
        if len(self.problems) > before:
            return None
        answer = self._answer(number, values)
        evidence = self._evidence(number, values)
        if answer is None or len(self.problems) > before:
            return None
        text = date_problem(answer.target_date)
        problem = self._problem(number, "target_date", text) if text else None
        return SheetRow(number, key, values["version"], answer, evidence, problem)

    def _note(self, row: int, name: str, text: str) -> None:
        self.problems.append(self._problem(row, name, text))

    def _problem(self, row: int, name: str, text: str) -> CellProblem:
        return CellProblem(text, row, str(BY_NAME[name].title), f"{letter_of(self.places[name])}{row}")

    def _answer(self, row: int, values: dict[str, Any]) -> Answer | None:
        state, level = values["state"], values["level"]
        if state in (None, ScoreState.OPEN):
            # Who fills in a level rarely thinks of the word beside it.
            state = ScoreState.OPEN if level is None else ScoreState.RATED
        if state == ScoreState.RATED and level is None:
            self._note(row, "level", _("Die Stufe fehlt. Bitte tragen Sie 0 bis 4 ein oder wählen Sie einen anderen Stand."))
            return None
        if state != ScoreState.RATED and level is not None:
            self._note(
                row,
                "level",
                _("Stufe und Stand passen nicht zusammen: Zu „%(state)s“ gehört keine Stufe.")
                % {"state": ScoreState(state).label},
            )
            return None
        answer = Answer(
            state=str(state),
            level=level,
            rationale=values["rationale"],
            target_level=values["target_level"],
            target_date=values["target_date"],
        )
        try:
            answer.clean()
        except ValidationError as error:
            for name, texts in error.message_dict.items():
                self._note(row, name, " ".join(texts))
            return None
        return answer

    def _evidence(self, row: int, values: dict[str, Any]) -> NewEvidence | None:
        text, url = values["evidence_text"], values["evidence_url"]
        if len(text) > 300:
            self._note(row, "evidence_text", _too_long(300, len(text)))
            return None
        return NewEvidence(text or url[:300], url) if text or url else None

    def _date(self, cell: Cell | None) -> date | None:
        if cell is None:
            return None
        found = None
        if isinstance(cell.value, bool):
            pass
        elif isinstance(cell.value, float):
            if math.isfinite(cell.value) and 0 < cell.value < 1_000_000:
                found = self.first_day + timedelta(int(cell.value))
        else:
            found = _typed_date(cell.value.strip())
        if found is None:
            raise _CellRejected(
                _("„%(value)s“ ist kein Datum. Bitte schreiben Sie es so: 31.12.2027.") % {"value": _shown(cell)},
            )
        return found


def _typed_date(text: str) -> date | None:
    if iso := _ISO.fullmatch(text):
        year, month, day = iso[1], iso[2], iso[3]
    elif german := _GERMAN.fullmatch(text):
        day, month, year = german[1], german[2], german[3]
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _shown(cell: Cell) -> str:
    """A cell's value as a person would see it, shortened."""
    if isinstance(cell.value, float) and math.isfinite(cell.value) and cell.value == int(cell.value):
        return str(int(cell.value))
    return str(cell.value)[:60]


def _text(cell: Cell | None) -> str:
    if cell is None:
        return ""
    if isinstance(cell.value, bool):
        raise _CellRejected(_("Hier steht ein Wahrheitswert. Bitte schreiben Sie Text."))
    text = _shown(cell) if isinstance(cell.value, float) else cell.value
    if "\x00" in text:
        raise _CellRejected(_("Der Text enthält ein Zeichen, das sich nicht speichern lässt."))
    return text.strip()


def _rationale(cell: Cell | None) -> str:
    text = _text(cell).replace("\r\n", "\n")
    if len(text) > MAX_RATIONALE_LENGTH:
        raise _CellRejected(_too_long(MAX_RATIONALE_LENGTH, len(text)))
    return text


def _too_long(most: int, length: int) -> str:
    return _("Höchstens %(most)s Zeichen; das sind %(length)s.") % {"most": most, "length": length}


def _url(cell: Cell | None) -> str:
    text = _text(cell)
    try:
        return str(forms.URLField(required=False, max_length=500, assume_scheme="https").clean(text))
    except ValidationError as error:
        raise _CellRejected(" ".join(error.messages)) from error


def _state(cell: Cell | None) -> str | None:
    text = _text(cell)
    if not text:
        return None
    state = state_of(text)
    if state is None:
        words = _quoted(str(state.label) for state in ScoreState)
        raise _CellRejected(_("„%(value)s“ gibt es nicht. Möglich sind: %(words)s.") % {"value": text[:60], "words": words})
    return state


def _level(cell: Cell | None) -> int | None:
    if cell is None:
        return None
    text = _text(cell)
    if not text:
        return None
    if found := _LEVEL.fullmatch(text):
        return int(found[1])
    level = level_of(text)
    if level is None:
        raise _CellRejected(_("„%(value)s“ ist keine Stufe. Möglich sind 0, 1, 2, 3 und 4.") % {"value": text[:60]})
    return level


def _version(cell: Cell | None) -> int:
    text = _text(cell)
    if not _NUMBER.fullmatch(text) or int(text) < 1:
        raise _CellRejected(_("Diese verborgene Angabe wurde verändert. Bitte laden Sie den Bogen neu herunter."))
    return int(text)
