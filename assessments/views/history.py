"""The histories of a round, of a project and of a municipality: who changed what, and when."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.queries.history import round_history
from assessments.queries.municipality_history import municipality_history
from assessments.queries.project_history import project_history
from assessments.views.access import get_assessment, get_municipality, get_project, require
from assessments.views.breadcrumbs import crumbs_to
from catalogue.edition_cache import cached_edition

ENTRIES_PER_PAGE = 20


@login_required
@require_safe
def history(request: HttpRequest, public_id: str) -> HttpResponse:
    assessment = get_assessment(request.user, public_id)
    guide = cached_edition(assessment.edition)
    key = request.GET.get("kriterium", "")
    entries = [entry for entry in round_history(assessment, guide) if not key or entry.key == key]
    context = {
        "assessment": assessment,
        "project": assessment.project,
        "criterion": guide.by_key.get(key),
        "page_obj": Paginator(entries, ENTRIES_PER_PAGE).get_page(request.GET.get("seite")),
        "query": f"kriterium={key}" if key in guide.by_key else "",
        "crumbs": crumbs_to(assessment.project, (assessment.round_label, assessment.get_absolute_url()), (_("Verlauf"), "")),
    }
    return render(request, "assessments/history.html", context)


@login_required
@require_safe
def history_of_project(request: HttpRequest, public_id: str) -> HttpResponse:
    """For those who work on it: a team's coming and going is no reader's matter."""
    project = get_project(request.user, public_id)
    require(request.user, "assessments.work_on_project", project)
    with_links = request.user.has_perm("assessments.manage_assessment", project)
    entries = project_history(project, with_links=with_links)
    context = {
        "project": project,
        "page_obj": Paginator(entries, ENTRIES_PER_PAGE).get_page(request.GET.get("seite")),
        "with_links": with_links,
        "crumbs": crumbs_to(project, (_("Verlauf"), "")),
    }
    return render(request, "assessments/project_history.html", context)


@login_required
@require_safe
def history_of_municipality(request: HttpRequest, public_id: str) -> HttpResponse:
    """For managers, who set what it tells of."""
    municipality = get_municipality(request.user, public_id)
    require(request.user, "accounts.manage_municipality", municipality)
    context = {
        "municipality": municipality,
        "page_obj": Paginator(municipality_history(municipality), ENTRIES_PER_PAGE).get_page(request.GET.get("seite")),
        "crumbs": [(municipality.name, municipality.get_absolute_url()), (_("Verlauf"), "")],
    }
    return render(request, "assessments/municipality_history.html", context)
