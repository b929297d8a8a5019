"""What a check says, and how all of them are run."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from django.db import DatabaseError, connection


class Severity(StrEnum):
    OK = "ok"
    WARNING = "warning"  # it works, and somebody should look
    PROBLEM = "problem"  # something does not work, or is not safe
    SKIPPED = "skipped"  # could not be looked at, because of another problem


@dataclass(frozen=True)
class Finding:
    """What one check found: what is the case, and what to do about it."""

    check: str
    level: Severity
    said: str = ""
    do: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Complaint:
    level: Severity
    said: str
    do: str


def problem(said: str, do: str) -> Complaint:
    return Complaint(Severity.PROBLEM, said, do)


def warning(said: str, do: str) -> Complaint:
    return Complaint(Severity.WARNING, said, do)


def counted(number: int, thing: str) -> str:
    """“1 job”, “2 jobs”, “no job” as “0 jobs”. For English words whose plural ends in s."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


class CannotLook(Exception):
    """What a check would look at is out of reach because of something that another check tells. The message says of what."""


@dataclass(frozen=True)
class Check:
    """``look`` yields complaints, none where all is well. ``in_demo``: whether the demo is asked, too."""

    name: str
    look: Callable[[], Iterable[Complaint]]
    needs_database: bool = False
    in_demo: bool = True


def run(checks: Iterable[Check], *, demo: bool) -> Iterator[Finding]:
    """One finding at least for each check, as they come. A check that fails itself is a problem, too, and stops no other."""
    answers: list[bool] = []  # asked once, by the first that needs it
    for check in checks:
        if demo and not check.in_demo:
            continue
        if check.needs_database and not answers:
            answers.append(_database_answers())
        if check.needs_database and not answers[0]:
            yield Finding(check.name, Severity.SKIPPED, "The database does not answer.")
            continue
        try:
            complaints = list(check.look())
        except CannotLook as reason:
            yield Finding(check.name, Severity.SKIPPED, str(reason))
            continue
        except Exception as error:
            complaints = [problem(f"Could not be examined: {type(error).__name__}: {error}".strip(), "See the message.")]
        for complaint in complaints:
            yield Finding(check.name, complaint.level, complaint.said, complaint.do)
        if not complaints:
            yield Finding(check.name, Severity.OK)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True
