"""A PDF that somebody wants: how it is known, where it is kept, and how a worker that is told of it makes it.

The page that asks makes an order from what it has at hand. The queue keeps nothing but its kind and its arguments (names and
numbers, no text anybody wrote), and the worker makes the same order from them: ``order_from(order.kind, order.args)``. Where
the round changed in between, the worker's order has another key; whoever waits then finds the newer one.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from django.utils import translation

from assessments.models import Assessment, AssessmentRecord
from assessments.queries.short_check import ShortQuestion, questions_of
from assessments.reports.counted import Counted
from assessments.reports.development.build import development_of
from assessments.reports.development.model import Development
from assessments.reports.made_with import render_version
from assessments.reports.municipal.build import municipal_profile_of
from assessments.reports.municipal.model import MunicipalProfile
from assessments.reports.pdf import Variant, key_of, pdf_of, render_pdf
from assessments.reports.pdf.collected import Volume, render_collected
from assessments.reports.pdf.engine import html_to_pdf
from assessments.reports.pdf.municipal import STYLES as MUNICIPAL_STYLES
from assessments.reports.pdf.municipal import municipal_html
from assessments.reports.pdf.portfolio import STYLES as PORTFOLIO_STYLES
from assessments.reports.pdf.portfolio import portfolio_html
from assessments.reports.pdf.short_check import short_check_html
from assessments.reports.pdf.store import fetch_pdf, store_pdf
from assessments.reports.pdf.workshop_form import STYLE, form_html
from assessments.reports.portfolio.build import portfolio_of
from assessments.reports.portfolio.model import Portfolio
from assessments.reports.profile.anonymise import without_names as anonymous
from assessments.reports.profile.example import example_profile
from assessments.reports.profile.load import load_profile
from assessments.reports.profile.model import MaturityProfile
from assessments.reports.profile.statements import active_language
from assessments.reports.records.files import file_of, kept_file
from assessments.reports.records.keeping import record_profile
from catalogue.edition_cache import cached_edition
from catalogue.models import Criterion
from scaling.accounts.models import Municipality, User


@dataclass(frozen=True)
class PdfOrder:
    """``fetch`` costs one query; ``make`` renders and keeps, and raises PdfUnavailable. ``args`` are plain JSON."""

    kind: str
    args: dict[str, Any]
    key: str
    fetch: Callable[[], bytes | None]
    make: Callable[[], bytes]


def order_from(kind: str, args: dict[str, Any]) -> PdfOrder:
    """The order that the arguments describe, as the data is now. Raises DoesNotExist where that is gone."""
    with translation.override(args["language"]):
        return _LOADERS[kind](**args)


# --- Profiles ---------------------------------------------------------------------------------------------------------------


def running_order(
    profile: MaturityProfile, *, variant: Variant, comments: bool = False, compared: str = "", assessment: str
) -> PdfOrder:
    """Of a round that can still change: known by all its content, kept as long as there is room. ``assessment``: public id."""
    key = key_of(profile, variant=variant, with_comments=comments)
    args = {"assessment": assessment, "variant": variant, "comments": comments, "compared": compared}
    return PdfOrder(
        "running",
        {**args, "language": profile.meta.language},
        key,
        lambda: fetch_pdf(key),
        lambda: pdf_of(profile, variant=variant, with_comments=comments),
    )


def _running(assessment: str, variant: Variant, comments: bool, compared: str, language: str) -> PdfOrder:
    row = Assessment.objects.with_context().with_papers().get(public_id=assessment)
    profile = load_profile(row, compare_with=compared or None)
    return running_order(profile, variant=variant, comments=comments, compared=compared, assessment=assessment)


def record_order(
    record: AssessmentRecord,
    *,
    variant: Variant,
    comments: bool = False,
    compared: str = "",
    without_names: bool = False,
    rendition: int | None = None,
) -> PdfOrder:
    """Of an approved round, in the active language: known by its record, kept with it for ever.

    Of the record itself, only making the PDF reads anything: its document may be deferred. ``rendition`` is the latest without
    a number; the worker makes that, an earlier one is what was kept of it.
    """
    language = active_language()
    number = rendition or record.last_rendition
    every = [
        variant,
        "kommentare" if comments else "",
        f"vergleich={compared}" if compared else "",
        "ohne-namen" if without_names else "",
    ]
    options = " ".join(filter(None, every))

    def make() -> bytes:
        with translation.override(language):
            profile = record_profile(record, compare_with=compared or None, rendition=number)
        return file_of(
            record,
            anonymous(profile) if without_names else profile,
            kind="pdf",
            render=lambda one: render_pdf(one, variant=variant, with_comments=comments),
            options=options,
        )

    args = {"record": record.number, "variant": variant, "comments": comments, "compared": compared}
    return PdfOrder(
        "record",
        {**args, "without_names": without_names, "language": language},
        hashlib.sha256(f"{record.number} {number} pdf {language} {options}".encode()).hexdigest(),
        lambda: kept_file(record, kind="pdf", language=language, rendition=number, options=options),
        make,
    )


def _record(record: str, language: str, **choices: Any) -> PdfOrder:
    return record_order(AssessmentRecord.objects.with_parts().get(number=record), **choices)


def example_order(*, variant: Variant, language: str) -> PdfOrder:
    """Of the example, which anyone may read."""
    with translation.override(language):
        profile = example_profile()
    key = key_of(profile, variant=variant)
    args = {"variant": variant, "language": language}
    return PdfOrder("example", args, key, lambda: fetch_pdf(key), lambda: pdf_of(profile, variant=variant))


# --- Forms and the short check ----------------------------------------------------------------------------------------------


def _html_order(kind: str, args: dict[str, Any], html: str, styles: tuple[str, ...] = (STYLE,)) -> PdfOrder:
    key = hashlib.sha256(render_version().encode() + html.encode()).hexdigest()

    def make() -> bytes:
        pdf = html_to_pdf(html, styles)
        assert pdf is not None  # noqa: S101 – nobody was asked to count the pages
        store_pdf(key, pdf)
        return pdf

    return PdfOrder(kind, args, key, lambda: fetch_pdf(key), make)


def form_order(assessment: Assessment, criteria: Sequence[tuple[int, Criterion, int]], *, office: str = "") -> PdfOrder:
    """The blank workshop form, in the active language, for one ``office`` (its code) where there is one.

    ``criteria`` come between their numbers in the reports of the round and the versions of their answers.
    """
    numbered = [[number, criterion.key, version] for number, criterion, version in criteria]
    args = {"assessment": assessment.public_id, "criteria": numbered, "office": office}
    html = form_html(assessment, criteria, office=office)
    return _html_order("form", {**args, "language": translation.get_language()}, html)


def _form(assessment: str, criteria: list[tuple[int, str, int]], language: str, office: str = "") -> PdfOrder:
    row = Assessment.objects.with_context().get(public_id=assessment)
    by_key = cached_edition(row.edition).by_key
    return form_order(row, [(number, by_key[key], version) for number, key, version in criteria], office=office)


def short_check_order(assessment: Assessment, questions: Sequence[ShortQuestion]) -> PdfOrder:
    """The answers to the short check, in the active language."""
    args = {"assessment": assessment.public_id, "language": translation.get_language()}
    return _html_order("short_check", args, short_check_html(assessment, questions))


def _short_check(assessment: str, language: str) -> PdfOrder:
    row = Assessment.objects.with_context().get(public_id=assessment)
    return short_check_order(row, questions_of(row))


# --- All projects of a municipality ----------------------------------------------------------------------------------------


def collected_order(
    records: Sequence[AssessmentRecord], volume: Volume | None = None, *, counted: Counted = Counted.ALL
) -> PdfOrder:
    """The collected report of these records, or one ``volume`` of it, in their order and the active language.

    ``counted`` says which projects they were taken from. Known by that, the records and their renditions: what they say never
    changes but by those. Their documents may be deferred.
    """
    language = active_language()
    volume = volume or Volume(1, 1, len(records))
    numbers = [record.number for record in records]
    made = [f"{record.number}:{record.last_rendition}" for record in records]
    parts = [render_version(), "collected", language, counted, repr(volume), *made]
    key = hashlib.sha256(" ".join(parts).encode()).hexdigest()

    def make() -> bytes:
        # One after the other: their documents, which take more than their profiles, are never all in memory.
        read = AssessmentRecord.objects.with_parts()
        with translation.override(language):
            profiles = [record_profile(read.get(number=number)) for number in numbers]
        pdf = render_collected(profiles, language=language, counted=counted, volume=volume)
        store_pdf(key, pdf)
        return pdf

    args = {
        "records": numbers,
        "volume": [volume.number, volume.count, volume.total],
        "counted": counted.value,
        "language": language,
    }
    return PdfOrder("collected", args, key, lambda: fetch_pdf(key), make)


def _collected(records: list[str], volume: list[int], counted: str, language: str) -> PdfOrder:
    rows = AssessmentRecord.objects.with_parts().without_document().filter(number__in=records)
    by_number = {row.number: row for row in rows}
    return collected_order([by_number[number] for number in records], Volume(*volume), counted=Counted(counted))


def municipal_order(
    profile: MunicipalProfile, development: Development, *, variant: Variant, person: int, municipality: str
) -> PdfOrder:
    """The municipality beside its projects and over time, as the ``person`` (primary key) may see it, in the active language.

    Known by all it says, its day included. ``municipality`` is a public id.
    """
    html = municipal_html(profile, development, variant=variant)
    args = {"variant": variant, "person": person, "municipality": municipality, "language": active_language()}
    return _html_order("municipal", args, html, MUNICIPAL_STYLES)


def _municipal(variant: Variant, person: int, municipality: str, language: str) -> PdfOrder:
    who = User.objects.get(pk=person)
    place = Municipality.objects.visible_to(who).get(public_id=municipality)
    profile, _narrowing = municipal_profile_of(who, place, {})
    return municipal_order(profile, development_of(who, place), variant=variant, person=person, municipality=municipality)


def portfolio_order(portfolio: Portfolio, *, narrowing: str, person: int, municipality: str) -> PdfOrder:
    """All projects at a glance, as the ``person`` (primary key) may see them, in the active language.

    Known by all it says, its day included. ``narrowing``: the words of its address; ``municipality``: a public id.
    """
    args = {"narrowing": narrowing, "person": person, "municipality": municipality, "language": active_language()}
    return _html_order("portfolio", args, portfolio_html(portfolio), PORTFOLIO_STYLES)


def _portfolio(narrowing: str, person: int, municipality: str, language: str) -> PdfOrder:
    who = User.objects.get(pk=person)
    place = Municipality.objects.visible_to(who).get(public_id=municipality)
    portfolio, read = portfolio_of(who, place, dict(parse_qsl(narrowing)))
    return portfolio_order(portfolio, narrowing=read.query, person=person, municipality=municipality)


_LOADERS: dict[str, Callable[..., PdfOrder]] = {
    "running": _running,
    "record": _record,
    "example": example_order,
    "form": _form,
    "short_check": _short_check,
    "collected": _collected,
    "municipal": _municipal,
    "portfolio": _portfolio,
}
