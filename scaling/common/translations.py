"""Compiles our translations without the gettext programs, which a fresh machine may lack."""

from collections.abc import Iterable
from pathlib import Path

import polib
from django.conf import settings


def compile_translations(folders: Iterable[Path] | None = None) -> None:
    """Write every ``.mo`` file that is older than its ``.po`` file; in the settings' folders unless others are named."""
    for folder in settings.LOCALE_PATHS if folders is None else folders:
        for source in Path(folder).glob("*/LC_MESSAGES/*.po"):
            target = source.with_suffix(".mo")
            if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
                unfinished = source.with_suffix(".mo.new")
                polib.pofile(str(source)).save_as_mofile(str(unfinished))
                unfinished.replace(target)  # at once: a server may be reading
