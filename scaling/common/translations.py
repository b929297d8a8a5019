"""Compiles our translations without the gettext programs, which a fresh machine may lack."""

import os
from collections.abc import Iterator
from pathlib import Path

import polib
from django.conf import settings

SOURCE = Path(__file__).resolve().parents[2] / "locale"


def compile_translations(target: Path | None = None) -> None:
    """Write a ``.mo`` file for every ``.po`` file of ours that is newer; below the settings' folder, or ``target``.

    Never beside the sources: a real installation's code belongs to root.
    """
    for text, compiled in _outdated(target):
        compiled.parent.mkdir(parents=True, exist_ok=True)
        unfinished = compiled.with_suffix(f".mo.{os.getpid()}")  # two commands in a fresh folder compile at the same moment
        polib.pofile(str(text)).save_as_mofile(str(unfinished))
        unfinished.replace(compiled)  # at once: a server may be reading


def compiled_are_current() -> bool:
    """Whether ``compile_translations`` would have nothing to do."""
    return not list(_outdated(None))


def _outdated(target: Path | None) -> Iterator[tuple[Path, Path]]:
    target = Path(settings.LOCALE_PATHS[0]) if target is None else target
    for text in SOURCE.glob("*/LC_MESSAGES/*.po"):
        compiled = (target / text.relative_to(SOURCE)).with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < text.stat().st_mtime:
            yield text, compiled
