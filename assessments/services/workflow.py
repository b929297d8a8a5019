"""The steps of a round: start, submit, withdraw, approve, return, reopen. Nothing else changes an assessment's state.

Each function locks the row it decides on, looks at the state as it is then, and writes the step (``AssessmentTransition``):
what, who, when, and what was said to it. Rights are the views' matter. ``at`` is for rounds that were held before they are
entered, such as those of the demo; a step that is taken now has the time of now.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.mail import notifications
from assessments.models import (
    Assessment,
    AssessmentRecord,
    AssessmentState,
    AssessmentTransition,
    Evidence,
    Project,
    Score,
    ScoreState,
    TransitionKind,
)
from assessments.models.states import EDITABLE
from assessments.services.workshops import forget_votes
from catalogue.models import CROSS_PHASE, Criterion, Edition, Phase
from scaling.accounts.models import Municipality
from scaling.common.text import has_letters
from scaling.common.transactions import atomic

#: Sent inside the transaction of an approval, with ``assessment`` and ``at``: reports write the record (and refuse the
#: approval by raising), since this package knows nothing of them.
approved = Signal()


class WrongState(Exception):
    """The assessment is not in a state from which this step leads on; perhaps somebody else took it first."""

    def __init__(self, assessment: Assessment) -> None:
        super().__init__(f"Assessment {assessment.pk} is {assessment.state}.")
        self.assessment = assessment


class LaterRoundExists(WrongState):
    """Only the latest round can be reopened: the later ones started from it."""


class SeenIsOutdated(WrongState):
    """Steps were taken since the round was looked at: what would be approved is not what was seen."""


class OpenAssessmentExists(Exception):
    """A project has one open assessment at a time: this one."""

    def __init__(self, assessment: Assessment) -> None:
        super().__init__(f"Project {assessment.project_id} has the open assessment {assessment.pk}.")
        self.assessment = assessment


class NothingToAssess(Exception):
    """There is no published edition, or it has no criterion in the chosen phases."""


def default_phases(project: Project) -> list[Phase]:
    """What a round covers unless the team says otherwise: cross-phase, and the phases up to the project's own.

    The municipality as a whole is in no phase: what is worded for it counts from whichever phase it comes.
    """
    phases = Phase.objects.all()
    if project.is_municipality_wide:
        return list(phases)
    return [phase for phase in phases if phase.is_cross_phase or phase.order <= project.phase.order]


@atomic
def start_assessment(
    *,
    project: Project,
    by: Any,
    phases: Collection[Phase] | None = None,
    edition: Edition | None = None,
    at: datetime | None = None,
) -> Assessment:
    """Start the project's next round with one score per criterion of ``phases`` (``default_phases``; cross-phase always).

    What the last approved round says about a criterion of the same key is carried over with its evidence, as unconfirmed.
    Raises OpenAssessmentExists and NothingToAssess. The number of queries does not grow with the number of criteria.
    """
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    rounds = list(Assessment.objects.filter(project=project).order_by("-round"))
    for earlier in rounds:
        if earlier.state != AssessmentState.APPROVED:
            raise OpenAssessmentExists(earlier)
    edition = edition or Edition.objects.current()
    if edition is None:
        raise NothingToAssess
    scope = {phase.pk for phase in (default_phases(project) if phases is None else phases)}
    scope |= set(Phase.objects.filter(key=CROSS_PHASE).values_list("pk", flat=True))
    offered = Criterion.objects.offered_to(municipality_wide=project.is_municipality_wide)
    criteria = dict(offered.filter(edition=edition, phase__in=scope).order_by("order").values_list("key", "pk"))
    if not criteria:
        raise NothingToAssess

    previous = rounds[0] if rounds else None
    assessment = Assessment(
        project=project,
        edition=edition,
        round=previous.round + 1 if previous else 1,
        previous=previous,
    )
    assessment.save()
    assessment.phases.set(scope)
    AssessmentTransition.objects.create(assessment=assessment, kind=TransitionKind.BEGIN, at=at or timezone.now(), by=by)
    earlier_scores = previous.scores.select_related("criterion").prefetch_related("evidence") if previous else []
    _carry_over(assessment, criteria, earlier_scores, by)
    return assessment


def _carry_over(assessment: Assessment, criteria: dict[str, int], earlier_scores: Iterable[Score], by: Any) -> None:
    earlier = {score.criterion.key: score for score in earlier_scores}
    scores = {}
    for key, criterion_id in criteria.items():
        score = scores[key] = Score(assessment=assessment, criterion_id=criterion_id)
        old = earlier.get(key)
        if old is not None:
            score.state, score.level, score.rationale = old.state, old.level, old.rationale
            score.target_level, score.target_date = old.target_level, old.target_date
            score.confirmed = old.state == ScoreState.OPEN
            score.assigned_to_id = old.assigned_to_id
    created = Score.objects.bulk_create(scores.values())
    # bulk_create tells no signal, and a history without its first line could not say what was carried over.
    Score.history.bulk_history_create(created, default_user=by)
    evidence = Evidence.objects.bulk_create(
        Evidence(
            score=scores[key],
            text=old.text,
            url=old.url,
            file=old.file,
            file_name=old.file_name,
            dated_on=old.dated_on,
            valid_until=old.valid_until,
            added_by_id=old.added_by_id,
            added_at=old.added_at,
        )
        for key in scores.keys() & earlier.keys()
        for old in earlier[key].evidence.all()
    )
    Evidence.history.bulk_history_create(evidence, default_user=by)


@atomic
def submit(*, assessment: Assessment, by: Any, at: datetime | None = None) -> Assessment:
    """The team hands the round to its managers; open criteria are the team's own decision. Raises WrongState."""
    return _step(_locked(assessment, EDITABLE), assessment, AssessmentState.SUBMITTED, TransitionKind.SUBMIT, by, at=at)


@atomic
def withdraw(*, assessment: Assessment, by: Any) -> Assessment:
    """The team takes its submission back until somebody approves it; the round is as it was before. Raises WrongState."""
    current = _locked(assessment, (AssessmentState.SUBMITTED,))
    back = current.latest(TransitionKind.RETURN, TransitionKind.REOPEN)
    state = AssessmentState.RETURNED if back and back.kind == TransitionKind.RETURN else AssessmentState.DRAFT
    return _step(current, assessment, state, TransitionKind.WITHDRAW, by)


@atomic
def approve(
    *, assessment: Assessment, by: Any, seen: int | None = None, note: str = "", at: datetime | None = None
) -> Assessment:
    """A manager accepts the round as it is; it is frozen from now on, and ``approved`` is sent. ``note`` is for the team.

    ``seen`` is the id of the latest step the manager knew of: raises SeenIsOutdated where another followed. Raises WrongState.
    """
    # From the large to the small: the record takes the municipality's next number.
    Municipality.objects.select_for_update(no_key=True).get(pk=assessment.project.municipality_id)
    current = _locked(assessment, (AssessmentState.SUBMITTED,))
    if seen is not None:
        latest = current.latest()
        if latest is None or latest.id != seen:
            raise SeenIsOutdated(current)
    _step(current, assessment, AssessmentState.APPROVED, TransitionKind.APPROVE, by, note=note.strip(), at=at)
    forget_votes(current)
    approved.send(sender=Assessment, assessment=assessment, at=at or timezone.now())
    return assessment


@atomic
def return_to_team(*, assessment: Assessment, by: Any, comment: str, at: datetime | None = None) -> Assessment:
    """A manager hands the round back and says why. Raises WrongState, and ValidationError without a comment."""
    if not has_letters(comment):
        raise ValidationError({"comment": _("Bitte schreiben Sie dem Team, was noch fehlt.")})
    current = _locked(assessment, (AssessmentState.SUBMITTED,))
    return _step(current, assessment, AssessmentState.RETURNED, TransitionKind.RETURN, by, note=comment.strip(), at=at)


@atomic
def reopen(*, assessment: Assessment, by: Any, reason: str) -> Assessment:
    """A manager takes an approval back and says why; the round is a draft again. Only the latest round can be reopened.

    The record of the approval stays and no longer counts as current.

    Raises WrongState, LaterRoundExists, and ValidationError without a reason.
    """
    if not has_letters(reason):
        raise ValidationError({"reason": _("Bitte nennen Sie den Grund.")})
    # The same lock as in start_assessment: no round can start between the question and the answer.
    Project.objects.select_for_update(no_key=True).get(pk=assessment.project_id)
    later = Assessment.objects.filter(project=assessment.project_id, round__gt=assessment.round).order_by("round").first()
    if later is not None:
        raise LaterRoundExists(later)
    current = _locked(assessment, (AssessmentState.APPROVED,))
    AssessmentRecord.objects.current().filter(assessment=current).update(superseded_at=timezone.now())
    return _step(current, assessment, AssessmentState.DRAFT, TransitionKind.REOPEN, by, note=reason.strip())


def _locked(assessment: Assessment, allowed: Collection[str]) -> Assessment:
    """The round as it is now, until the transaction ends. Raises WrongState."""
    current = Assessment.objects.select_for_update(of=("self",)).select_related("project").get(pk=assessment.pk)
    if current.state not in allowed:
        raise WrongState(current)
    return current


def _step(
    current: Assessment,
    assessment: Assessment,
    state: AssessmentState,
    kind: TransitionKind,
    by: Any,
    *,
    note: str = "",
    at: datetime | None = None,
) -> Assessment:
    """Change the locked row and write the step. ``assessment`` itself is brought up to date and returned."""
    submission = current.submission if kind == TransitionKind.RETURN else None
    for row in (current, assessment):
        row.state = state
        row.forget_steps()
    current.save(update_fields=["state"])
    step = AssessmentTransition.objects.create(assessment=current, kind=kind, at=at or timezone.now(), by=by, note=note)
    notifications.announce(step, submitter=submission.by_id if submission else None)
    return assessment
