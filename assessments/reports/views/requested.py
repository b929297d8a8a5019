"""Which profile a request asks for: of a running round as it is, of an approved one as its record keeps it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import Http404, HttpRequest

from assessments.models import Assessment, AssessmentRecord
from assessments.reports.pdf import Variant
from assessments.reports.profile.load import NotComparable, load_profile
from assessments.reports.profile.model import MaturityProfile
from assessments.reports.records.files import file_of
from assessments.reports.records.keeping import current_record, record_profile
from assessments.reports.rendering.orders import Order, record_order, running_order


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

    def order(self, variant: Variant, *, comments: bool = False) -> Order:
        """Its PDF, from the record or of the running round."""
        if self.record is None:
            return running_order(
                self.profile, variant=variant, comments=comments, compared=self.compared, assessment=self.assessment
            )
        return record_order(
            self.record,
            self.profile,
            variant=variant,
            comments=comments,
            compared=self.compared,
            without_names=self.without_names,
        )

    def file(self, kind: str, render: Callable[[MaturityProfile], bytes], *options: str) -> bytes:
        """The file from the record's store, or rendered now for a running round. ``options`` tell files of a kind apart."""
        if self.record is None:
            return render(self.profile)
        every = [*options, f"vergleich={self.compared}" if self.compared else "", "ohne-namen" if self.without_names else ""]
        return file_of(self.record, self.profile, kind=kind, render=render, options=" ".join(filter(None, every)))


def requested_profile(request: HttpRequest, assessment: Assessment) -> RequestedProfile:
    """In the active language. ``?dokument=`` is the number of one of the round's records, also one that is superseded;
    ``?vergleich=`` an earlier approved round. 404 for what there is not. One query from a record, seven without one.
    """
    compared = request.GET.get("vergleich") or ""
    record = requested_record(request, assessment)
    try:
        if record is None:
            return RequestedProfile(
                load_profile(assessment, compare_with=compared or None), None, assessment.public_id, compared
            )
        profile = record_profile(record, compare_with=compared or None)
    except NotComparable as error:
        raise Http404 from error
    rounds = profile.meta.rounds
    is_usual = bool(rounds) and rounds[0].public_id == compared
    return RequestedProfile(profile, record, assessment.public_id, "" if is_usual else compared)


def requested_record(request: HttpRequest, assessment: Assessment) -> AssessmentRecord | None:
    number = request.GET.get("dokument")
    if not number:
        return current_record(assessment) if assessment.is_approved else None
    record = assessment.records.with_people().filter(number=number.upper()).first()
    if record is None:
        raise Http404
    return record
