"""Who may do what with projects and assessments, on one screen. Whether a person may see them at all: ``visible_to``."""

from typing import Any

import rules

from assessments.models import Assessment, AssessmentState, Project
from assessments.models.states import EDITABLE
from scaling.accounts.rules import is_manager, is_team


@rules.predicate
def is_on_project(user: Any, obj: Project | Assessment) -> bool:
    project = obj.project if isinstance(obj, Assessment) else obj
    return user.pk in project.team_ids


@rules.predicate
def is_editable(user: Any, assessment: Assessment) -> bool:
    return assessment.state in EDITABLE


@rules.predicate
def is_submitted(user: Any, assessment: Assessment) -> bool:
    return assessment.state == AssessmentState.SUBMITTED


@rules.predicate
def is_approved(user: Any, assessment: Assessment) -> bool:
    return assessment.state == AssessmentState.APPROVED


works_on = is_manager | (is_team & is_on_project)

# Municipality
rules.add_perm("assessments.add_project", is_manager)
rules.add_perm("assessments.add_standing_project", is_manager)
# Project
rules.add_perm("assessments.change_project", is_manager)
rules.add_perm("assessments.start_assessment", works_on)
rules.add_perm("assessments.change_measures", works_on)
# Assessment
# Whatever the state: who saves or approves a moment too late is told so, not turned away. The buttons ask the rules below.
rules.add_perm("assessments.work_on_assessment", works_on)
rules.add_perm("assessments.manage_assessment", is_manager)
rules.add_perm("assessments.edit_assessment", works_on & is_editable)
rules.add_perm("assessments.comment", works_on & ~is_approved)
rules.add_perm("assessments.submit_assessment", works_on & is_editable)
rules.add_perm("assessments.approve_assessment", is_manager & is_submitted)
rules.add_perm("assessments.return_assessment", is_manager & is_submitted)
rules.add_perm("assessments.reopen_assessment", is_manager & is_approved)
rules.add_perm("assessments.share_assessment", is_manager & is_approved)
