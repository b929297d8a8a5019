"""Which profile a request asks for: of a running round as it is, of an approved one as its record keeps it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import Http404, HttpRequest

from assessments.models import Assessment, AssessmentRecord
from assessments.reports.pdf import Variant
from assessments.reports.profile.load import NotComparable, load_profile
from assessments.reports.profile.model import MaturityProfile
from assessments.reports.records.files import FileGone, file_of
from assessments.reports.records.keeping import current_record, record_profile
from assessments.reports.rendering.orders import PdfOrder, record_order, running_order
from assessments.views.access import number_in


@dataclass(frozen=True)
class RequestedProfile:
    """``record`` is None for a running round, ``assessment`` the round's public id. ``compared`` is the round chosen by the
    address, "" where it is the usual one.
    """

    profile: MaturityProfile
    record: AssessmentRecord | None
    assessment: str
    compared: str = ""
    without_names: bool = False

    def order(self, variant: Variant, *, comments: bool = False) -> PdfOrder:
        """Its PDF, from the record or of the running round. 404 for what was not kept of an earlier rendition."""
        if self.record is None:
            return running_order(
                self.profile, variant=variant, comments=comments, compared=self.compared, assessment=self.assessment
            )
        order = record_order(
            self.record,
            self.profile,
            variant=variant,
            comments=comments,
            compared=self.compared,
            without_names=self.without_names,
        )
        if self.is_earlier and order.fetch() is None:
            raise Http404
        return order

    @property
    def is_earlier(self) -> bool:
        """An earlier rendition is what was kept of it: what is made today would not be it."""
        mark = self.profile.meta.record
        return bool(mark and self.record and any(one.number > mark.rendition for one in self.record.renditions))

    def file(self, kind: str, render: Callable[[MaturityProfile], bytes], *options: str) -> bytes:
        """The file from the record's store, or rendered now for a running round. ``options`` tell files of a kind apart."""
        if self.record is None:
            return render(self.profile)
        every = [*options, f"vergleich={self.compared}" if self.compared else "", "ohne-namen" if self.without_names else ""]
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
            return RequestedProfile(
                load_profile(assessment, compare_with=compared or None), None, assessment.public_id, compared
            )
        rendition = requested_rendition(request)
        profile = record_profile(record, compare_with=compared or None, rendition=rendition)
    except (NotComparable, LookupError) as error:
        raise Http404 from error
    rounds = profile.meta.rounds
    is_usual = bool(rounds) and rounds[0].public_id == compared
    return RequestedProfile(profile, record, assessment.public_id, "" if is_usual else compared)


def requested_rendition(request: HttpRequest) -> int | None:
    """None where the address names none. 404 for what is no number."""
    text = request.GET.get("fassung")
    if not text:
        return None
    number = number_in(text)
    if not number:
        raise Http404
    return number


def requested_record(request: HttpRequest, assessment: Assessment) -> AssessmentRecord | None:
    number = request.GET.get("dokument")
    if not number:
        return current_record(assessment) if assessment.is_approved else None
    record = assessment.records.with_parts().filter(number=number.upper()).first()
    if record is None:
        raise Http404
    return record
