"""The columns of the sheet. Files come back in either language, so titles and words are understood in all of them."""

import unicodedata
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


class ColumnKind(StrEnum):
    ANSWER = "answer"  #: to be filled in
    GUIDANCE = "guidance"  #: to be read; whatever stands there on return is ignored
    HIDDEN = "hidden"  #: says what the row belongs to


@dataclass(frozen=True)
class SheetColumn:
    """``width`` in characters. ``needed`` columns must be there on return."""

    name: str
    title: Any
    width: int
    kind: ColumnKind
    needed: bool = True


COLUMNS = (
    SheetColumn("key", _("Schlüssel"), 16, ColumnKind.GUIDANCE),
    SheetColumn("title", _("Kriterium"), 34, ColumnKind.GUIDANCE, needed=False),
    SheetColumn("state", _("Stand"), 16, ColumnKind.ANSWER),
    SheetColumn("level", _("Stufe"), 8, ColumnKind.ANSWER),
    SheetColumn("rationale", _("Begründung"), 60, ColumnKind.ANSWER),
    SheetColumn("target_level", _("Zielstufe"), 10, ColumnKind.ANSWER),
    SheetColumn("target_date", _("Ziel erreicht bis"), 14, ColumnKind.ANSWER),
    SheetColumn("evidence_text", _("Neuer Nachweis"), 34, ColumnKind.ANSWER),
    SheetColumn("evidence_url", _("Link zum neuen Nachweis"), 34, ColumnKind.ANSWER),
    SheetColumn("evidence_dated_on", _("Datum des neuen Nachweises"), 14, ColumnKind.ANSWER, needed=False),
    SheetColumn("evidence_valid_until", _("Neuer Nachweis gilt bis"), 14, ColumnKind.ANSWER, needed=False),
    SheetColumn("evidence", _("Vorhandene Nachweise"), 34, ColumnKind.GUIDANCE, needed=False),
    SheetColumn("summary", _("Worum es geht"), 50, ColumnKind.GUIDANCE, needed=False),
    SheetColumn("questions", _("Leitfragen"), 50, ColumnKind.GUIDANCE, needed=False),
    *(
        SheetColumn(
            f"level_{level.value}", _("Stufe %(number)s") % {"number": level.value}, 44, ColumnKind.GUIDANCE, needed=False
        )
        for level in Level
    ),
    SheetColumn("phase", _("Phase"), 18, ColumnKind.GUIDANCE, needed=False),
    SheetColumn("workstreams", _("Workstreams"), 24, ColumnKind.GUIDANCE, needed=False),
    SheetColumn("offices", _("Wer weiß das?"), 30, ColumnKind.GUIDANCE, needed=False),
    SheetColumn("milestone", _("Meilenstein"), 30, ColumnKind.GUIDANCE, needed=False),
    SheetColumn("not_here", _("Gehört nicht hierher"), 44, ColumnKind.GUIDANCE, needed=False),
    SheetColumn("version", _("Fassung"), 10, ColumnKind.HIDDEN),
    SheetColumn("assessment", _("Bewertung-Nr."), 14, ColumnKind.HIDDEN),
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


#: Level names of sheets that were downloaded before a name changed.
FORMER_LEVEL_NAMES = {"verstetigt": Level.PERMANENT, "embedded": Level.PERMANENT}


@cache
def _levels() -> dict[str, str]:
    """Names and numbers, and both together as people write them: „3 – umgesetzt“, „3: umgesetzt“, „3 (umgesetzt)“."""
    names = _in_every_language([(level.label, str(level.value)) for level in Level])
    names = {**{name: str(level.value) for name, level in FORMER_LEVEL_NAMES.items()}, **names}
    found = {number: number for number in names.values()}
    for name, number in names.items():
        together = (
            name,
            f"{number} {name}",
            f"{number} ({name})",
            f"{number}: {name}",
            *(f"{number} {d} {name}" for d in "–—-"),
        )
        found.update(dict.fromkeys(together, number))
    return found


@cache
def _level_words() -> tuple[str, ...]:
    """„Stufe“ and „Level“, which may stand before a level."""
    return tuple(f"{word} " for word in _in_every_language([(BY_NAME["level"].title, "word")]))


@cache
def _sheet_names() -> dict[str, str]:
    return _in_every_language([(SHEET_NAME, "sheet")])


def column_of(title: str) -> str | None:
    """The column's name, by its title in any language."""
    return _titles().get(_plain(title))


def state_of(words: str) -> str | None:
    return _states().get(_plain(words))


def level_of(words: str) -> int | None:
    """The level that is named, by its number, its own name or both, and by nothing else."""
    plain = unicodedata.normalize("NFKC", _plain(words))
    word = next((word for word in _level_words() if plain.startswith(word)), "")
    found = _levels().get(plain.removeprefix(word))
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
