"""The columns of the sheet. Files come back in either language, so titles and words are understood in all of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from assessments.models import ScoreState
from catalogue.levels import Level


class Kind(StrEnum):
    ANSWER = "answer"  #: to be filled in
    GUIDANCE = "guidance"  #: to be read; whatever stands there on return is ignored
    HIDDEN = "hidden"  #: says what the row belongs to


@dataclass(frozen=True)
class Column:
    """``width`` in characters. ``needed`` columns must be there on return."""

    name: str
    title: Any
    width: int
    kind: Kind
    needed: bool = True


COLUMNS = (
    Column("key", _("Schlüssel"), 16, Kind.GUIDANCE),
    Column("title", _("Kriterium"), 34, Kind.GUIDANCE, needed=False),
    Column("state", _("Stand"), 16, Kind.ANSWER),
    Column("level", _("Stufe"), 8, Kind.ANSWER),
    Column("rationale", _("Begründung"), 60, Kind.ANSWER),
    Column("target_level", _("Zielstufe"), 10, Kind.ANSWER),
    Column("target_date", _("Ziel erreicht bis"), 14, Kind.ANSWER),
    Column("evidence_text", _("Neuer Nachweis"), 34, Kind.ANSWER),
    Column("evidence_url", _("Link zum neuen Nachweis"), 34, Kind.ANSWER),
    Column("evidence", _("Vorhandene Nachweise"), 34, Kind.GUIDANCE, needed=False),
    Column("summary", _("Worum es geht"), 50, Kind.GUIDANCE, needed=False),
    Column("questions", _("Leitfragen"), 50, Kind.GUIDANCE, needed=False),
    *(
        Column(f"level_{level.value}", _("Stufe %(number)s") % {"number": level.value}, 44, Kind.GUIDANCE, needed=False)
        for level in Level
    ),
    Column("phase", _("Phase"), 18, Kind.GUIDANCE, needed=False),
    Column("workstreams", _("Workstreams"), 24, Kind.GUIDANCE, needed=False),
    Column("version", _("Fassung"), 10, Kind.HIDDEN),
    Column("assessment", _("Bewertung-Nr."), 14, Kind.HIDDEN),
)
BY_NAME = {column.name: column for column in COLUMNS}
PLACES = {column.name: place for place, column in enumerate(COLUMNS)}

#: The sheet's name in the workbook.
SHEET_NAME = _("Bewertung")


def _plain(words: Any) -> str:
    return " ".join(str(words).split()).casefold()


def _in_every_language(entries: Iterable[tuple[Any, str]]) -> dict[str, str]:
    """What the words mean, in whichever language they stand."""
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found.update({_plain(words): meaning for words, meaning in entries})
    return found


@cache
def _titles() -> dict[str, str]:
    return _in_every_language([(column.title, column.name) for column in COLUMNS])


@cache
def _states() -> dict[str, str]:
    return _in_every_language([(state.label, state.value) for state in ScoreState])


@cache
def _levels() -> dict[str, str]:
    return _in_every_language([(level.label, str(level.value)) for level in Level])


@cache
def _sheet_names() -> dict[str, str]:
    return _in_every_language([(SHEET_NAME, "sheet")])


def column_of(title: str) -> str | None:
    """The column's name, by its title in any language."""
    return _titles().get(_plain(title))


def state_of(words: str) -> str | None:
    return _states().get(_plain(words))


def level_of(words: str) -> int | None:
    found = _levels().get(_plain(words))
    return None if found is None else int(found)


def is_our_sheet(name: str) -> bool:
    return _plain(name) in _sheet_names()


def letter_of(place: int) -> str:
    """The letters of a column, counted from 0: A … Z, AA …"""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
