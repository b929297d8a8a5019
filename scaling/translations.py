"""Compiles our translations without the gettext programs, which a fresh machine may lack."""

from pathlib import Path

import polib
from django.conf import settings


def compile_translations() -> None:
    """Write every ``.mo`` file that is older than its ``.po`` file."""
    for folder in settings.LOCALE_PATHS:
        for source in Path(folder).glob("*/LC_MESSAGES/*.po"):
            target = source.with_suffix(".mo")
            if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
                polib.pofile(str(source)).save_as_mofile(str(target))
