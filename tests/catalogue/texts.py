"""Walks through the texts of a catalogue document."""

import re
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

#: Taken over from the source on purpose.
NAMES = {"title", "name", "official_name", "references", "attribution"}


def words(text: str) -> list[str]:
    return re.findall(r"[a-zäöüß0-9]+", text.lower())


def runs(text: str, length: int = 6) -> set[str]:
    """Hashes of all runs of six words: 8 hex characters of BLAKE2b each."""
    found = words(text)
    return {
        blake2b(" ".join(found[i : i + length]).encode(), digest_size=4).hexdigest() for i in range(len(found) - length + 1)
    }


def own_texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text that has to be in our own words, with the way to it."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in NAMES:
                yield from own_texts(item, f"{path}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            name = item["key"] if isinstance(item, dict) and "key" in item else index
            yield from own_texts(item, f"{path}[{name}]")
    elif isinstance(value, str):
        yield path, value
