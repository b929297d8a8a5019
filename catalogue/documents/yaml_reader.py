"""Reads YAML from people we do not know: plain data only, every value with its line, and a clear refusal of everything else.

Anchors, aliases, tags, duplicate keys, deep nesting, other encodings and several documents in one file are refused. The file
is read event by event, so nothing is built before it was looked at. Values are text, whole numbers, true, false or null; what
looks like a date or a decimal number stays the text it is. Texts come tidied, as from any form (``scaling.common.text``).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from django.utils.translation import gettext as _

from scaling.common.text import tidy_text
from scaling.common.yaml_files import LOADER

MAX_BYTES = 5 * 1024 * 1024
MAX_DEPTH = 12

#: The way to a value: keys of mappings and positions in lists.
Path = tuple[str | int, ...]

_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "true": True, "false": False}
_WHOLE_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,8}")


@dataclass(frozen=True, order=True)
class CatalogueProblem:
    """Something wrong in a file. ``line`` counts from 1; 0 means the file as a whole."""

    line: int
    field: str
    message: str

    def __str__(self) -> str:
        where = _("Zeile %(line)d") % {"line": self.line} if self.line else ""
        return ": ".join(part for part in (", ".join(p for p in (where, self.field) if p), self.message) if part)


class CatalogueFileError(Exception):
    """A file that cannot be taken. ``problems`` says where and why; nothing was changed."""

    def __init__(self, name: str, problems: Iterable[CatalogueProblem]) -> None:
        self.name = name
        self.problems = list(problems)
        super().__init__("\n".join(f"{name}: {problem}" for problem in self.problems))


@dataclass(frozen=True)
class Document:
    """Plain data and the line of every value in it."""

    data: Any
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """The line of the value, or of the nearest one around it that exists."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


class _Refused(Exception):
    def __init__(self, line: int, message: str) -> None:
        self.line, self.message = line, message


def read(source: bytes, name: str) -> Document:
    """Return the data of one YAML file. Raises CatalogueFileError, which names file and line."""
    try:
        return _build(_decode(source))
    except _Refused as refused:
        raise CatalogueFileError(name, [CatalogueProblem(refused.line, "", refused.message)]) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise CatalogueFileError(name, [CatalogueProblem(line, "", _("kein gültiges YAML (%s)") % error.problem)]) from None
    except yaml.YAMLError as error:
        raise CatalogueFileError(name, [CatalogueProblem(0, "", _("kein gültiges YAML (%s)") % error)]) from None


def _decode(source: bytes) -> str:
    if len(source) > MAX_BYTES:
        raise _Refused(0, _("Die Datei ist größer als %d MB.") % (MAX_BYTES // 1024 // 1024))
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source[: error.start].count(b"\n") + 1
        raise _Refused(line, _("Die Datei ist nicht in UTF-8 gespeichert.")) from None
    found = re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise _Refused(line, _("Die Datei enthält ein Steuerzeichen (U+%04X).") % ord(found.group()))
    return text


def _build(text: str) -> Document:
    events = yaml.parse(text, Loader=LOADER)
    lines: dict[Path, int] = {}
    found: list[Any] = []
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            if found:
                raise _Refused(_line(event), _("Die Datei enthält mehr als ein YAML-Dokument."))
            found.append(_value(next(events), (), events, lines))
    if not found:
        raise _Refused(0, _("Die Datei ist leer."))
    return Document(found[0], lines)


def _value(event: Any, path: Path, events: Iterator[Any], lines: dict[Path, int]) -> Any:
    """What begins with this event, and the line of each value in it."""
    line = lines[path] = _line(event)
    _refuse_extras(event, line)
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(event)
    if len(path) >= MAX_DEPTH:
        raise _Refused(line, _("Die Datei ist tiefer als %d Ebenen geschachtelt.") % MAX_DEPTH)
    if isinstance(event, yaml.SequenceStartEvent):
        items: list[Any] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(_value(event, (*path, len(items)), events, lines))
        return items
    fields: dict[str, Any] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        key = _key(event)
        if key in fields:
            words = {"key": key, "first": lines[(*path, key)]}
            raise _Refused(_line(event), _("Das Feld „%(key)s“ steht schon in Zeile %(first)d.") % words)
        fields[key] = _value(next(events), (*path, key), events, lines)
    return fields


def _key(event: Any) -> str:
    _refuse_extras(event, _line(event))
    if not isinstance(event, yaml.ScalarEvent):
        raise _Refused(_line(event), _("Hier wird ein Feldname erwartet."))
    key: str = event.value
    return key


def _line(event: Any) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


def _refuse_extras(event: Any, line: int) -> None:
    if isinstance(event, yaml.AliasEvent):
        raise _Refused(line, _("Verweise (*%s) sind nicht erlaubt: Schreiben Sie den Text aus.") % event.anchor)
    if event.anchor is not None:
        raise _Refused(line, _("Anker (&%s) sind nicht erlaubt.") % event.anchor)
    if event.tag is not None:
        raise _Refused(line, _("Typangaben (%s) sind nicht erlaubt.") % event.tag)


def _scalar(event: Any) -> Any:
    """Only plain (unquoted) words can be anything but text."""
    value: str = event.value
    if event.implicit[0]:
        if value in _WORDS:
            return _WORDS[value]
        if _WHOLE_NUMBER.fullmatch(value):
            return int(value)
    return tidy_text(value)
