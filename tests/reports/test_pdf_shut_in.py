"""A PDF is drawn without a word to anybody: whatever stands in a text, no other host, file or program is asked for it."""

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.utils.translation import override

from assessments.reports.pdf import engine, render_pdf
from assessments.reports.profile.build import build_profile
from tests.reports.pdf_facts import open_pdf, text_of
from tests.reports.sample import make_facts

pytestmark = pytest.mark.django_db


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A real server on loopback, and what it was asked for. What it leads to is itself."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(302)
            self.send_header("Location", "/geheim")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def payloads(there: str, file: Path) -> list[str]:
    image = f"<image xlink:href='{there}/svg'/>"
    inner = f"<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'>{image}</svg>"
    return [
        f'<img src="{there}/img">',
        f'<img src="file://{file}">',
        f'<img src="{file}">',
        f'<img src="data:image/svg+xml,{inner}">',
        f'<link rel="stylesheet" href="{there}/link.css">',
        f'<link rel="attachment" href="{there}/attachment"><a rel="attachment" href="file://{file}">x</a>',
        f"<style>@import url({there}/import.css); p {{ background: url({there}/background) }}</style>",
        f"<style>@font-face {{ font-family: x; src: url({there}/font) }} * {{ font-family: x }}</style>",
        f"<p style=\"background: url('{there}/style')\">x</p><ul style=\"list-style-image: url('{there}/list')\"><li>x</ul>",
        f'<object data="{there}/object"></object><embed src="{there}/embed"><iframe src="{there}/iframe"></iframe>',
        f'<base href="{there}/"><img src="relativ">',
        f'{inner}<svg><use href="{there}/use#x"/><image href="file://{file}"/></svg>',
        f"![x]({there}/markdown) ![x](file://{file})",
        f"![x]({there.removeprefix('http:')}/ohne-schema) <img src='ftp://{there.removeprefix('http://')}/ftp'>",
    ]


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "geheim.txt"
    path.write_text("STRENG GEHEIM")
    return path


def test_engine_itself_asks_for_nothing(listener, secret):
    """Were a text ever to come through unescaped: what it names is refused, whatever way it is named."""
    there, asked = listener
    for payload in payloads(there, secret):
        pdf = engine.html_to_pdf(f"<html lang=de><head><title>x</title></head><body><p>vorher</p>{payload}</body></html>", ())
        assert pdf is not None
        assert "GEHEIM" not in text_of(pdf)
        assert b"STRENG GEHEIM" not in pdf
    assert asked == []


#: Not a word of it may be run, fetched or left out; what cannot be seen is dropped, and nothing turns the line round.
MORE = [
    "{{7*7}}{% csrf_token %}${7*7}<%= 7*7 %>",
    "<script>app.alert(1)</script><a href='javascript:alert(1)'>klick</a>",
    "[klick](javascript:alert(1)) [Datei](file:///etc/passwd) [x](data:text/html,x) <file:///etc/passwd>",
    "\u202erückwärts\u202c \u2066innen\u2069 \u200f\u200e",
    "Null\x00byte und \x1b[31mrot",
    "Donaudampfschiff" * 400,
    "*/ } body { display: none } /* --></style><style>*{display:none}",
    "]]><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e; &lt; &amp;amp;",
    "# Überschrift\n> Zitat\n```\nBlock\n```\n| a | b |\n|---|---|\n| <b>c</b> | d |",
]
#: Whatever people, curators or another system wrote. ``url`` has values of its own.
WRITTEN = {
    *("rationale", "text", "who", "author", "by", "title", "summary", "description", "next_step", "label", "kind_label"),
    *("municipality", "project", "project_summary", "approved_by", "edition_title", "attribution", "level_scale_notice"),
}
URLS = [
    "javascript:alert(1)",
    "file:///etc/passwd",
    "{there}/nachweis",
    'https://a.example/"><img src={there}/ausbruch>',
    "//x",
]


class Spoiler:
    """Puts a payload into every text of the facts, between two marks of its own."""

    def __init__(self, texts: list[str], there: str) -> None:
        self.texts, self.urls = cycle(texts), cycle(url.replace("{there}", there) for url in URLS)
        self.number = 0

    def __call__(self, value: Any, name: str = "") -> Any:
        if isinstance(value, tuple):
            return tuple(self(one, name) for one in value)
        if is_dataclass(value) and not isinstance(value, type):
            return replace(value, **{one.name: self(getattr(value, one.name), one.name) for one in fields(value) if one.init})
        if name == "url" and isinstance(value, str):
            return next(self.urls)
        if name in WRITTEN and isinstance(value, str) and value:
            self.number += 1
            return f"vor{self.number} {next(self.texts)} nach{self.number}"
        return value


def targets(content: bytes) -> set[str]:
    """Where links of the file lead, and what else would be done by somebody's click or by opening it."""
    found = set()
    with open_pdf(content) as pdf:
        assert "/OpenAction" not in pdf.Root
        assert "/AA" not in pdf.Root
        assert "/JavaScript" not in pdf.Root.get("/Names", {})
        for one in pdf.objects:
            if isinstance(one, pikepdf.Dictionary) and "/S" in one:
                assert str(one.S) not in ("/JavaScript", "/Launch", "/GoToR", "/SubmitForm", "/ImportData"), one
                found |= {str(one.URI)} if "/URI" in one else set()
        for page in pdf.pages:
            for note in page.get("/Annots", []):
                found |= {str(note.A.URI)} if "/A" in note and "/URI" in note.A else set()
    return found


@pytest.mark.parametrize("variant", ["lang", "kurz"])
def test_whole_profile_of_hostile_texts_is_drawn_as_text(listener, secret, variant):
    """Names, reasons, evidence, comments, measures and the catalogue's own words: all of them at once."""
    there, asked = listener
    texts = [*payloads(there, secret), *MORE]
    spoiler = Spoiler(texts, there)
    facts = spoiler(make_facts(30))
    assert spoiler.number > 5 * len(texts)
    with override("de"):
        profile = build_profile(facts)
    started = time.monotonic()
    content = render_pdf(profile, variant=variant, with_comments=variant == "lang")
    assert time.monotonic() - started < 90
    assert asked == []
    text = text_of(content)
    assert b"STRENG GEHEIM" not in content
    assert "STRENG GEHEIM" not in text
    assert "root:x:0" not in text
    assert all(one.startswith(("http://", "https://", "mailto:")) for one in targets(content))
    # Nothing was swallowed: what begins is there to its end, markup and all.
    if variant == "lang":
        assert len(re.findall(r"vor\d+", text)) >= 100
        assert "<script>app.alert(1)</script>" in text
        assert "{{7*7}}{% csrf_token %}" in text
        assert "display: none } /*" in text
        assert "&amp;amp;" in text
    for sign in "\u202e\u2066\x00\x1b":
        assert sign not in text


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "http://127.0.0.1:1/", "https://a.example/", "data:text/plain,x", "//a/b", "ftp://a/"]
)
def test_fetcher_refuses_all_that_is_not_ours(url):
    with pytest.raises(ValueError, match="Refused"):
        engine._fetcher().fetch(url)


@pytest.mark.parametrize("name", ["../scaling/settings.py", "%2e%2e/scaling/settings.py", "/etc/passwd", "css/../../manage.py"])
def test_fetcher_gives_no_file_beside_the_static_ones(name):
    with pytest.raises((ValueError, OSError)):
        engine._fetcher().fetch(f"{engine.SCHEME}{name}")
