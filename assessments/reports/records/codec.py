"""Frozen dataclasses as plain data and back, by their type hints. Pure.

A person's name becomes ``{"person": "p1"}``; a text that differs from language to language ``{"de": …, "en": …}``. A field that
is new since a document was written takes its default, so new fields of facts need one.
"""

import dataclasses
import hashlib
import json
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from assessments.reports.profile.person import PersonName

LANGUAGES = ("de", "en")
PERSON = "person"


class Unreadable(ValueError):
    """The plain data does not have the shape of the type."""


def to_plain(value: Any, ref: Callable[[PersonName], str] | None = None) -> Any:
    """``ref`` gives the reference of a person; without it, people are told by name."""
    if isinstance(value, PersonName) and ref is not None:
        return {PERSON: ref(value)}
    if isinstance(value, str):
        return str.__str__(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if dataclasses.is_dataclass(value):
        return {field.name: to_plain(getattr(value, field.name), ref) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {key: to_plain(one, ref) for key, one in value.items()}
    if isinstance(value, list | tuple | frozenset):
        return [to_plain(one, ref) for one in value]
    raise TypeError(f"Nothing a document can hold: {value!r}")


def in_both(german: Any, english: Any) -> Any:
    """One plain value from the same value in two languages. They may differ in texts only."""
    if german == english and type(german) is type(english):
        return german
    if isinstance(german, str) and isinstance(english, str):
        return {"de": german, "en": english}
    if isinstance(german, dict) and isinstance(english, dict) and german.keys() == english.keys():
        return {key: in_both(value, english[key]) for key, value in german.items()}
    if isinstance(german, list) and isinstance(english, list) and len(german) == len(english):
        return [in_both(*pair) for pair in zip(german, english, strict=True)]
    raise ValueError(f"Differs by more than its language: {german!r}, {english!r}")


def in_one(value: Any, language: str) -> Any:
    """The plain value in one of the languages it was made from."""
    if isinstance(value, dict):
        if value.keys() == set(LANGUAGES):
            return value[language]
        return {key: in_one(one, language) for key, one in value.items()}
    return [in_one(one, language) for one in value] if isinstance(value, list) else value


def from_plain(kind: Any, value: Any, names: Mapping[str, tuple[int | None, str]]) -> Any:
    """The value of type ``kind``; ``names`` says who the references stand for. Raises Unreadable."""
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return _one_of(typing.get_args(kind), value, names)
    if origin is tuple:
        arguments = typing.get_args(kind)
        if arguments[-1] is Ellipsis:
            return tuple(from_plain(arguments[0], one, names) for one in value)
        return tuple(from_plain(argument, one, names) for argument, one in zip(arguments, value, strict=True))
    if origin in (dict, Mapping):
        inner = typing.get_args(kind)[1]
        return {key: from_plain(inner, one, names) for key, one in value.items()}
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        hints = hints_of(kind)
        return kind(**{name: from_plain(hints[name], one, names) for name, one in value.items() if name in hints})
    if kind is date:
        return date.fromisoformat(value)
    if kind is str and isinstance(value, dict):
        user_id, name = names[value[PERSON]]
        return PersonName(name, user_id) if name else ""
    if (kind is float and isinstance(value, int)) or type(value) is kind:
        return value
    raise Unreadable(f"{value!r} is no {kind}")


def _one_of(kinds: tuple[Any, ...], value: Any, names: Mapping[str, tuple[int | None, str]]) -> Any:
    if value is None and types.NoneType in kinds:
        return None
    for kind in kinds:
        if kind is not types.NoneType:
            try:
                return from_plain(kind, value, names)
            except (Unreadable, TypeError, AttributeError):
                continue
    raise Unreadable(f"{value!r} is none of {kinds}")


@cache
def hints_of(kind: type[Any]) -> dict[str, Any]:
    return {name: hint for name, hint in typing.get_type_hints(kind).items() if name in kind.__dataclass_fields__}


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no blanks, in UTF-8: the same plain data gives the same bytes."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


def checksum(value: Any) -> str:
    """SHA-256 over the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()
