"""What a cell says: a level only where one stands, dates as people type them, texts within their limits."""

import math
import re
from datetime import date, timedelta
from functools import cache

from django.conf import settings
from django.utils import dates, translation
from django.utils.translation import gettext as _

from assessments.models import ScoreState
from assessments.workbook.cells import Cell
from assessments.workbook.columns import level_of, state_of

_SPACES = re.compile(r"\s+")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d{2}:\d{2}[\d:.]*)?")
_DAY = re.compile(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4}|\d{2})|(\d{1,2})([/-])(\d{1,2})\5(\d{4}|\d{2})")
_DAY_IN_WORDS = re.compile(r"(\d{1,2})\.? ([^\W\d]+)\.? (\d{4}|\d{2})")
_NUMBER = re.compile(r"[0-9]{1,9}")


class CellRejected(Exception):
    """What is wrong with the value of one cell."""


def shown(cell: Cell) -> str:
    """A cell's value as a person would see it."""
    if cell.shown:
        return cell.shown
    if isinstance(cell.value, float) and math.isfinite(cell.value) and cell.value == int(cell.value):
        return str(int(cell.value))
    return str(cell.value)


def read_text(cell: Cell | None) -> str:
    if cell is None:
        return ""
    if isinstance(cell.value, bool):
        raise CellRejected(_("Hier steht ein Wahrheitswert. Bitte schreiben Sie Text."))
    text = shown(cell)
    if "\x00" in text:
        raise CellRejected(_("Der Text enthält ein Zeichen, das sich nicht speichern lässt."))
    return text.strip()


def read_state(cell: Cell | None) -> str | None:
    text = read_text(cell)
    if not text:
        return None
    state = state_of(text)
    if state is None:
        words = ", ".join(_("„%(word)s“") % {"word": state.label} for state in ScoreState)
        raise CellRejected(_("„%(value)s“ gibt es nicht. Möglich sind: %(words)s.") % {"value": text[:60], "words": words})
    return state


def read_level(cell: Cell | None) -> int | None:
    """A number from 0 to 4, a level's own name, or both; with or without „Stufe“. Half a level is none, and two are none."""
    text = read_text(cell)
    if not text:
        return None
    level = level_of(text)
    if level is None:
        raise CellRejected(_("„%(value)s“ ist keine Stufe. Möglich sind 0, 1, 2, 3 und 4.") % {"value": text[:60]})
    return level


def read_number(cell: Cell | None) -> int:
    """The version a row began with."""
    text = read_text(cell)
    if not _NUMBER.fullmatch(text) or int(text) < 1:
        raise CellRejected(_("Diese verborgene Angabe wurde verändert. Bitte laden Sie den Bogen neu herunter."))
    return int(text)


def read_day(cell: Cell | None, *, first_day: date) -> date | None:
    """The day in a cell; numbers count days since ``first_day``. Two figures are a year of this century."""
    if cell is None or (isinstance(cell.value, str) and not cell.value.strip()):
        return None
    found = None
    if isinstance(cell.value, float):
        if math.isfinite(cell.value) and 0 < cell.value < 1_000_000:
            found = first_day + timedelta(int(cell.value))
    elif isinstance(cell.value, str):
        found = _typed_day(_SPACES.sub(" ", cell.value.strip()))
    if found is None:
        raise CellRejected(
            _("„%(value)s“ ist kein Datum. Bitte schreiben Sie es so: 31.12.2027.") % {"value": shown(cell)[:60]}
        )
    return found


def _typed_day(text: str) -> date | None:
    if iso := _ISO.fullmatch(text):
        return _day(iso[3], iso[2], iso[1])
    if words := _DAY_IN_WORDS.fullmatch(text):
        month = _months().get(words[2].casefold())
        return _day(words[1], month, words[3]) if month else None
    if not (found := _DAY.fullmatch(text)):
        return None
    if found[1]:
        return _day(found[1], found[2], found[3])
    if int(found[6]) <= 12 and int(found[4]) <= 12 and found[4] != found[6]:
        return None  # 1/2/2027 is two days, by where one comes from
    if int(found[6]) > 12:
        return None if int(found[4]) > 12 else _day(found[6], found[4], found[7])
    return _day(found[4], found[6], found[7])


def _day(day: str, month: str | int, year: str) -> date | None:
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None


@cache
def _months() -> dict[str, int]:
    """The months' names and their short forms in every language."""
    found: dict[str, int] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for names in (dates.MONTHS, dates.MONTHS_3, dates.MONTHS_AP):
                found.update({str(name).casefold().rstrip("."): number for number, name in names.items()})
    return found
