"""What the start page shows of a project, a round and a measure, by value: so that it is drawn once (``drawings.drawn``).

All texts are plain and in the active language, nothing in them is a row of the database or lazy.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from assessments.models import AssessmentState
from assessments.reports.profile.gate_status import GateStatus
from assessments.scoring import Counts

if TYPE_CHECKING:
    from assessments.models import Assessment, Measure
    from scaling.views.home import ProjectRow, RoundProgress


@dataclass(frozen=True)
class ShownRound:
    """``approved_at`` is None for one that is not approved; ``note`` says why it came back."""

    public_id: str
    label: str
    state: str
    state_label: str
    approved_at: datetime | None
    note: str = ""


@dataclass(frozen=True)
class ShownProject:
    public_id: str
    name: str
    municipality: str


@dataclass(frozen=True)
class ShownRow:
    """``home.ProjectRow`` by value. ``phase`` is "" of the municipality as a whole."""

    project: ShownProject
    phase: str
    gate: GateStatus | None
    speaking: ShownRound | None
    reopened: str
    running: ShownRound | None
    sees_running: bool
    approved: ShownRound | None


@dataclass(frozen=True)
class ShownCard:
    """``home.RoundProgress`` by value."""

    round: ShownRound
    project: ShownProject
    counts: Counts
    next_open: str


@dataclass(frozen=True)
class ShownTask:
    """``version`` is None where the person may not tick it off."""

    public_id: str
    project: ShownProject
    text: str
    who: str
    due_on: date | None
    is_overdue: bool
    version: int | None


def shown_project(project: Any) -> ShownProject:
    return ShownProject(project.public_id, project.shown_name, project.municipality.name)


def shown_round(assessment: "Assessment") -> ShownRound:
    approval = assessment.approval if assessment.is_approved else None
    back = assessment.handed_back if assessment.state == AssessmentState.RETURNED else None
    return ShownRound(
        assessment.public_id,
        str(assessment.round_label),
        assessment.state,
        str(AssessmentState(assessment.state).label),
        approval.at if approval else None,
        back.note if back else "",
    )


def shown_row(row: "ProjectRow") -> ShownRow:
    project = row.project
    running = shown_round(row.open_round) if row.open_round else None
    approved = shown_round(row.approved_round) if row.approved_round else None
    return ShownRow(
        project=shown_project(project),
        phase="" if project.is_municipality_wide else project.phase.label,
        gate=row.gate,
        speaking=approved or running,
        reopened=row.reopened,
        running=running,
        sees_running=row.sees_running,
        approved=approved,
    )


def shown_card(progress: "RoundProgress") -> ShownCard:
    return ShownCard(
        shown_round(progress.assessment), shown_project(progress.assessment.project), progress.counts, progress.next_open or ""
    )


def shown_task(measure: "Measure", *, may_tick: bool, today: date) -> ShownTask:
    return ShownTask(
        public_id=measure.public_id,
        project=shown_project(measure.project),
        text=measure.text,
        who=str(measure.who),
        due_on=measure.due_on,
        is_overdue=measure.due_on is not None and measure.due_on < today,
        version=measure.version if may_tick else None,
    )
