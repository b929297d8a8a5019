"""The histories of a round, of a project and of a municipality: who changed what, and when."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.queries.history import history_page
from assessments.queries.municipality_history import municipality_sources
from assessments.queries.project_history import project_sources
from assessments.queries.round_history import round_sources
from assessments.views.access import get_assessment, get_municipality, get_project, require
from assessments.views.breadcrumbs import crumbs_to
from catalogue.edition_cache import cached_edition


@login_required
@require_safe
def history(request: HttpRequest, public_id: str) -> HttpResponse:
    assessment = get_assessment(request.user, public_id)
    guide = cached_edition(assessment.edition)
    key = request.GET.get("kriterium", "")
    context = {
        "assessment": assessment,
        "project": assessment.project,
        "criterion": guide.by_key.get(key),
        "page": history_page(round_sources(assessment, guide, key), request.GET),
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
    context = {
        "project": project,
        "page": history_page(project_sources(project, with_links=with_links), request.GET),
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
        "page": history_page(municipality_sources(municipality), request.GET),
        "crumbs": [(municipality.name, municipality.get_absolute_url()), (_("Verlauf"), "")],
    }
    return render(request, "assessments/municipality_history.html", context)
