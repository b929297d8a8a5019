"""The maturity profile as a PDF: tagged (PDF/UA-1), archivable with its own data inside (PDF/A-3a), in two variants."""

import gc
import hashlib
import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.template.loader import get_template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from assessments.reports.charts import Bar, bullet_bars
from assessments.reports.export import render_json, render_xlsx
from assessments.reports.export.xlsx_file import MEDIA_TYPE
from assessments.reports.made_with import render_version
from assessments.reports.pdf.content import (
    FIRST_PAGES,
    HYPHENATED,
    LIST_LIMITS,
    VARIANTS,
    FirstPage,
    Variant,
    report_html,
)
from assessments.reports.pdf.engine import PdfUnavailable, html_to_pdf
from assessments.reports.pdf.estimate import KERNED, places_of
from assessments.reports.pdf.finisher import Attached
from assessments.reports.pdf.store import fetch_pdf, store_pdf
from assessments.reports.profile.model import MaturityProfile
from scaling.common.processes import give_back

__all__ = ["VARIANTS", "PdfUnavailable", "Variant", "key_of", "pdf_of", "render_pdf", "warm"]

logger = logging.getLogger(__name__)

MAX_PAGES_KURZ = 4
STYLE = "css/print-report.css"
PAPER_STYLE = "css/print-paper.css"
#: For measuring: no page ends before its text.
LONG_SHEET = "css/print-long-sheet.css"
#: The anchor at the end of the document, which lies in the last page's upper part where that is nearly empty.
END, NEARLY_EMPTY = "ende", 0.3
#: The anchors around what the page to decide by holds.
DECIDES_FROM, DECIDES_TO = "zusammenfassung", "zusammenfassung-ende"
#: Where a page's text ends at the latest, in CSS pixels: the margin below the last line does not count where more follows.
BOTTOM = 1053
#: The height of a line of text.
LINE = 13.5 / 0.75


#: The moment that files are dated to which are made meanwhile, where it is not now.
_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


@contextmanager
def made_at_moment(moment: datetime) -> Iterator[None]:
    """Meanwhile, PDFs are dated to this moment: so that one that was kept can be made again byte for byte."""
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)


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


def render_pdf(
    profile: MaturityProfile, *, variant: Variant, with_comments: bool = False, made_at: datetime | None = None
) -> bytes:
    """Render in the language of the profile. The same profile gives the same bytes but for ``made_at``, which is now without.

    The profile's JSON and spreadsheet are inside. Raises PdfUnavailable.

    „kurz“ has at most four pages, and the page to decide by is one page in both: where lists are too long for that, they show
    fewer and say how many are left out.
    „lang“ holds everything; only texts beyond ``limits.TEXT`` characters, which no form takes, are cut, with a note.
    """
    styles: tuple[str, ...] = (STYLE, f"css/print-draft-{profile.meta.language}.css") if profile.meta.is_draft else (STYLE,)
    if profile.meta.paper:
        styles += (PAPER_STYLE,)
    made_at = made_at or _moment.get() or timezone.now()

    data = data_of(profile)
    choice, shorter, tight = FIRST_PAGES.index(first_page_of(profile, variant, styles)), 0, False
    gc.collect()  # a document's boxes refer to one another in circles: the next would be laid out beside them
    while True:
        html = report_html(
            profile,
            variant=variant,
            with_comments=with_comments,
            list_limits=LIST_LIMITS[shorter],
            first_page=FIRST_PAGES[choice],
            is_tight=tight,
        )
        fit = Fit(
            can_show_less=choice + 1 < len(FIRST_PAGES),
            can_shorten=variant == "kurz" and shorter + 1 < len(LIST_LIMITS),
            can_tighten=variant == "kurz" and not tight,
        )
        pdf = html_to_pdf(html, styles, made_at=made_at, attach=lambda: data, accept=fit)
        if pdf is not None:
            return pdf
        choice, shorter, tight = choice + fit.runs_over, shorter + fit.is_too_long, tight or fit.is_nearly_empty


class Fit:
    """Whether the pages are as they should be; asked once they are laid out. What can be cut no more, fits.

    ``runs_over``: the page to decide by takes more than one.

    The last page of a Kurzfassung is not left nearly empty, if setting all a little tighter helps. That of a Langfassung, which
    takes too long to be laid out twice, holds enough by itself (``content.LAST_TERMS``).
    """

    def __init__(self, *, can_show_less: bool, can_shorten: bool, can_tighten: bool) -> None:
        self.can_show_less, self.can_shorten, self.can_tighten = can_show_less, can_shorten, can_tighten
        self.runs_over = self.is_too_long = self.is_nearly_empty = False

    def __call__(self, pages: Sequence[Any]) -> bool:
        if self.can_show_less:
            self.runs_over = not is_one_page(pages)
            if self.runs_over:
                return False
        self.is_too_long = self.can_shorten and len(pages) > MAX_PAGES_KURZ
        may_tighten = self.can_tighten and not self.is_too_long
        self.is_nearly_empty = may_tighten and pages[-1].anchors[END][1] < pages[-1].height * NEARLY_EMPTY
        return not (self.is_too_long or self.is_nearly_empty)


def is_one_page(pages: Sequence[Any]) -> bool:
    """Whether the page to decide by begins and ends on one page."""
    return any(page.anchors.keys() >= {DECIDES_FROM, DECIDES_TO} and page.anchors[DECIDES_TO][1] <= BOTTOM for page in pages)


def first_page_of(profile: MaturityProfile, variant: Variant, styles: tuple[str, ...]) -> FirstPage:
    """How much the page to decide by can hold: the first of ``FIRST_PAGES`` that ends on the page, else the last.

    What all of the first of them takes is reckoned from the widths of its words, and what the others leave out from there.
    Only where that leaves more than one of them is the page laid out alone, on a sheet that is long enough. What is found so
    is certain to fit and may leave out a little too much: the one before it is looked at by itself.
    """
    html = report_html(profile, variant=variant, only_first=True)
    found = {_that_fits(places_of(html, variant, kerned=share)) for share in (0, KERNED)}
    chosen = found.pop() if len(found) == 1 else None
    place = FIRST_PAGES.index(chosen or _that_fits(_laid_out(html, styles)) or FIRST_PAGES[-1])
    while place and _fits(profile, variant, styles, FIRST_PAGES[place - 1]):
        place -= 1
    return FIRST_PAGES[place]


def _laid_out(html: str, styles: tuple[str, ...]) -> dict[str, float]:
    places: dict[str, float] = {}

    def look(pages: Sequence[Any]) -> bool:
        places.update({name: place[1] for name, place in pages[0].anchors.items()})
        return False

    html_to_pdf(html, (*styles, LONG_SHEET), accept=look)
    return places


def _fits(profile: MaturityProfile, variant: Variant, styles: tuple[str, ...], one: FirstPage) -> bool:
    """Whether the page to decide by ends on the page with that much of each list."""
    html = report_html(profile, variant=variant, only_first=True, first_page=one)
    reckoned = [places_of(html, variant, kerned=share) for share in (0, KERNED)]
    ends = {places[DECIDES_TO] <= BOTTOM if places else None for places in reckoned}
    if len(ends) == 1 and (fits := ends.pop()) is not None:
        return fits
    return _laid_out(html, styles).get(DECIDES_TO, math.inf) <= BOTTOM


def _that_fits(places: Mapping[str, float] | None) -> FirstPage | None:
    """None where that cannot be told."""
    if not places:
        return None
    end = places.get(DECIDES_TO, math.inf)
    return next((one for one in FIRST_PAGES[:-1] if end - left_out(one, places) <= BOTTOM), FIRST_PAGES[-1])


def left_out(one: FirstPage, places: Mapping[str, float]) -> float:
    """By how much the page is shorter with no more of each list than that, in CSS pixels; a line is kept for "and 3 more"."""
    wanted = {"hemmt": one.blockers, "anders": one.changes, "zuerst": one.priorities}
    pairs = [(places.get(f"{name}-{number + 1}"), places.get(f"{name}-ende")) for name, number in wanted.items()]
    heights = [last + LINE - first for first, last in pairs if first is not None and last is not None]
    return max(sum(heights) - LINE, 0)


def data_of(profile: MaturityProfile) -> list[Attached]:
    """The profile as data, to stand inside its own PDF: the copy in an archive can be recomputed without this program."""
    name = profile.meta.file_name
    with override(profile.meta.language):
        return [
            Attached(f"{name}.json", render_json(profile), "application/json", _("Die Daten dieses Reifeprofils"), "Data"),
            Attached(f"{name}.xlsx", render_xlsx(profile), MEDIA_TYPE, _("Dieses Reifeprofil als Tabelle"), "Alternative"),
        ]


def warm() -> bool:
    """Load libraries, fonts, style sheets, templates, the version of it all: a worker's first report is as quick as the next.

    What is loaded by then stays, and the garbage collector need not look through it again.

    Whether PDFs can be made here. Where not, the log says so and the worker goes on: people are told when they ask for one.
    """
    render_version()
    language = HYPHENATED["de"]  # „de“ alone reads another word list, of 15 MB, and not the one that reports need
    words = "Verantwortung für Verstetigung " * 20  # untranslated: nobody reads it; long enough to need syllables
    drawing = bullet_bars([Bar("Probe", 1.0)])
    try:
        html_to_pdf(f'<html lang="{language}"><title>Probe</title><p>{words}<b>1</b> <i>2</i></p>{drawing}</html>', (STYLE,))
        for variant in VARIANTS:
            get_template(f"report/pdf/{variant}.html")
    except PdfUnavailable as error:
        logger.warning("%s", error)
        return False
    finally:
        gc.collect()
        give_back()
        gc.freeze()
    return True
