"""How a municipality and its projects moved over the years, by address."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.reports.development.build import development_of
from assessments.reports.development.reasons import fetch_moves
from assessments.views.access import get_municipality

#: Of a page, so that none is higher than ten screens of a phone. A round in which much moved takes half a screen.
QUARTERS_PER_PAGE, TRENDS_PER_PAGE, MOVED_PER_PAGE = 8, 10, 4
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
