"""Understands a returned sheet: every row an answer, or a problem that says where it is and what to do."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from assessments.limits import RATIONALE, too_long
from assessments.models import ScoreState
from assessments.services.answers import Answer, NewEvidence
from assessments.validity import ends_too_early
from assessments.workbook.cells import Cell, Rows, UnreadableFile, Workbook
from assessments.workbook.columns import BY_NAME, COLUMNS, ColumnKind, column_of, is_our_sheet, letter_of
from assessments.workbook.values import CellRejected, read_day, read_level, read_number, read_state, read_text, shown
from scaling.common.dates import date_problem
from scaling.common.links import LinkRejected, read_link

MAX_ROWS = 1000
MAX_EVIDENCE_LENGTH = 300
#: The days of a new evidence; sheets from before they were asked for have no columns for them.
DAYS = ("evidence_dated_on", "evidence_valid_until")


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

    ``if_changed`` holds what is wrong with a field of the answer, by its name, if the sheet changes it: what is stored as it is
    must not keep anybody's sheet from being read. ``note`` says how the evidence was understood where that is not obvious.
    """

    row: int
    key: str
    version: int
    answer: Answer
    evidence: NewEvidence | None = None
    note: str = ""
    if_changed: Mapping[str, CellProblem] = field(default_factory=dict)


@dataclass(frozen=True)
class ReturnedSheet:
    rows: list[SheetRow]
    problems: list[CellProblem]


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
    """The rows of the one table with criteria, whatever it is called. Raises UnreadableFile for none, and where two differ."""
    filled = {name: rows for name, rows in workbook.sheets.items() if rows}
    ours = {name: rows for name, rows in filled.items() if is_our_sheet(name) or _has_our_head(rows)}
    if not ours:
        empty = next((name for name in workbook.sheets if is_our_sheet(name)), None)
        if empty is not None:
            raise UnreadableFile(_("Die Tabelle „%(name)s“ ist leer.") % {"name": empty})
        names = _quoted(name[:40] for name in list(workbook.sheets)[:5]) or "–"
        raise UnreadableFile(
            _("Die Tabelle „Bewertung“ fehlt. In der Datei gibt es: %(names)s. Ist es der richtige Bogen?") % {"names": names}
        )
    found = list(ours.values())
    if any(rows != found[0] for rows in found[1:]):
        raise UnreadableFile(
            _(
                "In der Datei stehen mehrere Tabellen mit Kriterien, die sich unterscheiden: %(names)s. "
                "Bitte löschen Sie die, die nicht gelten sollen."
            )
            % {"names": _quoted(name[:40] for name in list(ours)[:5])}
        )
    return found[0]


def _has_our_head(rows: Rows) -> bool:
    """Whether the first row names what makes a sheet one of ours: criteria, and something to say about them."""
    head = rows.get(1, {}).values()
    names = {column_of(cell.value) for cell in head if isinstance(cell.value, str)}
    return "key" in names and any(BY_NAME[name].kind == ColumnKind.ANSWER for name in names if name)


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
            cell = cells.get(self.places[name]) if name in self.places else None
            try:
                if cell is not None and cell.is_formula:
                    raise CellRejected(_("Hier steht eine Formel. Bitte tragen Sie den Wert selbst ein."))
                if cell is not None and cell.is_error:
                    raise CellRejected(_("Hier steht ein Fehlerwert (%(value)s).") % {"value": shown(cell)})
                values[name] = understand(cell)
            except CellRejected as bad:
                self._note(number, name, str(bad))

        if not any(
            self.places.get(column.name) in cells
            for column in COLUMNS
            if column.name == "key" or column.kind == ColumnKind.ANSWER
        ):
            return None
        take("key", read_text)
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
        take("assessment", read_text)
        if values.get("assessment") not in (None, assessment):
            self._note(
                number,
                "assessment",
                _("Diese Zeile gehört zu einer anderen Bewertung. Bitte laden Sie den Bogen dieser Bewertung neu herunter."),
            )
            return None
        take("version", read_number)
        take("state", read_state)
        take("level", read_level)
        take("rationale", read_text)
        take("target_level", read_level)
        take("target_date", partial(read_day, first_day=self.first_day))
        take("evidence_text", read_text)
        take("evidence_url", read_text)
        for name in DAYS:
            take(name, partial(read_day, first_day=self.first_day))
        if len(self.problems) > before:
            return None
        answer = self._answer(number, values)
        evidence, note = self._evidence(number, values)
        if answer is None or len(self.problems) > before:
            return None
        return SheetRow(number, key, values["version"], answer, evidence, note, self._if_changed(number, answer))

    def _note(self, row: int, name: str, text: str) -> None:
        self.problems.append(self._problem(row, name, text))

    def _problem(self, row: int, name: str, text: str) -> CellProblem:
        return CellProblem(text, row, str(BY_NAME[name].title), f"{letter_of(self.places[name])}{row}")

    def _if_changed(self, row: int, answer: Answer) -> dict[str, CellProblem]:
        found = {"rationale": RATIONALE.problem(answer.rationale), "target_date": date_problem(answer.target_date)}
        return {name: self._problem(row, name, text) for name, text in found.items() if text}

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

    def _evidence(self, row: int, values: dict[str, Any]) -> tuple[NewEvidence | None, str]:
        """The evidence, and what is to be said of it: a link that is none stays as words, for one must not stop the others."""
        text, typed, note = values["evidence_text"], values["evidence_url"], ""
        if len(text) > MAX_EVIDENCE_LENGTH:
            self._note(row, "evidence_text", too_long(MAX_EVIDENCE_LENGTH, len(text)))
            return None, ""
        try:
            url = read_link(typed)
        except LinkRejected as error:
            url = ""
            words = " – ".join(part for part in (text, " ".join(typed.split())) if part)
            if len(words) > MAX_EVIDENCE_LENGTH:
                self._note(row, "evidence_url", str(error))
                return None, ""
            text, note = words, _("Das ist kein Link, den wir öffnen können; es kommt als Text dazu.")
        dated_on, valid_until = (values[name] for name in DAYS)
        for name in DAYS:
            if problem := date_problem(values[name]):
                self._note(row, name, problem)
        if problem := ends_too_early(dated_on, valid_until):
            self._note(row, "evidence_valid_until", problem)
        if not (text or url):
            if dated_on or valid_until:
                self._note(row, "evidence_text", _("Bitte nennen Sie den Nachweis, zu dem das Datum gehört."))
            return None, note
        return NewEvidence(text or url[:MAX_EVIDENCE_LENGTH], url, dated_on=dated_on, valid_until=valid_until), note
