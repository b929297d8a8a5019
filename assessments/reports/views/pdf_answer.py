"""How a request for a PDF is answered: by the file, or by a page that says how far it is and comes back by itself."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from assessments.models import Assessment
from assessments.reports.pdf import PdfUnavailable
from assessments.reports.rendering.orders import PdfOrder
from assessments.reports.rendering.queue import PdfFailed, Waiting, pdf_or_wait, still_waiting
from assessments.reports.views.bundle import zipped
from assessments.views.breadcrumbs import crumbs_to

#: „?warten=“ comes from the waiting page: it is answered by a page also once the PDF is there, or the page that waited would
#: stay as it is beside the download. It names the job that is waited for, so that nothing has to be read but how far that is;
#: with what names none („1“), the PDF is looked for. „?stand=“ is what the page shows already, „?nochmal=1“ starts a failed PDF
#: anew.
WAITING, SHOWN, AGAIN = "warten", "stand", "nochmal"


Response = TypeVar("Response", bound=HttpResponseBase)


def pdf_answer(
    request: HttpRequest,
    wanted: Callable[[], tuple[PdfOrder, str]],
    *,
    back: tuple[str, str],
    assessment: Assessment | None = None,
) -> HttpResponse:
    """The PDF, 202 with a page that waits for it, or 503 with one that says what is wrong.

    ``wanted`` gives the order and the name of the file. It is not asked where a page waits for a job that is not done: twenty
    people who wait would have twenty profiles read every two seconds. Rights are looked at before, each time.

    ``back`` is text and address of the way back; ``assessment`` is named to its members, who then see where they are. Waits two
    seconds at most, and not at all for the waiting page's own questions.
    """

    def look(may_wait: bool) -> tuple[HttpResponse | Waiting, str]:
        order, name = wanted()
        found = pdf_or_wait(order, again=AGAIN in request.GET, may_wait=may_wait)
        if isinstance(found, Waiting):
            return found, order.key
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(found, content_type="application/pdf", headers=headers), order.key

    return _answer(request, look, back=back, assessment=assessment)


def bundle_answer(
    request: HttpRequest, wanted: Callable[[], Sequence[tuple[PdfOrder, str]]], name: str, *, back: tuple[str, str]
) -> HttpResponse | StreamingHttpResponse:
    """Several PDFs in one ZIP, as ``pdf_answer`` answers with one.

    All are asked for at once; the page waits for the last of them. The ZIP is sent while it is written: of its PDFs, one is in
    memory at a time.
    """

    def look(may_wait: bool) -> tuple[StreamingHttpResponse | Waiting, str]:
        orders, waiting = wanted(), None
        for order, _name in orders:
            found = pdf_or_wait(order, again=AGAIN in request.GET, may_wait=False)
            if isinstance(found, Waiting):
                waiting = found, order.key
        if waiting is not None:
            return waiting
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingHttpResponse(zipped(orders), content_type="application/zip", headers=headers), ""

    return _answer(request, look, back=back, is_bundle=True)


def _answer(
    request: HttpRequest,
    look: Callable[[bool], tuple[Response | Waiting, str]],
    *,
    back: tuple[str, str],
    assessment: Assessment | None = None,
    is_bundle: bool = False,
) -> HttpResponse | Response:
    """``look`` is told whether it may wait, and gives the file or how far it is, and the key of what is waited for."""
    came_back = WAITING in request.GET
    context: dict[str, Any] = {
        "crumbs": _crumbs(assessment) if assessment else (),
        "back_text": back[0],
        "back_url": back[1],
        "pdf_url": _address(request),
        "retry_url": _address(request, **{AGAIN: "1"}),
        "is_bundle": is_bundle,
    }
    if came_back and (state := still_waiting(request.GET[WAITING])):
        return _waiting_page(request, state, context, request.GET[WAITING])
    if came_back and (to_page := _whole_page(request)):
        return to_page  # no job any more: how that ended is for the page to find out
    try:
        found, key = look(not came_back)
    except PdfUnavailable:
        template = "report/pdf_unavailable.html" if assessment else "report/shared_pdf_unavailable.html"
        return render(request, template, {**context, "assessment": assessment}, status=503)
    except PdfFailed:
        return render(request, "report/pdf_failed.html", context, status=503)
    if isinstance(found, Waiting):
        return _waiting_page(request, found, context, key)
    if came_back:
        return render(request, "report/pdf_ready.html", context)
    return found


def _waiting_page(request: HttpRequest, state: Waiting, context: dict[str, Any], key: str) -> HttpResponse:
    is_asked_by_script = bool(request.headers.get("HX-Request"))
    if is_asked_by_script and request.GET.get(SHOWN) == state.mark:
        return HttpResponse(status=204)  # nothing new: nothing is read aloud once more
    context |= {"state": state, "waiting_url": _address(request, **{WAITING: key})}
    template = "report/_pdf_state.html" if is_asked_by_script else "report/pdf_waiting.html"
    response = render(request, template, context, status=202)
    response["Cache-Control"] = "private, no-store"
    return response


def _crumbs(assessment: Assessment) -> list[tuple[str, str]]:
    return crumbs_to(assessment.project, (str(assessment.round_label), assessment.get_absolute_url()), (_("PDF"), ""))


def _whole_page(request: HttpRequest) -> HttpResponse | None:
    """Tell the waiting page's script to open this address as a page. None for whoever has done so."""
    if not request.headers.get("HX-Request"):
        return None
    return HttpResponse(headers={"HX-Redirect": _address(request, **{WAITING: "1"})})


def _address(request: HttpRequest, **marks: str) -> str:
    """This request's own address, with these of our marks and no others."""
    query = request.GET.copy()
    for mark in (WAITING, SHOWN, AGAIN):
        query.pop(mark, None)
    query.update(marks)
    return f"{request.path}?{query.urlencode()}" if query else request.path
