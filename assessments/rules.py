"""Who may do what with projects and assessments, on one screen. Whether a person may see them at all: ``visible_to``."""

from typing import Any

from assessments.models import Assessment, AssessmentState, Project
from assessments.models.states import EDITABLE
from scaling.accounts.rules import is_manager, is_team
from scaling.common.permissions import add_permission, predicate


@predicate
def is_on_project(user: Any, obj: Project | Assessment) -> bool:
    project = obj.project if isinstance(obj, Assessment) else obj
    return user.pk in project.team_ids


@predicate
def is_editable(user: Any, assessment: Assessment) -> bool:
    return assessment.state in EDITABLE


@predicate
def is_submitted(user: Any, assessment: Assessment) -> bool:
    return assessment.state == AssessmentState.SUBMITTED


@predicate
def is_approved(user: Any, assessment: Assessment) -> bool:
    return assessment.state == AssessmentState.APPROVED


@predicate
def is_archived(user: Any, project: Project) -> bool:
    return project.archived_at is not None


@predicate
def is_municipality_wide(user: Any, project: Project) -> bool:
    return project.is_municipality_wide


works_on = is_manager | (is_team & is_on_project)

# Municipality
add_permission("assessments.add_project", is_manager)
add_permission("assessments.add_standing_project", is_manager)
# Project
add_permission("assessments.change_project", is_manager)
add_permission("assessments.archive_project", is_manager & ~is_municipality_wide)
add_permission("assessments.work_on_project", works_on)
# In the archive no round begins; one that runs can be finished.
add_permission("assessments.start_assessment", works_on & ~is_archived)
add_permission("assessments.change_measures", works_on)
add_permission("assessments.change_paper", works_on)
# Assessment
# Whatever the state: who saves or approves a moment too late is told so, not turned away. The buttons ask the rules below.
add_permission("assessments.work_on_assessment", works_on)
add_permission("assessments.manage_assessment", is_manager)
add_permission("assessments.edit_assessment", works_on & is_editable)
# Comments are the team's own talk: whoever reads the result reads none of them.
add_permission("assessments.read_comments", works_on)
add_permission("assessments.comment", works_on & ~is_approved)
add_permission("assessments.submit_assessment", works_on & is_editable)
# Managers return it instead, and say why.
add_permission("assessments.withdraw_assessment", is_team & is_on_project & is_submitted)
add_permission("assessments.work_for_team", is_team & is_on_project)
add_permission("assessments.approve_assessment", is_manager & is_submitted)
add_permission("assessments.return_assessment", is_manager & is_submitted)
add_permission("assessments.reopen_assessment", is_manager & is_approved)
add_permission("assessments.share_assessment", is_manager & is_approved)
