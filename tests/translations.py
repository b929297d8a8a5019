"""Keeps the English translation complete: ``python -m tests.translations`` brings locale/en up to date with the code.

Texts stand in the code in German. Needs gettext's xgettext (Debian: gettext).
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ["scaling", "catalogue", "assessments", "templates", "static/js"]
FILES = ["django.po", "djangojs.po"]


def extract(target: Path) -> None:
    """Write the catalogues that the code asks for into ``target``/locale, merged with the translations there are."""
    for source in SOURCES:
        if (ROOT / source).exists():
            shutil.copytree(ROOT / source, target / source, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
    shutil.copytree(ROOT / "locale", target / "locale", ignore=shutil.ignore_patterns("*.mo"), dirs_exist_ok=True)
    env = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    for domain in ("django", "djangojs"):
        subprocess.run(
            [
                *(sys.executable, "-m", "django", "makemessages", "-l", "en", "-d", domain),
                *("--no-wrap", "--no-obsolete", "--add-location", "file"),
            ],
            cwd=target,
            env=env,
            check=True,
            capture_output=True,
            text=True,
        )


def problems() -> list[str]:
    """What is missing, unsure or no longer used in locale/en, a line each."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        extract(Path(folder))
        for name in FILES:
            fresh_path = Path(folder) / "locale" / "en" / "LC_MESSAGES" / name
            kept_path = ROOT / "locale" / "en" / "LC_MESSAGES" / name
            fresh = polib.pofile(str(fresh_path)) if fresh_path.exists() else polib.POFile()
            kept = polib.pofile(str(kept_path)) if kept_path.exists() else polib.POFile()
            known = {(entry.msgctxt, entry.msgid): entry for entry in kept if not entry.obsolete}
            for entry in fresh:
                mine = known.pop((entry.msgctxt, entry.msgid), None)
                where = ", ".join(path for path, _ in entry.occurrences[:2])
                if mine is None or not mine.translated():
                    state = "fuzzy" if mine is not None and mine.fuzzy else "missing"
                    found.append(f"{name}: {state}: {entry.msgid!r} ({where})")
            found += [f"{name}: no longer used: {msgid!r}" for _, msgid in known]
    return found


def update() -> None:
    """Bring locale/en up to date; new texts come in empty."""
    with tempfile.TemporaryDirectory() as folder:
        extract(Path(folder))
        for name in FILES:
            fresh = Path(folder) / "locale" / "en" / "LC_MESSAGES" / name
            if fresh.exists():
                catalogue = polib.pofile(str(fresh), wrapwidth=0)
                # Dates and tool versions would make every update a change.
                catalogue.metadata = {
                    "Language": "en",
                    "MIME-Version": "1.0",
                    "Content-Type": "text/plain; charset=UTF-8",
                    "Content-Transfer-Encoding": "8bit",
                    "Plural-Forms": "nplurals=2; plural=(n != 1);",
                }
                catalogue.metadata_is_fuzzy = False
                catalogue.header = "English texts of Skalierungscheck; the German ones stand in the code."
                catalogue.sort(key=lambda entry: (entry.msgid, entry.msgctxt or ""))
                target = ROOT / "locale" / "en" / "LC_MESSAGES" / name
                target.parent.mkdir(parents=True, exist_ok=True)
                catalogue.save(str(target))


if __name__ == "__main__":
    update()
    for problem in problems():
        print(problem)  # noqa: T201 – a command's output
