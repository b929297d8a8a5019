"""Writes plain data as YAML in exactly one way, so that the same data is always the same file and git shows honest differences.

Own rules instead of a library's emitter, whose line breaks may change with its version. What ``yaml_reader.read`` gives comes
back unchanged: texts, whole numbers, true, false, null, lists and mappings with text keys, in the order given.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

WIDTH = 120

# Words that can stand without quotes: they begin with a letter and hold nothing that YAML could take for its own.
_PLAIN = re.compile(r"[^\W\d_](?:[\w .,;()/+%„“‚‘’–…\u00a0-]*[\w.;)%“’…-])?")
_NOT_TEXT = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
_KEY = re.compile(r"[a-z][a-z0-9_]*")
_SLUG = re.compile(r"[a-z][a-z0-9_-]*")
# What YAML takes for a line break, for its byte order mark or for no text at all is written as an escape.
_UNSAFE = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
# In a folded block only lines with single blanks between words survive unchanged.
_FOLDABLE = re.compile(r"[^ \t\r]+(?: [^ \t\r]+)*|")


def write(data: Any) -> str:
    """Return the YAML text of a mapping, with a line break at its end."""
    return "\n".join(_mapping(data, 0)) + "\n"


def _mapping(data: dict[str, Any], indent: int) -> Iterator[str]:
    for key, value in data.items():
        name = key if _KEY.fullmatch(key) and key not in _NOT_TEXT else _quoted(key)
        yield from _entry(f"{' ' * indent}{name}:", value, indent)


def _entry(start: str, value: Any, indent: int) -> Iterator[str]:
    """The lines of one ``key:`` and what belongs to it."""
    if isinstance(value, dict) and value:
        yield start
        yield from _mapping(value, indent + 2)
    elif isinstance(value, list) and value:
        flow = f"{start} [{', '.join(map(str, value))}]"
        if len(flow) <= WIDTH and all(isinstance(i, str) and _SLUG.fullmatch(i) and i not in _NOT_TEXT for i in value):
            yield flow
            return
        yield start
        for item in value:
            yield from _item(item, indent)
    else:
        yield from _scalar(start, value, indent)


def _item(item: Any, indent: int) -> Iterator[str]:
    dash = f"{' ' * indent}-"
    if isinstance(item, dict) and item:
        lines = list(_mapping(item, indent + 2))
        yield f"{dash} {lines[0].lstrip(' ')}"
        yield from lines[1:]
    elif isinstance(item, list):
        raise TypeError("Lists in lists have no place in a catalogue file.")
    else:
        yield from _scalar(dash, item, indent)


def _scalar(start: str, value: Any, indent: int) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{start} {_word(value)}"
        return
    short = value if _PLAIN.fullmatch(value) and value.lower() not in _NOT_TEXT else _quoted(value)
    if len(start) + 1 + len(short) <= WIDTH or not _foldable(value):
        yield f"{start} {short}"
        return
    yield f"{start} >-"
    blanks = " " * (indent + 2)
    for number, paragraph in enumerate(value.split("\n")):
        if number:
            # A folded block reads one line break as a blank and an empty line as a line break.
            yield ""
        yield from (blanks + line for line in _fold(paragraph, WIDTH - len(blanks)))


def _foldable(text: str) -> bool:
    lines = text.split("\n")
    return bool(lines[0] and lines[-1] and not _UNSAFE.search(text) and all(map(_FOLDABLE.fullmatch, lines)))


def _fold(text: str, width: int) -> Iterator[str]:
    # textwrap drops a word at a line's end that is nothing but a fixed blank.
    line = ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    if line:
        yield line


def _word(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if value == []:
        return "[]"
    if value == {}:
        return "{}"
    raise TypeError(f"{type(value).__name__} has no place in a catalogue file.")


def _quoted(text: str) -> str:
    # JSON's string is a YAML string, save for a few characters.
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", json.dumps(text, ensure_ascii=False))
