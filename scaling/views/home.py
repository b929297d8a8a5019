"""The start page: what this is, for visitors; what to do next, for everyone who is signed in."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from assessments.models import Assessment, AssessmentState, Measure, Project
from assessments.models.assessment import EDITABLE
from catalogue.models import Edition, Phase
from scaling.accounts.models import Role

#: More would hide the next step in a list.
MOST_CHANGES = 5


def home(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return render(request, "home/visitor.html", {"phases": Phase.objects.all(), "edition": Edition.objects.current()})
    return render(request, "home/signed_in.html", signed_in(request.user, timezone.localdate()))


def signed_in(user: Any, today: date) -> dict[str, Any]:
    """What a person finds on the start page. At most seven queries, whatever the number of projects."""
    from assessments.scoring import progress

    assessments = list(
        Assessment.objects.visible_to(user).with_context().with_progress().with_next_open().order_by("project__name", "-round")
    )
    for assessment in assessments:
        assessment.progress = progress(assessment.answered, assessment.total)
    managed = {pk for pk, role in user.roles.items() if role == Role.MANAGER}
    projects = list(Project.objects.visible_to(user).select_related("municipality", "phase"))
    by_project: dict[int, list[Assessment]] = {}
    for assessment in assessments:
        by_project.setdefault(assessment.project_id, []).append(assessment)
    for project in projects:
        rounds = by_project.get(project.pk, [])
        project.open_round = next((a for a in rounds if not a.is_approved), None)
        project.approved_round = next((a for a in rounds if a.is_approved), None)
    mine = set(Project.team.through.objects.filter(user=user).values_list("project_id", flat=True))
    running = Measure.objects.running().select_related("project__municipality", "owner")
    return {
        "projects": projects,
        "to_edit": [a for a in assessments if a.state in EDITABLE and a.project_id in mine],
        "to_approve": [a for a in assessments if a.state == AssessmentState.SUBMITTED and a.municipality_id in managed],
        "tasks": running.filter(owner=user, project__in=projects),
        "overdue": running.filter(project__municipality__in=managed, due_on__lt=today) if managed else [],
        "recent": sorted(
            (a for a in assessments if a.is_approved), key=lambda a: a.approved_at or timezone.now(), reverse=True
        )[:MOST_CHANGES],
        "editions": list(Edition.objects.all()) if user.is_curator else [],
        "is_manager": bool(managed),
        "today": today,
    }
