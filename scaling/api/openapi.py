"""The OpenAPI document: what django-ninja knows of the addresses, and the published schemas of the documents they give."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from ninja import NinjaAPI

import assessments.reports.export
import catalogue.documents
from scaling.api import problems

_EXPORTS = Path(assessments.reports.export.__file__).with_name("schema")
#: Component → the file with its JSON schema, the same that is published beside the files of the app.
DOCUMENTS = {
    "profile-2": _EXPORTS / "profile-2.json",
    "portfolio-1": _EXPORTS / "portfolio-1.json",
    "municipal-1": _EXPORTS / "municipal-1.json",
    "development-1": _EXPORTS / "development-1.json",
    "catalogue-1": Path(catalogue.documents.__file__).with_name("schema") / "catalogue-1.json",
}
_PLACE = "#/components/schemas/"


def described(*statuses: int, document: str = "") -> dict[str, Any]:
    """``openapi_extra`` of an operation: what it may be refused with beside what all may, and which document it gives."""
    refused = {
        status: {
            "description": _REFUSALS[status],
            "headers": {name: _HEADERS[name] for name in _CARRIES.get(status, ())},
            "content": {problems.MEDIA_TYPE: {"schema": {"$ref": f"{_PLACE}problem"}}},
        }
        for status in sorted({*_ALWAYS, *statuses})
    }
    found: dict[Any, Any] = dict(refused)
    found[304] = {"description": "What the ETag sent as If-None-Match names is still the answer."}
    if document:
        found[200] = {"description": "OK", "content": {"application/json": {"schema": {"$ref": f"{_PLACE}{document}"}}}}
    return {"responses": found}


_ALWAYS = (400, 401, 412, 429, 500, 503)
_HEADERS = {
    "Retry-After": {"description": "Seconds.", "required": True, "schema": {"type": "integer"}},
    "X-Request-ID": {"description": "The number of the request.", "required": True, "schema": {"type": "string"}},
    "WWW-Authenticate": {"required": True, "schema": {"type": "string"}},
}
_CARRIES = {401: ["WWW-Authenticate"], 429: ["Retry-After"], 500: ["X-Request-ID"], 503: ["Retry-After"]}
_REFUSALS = {
    400: "Not to be understood, such as an address with the character NUL.",
    401: "No key, or none that opens.",
    403: "The role of the key does not see this.",
    404: "There is none, or this key does not see it.",
    412: "What If-Match names is not the answer as it is now.",
    422: "A parameter is wrong.",
    429: "Too many requests; Retry-After says after how many seconds at most the next one is taken.",
    500: "Failed, which is no fault of the request; request_id names it to the operator.",
    503: "Cannot be answered now, such as during an update; Retry-After says after how many seconds to ask again.",
}


@cache
def _components() -> dict[str, Any]:
    found: dict[str, Any] = {"problem": problems.SCHEMA}
    for name, path in DOCUMENTS.items():
        text = path.read_text().replace('"#/$defs/', f'"{_PLACE}{name}.')
        schema = json.loads(text)
        for part, inner in schema.pop("$defs", {}).items():
            found[f"{name}.{part}"] = inner
        for own in ("$id", "$schema"):
            schema.pop(own, None)
        found[name] = schema
    return found


def openapi_document(api: NinjaAPI) -> dict[str, Any]:
    """As it is published. HEAD is answered wherever GET is, which needs no words of its own."""
    made: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema()))
    for operations in made["paths"].values():
        operations.pop("head", None)
    made["components"]["schemas"] |= _components()
    return made
