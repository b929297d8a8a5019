"""A PDF is drawn without a word to anybody: whatever stands in a text, no other host, file or program is asked for it."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from assessments.reports.pdf import engine
from tests.reports.pdf_facts import text_of

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
