"""The JSON schema of a record's document, made from the dataclasses it is made from: ``schema/record-1.json`` is its output.

Written by ``python manage.py record_schema``; a test holds the file to it. A field that goes or changes its meaning needs a new
number; a new field with a default does not.
"""

import dataclasses
import types
import typing
from datetime import date
from typing import Any

from assessments.reports.profile.inputs import Facts
from assessments.reports.records.codec import hints_of

TEXT = {
    "description": "A text: the same in both languages, or one for each. A person stands in it by reference.",
    "oneOf": [
        {"type": "string"},
        {
            "type": "object",
            "required": ["de", "en"],
            "properties": {"de": {"type": "string"}, "en": {"type": "string"}},
            "additionalProperties": False,
        },
        {
            "type": "object",
            "required": ["person"],
            "properties": {"person": {"type": "string", "pattern": "^p[0-9]+$"}},
            "additionalProperties": False,
        },
    ],
}
#: Not part of the document: it would name itself.
LEFT_OUT = {("Meta", "record")}


def record_schema() -> dict[str, Any]:
    shapes = _Shapes()
    facts = shapes.of(Facts)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Record of an approved assessment, version 1",
        "description": "The SHA-256 of the canonical JSON (sorted keys, no blanks, UTF-8) is the checksum printed on the "
        'document. "facts" hold everything the profile is made of; "figures" say what was computed from them when it was '
        "approved, in the shape of profile-2.json, with a text per language.",
        "type": "object",
        "required": ["schema", "number", "version", "approved_at", "facts", "figures"],
        "additionalProperties": False,
        "properties": {
            "schema": {"const": "record-1"},
            "number": {"type": "string", "pattern": "^[A-Z][A-Z0-9]+-[0-9]{4}-[0-9]+$"},
            "version": {"type": "integer", "minimum": 1, "description": "Counts the approvals of this round."},
            "approved_at": {"type": "string", "format": "date-time"},
            "facts": facts,
            "figures": {
                "type": "object",
                "required": ["headline", "overall", "workstreams", "phases", "gates", "changes", "trend"],
            },
        },
        "$defs": {"Text": TEXT, **dict(sorted(shapes.found.items()))},
    }


class _Shapes:
    """Gathers the definition of each dataclass it meets."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, Any]] = {}

    def of(self, kind: Any) -> dict[str, Any]:
        origin, arguments = typing.get_origin(kind), typing.get_args(kind)
        if origin in (typing.Union, types.UnionType):
            return {"oneOf": [self.of(one) for one in arguments]}
        if origin is tuple and arguments[-1] is Ellipsis:
            return {"type": "array", "items": self.of(arguments[0])}
        if origin is tuple:
            return {"type": "array", "prefixItems": [self.of(one) for one in arguments], "minItems": len(arguments)}
        if origin is not None and len(arguments) == 2:
            return {"type": "object", "additionalProperties": self.of(arguments[1])}
        if dataclasses.is_dataclass(kind):
            return self._shape(kind)
        plain: dict[Any, dict[str, Any]] = {
            str: {"$ref": "#/$defs/Text"},
            date: {"type": "string", "format": "date"},
            bool: {"type": "boolean"},
            int: {"type": "integer"},
            float: {"type": "number"},
            types.NoneType: {"type": "null"},
        }
        return plain[kind]

    def _shape(self, kind: Any) -> dict[str, Any]:
        name = kind.__name__
        if name not in self.found:
            self.found[name] = {}  # a dataclass may hold itself
            hints = {field: hint for field, hint in hints_of(kind).items() if (name, field) not in LEFT_OUT}
            needed = [
                field.name
                for field in dataclasses.fields(kind)
                if field.name in hints and field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
            ]
            self.found[name] = {
                "type": "object",
                "required": needed,
                "additionalProperties": False,
                "properties": {field: self.of(hint) for field, hint in hints.items()},
            }
        return {"$ref": f"#/$defs/{name}"}
