"""Compares what the database holds with what was published: at every start, and wherever somebody asks."""

import logging
import threading
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from catalogue.documents.checksum import checksum_of, shipped_checksums
from catalogue.documents.export import edition_document
from catalogue.models import Edition

logger = logging.getLogger("catalogue.checksums")

#: Where the last comparison is kept for the pages of curators and operators, and where a worker says that it is comparing.
_RESULT, _RUNNING = "catalogue-checksums", "catalogue-checksums-running"


@dataclass(frozen=True)
class ChecksumProblem:
    """A published edition whose content is not what its number stands for; as a sentence in the active language."""

    number: str
    is_shipped: bool

    def __str__(self) -> str:
        if self.is_shipped:
            text = _("Ausgabe %s hat einen anderen Inhalt als die mitgelieferte Ausgabe dieser Nummer.")
        else:
            text = _("Ausgabe %s hat nicht mehr den Inhalt, mit dem sie veröffentlicht wurde.")
        return text % self.number


@dataclass(frozen=True)
class Comparison:
    """What the last comparison found, and when it was made."""

    at: datetime
    problems: tuple[ChecksumProblem, ...]


def checksum_problems() -> list[ChecksumProblem]:
    """Each published edition whose content is not what its number stands for. Fifteen queries an edition."""
    shipped = shipped_checksums()
    found = []
    for edition in Edition.objects.readable().order_by("major", "minor"):
        actual = checksum_of(edition_document(edition))
        if edition.checksum and edition.checksum != actual:
            found.append(ChecksumProblem(edition.number, is_shipped=False))
        elif edition.number in shipped and shipped[edition.number] != actual:
            found.append(ChecksumProblem(edition.number, is_shipped=True))
    return found


def compare_checksums() -> list[ChecksumProblem]:
    """Compare, log each problem as an error, and keep the result for ``last_comparison``. Raises DatabaseError."""
    problems = checksum_problems()
    cache.set(_RESULT, Comparison(timezone.now(), tuple(problems)), None)
    with translation.override("en"):
        for problem in problems:
            logger.error("%s Restore the catalogue from a backup; answers are not affected.", problem)
    return problems


def last_comparison() -> Comparison | None:
    """What the last start found; None before the first. One query."""
    found: Comparison | None = cache.get(_RESULT)
    return found


def compare_in_background() -> threading.Thread:
    """For a server's start: it answers at once, and a database that is away stops nothing. One worker of a start compares."""
    thread = threading.Thread(target=_compare_once, name="checksums", daemon=True)
    thread.start()
    return thread


def _compare_once() -> None:
    try:
        if cache.add(_RUNNING, True, timeout=30):
            compare_checksums()
    except DatabaseError as error:
        logger.warning("The published editions could not be compared with their checksums: %s", error)
    finally:
        connection.close()
