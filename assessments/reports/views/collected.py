"""The collected report of a municipality by address: what was approved of the projects that the person may see."""

from collections.abc import Sequence

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from assessments.models import AssessmentRecord
from assessments.reports.counted import Counted, counted_for, counted_note
from assessments.reports.pdf.collected import Volume, volume_name, volumes_of
from assessments.reports.records.keeping import speaking_records
from assessments.reports.rendering.orders import PdfOrder, collected_order
from assessments.reports.views.downloads import requested_language
from assessments.reports.views.pdf_answer import bundle_answer, pdf_answer
from assessments.views.access import get_municipality
from scaling.common.text import german_slug

#: „?band=2“ is one volume of several, „?alle=1“ all of them in a ZIP.
ONE, ALL = "band", "alle"


@login_required
@require_safe
@cache_control(private=True, no_cache=True)
def collected_pdf(request: HttpRequest, public_id: str) -> HttpResponse | StreamingHttpResponse:
    """``?sprache=``. 404 while nothing is approved. 202 with a page that waits, 503 with one that says why there is no PDF.

    Where there are too many projects for one file, a page that leads to its volumes.
    """
    municipality = get_municipality(request.user, public_id)
    records = speaking_records(request.user, municipality)
    if not records:
        raise Http404
    language, volumes = requested_language(request), volumes_of(records)
    counted = counted_for(request.user, municipality)
    back = (_("Zurück zu %(name)s") % {"name": municipality.name}, municipality.get_absolute_url())

    def name_of(volume: Volume | None = None) -> str:
        return german_slug(" ".join((_("Sammelbericht"), municipality.name, volume_name(volume) if volume else "")))

    def wanted(volume: Volume, some: Sequence[AssessmentRecord]) -> tuple[PdfOrder, str]:
        with translation.override(language):
            return collected_order(some, volume, counted=counted), f"{name_of(volume)}.pdf"

    if ALL in request.GET:
        with translation.override(language):
            name = f"{name_of()}.zip"
        return bundle_answer(request, lambda: [wanted(*one) for one in volumes], name, back=back)
    if len(volumes) > 1 and ONE not in request.GET:
        context = {"municipality": municipality, "language": language, "volumes": volumes, "count": len(records)}
        context["counted_note"] = counted_note(counted) if counted == Counted.OWN else ""
        return render(request, "report/collected/volumes.html", context)
    number = request.GET.get(ONE, "1")
    found = next((one for one in volumes if str(one[0].number) == number), None)
    if found is None:
        raise Http404
    return pdf_answer(request, lambda: wanted(*found), back=back)
