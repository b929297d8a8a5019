"""How a view comes by its object: through the tenant filter, or 404; then the rule, or 403."""

import json
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404

from assessments.models import Assessment, Project, Score
from assessments.models.project import viewer_of, viewer_values
from scaling.accounts.models import Municipality
from scaling.common.permissions import allows
from scaling.common.prepared import Prepared


def get_municipality(user: Any, public_id: str) -> Municipality:
    return get_object_or_404(Municipality.objects.visible_to(user), public_id=public_id)


def get_project(user: Any, public_id: str, *related: str) -> Project:
    """With municipality, phase and what else is named. One query."""
    projects = Project.objects.visible_to(user).select_related("municipality", "phase", *related)
    return get_object_or_404(projects, public_id=public_id)


def _assessments(public_id: str, **viewer: Any) -> Any:
    rounds = Assessment.objects.visible_to(viewer_of(viewer)).with_steps().with_team()
    return rounds.filter(public_id=public_id).order_by()


_CONTEXT = ("project__municipality", "project__phase", "edition")
_ADDED = {"step_rows": json.loads, "team_user_ids": None}
_assessment = Prepared(_assessments, *_CONTEXT, added=_ADDED)
_assessment_with_papers = Prepared(_assessments, *_CONTEXT, "paper", "project__paper__contact", added=_ADDED)


def get_assessment(user: Any, public_id: str, *, papers: bool = False) -> Assessment:
    """With everything its pages name, and its team; for its profile, with its ``papers``. One query."""
    prepared = _assessment_with_papers if papers else _assessment
    assessment: Assessment = _only(prepared.rows(public_id=public_id, **viewer_values(user)))
    assessment.project.know_team(assessment.team_user_ids)
    return assessment


def _scores(public_id: str, key: str, **viewer: Any) -> Any:
    scores = Score.objects.visible_to(viewer_of(viewer)).for_answering()
    return scores.filter(assessment__public_id=public_id, criterion__key=key).order_by()


_score = Prepared(_scores, "assessment__project", "assessment__edition", added={"team_ids": None})


def get_score(user: Any, public_id: str, key: str) -> Score:
    """With everything around it (``ScoreQuerySet.for_answering``). One query."""
    score: Score = _only(_score.rows(public_id=public_id, key=key, **viewer_values(user)))
    project = score.assessment.project
    project.know_team(score.team_ids)
    # Whoever may see it has a place in its municipality, and the places are known by now.
    project.municipality = next(place.municipality for place in user.places if place.municipality_id == project.municipality_id)
    return score


def _only(found: list[Any]) -> Any:
    if not found:
        raise Http404
    (one,) = found
    return one


def require(user: Any, permission: str, obj: Any) -> None:
    """403 unless the rule allows it."""
    if not allows(user, permission, obj):
        raise PermissionDenied


def number_in(text: Any) -> int:
    """0, which no version has, for what is no number that a form of ours could have sent."""
    text = str(text or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
