"""What the cover of a maturity profile says about the round."""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.models import Assessment, AssessmentState
from assessments.models.round_step import RoundStep
from assessments.reports.profile.inputs import AnswerFact
from assessments.reports.profile.model import Meta, RoundRef, WorkflowStep
from assessments.reports.profile.person import person_name
from catalogue.models import Phase


def local_day(moment: datetime | str | None) -> date | None:
    """The local day of a moment; PostgreSQL's JSON gives moments as text."""
    if moment is None:
        return None
    return timezone.localtime(datetime.fromisoformat(moment) if isinstance(moment, str) else moment).date()


def _by(step: RoundStep | None) -> str:
    return person_name(step.by, step.by_id) if step else ""


def cover_of(
    assessment: Assessment,
    answers: Sequence[AnswerFact],
    phases: Sequence[Phase],
    compared: RoundRef | None,
    rounds: list[RoundRef],
    language: str,
    *,
    today: date,
) -> Meta:
    """No query, with the assessment as ``with_context`` fetches it.

    What can still change speaks of ``today``: a measure falls overdue and a proof runs out without anybody answering anything.
    """
    project, edition = assessment.project, assessment.edition
    is_approved = assessment.is_approved
    # Steps outlive a return or a reopening; they count only while the state agrees with them.
    is_submitted = is_approved or assessment.state == AssessmentState.SUBMITTED
    submission = assessment.submission if is_submitted else None
    approval = assessment.approval if is_approved else None
    started_on = timezone.localtime(assessment.steps[0].at).date()  # every round has begun
    submitted_on, approved_on = (local_day(step.at) if step else None for step in (submission, approval))
    steps = [
        WorkflowStep(_("begonnen"), started_on, ""),
        WorkflowStep(_("eingereicht"), submitted_on, _by(submission)),
        WorkflowStep(_("freigegeben"), approved_on, _by(approval)),
    ]
    asked = {answer.rating.phase for answer in answers}
    days = [answer.on for answer in answers] + [step.on for step in steps]
    wide = project.is_municipality_wide
    return Meta(
        public_id=assessment.public_id,
        municipality=project.municipality.name,
        coat_of_arms=project.municipality.coat_of_arms.name or "",
        is_fictional=project.municipality.is_fictional,
        project=project.shown_name,
        project_slug=project.slug,
        project_summary=project.summary,
        confidentiality=project.confidentiality,
        confidentiality_label=str(project.get_confidentiality_display()) if project.confidentiality else "",
        is_municipality_wide=wide,
        phase=None if wide else next(phase.key for phase in phases if phase.pk == project.phase_id),
        phase_label="" if wide else next(phase.label for phase in phases if phase.pk == project.phase_id),
        round=assessment.round,
        round_label=str(assessment.round_label),
        state=assessment.state,
        state_label=str(assessment.get_state_display()),
        is_draft=not is_approved,
        edition=edition.number,
        edition_title=edition.title,
        edition_checksum=edition.checksum,
        scope=tuple(phase.label for phase in phases if phase.key in asked),
        language=language,
        as_of=max(day for day in days if day is not None) if is_approved else today,
        started_on=started_on,
        submitted_on=submitted_on,
        approved_on=approved_on,
        approved_by=_by(approval),
        steps=tuple(step for step in steps if step.on is not None),
        compared=compared,
        rounds=tuple(rounds),
        attribution=edition.attribution,
        level_scale_notice=edition.level_scale_notice,
    )
