"""Reads the cells of an XLSX workbook that a stranger may have made.

Written for this one purpose instead of a library: the readers for Python give the result of a formula without telling that it
is one, and reserve memory for every cell between the first and the last, so that two cells far apart end the process. This one
keeps what stands in the file and nothing more, refuses document types (no entities, so no bombs of them), and unpacks within
limits.
"""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from django.utils.translation import gettext as _

MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 20 * 1024 * 1024
MOST_PARTS = 400
MOST_ELEMENTS = 1_000_000

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


class UnreadableFile(Exception):
    """The file cannot be read as a workbook. The message says why, to the person who brought it."""


@dataclass(frozen=True)
class Cell:
    """``value`` is a text, a number or a bool; ``is_formula`` and ``is_error`` mark what no person typed."""

    value: str | float | bool
    is_formula: bool = False
    is_error: bool = False


#: Row number (from 1) → column number (from 0) → cell. Empty cells are left out.
Rows = dict[int, dict[int, Cell]]


@dataclass(frozen=True)
class Workbook:
    """``sheets`` by their names in their order; ``since_1904`` tells from when days are counted."""

    sheets: dict[str, Rows]
    since_1904: bool = False


def read_workbook(data: bytes) -> Workbook:
    """Raises UnreadableFile. Takes what it takes to unpack at most ``MOST_UNPACKED`` bytes."""
    archive = _open(data)
    try:
        return _read(archive)
    except (expat.ExpatError, KeyError, IndexError, ValueError, OverflowError) as error:
        raise UnreadableFile(_damaged()) from error


def _damaged() -> str:
    return _("Die Datei ist beschädigt. Bitte öffnen Sie sie in Ihrer Tabellenkalkulation und speichern Sie sie neu als .xlsx.")


def _open(data: bytes) -> dict[str, bytes]:
    """The parts of the package that matter, unpacked."""
    if not data:
        raise UnreadableFile(_("Die Datei ist leer."))
    if len(data) > MOST_BYTES:
        raise UnreadableFile(
            _("Die Datei ist größer als 5 MB. Ein Bogen ist viel kleiner; bitte prüfen Sie, ob es die richtige ist.")
        )
    if data.startswith(OLE):
        raise UnreadableFile(
            _(
                "Die Datei ist mit einem Passwort geschützt oder im alten Format .xls. "
                "Bitte speichern Sie sie ohne Passwort als .xlsx."
            )
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _unpack(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        if data.startswith(b"PK"):
            raise UnreadableFile(_damaged()) from error
        raise UnreadableFile(_("Das ist keine Excel-Datei (.xlsx).")) from error


def _unpack(archive: zipfile.ZipFile) -> dict[str, bytes]:
    names = archive.namelist()
    if "mimetype" in names and b"opendocument" in archive.open("mimetype").read(100):
        raise UnreadableFile(_("Das ist eine OpenDocument-Datei. Bitte speichern Sie sie als Excel-Datei (.xlsx)."))
    if any(name.endswith("vbaProject.bin") for name in names):
        raise UnreadableFile(_("Die Datei enthält Makros. Bitte speichern Sie sie ohne Makros als .xlsx."))
    if len(names) > MOST_PARTS or len(names) != len(set(names)):
        raise UnreadableFile(_("Die Datei enthält zu viele Teile. Das ist kein Bogen aus dem Skalierungscheck."))
    parts, left = {}, MOST_UNPACKED
    for name in names:
        if not name.endswith((".xml", ".rels")):
            continue
        # What a package says about its sizes may be a lie: count what really comes out.
        with archive.open(name) as part:
            content = part.read(left + 1)
        left -= len(content)
        if left < 0:
            raise UnreadableFile(_("Die Datei ist entpackt viel zu groß. Das ist kein Bogen aus dem Skalierungscheck."))
        parts[name.lstrip("/")] = content
    return parts


class _Handler:
    """Feeds an expat parser and refuses document types. Names come without their prefixes."""

    _elements = 0

    def parse(self, content: bytes) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = lambda name: self.end(name.rpartition(":")[2])
        parser.CharacterDataHandler = self.text
        parser.Parse(content, True)

    def _refuse(self, *_args: Any) -> None:
        raise UnreadableFile(_("Die Datei enthält eine Dokumenttyp-Angabe; solche Dateien nehmen wir nicht an."))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > MOST_ELEMENTS:
            raise UnreadableFile(_("Die Tabelle hat zu viele Zellen. Das ist kein Bogen aus dem Skalierungscheck."))
        self.start(name.rpartition(":")[2], attributes)

    def start(self, name: str, attributes: dict[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, text: str) -> None: ...


class _Elements(_Handler):
    """Collects the attributes of elements by name."""

    def __init__(self, content: bytes) -> None:
        self.found: dict[str, list[dict[str, str]]] = {}
        self.parse(content)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.found.setdefault(name, []).append({key.rpartition(":")[2]: value for key, value in attributes.items()})


class _Strings(_Handler):
    """The shared strings. A string may come in runs; its phonetic hints are left out."""

    def __init__(self, content: bytes) -> None:
        self.strings: list[str] = []
        self._pieces: list[str] = []
        self._in_text = self._in_hint = False
        self.parse(content)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self._pieces = []
        elif name == "rPh":
            self._in_hint = True
        elif name == "t":
            self._in_text = not self._in_hint

    def end(self, name: str) -> None:
        if name == "si":
            self.strings.append(unescape("".join(self._pieces)))
        elif name == "rPh":
            self._in_hint = False
        elif name == "t":
            self._in_text = False

    def text(self, text: str) -> None:
        if self._in_text:
            self._pieces.append(text)


@dataclass
class _Open:
    """The cell the parser is in."""

    place: int
    kind: str
    pieces: list[str] = field(default_factory=list)
    is_formula: bool = False


class _Cells(_Handler):
    def __init__(self, content: bytes, strings: list[str]) -> None:
        self.rows: Rows = {}
        self._strings = strings
        self._row = 0
        self._place = -1
        self._cell: _Open | None = None
        self._in_value = False
        self.parse(content)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._place = -1
        elif name == "c":
            found = REFERENCE.fullmatch(attributes.get("r", ""))
            self._place = place_of(found[1]) if found else self._place + 1
            self._cell = _Open(self._place, attributes.get("t", "n"))
        elif self._cell is not None and name in ("v", "t"):
            self._in_value = True
        elif self._cell is not None and name == "f":
            self._cell.is_formula = True

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self._in_value = False
        elif name == "c" and self._cell is not None:
            self._close(self._cell)
            self._cell = None

    def text(self, text: str) -> None:
        if self._in_value and self._cell is not None:
            self._cell.pieces.append(text)

    def _close(self, cell: _Open) -> None:
        raw = "".join(cell.pieces)
        if not raw and not cell.is_formula:
            return
        value: str | float | bool = raw
        if cell.kind == "s":
            value = self._strings[int(raw)] if raw else ""
        elif cell.kind == "n" and raw:
            value = float(raw)
        elif cell.kind == "b":
            value = raw == "1"
        elif cell.kind in ("str", "inlineStr"):
            value = unescape(raw)
        if value != "" or cell.is_formula:
            self.rows.setdefault(self._row, {})[cell.place] = Cell(value, cell.is_formula, cell.kind == "e")


def _read(parts: dict[str, bytes]) -> Workbook:
    if "xl/workbook.xml" not in parts:
        raise UnreadableFile(_("Das ist keine Excel-Datei (.xlsx)."))
    book = _Elements(parts["xl/workbook.xml"]).found
    relations = _Elements(parts["xl/_rels/workbook.xml.rels"]).found.get("Relationship", [])
    targets = {relation["Id"]: _path(relation["Target"]) for relation in relations}
    shared = next((targets[r["Id"]] for r in relations if r["Type"].endswith("/sharedStrings")), "")
    strings = _Strings(parts[shared]).strings if shared in parts else []
    sheets = {
        sheet["name"]: _Cells(parts[targets[sheet["id"]]], strings).rows
        for sheet in book.get("sheet", [])
        if targets.get(sheet["id"], "").startswith("xl/worksheets/")
    }
    properties = book.get("workbookPr", [{}])[0]
    return Workbook(sheets, properties.get("date1904", "0") in ("1", "true"))


def _path(target: str) -> str:
    """A relation's target as a name in the package: absolute, or seen from the folder of the workbook."""
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def place_of(letters: str) -> int:
    """The column's number, counted from 0, of its letters."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


def unescape(text: str) -> str:
    """Characters that XML cannot hold are written as _x0007_; halves of pairs stay as they stand."""

    def character(found: re.Match[str]) -> str:
        number = int(found[1], 16)
        return found[0] if 0xD800 <= number <= 0xDFFF else chr(number)

    return ESCAPED.sub(character, text)
