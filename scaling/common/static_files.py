"""Our static files as files: what draws PDFs and charts reads them without a web server."""

from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders


def static_file(path: str) -> Path:
    """A file below static/, collected or from the sources. Raises ValueError for anything else, ``..`` included."""
    relative = Path(path)
    if relative.is_absolute() or ".." in relative.parts:
        raise ValueError(f"Not a static file: {path}")
    found = finders.find(path) or Path(settings.STATIC_ROOT) / path
    if not Path(found).is_file():
        raise ValueError(f"Not a static file: {path}")
    return Path(found)
