from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from assessments.models import Assessment, Project
from assessments.queries.progress import counts_of
from assessments.services.projects import standing_project
from assessments.views.access import get_municipality, require
from scaling.accounts.models import Municipality

PROJECTS_PER_PAGE = 24


def projects_with_rounds(user: Any, municipality: Municipality) -> list[Project]:
    """The visible projects of a municipality, each with ``approved``, the latest approved round, and ``running``, the one under
    way with its ``counts``; None where there is none or the person may not see it. Two queries.
    """
    projects = list(Project.objects.visible_to(user).filter(municipality=municipality).select_related("phase").by_name())
    rounds = Assessment.objects.visible_to(user).filter(project__municipality=municipality)
    approved: dict[int, Assessment] = {}
    running: dict[int, Assessment] = {}
    for assessment in rounds.with_progress().with_steps().order_by("round"):  # the last one of each stays
        (approved if assessment.is_approved else running)[assessment.project_id] = assessment
    for project in projects:
        project.municipality = municipality
        project.approved, project.running = approved.get(project.pk), running.get(project.pk)  # type: ignore[attr-defined]
        found = running.get(project.pk)
        if found is not None:
            found.counts = counts_of(found)  # type: ignore[attr-defined]
    return projects


@login_required
@require_safe
def municipality_page(request: HttpRequest, public_id: str) -> HttpResponse:
    municipality = get_municipality(request.user, public_id)
    found = projects_with_rounds(request.user, municipality)
    projects = [project for project in found if not project.is_municipality_wide]
    return render(
        request,
        "assessments/municipality.html",
        {
            "municipality": municipality,
            "projects": Paginator(projects, PROJECTS_PER_PAGE).get_page(request.GET.get("seite")),
            "standing": next((project for project in found if project.is_municipality_wide), None),
            "tenant": TenantOf(municipality),
        },
    )


class TenantOf:
    """Lets the rules for what does not exist yet be asked with the municipality it would belong to."""

    def __init__(self, municipality: Municipality) -> None:
        self.municipality_id = municipality.pk


@login_required
@require_POST
def standing(request: HttpRequest, public_id: str) -> HttpResponse:
    """Create the municipality's standing project when it is first needed, and go there."""
    municipality = get_municipality(request.user, public_id)
    require(request.user, "assessments.add_standing_project", TenantOf(municipality))
    project = standing_project(municipality=municipality, by=request.user)
    messages.success(request, _("Hier bewerten Sie die Kommune insgesamt. Die Antworten stehen allen Projekten zur Verfügung."))
    return redirect(project)
