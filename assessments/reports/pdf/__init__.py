"""The maturity profile as a PDF: tagged (PDF/UA-1), archivable (PDF/A-2a), in two variants."""

import hashlib
import logging

from django.template.loader import get_template

from assessments.reports.charts import Bar, bullet_bars
from assessments.reports.made_with import render_version
from assessments.reports.pdf.content import LIST_LIMITS, VARIANTS, Variant, report_html
from assessments.reports.pdf.engine import PdfUnavailable, html_to_pdf
from assessments.reports.pdf.store import fetch_pdf, store_pdf
from assessments.reports.profile.model import MaturityProfile

__all__ = ["VARIANTS", "PdfUnavailable", "Variant", "key_of", "pdf_of", "render_pdf", "warm"]

logger = logging.getLogger(__name__)

MAX_PAGES_KURZ = 4
STYLE = "css/print-report.css"
PAPER_STYLE = "css/print-paper.css"


def pdf_of(profile: MaturityProfile, *, variant: Variant, with_comments: bool = False) -> bytes:
    """The PDF from the store, rendered only if no equal profile has been before. Raises PdfUnavailable."""
    key = key_of(profile, variant=variant, with_comments=with_comments)
    pdf = fetch_pdf(key)
    if pdf is None:
        pdf = render_pdf(profile, variant=variant, with_comments=with_comments)
        store_pdf(key, pdf)
    return pdf


def key_of(profile: MaturityProfile, *, variant: Variant, with_comments: bool = False) -> str:
    """What tells this PDF from every other: a hash over the profile, the choices and all it is made with."""
    return hashlib.sha256(f"{render_version()} {variant} {with_comments} {profile!r}".encode()).hexdigest()


def render_pdf(profile: MaturityProfile, *, variant: Variant, with_comments: bool = False) -> bytes:
    """Render in the language of the profile. The same profile gives the same bytes. Raises PdfUnavailable.

    „kurz“ has at most four pages: where its lists are too long for that, it shows fewer and says how many are left out.
    „lang“ holds everything; texts beyond ``limits.TEXT`` characters are cut with a note that says where to read the rest.
    """
    styles: tuple[str, ...] = (STYLE, f"css/print-draft-{profile.meta.language}.css") if profile.meta.is_draft else (STYLE,)
    if profile.meta.paper:
        styles += (PAPER_STYLE,)
    if variant == "lang":
        return _written(html_to_pdf(report_html(profile, variant=variant, with_comments=with_comments), styles))
    for list_limits in LIST_LIMITS[:-1]:
        pdf = html_to_pdf(report_html(profile, variant=variant, list_limits=list_limits), styles, count_pages=_fits)
        if pdf is not None:
            return pdf
    return _written(html_to_pdf(report_html(profile, variant=variant, list_limits=LIST_LIMITS[-1]), styles))


def warm() -> None:
    """Load libraries, fonts, style sheets, templates and their version: a worker's first report is as quick as the next.

    Where PDFs cannot be made, it says so in the log and lets the worker go on: people are told when they ask for one.
    """
    render_version()
    words = "Verantwortung für Verstetigung " * 20  # untranslated: nobody reads it; long enough to need syllables
    drawing = bullet_bars([Bar("Probe", 1.0)])
    try:
        html_to_pdf(f'<html lang="de"><title>Probe</title><p>{words}<b>1</b> <i>2</i></p>{drawing}</html>', (STYLE,))
        for variant in VARIANTS:
            get_template(f"report/pdf/{variant}.html")
    except PdfUnavailable as error:
        logger.warning("%s", error)


def _fits(pages: int) -> bool:
    return pages <= MAX_PAGES_KURZ


def _written(pdf: bytes | None) -> bytes:
    assert pdf is not None  # noqa: S101 – nobody was asked to count the pages
    return pdf
