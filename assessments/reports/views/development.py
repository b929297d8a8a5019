"""How a municipality and its projects moved over the years, by address."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from assessments.reports.development.build import development_of
from assessments.reports.development.reasons import fetch_moves
from assessments.reports.export.development_book import development_book
from assessments.reports.export.development_json import TOLD, render_development_json
from assessments.reports.export.xlsx_file import MEDIA_TYPE as XLSX
from assessments.reports.export.xlsx_file import write_xlsx
from assessments.reports.views.downloads import requested_language
from assessments.views.access import get_municipality
from scaling.common.text import german_slug

#: Of a page, so that none is higher than ten screens of a phone. A round in which much moved takes half a screen.
QUARTERS_PER_PAGE, TRENDS_PER_PAGE, MOVED_PER_PAGE = 6, 6, 3
#: Of a round, told with their reasons; how many follow is said.
MAX_MOVES = 3


@login_required
@require_safe
def development_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Six queries and those of the request."""
    municipality = get_municipality(request.user, public_id)
    development = development_of(request.user, municipality)
    moved = Paginator(development.moved, MOVED_PER_PAGE).get_page(request.GET.get("bewegt"))
    moves = fetch_moves(list(moved)) if moved else {}
    context = {
        "municipality": municipality,
        "development": development,
        "quarters": Paginator(development.quarters, QUARTERS_PER_PAGE).get_page(request.GET.get("quartale")),
        "trends": Paginator(development.with_rounds, TRENDS_PER_PAGE).get_page(request.GET.get("seite")),
        "moved": moved,
        "told": [(one, moves[one.record_id][:MAX_MOVES], moves[one.record_id][MAX_MOVES:]) for one in moved],
        "crumbs": [(municipality.name, municipality.get_absolute_url()), (_("Entwicklung"), "")],
    }
    return render(request, "report/development/development.html", context)


@login_required
@require_safe
@cache_control(private=True, no_cache=True)
def development_file(request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
    """All quarters and rounds, and what moved in the latest of them, as XLSX or JSON; ``?sprache=``. Six queries."""
    municipality = get_municipality(request.user, public_id)
    with translation.override(requested_language(request)):
        development = development_of(request.user, municipality)
        latest = development.moved[:TOLD]
        told = fetch_moves(latest) if latest else {}
        if kind == "xlsx":
            content, media_type = write_xlsx(development_book(development, told)), XLSX
        else:
            content, media_type = render_development_json(development, told), "application/json"
    name = f"entwicklung-{german_slug(municipality.name)}-{development.as_of.isoformat()}.{kind}"
    return HttpResponse(content, content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
