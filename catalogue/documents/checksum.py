"""The checksum of an edition: its number stands for one content, and this says for which."""

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings

from catalogue.documents.yaml_writer import write

#: The published editions that come with the app, a line each: checksum, two blanks, number (as sha256sum writes it).
SHIPPED = settings.BASE_DIR / "fixtures" / "catalogue" / "checksums"


def content(document: dict[str, Any]) -> dict[str, Any]:
    """What belongs to the edition alone: without phases and workstreams, which all editions share."""
    return {key: value for key, value in document.items() if key not in ("phases", "workstreams")}


def checksum_of(document: dict[str, Any]) -> str:
    """SHA-256 of the edition's content as its file would hold it, 64 hexadecimal digits."""
    return hashlib.sha256(write(content(document)).encode()).hexdigest()


def shipped_checksums(path: Path = SHIPPED) -> dict[str, str]:
    """By number of the edition."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {number: checksum for checksum, number in (line.split() for line in lines if line)}
