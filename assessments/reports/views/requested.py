"""Which profile a request asks for: of a running round as it is, of an approved one as its record keeps it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest

from assessments.models import Assessment, AssessmentRecord
from assessments.reports.pdf import Variant
from assessments.reports.profile.cover import report_name
from assessments.reports.profile.load import NotComparable, load_profile
from assessments.reports.profile.model import MaturityProfile
from assessments.reports.records.files import FileGone, file_of
from assessments.reports.records.keeping import record_profile
from assessments.reports.rendering.orders import PdfOrder, record_order, running_order
from assessments.views.access import number_in


@dataclass(frozen=True)
class RequestedProfile:
    """``record`` is None for a running round. ``compared`` is the public id of the round chosen by the address, "" where it is
    the usual one.
    """

    profile: MaturityProfile
    record: AssessmentRecord | None
    compared: str = ""

    @property
    def file_name(self) -> str:
        """Without an ending."""
        return marked(self.profile.meta.file_name, self.record)

    def file(self, kind: str, render: Callable[[MaturityProfile], bytes], *options: str) -> bytes:
        """The file from the record's store, or rendered now for a running round. ``options`` tell files of a kind apart."""
        if self.record is None:
            return render(self.profile)
        every = [*options, f"vergleich={self.compared}" if self.compared else ""]
        try:
            return file_of(self.record, self.profile, kind=kind, render=render, options=" ".join(filter(None, every)))
        except FileGone as error:
            raise Http404 from error


def requested_profile(request: HttpRequest, assessment: Assessment) -> RequestedProfile:
    """In the active language. ``?dokument=`` is the number of one of the round's records, also one that is superseded;
    ``?vergleich=`` an earlier approved round; ``?fassung=`` an earlier rendition of the files. 404 for what there is not.
    One query from a record, six without one.
    """
    compared = request.GET.get("vergleich") or ""
    record = requested_record(request, assessment)
    try:
        if record is None:
            return RequestedProfile(load_profile(assessment, compare_with=compared or None), None, compared)
        rendition = requested_rendition(request)
        profile = record_profile(record, compare_with=compared or None, rendition=rendition)
    except (NotComparable, LookupError) as error:
        raise Http404 from error
    rounds = profile.meta.rounds
    is_usual = bool(rounds) and rounds[0].public_id == compared
    return RequestedProfile(profile, record, "" if is_usual else compared)


def requested_pdf(request: HttpRequest, assessment: Assessment, *, variant: Variant, comments: bool) -> tuple[PdfOrder, str]:
    """Its PDF and the name of the file, in the active language; the address says what it says for ``requested_profile``.

    One query for the PDF of a record: whoever fetches it need not wait for its profile to be read.
    """
    compared = request.GET.get("vergleich") or ""
    record = None if compared else requested_record(request, assessment, for_its_files=True)
    if record is not None:
        return recorded_pdf(
            record, report_name(*record.named_after), variant=variant, comments=comments, rendition=requested_rendition(request)
        )
    requested = requested_profile(request, assessment)  # which knows with which rounds it can be compared
    choices: dict[str, Any] = {"variant": variant, "comments": comments, "compared": requested.compared}
    name = requested.profile.meta.file_name
    if requested.record is not None:
        return recorded_pdf(requested.record, name, rendition=requested_rendition(request), **choices)
    return running_order(requested.profile, assessment=assessment.public_id, **choices), pdf_name(name, variant)


def pdf_name(name: str, variant: Variant) -> str:
    """„reifeprofil-parkraum-app-runde-2-kurzfassung.pdf“. ``name`` is that of all files about the round."""
    return f"{name}-{variant}fassung.pdf"


def marked(name: str, record: AssessmentRecord | None) -> str:
    """That its document was superseded meanwhile, a file cannot say itself, since it stays as it was: its name says it."""
    return name if record is None or record.is_current else f"{name}-abgeloest"


def recorded_pdf(
    record: AssessmentRecord, name: str, *, rendition: int | None = None, variant: Variant, **choices: Any
) -> tuple[PdfOrder, str]:
    """The PDF of a record, whose document may be deferred, and its name; ``name`` is that of all files about the round. 404 for
    a rendition there is not, and for what was not kept of an earlier one: what is made today would not be it.
    """
    if rendition is not None and not 1 <= rendition <= record.last_rendition:
        raise Http404
    order = record_order(record, variant=variant, rendition=rendition, **choices)
    if rendition is not None and rendition < record.last_rendition and order.fetch() is None:
        raise Http404
    return order, pdf_name(marked(name, record), variant)


def requested_rendition(request: HttpRequest) -> int | None:
    """None where the address names none. 404 for what is no number."""
    text = request.GET.get("fassung")
    if not text:
        return None
    number = number_in(text)
    if not number:
        raise Http404
    return number


def requested_record(request: HttpRequest, assessment: Assessment, *, for_its_files: bool = False) -> AssessmentRecord | None:
    """With its parts, or only with what its files are found by. None for a running round, 404 for a number there is not."""
    number = request.GET.get("dokument")
    if not number and not assessment.is_approved:
        return None
    records = assessment.records.for_its_files() if for_its_files else assessment.records.with_parts()
    record = (records.filter(number=number.upper()) if number else records.current()).first()
    if number and record is None:
        raise Http404
    return record
