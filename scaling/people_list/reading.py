"""A CSV of people, as spreadsheets and directories write it, into rows; or what is wrong with it, line by line."""

import csv
import io
from dataclasses import asdict, dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import override

from assessments.models import Project
from scaling.accounts.models import Municipality, Role, normal_email
from scaling.common.text import look_alike, tidy_line

MAX_BYTES, MAX_ROWS, MAX_NAME = 1_000_000, 2_000, 120
#: Between two projects of one cell: names hold commas and semicolons.
BETWEEN = "|"
HEADS = {
    "email": ("e-mail-adresse", "e-mail", "email", "mail", "adresse", "e-mail address", "address"),
    "name": ("name",),
    "role": ("rolle", "role"),
    "projects": ("projekte", "projekt", "projects", "project"),
    "state": ("stand", "status", "state"),
}
LOCKED = ("gesperrt", "locked")
ACTIVE = ("", "aktiv", "active")


@dataclass(frozen=True)
class Person:
    """One line. ``projects`` are public ids; None where the list has no such column, and teams stay as they are."""

    line: int
    email: str
    name: str
    role: str
    projects: list[str] | None
    is_locked: bool

    def as_row(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class LineProblem:
    """``line`` as an editor counts them; 0 for the whole file."""

    line: int
    text: str


class UnreadableList(Exception):
    """The message says what to do."""


def read(content: bytes, municipality: Municipality) -> tuple[list[Person], list[LineProblem]]:
    """The people of a list, and everything that is wrong with it. Raises UnreadableList. One query."""
    lines = _lines(_text(content))
    heads = _columns(lines[0][1])
    projects = {
        look_alike(name): public_id
        for name, public_id in Project.objects.active()
        .filter(municipality=municipality, is_municipality_wide=False)
        .values_list("name", "public_id")
    }
    people: list[Person] = []
    problems: list[LineProblem] = []
    seen: dict[str, int] = {}
    for number, cells in lines[1:]:
        values = {name: tidy_line(cells[at]) if at < len(cells) else "" for name, at in heads.items()}
        wrong = [text for cell in values.values() if (text := _formula(cell))]
        person, found = _person(number, values, projects)
        wrong += found
        if person is not None and person.email in seen:
            wrong.append(_("Die Adresse steht schon in Zeile %(line)s.") % {"line": seen[person.email]})
        if wrong or person is None:
            problems += [LineProblem(number, text) for text in wrong]
            continue
        seen[person.email] = number
        people.append(person)
    return people, problems


def unread_columns(content: bytes) -> list[str]:
    """The heads of columns that mean nothing here, of a list that can be read: what stands below them does not happen."""
    head = _lines(_text(content))[0][1]
    read_ones = _columns(head).values()
    return [tidy_line(cell)[:40] for at, cell in enumerate(head) if at not in read_ones and tidy_line(cell)]


def _text(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise UnreadableList(_("Die Datei ist größer als 1 MB. Teilen Sie die Liste auf."))
    for start, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(start):
            encodings = [encoding]
            break
    else:
        encodings = ["utf-8", "cp1252"]  # what Excel on Windows writes as plain CSV
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnreadableList(_("Das ist keine CSV-Datei. Speichern Sie die Tabelle als „CSV UTF-8“."))


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """Each row that is not empty with the number of its line; the first is the head."""
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(";\t,", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((reader.line_num, cells))
            if len(rows) > MAX_ROWS + 1:
                raise UnreadableList(_("Die Liste hat mehr als 2.000 Zeilen. Teilen Sie sie auf."))
    except csv.Error:
        text = _("In Zeile %(line)s stimmt etwas mit den Anführungszeichen nicht.") % {"line": reader.line_num}
        raise UnreadableList(text) from None
    if len(rows) < 2:
        raise UnreadableList(
            _("In der Datei steht niemand. Die erste Zeile nennt die Spalten, ab der zweiten stehen Personen.")
        )
    return rows


def _columns(head: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, cell in enumerate(head):
        word = tidy_line(cell).casefold()
        for name, words in HEADS.items():
            if word in words and name not in found:
                found[name] = at
    if missing := [label for name, label in (("email", _("E-Mail-Adresse")), ("role", _("Rolle"))) if name not in found]:
        text = _("Es fehlt eine Spalte: %(names)s. Die erste Zeile muss die Spalten nennen.")
        raise UnreadableList(text % {"names": ", ".join(missing)})
    return found


def _formula(cell: str) -> str:
    if cell[:1] in ("=", "+", "-", "@"):
        return _("„%(cell)s“ ist eine Formel. Tragen Sie den Wert selbst ein.") % {"cell": cell[:40]}
    return ""


def _person(line: int, values: dict[str, str], projects: dict[str, str]) -> tuple[Person | None, list[str]]:
    wrong: list[str] = []
    email = normal_email(values["email"])
    try:
        validate_email(email)
    except ValidationError:
        wrong.append(
            _("„%(text)s“ ist keine E-Mail-Adresse.") % {"text": values["email"][:80]} if email else _("Die Adresse fehlt.")
        )
    if len(email) > 254:
        wrong.append(_("Die Adresse ist länger als 254 Zeichen."))
    name = values.get("name", "")
    if len(name) > MAX_NAME:
        wrong.append(_("Der Name ist länger als 120 Zeichen."))
    role = _roles().get(values["role"].casefold(), "")
    if not role:
        told = values["role"][:40]
        wrong.append(_("„%(text)s“ ist keine Rolle. Es gibt: Leitung, Projektteam, Lesen.") % {"text": told})
    ids: list[str] | None = None
    if "projects" in values:
        ids = []
        for cell in filter(None, map(str.strip, values["projects"].split(BETWEEN))):
            if found := projects.get(look_alike(cell)):
                ids.append(found)
            else:
                wrong.append(_("Ein Projekt „%(name)s“ gibt es hier nicht.") % {"name": cell[:80]})
    state = values.get("state", "").casefold()
    if state not in (*LOCKED, *ACTIVE):
        wrong.append(_("„%(text)s“ ist kein Stand. Möglich sind: aktiv, gesperrt.") % {"text": values["state"][:40]})
    if wrong:
        return None, wrong
    return Person(line, email, name, role, sorted(set(ids)) if ids is not None else None, state in LOCKED), []


def _roles() -> dict[str, str]:
    """By their word in both languages, and by that of the code."""
    found: dict[str, str] = {}
    for language in ("de", "en"):
        with override(language):
            found |= {str(label).casefold(): str(role) for role, label in Role.choices}
    return found | {str(role): str(role) for role in Role.values}
