"""The page of a municipality: the four answers, the ways to all else, its projects."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assessments.models import Assessment, AssessmentState, Project
from assessments.reports.four_answers.build import four_answers
from assessments.reports.four_answers.load import load_waiting
from assessments.views.access import get_municipality
from assessments.views.municipality import TenantOf
from scaling.accounts.models import Municipality, Role

#: On a phone a project takes half a screen, and no page is higher than ten.
PROJECTS_PER_PAGE = 15


@dataclass(frozen=True)
class ListedProject:
    """A project with its latest approved round and the one under way, which knows its ``counts``; None where there is none or
    the person may not see it."""

    project: Project
    approved: Assessment | None
    running: Assessment | None


def visible_projects(user: Any, municipality: Municipality) -> list[Any]:
    """Those in the archive, too; each with ``has_approved``, whether a round of it has been approved. One query."""
    approved = Assessment.objects.filter(project=OuterRef("pk"), state=AssessmentState.APPROVED)
    found = Project.objects.visible_to(user).filter(municipality=municipality).annotate(has_approved=Exists(approved))
    projects = list(found.select_related("phase").by_name())
    for project in projects:
        project.municipality = municipality
    return projects


def with_rounds(user: Any, projects: Iterable[Project]) -> list[ListedProject]:
    """One query, which fetches two rounds a project at most."""
    listed = list(projects)
    rounds = Assessment.objects.visible_to(user).filter(project__in=[project.pk for project in listed]).current()
    approved: dict[int, Assessment] = {}
    running: dict[int, Assessment] = {}
    for assessment in rounds.with_progress().with_steps():
        (approved if assessment.is_approved else running)[assessment.project_id] = assessment
    return [ListedProject(project, approved.get(project.pk), running.get(project.pk)) for project in listed]


@login_required
@require_safe
def municipality_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ten queries at most, those of the request included; two more where a gate may fall within a year."""
    user: Any = request.user
    municipality = get_municipality(user, public_id)
    found = visible_projects(user, municipality)
    solutions = [project for project in found if not project.is_municipality_wide]
    active = [project for project in solutions if project.archived_at is None]
    page = Paginator(active, PROJECTS_PER_PAGE).get_page(request.GET.get("seite"))
    shown = [*page.object_list, *(project for project in found if project.is_municipality_wide)]
    rows = with_rounds(user, shown)
    waiting = load_waiting(user, municipality.pk) if found else None
    answers = four_answers(user, [municipality], found, waiting=waiting) if found else {}
    return render(
        request,
        "report/municipality/municipality.html",
        {
            "municipality": municipality,
            "answers": answers.get(municipality.pk),
            "projects": [row for row in rows if not row.project.is_municipality_wide],
            "page_obj": page,
            "archived": [project for project in solutions if project.archived_at is not None],
            "standing": next((row for row in rows if row.project.is_municipality_wide), None),
            "tenant": TenantOf(municipality),
            "has_approved": any(project.has_approved for project in found if project.archived_at is None),
            "role": user.roles.get(municipality.pk),
            "roles": Role,
        },
    )
