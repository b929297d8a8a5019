"""The texts of phases and workstreams, which all editions share, for curators."""

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalogue.forms.phase_or_workstream import PhaseOrWorkstreamForm
from catalogue.models import ChangeLogEntry, Phase, Workstream
from catalogue.services.phases_and_workstreams import PhaseOrWorkstream, phase_or_workstream_document, save_texts
from catalogue.views.access import curator_only, login_required
from catalogue.views.breadcrumbs import curator_page
from catalogue.views.edit_page import MakeForm, edited, preview_page
from catalogue.views.editions import CHANGES_PER_PAGE

KINDS: dict[str, type[Phase] | type[Workstream]] = {"phasen": Phase, "workstreams": Workstream}


def _row(request: HttpRequest, kind: str, key: str) -> PhaseOrWorkstream:
    curator_only(request)
    if kind not in KINDS:
        raise Http404
    row: Any = get_object_or_404(KINDS[kind], key=key)
    return cast("PhaseOrWorkstream", row)


def _form(row: PhaseOrWorkstream, kind: str) -> MakeForm:
    url = reverse("catalogue:phase_or_workstream_preview", args=[kind, row.key])
    return lambda data, version: PhaseOrWorkstreamForm(data, row=row, version=version, preview_url=url)


@login_required
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Phases and workstreams, with the latest changes. Three queries, and one more with pages."""
    curator_only(request)
    changes = Paginator(ChangeLogEntry.objects.filter(edition=None).select_related("by"), CHANGES_PER_PAGE)
    context = {
        "phases": Phase.objects.all(),
        "workstreams": Workstream.objects.all(),
        "page_obj": changes.get_page(request.GET.get("seite")),
    }
    return render(request, "catalogue/phases_and_workstreams.html", curator_page((_("Phasen und Workstreams"), "")) | context)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    row = _row(request, kind, key)
    edit = edited(
        request,
        make=_form(row, kind),
        item=phase_or_workstream_document(row),
        version=row.version,
        save=lambda version, mine: save_texts(row=row, version=version, by=request.user, item=mine),
        read=phase_or_workstream_document,
    )
    if edit.saved:
        messages.success(request, _("Gespeichert: %s") % edit.saved["name"]["de"])
        return redirect("catalogue:phases_and_workstreams")
    way = (_("Phasen und Workstreams"), reverse("catalogue:phases_and_workstreams"))
    context = curator_page(way, (str(row), "")) | {"row": row, "kind": kind} | edit.context
    return render(request, "catalogue/phase_or_workstream_edit.html", context, status=edit.status)


@login_required
@require_POST
def preview(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    row = _row(request, kind, key)
    return preview_page(request, "catalogue/phase_or_workstream_preview.html", _form(row, kind)(request.POST, row.version))
