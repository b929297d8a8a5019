"""Holds the templates to a width that can be read and reviewed; a linter for templates only warns when it formats.

And finds comments of more than one line in ``{# #}``, which Django prints on the page.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAX_LENGTH = 120


def problems(folder: Path = ROOT / "templates") -> list[str]:
    """Every line of a template that is too long (MAX_LENGTH) or begins a comment it does not end, as "path:line: what"."""
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.suffix in (".html", ".txt")):
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            if len(line) > MAX_LENGTH:
                found.append(f"{path.relative_to(folder.parent)}:{number}: {len(line)} characters, at most {MAX_LENGTH}")
            if line.rfind("{#") > line.rfind("#}"):
                found.append(f"{path.relative_to(folder.parent)}:{number}: a comment of several lines needs {{% comment %}}")
    return found
