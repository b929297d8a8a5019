"""Prints the fields of a PDF from standard input as JSON: name → what stands in it. A program of its own, within bounds.

A PDF that a stranger made may ask for gigabytes or for ever; this process may have neither. It reads the form's fields and
nothing else: no script in a file is ever run, and no page is drawn. Exit code 1 for whatever cannot be read.
"""

import contextlib
import io
import json
import resource
import sys
from collections.abc import Iterator
from typing import Any

MEMORY, SECONDS = 768 * 1024 * 1024, 10
#: Criteria times fields, with room for what others add; how deep fields may lie in each other; signs of one value.
MAX_FIELDS, MAX_DEPTH, MAX_LENGTH = 5000, 4, 40_000
MAX_BYTES = 6 * 1024 * 1024


def main() -> int:
    for kind, limit in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        with contextlib.suppress(ValueError, OSError):  # a lower one is set already
            resource.setrlimit(kind, (limit, limit))
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        return 1
    try:
        found = fields(data)
    except Exception:  # whatever a damaged file makes of the reader
        return 1
    sys.stdout.write(json.dumps(found))
    return 0


def fields(data: bytes) -> dict[str, str]:
    import pikepdf

    found: dict[str, str] = {}
    with pikepdf.open(io.BytesIO(data), attempt_recovery=True) as pdf:
        form = pdf.Root.get("/AcroForm")
        if form is None:
            return found
        for name, field in _terminal(form.get("/Fields", []), "", 0, [0]):
            found[name] = _value(field)[:MAX_LENGTH]
    return found


def _terminal(nodes: Any, above: str, depth: int, seen: list[int]) -> Iterator[tuple[str, Any]]:
    """Fields that hold a value: those without fields of their own below them. Boxes of a group have no name."""
    for node in nodes:
        seen[0] += 1
        if seen[0] > MAX_FIELDS or depth > MAX_DEPTH:
            raise ValueError("too many fields")
        own = str(node.get("/T", ""))
        name = f"{above}.{own}" if above and own else own or above
        kids = [kid for kid in node.get("/Kids", []) if "/T" in kid]
        if kids:
            yield from _terminal(kids, name, depth + 1, seen)
        else:
            yield name, node


def _value(field: Any) -> str:
    value = field.get("/V")
    if value is None:
        return ""
    text = str(value)
    if str(field.get("/FT", "")) != "/Btn":
        return text
    chosen = text.removeprefix("/")
    if chosen == "Off":
        return ""
    options = [str(option) for option in field.get("/Opt", [])]
    # Some programs keep the place in the group's list, and some what stands there.
    return options[int(chosen)] if chosen.isdecimal() and int(chosen) < len(options) else chosen


if __name__ == "__main__":
    sys.exit(main())
