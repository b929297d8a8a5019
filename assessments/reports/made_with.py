"""With what files are made: a hash over all that a rendering reads beside its content, so that another program says so."""

import ast
import hashlib
import threading
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from django.conf import settings
from django.template import Engine

#: Where rendering begins. Everything of ours that these import, however far down, belongs to it.
RENDERERS = (
    "assessments.reports.pdf",
    "assessments.reports.pdf.short_check",
    "assessments.reports.pdf.workshop_form",
    "assessments.reports.pdf.collected",
    "assessments.reports.export",
    "assessments.reports.export.docx_file",
    "assessments.reports.records.document",
)
#: Templates, in the program's folder as well as in an operator's own that goes before it.
TEMPLATES = ("report/**/*.html", "assessments/_place.html")
#: What else is read and not imported: their tags, texts in other languages, ways to write dates, styles, fonts, pictures.
READ = (
    ("assessments", "templatetags/*.py"),
    ("scaling", "templatetags/*.py"),
    ("catalogue", "templatetags/*.py"),
    ("scaling/formats", "*.py"),
    ("locale", "*.po"),
    ("fixtures", "glossary*.yaml"),
    ("static/css", "print-*.css"),
    ("static/img", "draft-*.svg"),
    ("static/vendor", "fira-*/files/*"),
    ("assessments/reports/pdf/fonts", "*.*"),
    ("requirements", "run.txt"),
)
#: Python 3.11 reads code in one thread at a time only; in two it fails with a SystemError (warm-up, and the first request).
_one_at_a_time = threading.Lock()


@cache
def render_version() -> str:
    """The same for the same code, templates, styles, fonts, translations, glossary and libraries, wherever it is asked for."""
    digest = hashlib.sha256()
    with _one_at_a_time:
        files = sources()
    for file in files:
        digest.update(file.name.encode() + b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def sources() -> list[Path]:
    """The files behind ``render_version``, in order. A fifth of a second: they are found by their imports."""
    base = Path(settings.BASE_DIR)
    read = {path for folder, pattern in READ for path in (base / folder).rglob(pattern) if path.is_file()}
    for folder in Engine.get_default().dirs:
        read |= {path for pattern in TEMPLATES for path in Path(folder).glob(pattern)}
    tags = (path for path in read if path.suffix == ".py")
    code = _imported_by([*filter(None, (_file(base, name) for name in RENDERERS)), *tags], base)
    return sorted(read | code)


def _imported_by(files: Iterable[Path], base: Path) -> set[Path]:
    found: set[Path] = set()
    waiting = list(files)
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting += filter(None, (_file(base, name) for name in _imports(file)))
    return found


def _imports(file: Path) -> Iterator[str]:
    """The modules a file may mean; „from a import b“ may mean a.b as well as a. All of ours are absolute."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _file(base: Path, module: str) -> Path | None:
    """Where a module of ours lies; None for one of somebody else's, and for what is no module."""
    path = base.joinpath(*module.split("."))
    return next((one for one in (path / "__init__.py", path.with_suffix(".py")) if one.is_file()), None)
