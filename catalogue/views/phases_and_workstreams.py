"""The texts of phases and workstreams, which all editions share, for curators."""

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalogue.forms.phase_or_workstream import FrameForm
from catalogue.models import Change, Phase, Workstream
from catalogue.services.phases_and_workstreams import Frame, frame_document, save_frame
from catalogue.views.access import curator_only, curator_page, login_required
from catalogue.views.edit_page import MakeForm, edited, preview_page
from catalogue.views.editions import CHANGES_PER_PAGE

KINDS: dict[str, type[Phase] | type[Workstream]] = {"phasen": Phase, "workstreams": Workstream}


def _row(request: HttpRequest, kind: str, key: str) -> Frame:
    curator_only(request)
    if kind not in KINDS:
        raise Http404
    row: Any = get_object_or_404(KINDS[kind], key=key)
    return cast("Frame", row)


def _form(row: Frame, kind: str) -> MakeForm:
    url = reverse("catalogue:frame_preview", args=[kind, row.key])
    return lambda data, version: FrameForm(data, row=row, version=version, preview_url=url)


@login_required
@require_GET
def frame(request: HttpRequest) -> HttpResponse:
    """Phases and workstreams, with the latest changes. Three queries, and one more with pages."""
    curator_only(request)
    changes = Paginator(Change.objects.filter(edition=None).select_related("by"), CHANGES_PER_PAGE)
    context = {
        "phases": Phase.objects.all(),
        "workstreams": Workstream.objects.all(),
        "page_obj": changes.get_page(request.GET.get("seite")),
    }
    return render(request, "catalogue/frame.html", curator_page((_("Phasen und Workstreams"), "")) | context)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    row = _row(request, kind, key)
    edit = edited(
        request,
        make=_form(row, kind),
        item=frame_document(row),
        version=row.version,
        save=lambda version, mine: save_frame(row=row, version=version, by=request.user, item=mine),
        read=frame_document,
    )
    if edit.saved:
        messages.success(request, _("Gespeichert: %s") % edit.saved["name"]["de"])
        return redirect("catalogue:frame")
    way = (_("Phasen und Workstreams"), reverse("catalogue:frame"))
    context = curator_page(way, (str(row), "")) | {"row": row, "kind": kind} | edit.context
    return render(request, "catalogue/frame_edit.html", context, status=edit.status)


@login_required
@require_POST
def preview(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    row = _row(request, kind, key)
    return preview_page(request, "catalogue/frame_preview.html", _form(row, kind)(request.POST, row.version))
