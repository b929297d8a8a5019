"""The trail: of a municipality for its managers, of everything for operators; as a page, as CSV and as JSON."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.views.access import get_municipality, require
from scaling.accounts.models import Municipality
from scaling.common.addresses import start_page
from scaling.trail.files import as_csv, as_json
from scaling.trail.forms import TrailForm
from scaling.trail.paging import MAX_COUNTED, TrailPage, trail_page
from scaling.trail.reading import described, entries, last_seal

#: Of one file: as many as are counted, so that a page knows whether it may offer one. A shorter time gives the rest.
MAX_IN_A_FILE = MAX_COUNTED
CSV, JSON = "csv", "json"


@login_required
@require_safe
def trail_of_municipality(request: HttpRequest, public_id: str, kind: str = "") -> HttpResponse:
    municipality = get_municipality(request.user, public_id)
    require(request.user, "accounts.manage_municipality", municipality)
    return _answer(request, kind, municipality)


@login_required
@require_safe
def trail_of_all(request: HttpRequest, kind: str = "") -> HttpResponse:
    if not request.user.has_perm("scaling.read_trail"):
        raise PermissionDenied
    return _answer(request, kind, None)


def _answer(request: HttpRequest, kind: str, municipality: Municipality | None) -> HttpResponse:
    form = TrailForm(request.GET, municipality=municipality)
    problem = ""
    if form.is_valid():
        wanted = form.wanted()
        if kind:
            some = entries(wanted, most=MAX_IN_A_FILE + 1)
            if len(some) <= MAX_IN_A_FILE:
                return _file(kind, some, municipality)
            problem = _(
                "Das sind mehr als %(number)s Einträge. Grenzen Sie den Zeitraum ein, und holen Sie mehrere Dateien."
            ) % {"number": f"{MAX_IN_A_FILE:,}".replace(",", ".")}
        page = trail_page(wanted, request.GET)
    else:
        page = TrailPage()
    crumbs = [(municipality.name, municipality.get_absolute_url()) if municipality else (_("Start"), start_page())]
    context: dict[str, Any] = {
        "municipality": municipality,
        "form": form,
        "page": page,
        "entries": page.entries,
        "query": request.GET.urlencode(),
        "problem": problem,
        "seal": last_seal(),
        "crumbs": [*crumbs, (_("Protokoll"), "")],
    }
    return render(request, "trail/trail.html", context, status=422 if form.errors or problem else 200)


def _file(kind: str, found: list[Any], municipality: Municipality | None) -> HttpResponse:
    made = described(found)
    content, content_type = (as_csv(made), "text/csv; charset=utf-8") if kind == CSV else (as_json(made), "application/json")
    name = f"protokoll-{municipality.code.lower() if municipality else 'alle'}-{timezone.localdate().isoformat()}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=content_type, headers=headers)
