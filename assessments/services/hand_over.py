"""What a person looks after in a municipality's projects, and handing it over to another member."""

from typing import Any

from django.utils.translation import gettext as _
from simple_history.utils import bulk_update_with_history

from assessments.models import Assessment, AssessmentState, Measure, Project, Score
from scaling.accounts.belongings import Belongings
from scaling.accounts.models import Membership, Municipality, Role, User
from scaling.common.history import attribute_to


def list_belongings(person: User, municipality: Municipality) -> list[Belongings]:
    """Criteria of rounds that go on, measures that still have to be done, and the teams they are on. Three queries."""
    criteria = [f"{score.criterion.title} ({score.assessment.project.shown_name})" for score in _scores(person, municipality)]
    measures = [f"{measure.text} ({measure.project.shown_name})" for measure in _measures(person, municipality)]
    teams = [project.shown_name for project in _projects(person, municipality)]
    found = {_("Kriterien"): criteria, _("Maßnahmen"): measures, _("Projektteams"): teams}
    return [Belongings(label, tuple(items)) for label, items in found.items() if items]


def hand_over_all(*, person: User, to: User, municipality: Municipality, by: Any) -> None:
    """In the one order of locks: projects, rounds, answers, measures. Managers need no place on a team: they work on all.

    The person leaves the teams.
    """
    projects = list(_projects(person, municipality).select_for_update(of=("self",)))
    list(_rounds(municipality).select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True))
    scores = list(_scores(person, municipality).select_for_update(of=("self",), no_key=True))
    for score in scores:
        score.assigned_to = to
    if scores:
        bulk_update_with_history(scores, Score, ["assigned_to"], default_user=by)
    measures = list(_measures(person, municipality).select_for_update(of=("self",), no_key=True))
    for measure in measures:
        measure.owner = to
        measure.version += 1
    if measures:
        bulk_update_with_history(measures, Measure, ["owner", "version"], default_user=by)
    joins = Membership.objects.filter(user=to, municipality=municipality, role=Role.TEAM).exists()
    for project in projects:
        attribute_to(project, by)
        if joins:
            project.team.add(to)
        project.team.remove(person)


def _rounds(municipality: Municipality) -> Any:
    return Assessment.objects.filter(project__municipality=municipality).exclude(state=AssessmentState.APPROVED)


def _scores(person: User, municipality: Municipality) -> Any:
    rows = Score.objects.filter(assigned_to=person, assessment__in=_rounds(municipality).order_by().values("pk"))
    return rows.select_related("criterion", "assessment__project").order_by("pk")


def _measures(person: User, municipality: Municipality) -> Any:
    rows = Measure.objects.running().filter(owner=person, project__municipality=municipality)
    return rows.select_related("project").order_by("pk")


def _projects(person: User, municipality: Municipality) -> Any:
    return Project.objects.filter(municipality=municipality, team=person).order_by("pk")
