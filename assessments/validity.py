"""Until when evidence counts, and how that is said. Pure.

Age is told and nothing else: no figure, no gate and no level ever depends on it.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

#: What ends within so many days is told of before it does.
TOLD_BEFORE = timedelta(days=90)


class Validity(StrEnum):
    """How it stands with an evidence on a day. ``valid_until`` itself is the last day on which it counts."""

    VALID = "valid"
    ENDING = "ending"  #: counts still, and ends within ``TOLD_BEFORE``
    EXPIRED = "expired"


def validity(valid_until: date | None, day: date) -> Validity:
    """What has no end never expires."""
    if valid_until is None or valid_until > day + TOLD_BEFORE:
        return Validity.VALID
    return Validity.EXPIRED if valid_until < day else Validity.ENDING


def rests_on_expired(ends: Iterable[date | None], day: date) -> bool:
    """Whether an answer rests on expired evidence alone: it has some, and none of it counts any more on ``day``."""
    found = list(ends)
    return bool(found) and all(validity(end, day) is Validity.EXPIRED for end in found)


def ends_too_early(dated_on: date | None, valid_until: date | None) -> str:
    """A sentence where an evidence would end before its own day, else ""."""
    if dated_on is None or valid_until is None or valid_until >= dated_on:
        return ""
    return _("„Gilt bis“ liegt vor dem Datum des Nachweises.")


def until_words(valid_until: date | None, day: date) -> str:
    """„gilt bis 31. Dezember 2027“, with „nur noch“ where that is near, „galt bis“ where it is over; "" without an end."""
    if valid_until is None:
        return ""
    said = {"day": date_format(valid_until, "DATE_FORMAT")}
    match validity(valid_until, day):
        case Validity.EXPIRED:
            return _("abgelaufen, galt bis %(day)s") % said
        case Validity.ENDING:
            return _("gilt nur noch bis %(day)s") % said
    return _("gilt bis %(day)s") % said


def days_in_words(dated_on: date | None, valid_until: date | None, day: date) -> str:
    """What is said of an evidence's days, such as „vom 1. Mai 2026, gilt bis 31. Dezember 2027“; "" where it has none."""
    own = _("vom %(day)s") % {"day": date_format(dated_on, "DATE_FORMAT")} if dated_on else ""
    return ", ".join(filter(None, (own, until_words(valid_until, day))))


def only_expired() -> str:
    """The mark of an answer that rests on expired evidence alone."""
    return _("nur abgelaufene Nachweise")


class Aged(Protocol):
    """Anything whose ``validity`` on some day is known."""

    @property
    def validity(self) -> str: ...


def ageing_sentence(found: Iterable[Aged]) -> str:
    """How many of them have expired and how many are about to; "" for none."""
    states = [one.validity for one in found]
    return ageing_words(states.count(Validity.EXPIRED.value), states.count(Validity.ENDING.value))


def ageing_words(expired: int, ending: int) -> str:
    """„2 Nachweise sind abgelaufen, 1 läuft in den nächsten 90 Tagen ab“; "" where nothing does."""
    if not expired:
        said = ngettext(
            "%(n)s Nachweis läuft in den nächsten %(days)s Tagen ab",
            "%(n)s Nachweise laufen in den nächsten %(days)s Tagen ab",
            ending,
        ) % {"n": ending, "days": TOLD_BEFORE.days}
        return said if ending else ""
    parts = [ngettext("%(n)s Nachweis ist abgelaufen", "%(n)s Nachweise sind abgelaufen", expired) % {"n": expired}]
    if ending:
        parts.append(
            ngettext("%(n)s läuft in den nächsten %(days)s Tagen ab", "%(n)s laufen in den nächsten %(days)s Tagen ab", ending)
            % {"n": ending, "days": TOLD_BEFORE.days}
        )
    return ", ".join(parts)
