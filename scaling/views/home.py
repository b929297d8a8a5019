"""The start page: what this is, for visitors; what to do next, for everyone who is signed in."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from assessments.models import Assessment, AssessmentState, Measure, Project
from assessments.models.assessment import EDITABLE
from assessments.scoring import progress
from catalogue.models import Edition, Phase
from scaling.accounts.models import Role


def home(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return render(request, "home/visitor.html", {"phases": Phase.objects.all(), "edition": Edition.objects.current()})
    return render(request, "home/signed_in.html", signed_in(request.user, timezone.localdate()))


@dataclass(frozen=True)
class Round:
    """An assessment with its progress and the key of its first open criterion."""

    assessment: Assessment
    progress: Any
    next_open: str | None


@dataclass(frozen=True)
class Row:
    """A project with the round that is open and the one approved last, where there are any."""

    project: Project
    open_round: Assessment | None
    approved_round: Assessment | None


def signed_in(user: Any, today: date) -> dict[str, Any]:
    """What a person finds on the start page. At most seven queries, whatever the number of projects."""
    assessments: list[Any] = list(  # with the annotations that types cannot tell
        Assessment.objects.visible_to(user).with_context().with_progress().with_next_open().order_by("project__name", "-round")
    )
    rounds = [Round(a, progress(a.answered, a.total), a.next_open) for a in assessments]
    managed = {pk for pk, role in user.roles.items() if role == Role.MANAGER}
    by_project: dict[int, list[Assessment]] = {}
    for assessment in assessments:
        by_project.setdefault(assessment.project_id, []).append(assessment)
    rows = []
    for project in Project.objects.visible_to(user).select_related("municipality", "phase"):
        own = by_project.get(project.pk, [])
        rows.append(
            Row(project, next((a for a in own if not a.is_approved), None), next((a for a in own if a.is_approved), None))
        )
    mine = set(Project.team.through.objects.filter(user=user).values_list("project_id", flat=True))
    running = Measure.objects.running().select_related("project__municipality", "owner")
    return {
        "rows": rows,
        "to_edit": [r for r in rounds if r.assessment.state in EDITABLE and r.assessment.project_id in mine],
        "to_approve": [a for a in assessments if a.state == AssessmentState.SUBMITTED and a.project.municipality_id in managed],
        "tasks": running.filter(owner=user, project__in=[row.project.pk for row in rows]),
        "overdue": running.filter(project__municipality__in=managed, due_on__lt=today) if managed else [],
        "editions": list(Edition.objects.all()) if user.is_curator else [],
        "today": today,
    }
