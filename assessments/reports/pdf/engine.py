"""WeasyPrint, kept warm: HTML in, a PDF out that is both PDF/UA-1 and PDF/A-3a.

One ``FontConfiguration`` and the parsed style sheets live as long as the process. One document is rendered at a time: the font
configuration is shared, and the garbage collector, which is switched off meanwhile, belongs to the whole process.

The fonts are those of ``fonts/`` and no others: the same document has the same letters on every machine.
"""

import gc
import logging
import mimetypes
import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from assessments.reports.pdf.chart_labels import ChartLabels
from assessments.reports.pdf.document import document_class
from assessments.reports.pdf.finisher import Attached, write
from assessments.reports.pdf.limits import spell_out
from assessments.reports.pdf.page_numbers import BY_CSS, PageNumbers
from scaling.accounts.coats_of_arms import fetch_png
from scaling.common.static_files import static_file

SCHEME = "report:"  # our style sheet's only way to a file: a path below static/
FIRST_SHEET = "css/print-base.css"
COAT_OF_ARMS = "wappen:"  # and the cover's to a picture: its stored name, which nobody can guess
FONTS = Path(__file__).parent / "fonts" / "fonts.conf"
#: What a document says of its making, for the finisher: the language of the passages that are not in its own.
PASSAGES = "passages"

logger = logging.getLogger(__name__)
_lock = threading.RLock()


class PdfUnavailable(Exception):
    """The system libraries that draw PDFs are missing here. The message says what to install."""


@cache
def _weasyprint() -> Any:
    # Read by fontconfig when it is first loaded, which is with WeasyPrint.
    os.environ["FONTCONFIG_FILE"] = str(FONTS)
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


def html_to_pdf(
    html: str,
    stylesheets: tuple[str, ...],
    *,
    made_at: datetime | None = None,
    attach: Callable[[], Sequence[Attached]] = tuple,
    accept: Callable[[Sequence[Any]], bool] | None = None,
) -> bytes | None:
    """Render a document. ``stylesheets`` are paths below static/. Raises PdfUnavailable.

    ``made_at`` is the moment the file is dated to; without one it bears no date. ``attach`` gives the files that go into it,
    and is asked once the pages are wanted.

    ``accept`` is shown the pages (WeasyPrint's) once they are laid out; if it says no, None is returned and no PDF written.
    Characters that no font here can draw are spelled out by name, since an empty box helps nobody and is not allowed in an
    accessible PDF.
    """
    with _lock, _no_collector():
        pdf, missing = _render(html, stylesheets, made_at, attach, accept)
        if missing:
            pdf, _rest = _render(spell_out(html, missing), stylesheets, made_at, attach, accept)
        return pdf


def _render(
    html: str,
    stylesheets: tuple[str, ...],
    made_at: datetime | None,
    attach: Callable[[], Sequence[Attached]],
    accept: Callable[[Sequence[Any]], bool] | None,
    *,
    whole_charts: bool = False,
) -> tuple[bytes | None, set[str]]:
    """The file, and the characters that no font has, which are noticed as it is written."""
    _weasyprint()
    sheets = [_stylesheet(name) for name in stylesheets]
    first_sheet = _stylesheet(FIRST_SHEET)
    numbers = PageNumbers("" if BY_CSS in stylesheets else html)
    labels = ChartLabels(numbers.html or html, whole=whole_charts)
    with _MissingGlyphs() as missing:
        source = document_class()(string=labels.html, first_sheet=first_sheet, url_fetcher=_fetcher(), base_url=SCHEME)
        document = source.render(stylesheets=sheets, font_config=_font_configuration())
        if accept and not accept(document.pages):
            return None, set()
        language = document.metadata.custom.get(PASSAGES, "")
        pdf = write(document, made_at=made_at, language=language, attachments=attach(), later=(numbers, labels))
    if not numbers.are_set:
        logger.warning("Page numbers could not be set; the document is laid out anew with those of CSS.")
        return _render(html, (*stylesheets, BY_CSS), made_at, attach, accept, whole_charts=whole_charts)
    if not labels.are_set:
        logger.warning("The words of charts could not be set; the document is laid out anew with them.")
        return _render(html, stylesheets, made_at, attach, accept, whole_charts=True)
    return pdf, missing.characters


@contextmanager
def _no_collector() -> Iterator[None]:
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
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
