"""How a view comes by its object: through the tenant filter, or 404; then the rule, or 403."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404

from assessments.models import Assessment, Project, Score
from scaling.accounts.models import Municipality
from scaling.common.permissions import allows


def get_municipality(user: Any, public_id: str) -> Municipality:
    return get_object_or_404(Municipality.objects.visible_to(user), public_id=public_id)


def get_project(user: Any, public_id: str, *related: str) -> Project:
    """With municipality, phase and what else is named. One query."""
    projects = Project.objects.visible_to(user).select_related("municipality", "phase", *related)
    return get_object_or_404(projects, public_id=public_id)


def get_assessment(user: Any, public_id: str, *, papers: bool = False) -> Assessment:
    """With everything its pages name, and its team; for its profile, with its ``papers``. One query."""
    rounds = Assessment.objects.visible_to(user).with_context().with_team()
    assessment = get_object_or_404(rounds.with_papers() if papers else rounds, public_id=public_id)
    assessment.project.know_team(assessment.team_user_ids)
    return assessment


def get_score(user: Any, public_id: str, key: str) -> Score:
    """With everything around it (``ScoreQuerySet.for_answering``). One query."""
    scores = Score.objects.visible_to(user).for_answering()
    try:
        score: Score = scores.get(assessment__public_id=public_id, criterion__key=key)
    except Score.DoesNotExist as error:
        raise Http404 from error
    project = score.assessment.project
    project.know_team(score.team_ids)
    # Whoever may see it has a place in its municipality, and the places are known by now.
    project.municipality = next(place.municipality for place in user.places if place.municipality_id == project.municipality_id)
    return score


def require(user: Any, permission: str, obj: Any) -> None:
    """403 unless the rule allows it."""
    if not allows(user, permission, obj):
        raise PermissionDenied


def number_in(text: Any) -> int:
    """0, which no version has, for what is no number that a form of ours could have sent."""
    text = str(text or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
