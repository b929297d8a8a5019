"""Rendered PDFs by content: the same state of the data needs no second render. Files under ``VAR_DIR``, shared by all workers.

Anything here may be deleted at any time. The files hold what people wrote, so only the app's own user may read them.
"""

import hashlib
import os
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

from django.conf import settings

MAX_BYTES = 200 * 1024 * 1024


def _folder() -> Path:
    return Path(settings.VAR_DIR) / "cache" / "pdf"


def fetch_pdf(key: str) -> bytes | None:
    path = _folder() / f"{key}.pdf"
    try:
        pdf = path.read_bytes()
        os.utime(path)  # the least recently used go first
    except OSError:
        return None
    return pdf


def store_pdf(key: str, pdf: bytes) -> None:
    """Keep a PDF. A full or read-only disk is no reason to withhold it from the reader, so errors are swallowed."""
    with suppress(OSError):
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=folder, suffix=".part")  # readable by the owner only
        with os.fdopen(handle, "wb") as file:
            file.write(pdf)
        os.replace(name, folder / f"{key}.pdf")
        _evict(folder)


@cache
def render_version() -> str:
    """A hash over all that a PDF is made from beside its content: code, templates, styles, translations, glossary."""
    base = Path(settings.BASE_DIR)
    files = [
        *sorted((base / "assessments" / "reports").rglob("*.py")),
        *sorted((base / "templates" / "report").rglob("*.html")),
        *sorted((base / "locale").rglob("*.po")),
        *sorted((base / "fixtures").glob("glossary*.yaml")),
        *sorted((base / "static" / "css").glob("print-*.css")),
        *sorted((base / "static" / "img").glob("draft-*.svg")),
        base / "requirements" / "run.txt",
    ]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _evict(folder: Path) -> None:
    found = sorted(((stat.st_mtime, stat.st_size, path) for path, stat in _stats(folder)), reverse=True)
    used = 0
    for _mtime, size, path in found:
        used += size
        if used > MAX_BYTES:
            path.unlink(missing_ok=True)


def _stats(folder: Path) -> list[tuple[Path, os.stat_result]]:
    stats = []
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            stats.append((path, path.stat()))
    return stats
