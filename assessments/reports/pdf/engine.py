"""WeasyPrint, kept warm: HTML in, a PDF out that is both PDF/UA-1 and PDF/A-2a.

One ``FontConfiguration`` and the parsed style sheets live as long as the process. One document is rendered at a time: the font
configuration is shared, and the garbage collector, which is switched off meanwhile, belongs to the whole process.
"""

import gc
import logging
import mimetypes
import re
import threading
from collections.abc import Callable
from functools import cache
from typing import Any

from assessments.reports.pdf.document import document_class
from assessments.reports.pdf.finisher import write
from assessments.reports.pdf.limits import spell_out
from scaling.accounts.coats_of_arms import fetch_png
from scaling.common.static_files import static_file

SCHEME = "report:"  # our style sheet's only way to a file: a path below static/
FIRST_SHEET = "css/print-base.css"
COAT_OF_ARMS = "wappen:"  # and the cover's to a picture: its stored name, which nobody can guess

_lock = threading.RLock()


class PdfUnavailable(Exception):
    """The system libraries that draw PDFs are missing here. The message says what to install."""


@cache
def _weasyprint() -> Any:
    try:
        import weasyprint
    except OSError as error:  # what cffi raises when a shared library cannot be opened
        raise PdfUnavailable(
            "PDFs need system libraries that are missing here: "
            "sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
        ) from error
    logging.getLogger("weasyprint").setLevel(logging.WARNING)
    return weasyprint


@cache
def _fetcher() -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnStaticFiles(URLFetcher):
        """Serves our static files and coats of arms, and refuses everything else: no network, no other file."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith(COAT_OF_ARMS):
                png = fetch_png(url.removeprefix(COAT_OF_ARMS))
                return URLFetcherResponse(url, body=png, headers={"Content-Type": "image/png"})
            if not url.startswith(SCHEME):
                raise ValueError(f"Refused: {url[:80]}")
            path = static_file(url.removeprefix(SCHEME))
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            return URLFetcherResponse(url, body=path.read_bytes(), headers={"Content-Type": kind})

    return OwnStaticFiles()


@cache
def _font_configuration() -> Any:
    _weasyprint()
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()


@cache
def _stylesheet(name: str) -> Any:
    return _weasyprint().CSS(
        string=static_file(name).read_text(), url_fetcher=_fetcher(), font_config=_font_configuration(), base_url=SCHEME
    )


def html_to_pdf(html: str, stylesheets: tuple[str, ...], *, count_pages: Callable[[int], bool] | None = None) -> bytes | None:
    """Render a document. ``stylesheets`` are paths below static/. Raises PdfUnavailable.

    ``count_pages`` is asked once the pages are laid out; if it says no, None is returned and no PDF written. Characters that
    no font here can draw are spelled out by name, since an empty box helps nobody and is not allowed in an accessible PDF.
    """
    with _lock:
        pdf, missing = _render(html, stylesheets, count_pages)
        if missing:
            pdf, _rest = _render(spell_out(html, missing), stylesheets, count_pages)
        return pdf


def _render(
    html: str, stylesheets: tuple[str, ...], count_pages: Callable[[int], bool] | None
) -> tuple[bytes | None, set[str]]:
    _weasyprint()
    sheets = [_stylesheet(name) for name in stylesheets]
    first_sheet = _stylesheet(FIRST_SHEET)
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        with _MissingGlyphs() as missing:
            source = document_class()(string=html, first_sheet=first_sheet, url_fetcher=_fetcher(), base_url=SCHEME)
            document = source.render(stylesheets=sheets, font_config=_font_configuration())
            if count_pages and not count_pages(len(document.pages)):
                return None, set()
            return write(document), missing.characters
    finally:
        if was_enabled:
            gc.enable()


class _MissingGlyphs(logging.Handler):
    """Gathers the characters WeasyPrint warns of, and keeps those warnings out of the log."""

    WARNING = re.compile(r"\.notdef glyph")

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.characters: set[str] = set()

    def __enter__(self) -> "_MissingGlyphs":
        self.logger = logging.getLogger("weasyprint")
        self.logger.addHandler(self)
        self.logger.addFilter(self._is_other)
        return self

    def __exit__(self, *args: object) -> None:
        self.logger.removeFilter(self._is_other)
        self.logger.removeHandler(self)

    def _is_other(self, record: logging.LogRecord) -> bool:
        if self.WARNING.match(str(record.msg)) and isinstance(record.args, tuple):
            self.characters.add(str(record.args[0]))
            return False
        return True

    def emit(self, record: logging.LogRecord) -> None:
        pass
