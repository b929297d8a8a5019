from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from assessments.models import Assessment, Project
from assessments.services.projects import standing_project
from assessments.views.access import get_municipality, require
from scaling.accounts.models import Municipality

PROJECTS_PER_PAGE = 24


@dataclass(frozen=True)
class ListedProject:
    """A project with its latest approved round and the one under way, which knows its ``counts``; None where there is none or
    the person may not see it."""

    project: Project
    approved: Assessment | None
    running: Assessment | None


def projects_with_rounds(user: Any, municipality: Municipality) -> list[ListedProject]:
    """The visible projects of a municipality. Two queries."""
    projects = list(Project.objects.visible_to(user).filter(municipality=municipality).select_related("phase").by_name())
    rounds = Assessment.objects.visible_to(user).filter(project__municipality=municipality)
    approved: dict[int, Assessment] = {}
    running: dict[int, Assessment] = {}
    for assessment in rounds.with_progress().with_steps().order_by("round"):  # the last one of each stays
        (approved if assessment.is_approved else running)[assessment.project_id] = assessment
    for project in projects:
        project.municipality = municipality
    return [ListedProject(project, approved.get(project.pk), running.get(project.pk)) for project in projects]


@login_required
@require_safe
def municipality_page(request: HttpRequest, public_id: str) -> HttpResponse:
    municipality = get_municipality(request.user, public_id)
    found = projects_with_rounds(request.user, municipality)
    listed = [row for row in found if not row.project.is_municipality_wide]
    projects = [row for row in listed if row.project.archived_at is None]
    return render(
        request,
        "assessments/municipality.html",
        {
            "municipality": municipality,
            "projects": Paginator(projects, PROJECTS_PER_PAGE).get_page(request.GET.get("seite")),
            "archived": [row for row in listed if row.project.archived_at is not None],
            "standing": next((row for row in found if row.project.is_municipality_wide), None),
            "tenant": TenantOf(municipality),
            "has_approved": any(row.approved for row in found),
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
