"""Holds the templates to a width that can be read and reviewed; a linter for templates only warns when it formats."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAX_LENGTH = 120


def problems(folder: Path = ROOT / "templates") -> list[str]:
    """Every line of a template that is longer than MAX_LENGTH characters, as "path:line: length"."""
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.suffix in (".html", ".txt")):
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            if len(line) > MAX_LENGTH:
                found.append(f"{path.relative_to(folder.parent)}:{number}: {len(line)} characters, at most {MAX_LENGTH}")
    return found
