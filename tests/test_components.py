"""What pages are put together from besides forms: error pages, progress, figures, style sheets and vendored files."""

import datetime
import hashlib
import re
from pathlib import Path
from typing import Any

import html5lib
import pytest
from django.conf import settings
from django.template.loader import render_to_string

from assessments.scoring import Counts
from tests.elements import classes, parse, text


@pytest.mark.parametrize("code", ["500", "503"])
def test_last_resort_page_stands_without_any_context(code: str) -> None:
    html = render_to_string(f"{code}.html")
    assert "<h1>" in html
    assert 'href="/"' in html


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "409", "413", "429"])
def test_error_page_says_where_to_go_on(code: str) -> None:
    root = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(render_to_string(f"{code}.html"))
    assert len(list(root.iter("h1"))) == 1
    assert "Zur Startseite" in "".join(root.itertext())


@pytest.mark.parametrize(
    ("counts", "number", "parts", "done", "carried"),
    [
        (
            Counts(21, 10, 1, 1, 9, 0),
            "12 von 21",
            "10 eingeschätzt · 1 „weiß nicht“ · 1 „trifft nicht zu“ · 9 offen",
            "12",
            "12",
        ),
        (
            Counts(21, 18, 1, 2, 0, 21),
            "0 von 21 bestätigt",
            "0 offen · 0 in dieser Runde bestätigt, 21 nur übernommen",
            "0",
            "21",
        ),
        (Counts(0, 0, 0, 0, 0, 0), "0 von 0", "0 eingeschätzt", "0", "0"),
    ],
)
def test_progress_says_its_parts(counts: Counts, number: str, parts: str, done: str, carried: str) -> None:
    root = parse(render_to_string("components/progress.html", {"counts": counts}))
    bars = {line.get("class"): line.get("x2") for line in root.iter() if str(line.tag).endswith("line")}
    assert bars == {"progress__done": done, "progress__carried": carried}
    assert number in text(root)
    assert parts in text(root)
    assert "%" not in text(root)


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "–"), (0, "0"), ("2,4", "2,4"), (datetime.date(2027, 3, 31), "31. März 2027")]
)
def test_figure_without_a_value_is_a_dash_and_never_zero(value: Any, shown: str) -> None:
    root = parse(render_to_string("components/figure.html", {"value": value, "n": 0, "m": 7}))
    (element,) = [e for e in root.iter("p") if "figure__value" in classes(e)]
    assert text(element) == shown
    assert "0 von 7 eingeschätzt" in text(root)


STATIC = Path(settings.STATICFILES_DIRS[0])


@pytest.mark.parametrize("folder", sorted(path.name for path in (STATIC / "vendor").iterdir() if path.is_dir()))
def test_vendored_files_are_untouched_and_complete(folder: str) -> None:
    root = STATIC / "vendor" / folder
    lines = [line.split("  ", 1) for line in (root / "SHA256SUMS").read_text().splitlines()]
    files = {path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file()}
    del files["SHA256SUMS"]
    assert {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()} == {
        name: digest for digest, name in lines
    }
    assert [name for name in files if name.startswith("LICENSE")] != []


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.css")), ids=lambda path: path.name)
def test_stylesheet_names_only_files_that_are_here(path: Path) -> None:
    css = path.read_text()
    assert "@import" not in css
    assert "sourceMappingURL" not in css
    urls = [url.strip("\"'") for url in re.findall(r"url\(([^)]*)\)", css)]
    # "report:" is the static folder, as the PDFs' style sheets name it.
    files = {url: STATIC / url[7:] if url.startswith("report:") else path.parent / url for url in urls}
    assert [url for url, file in files.items() if not url.startswith("data:") and not file.is_file()] == []
