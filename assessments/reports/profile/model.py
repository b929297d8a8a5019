"""The maturity profile: one frozen object that the screen, the PDF, the spreadsheet and the JSON all render.

Renderings never compute: every figure, label, sentence and order they need is a field here. ``build.build_profile`` makes it
from plain facts, ``load.load_profile`` fetches those. All texts are in the language that was active when the profile was
built. Dates are local dates. Nothing here depends on the clock: the same state of the data gives an equal profile.
"""

from dataclasses import dataclass
from datetime import date

from assessments.reports.profile.cover import CouncilPaper, Meta, RecordMark, RoundRef, WorkflowStep
from assessments.reports.profile.criterion import (
    AgedEvidence,
    CommentItem,
    CriterionChange,
    CriterionResult,
    EvidenceItem,
    MeasureItem,
    MilestoneInfo,
    PreviousAnswer,
    RoleVotes,
    ScaleLevel,
    SpreadItem,
)
from assessments.scoring import Average, Counts, Distribution, GroupChange, KindCounts

__all__ = [
    "AgedEvidence",
    "Changes",
    "CommentItem",
    "CouncilPaper",
    "CriterionChange",
    "CriterionResult",
    "Definitions",
    "DroppedMilestone",
    "EvidenceItem",
    "Figure",
    "GateBlocker",
    "GateResult",
    "HistoryRow",
    "KindList",
    "MaturityProfile",
    "MeasureItem",
    "Meta",
    "MilestoneInfo",
    "PreviousAnswer",
    "PriorityItem",
    "RecordMark",
    "RoleVotes",
    "RoundRef",
    "ScaleLevel",
    "SpreadItem",
    "Trend",
    "TrendPoint",
    "WorkflowStep",
]

# --- Figures ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figure:
    """The figures of a group of criteria: all of them, one workstream, one phase.

    ``average``, ``distribution`` and ``planned`` (once all targets are met; value None without targets) are over the same
    criteria. ``change`` is like for like, None without a compared round; what it says is not the difference of the averages of
    two rounds, which may stand on different criteria. ``counts`` is the one figure of progress, which ``parts`` and
    ``carried_over`` say in words. ``key`` is "" for all criteria.
    """

    key: str
    name: str
    average: Average
    distribution: Distribution
    planned: Average
    change: GroupChange | None
    counts: Counts
    parts: str
    carried_over: str

    @property
    def delta(self) -> float | None:
        """The change of the mean over the criteria rated in both rounds; None without one."""
        return self.change.delta if self.change is not None else None

    @property
    def earlier(self) -> float | None:
        """The mean in the compared round, where it stands on the same criteria as ``average`` and may be drawn beside it."""
        return self.change.before if self.change is not None and self.change.n == self.average.n else None


# --- Gates, priorities, changes, trend --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GateBlocker:
    """A milestone that does not pass. ``cause``: below, open, unknown, unassessed (outside the assessment's scope).

    ``number`` None where the criterion is not part of the assessment. ``reason`` is ready to print („Stufe 1, nötig 3“).
    """

    key: str
    number: int | None
    title: str
    phase_label: str
    cause: str
    level: int | None
    required_level: int
    reason: str


@dataclass(frozen=True, slots=True)
class DroppedMilestone:
    """A milestone that does not apply and so counts at no gate. ``reason`` is what was said; ``text`` names both, to print."""

    key: str
    number: int | None
    title: str
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class GateResult:
    """The gate of one phase. ``state``: reached, blocked, not_examined, ahead; ``sentence`` says it in full.

    ``passed`` of ``total`` milestones pass; ``unconfirmed`` answers nobody has confirmed in this round stand behind it, be it
    behind what passes, what blocks or what drops out.
    ``is_current``: the gate of the project's phase. ``blockers`` are in catalogue order, also at a gate ahead or not
    examined. ``dropped`` are to stand beside the gate wherever it is shown: without them it would say more than was examined.
    """

    phase: str
    code: str
    name: str
    label: str
    state: str
    state_label: str
    is_current: bool
    passed: int
    total: int
    unconfirmed: int
    blockers: tuple[GateBlocker, ...]
    dropped: tuple[DroppedMilestone, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class PriorityItem:
    """What to do, first things first; ``rank`` counts from 1. ``reason`` says why it stands here, ready to print.

    ``measure`` is the criterion's open measure that is due first, None where nobody has planned one, and ``more_measures`` how
    many open ones follow. ``next_step`` is only a proposal of the catalogue: no person and no date may stand beside it.
    """

    rank: int
    criterion: CriterionResult
    is_blocking: bool
    is_overdue: bool
    fall: int
    gap: int
    reason: str
    next_step: str
    measure: MeasureItem | None
    more_measures: int


@dataclass(frozen=True, slots=True)
class KindList:
    """The criteria of this round that changed in one way, in catalogue order."""

    kind: str
    label: str
    criteria: tuple[CriterionResult, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since ``compared``. ``kinds`` counts the eight kinds, which add up to all criteria of both rounds.

    ``lists`` holds those kinds that there are, bad news first. ``dropped`` are titles of criteria of the compared round that
    this one does not have. ``sentence`` sums up, ``mean_sentence`` says how the mean of those rated in both rounds changed.
    """

    compared: RoundRef
    kinds: KindCounts
    lists: tuple[KindList, ...]
    dropped: tuple[str, ...]
    sentence: str
    mean_sentence: str

    def of(self, kind: str) -> tuple[CriterionResult, ...]:
        return next((one.criteria for one in self.lists if one.kind == kind), ())

    @property
    def criteria_moved(self) -> tuple[CriterionResult, ...]:
        """What fell or lost its level, and then what rose: bad news first."""
        return (*self.down, *self.of("no_longer_rated"), *self.up)

    @property
    def down(self) -> tuple[CriterionResult, ...]:
        return self.of("down")

    @property
    def up(self) -> tuple[CriterionResult, ...]:
        return self.of("up")


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One round on the time line: the earlier approved rounds and, last, this one. ``workstreams`` in the profile's order.

    ``same_criteria``: the round rated the criteria that the one before it rated, and no others. True for the first.
    ``unconfirmed`` of its levels were carried over, and nobody looked at them in that round.
    """

    round: int
    label: str
    on: date
    is_this: bool
    average: Average
    workstreams: tuple[Average, ...]
    same_criteria: bool
    unconfirmed: int = 0


@dataclass(frozen=True, slots=True)
class Trend:
    """``points`` in time order. ``planned`` is the average once all targets are met, ``planned_on`` the latest target date.

    Both None without targets (or, the date, without dates): then there is no planned line.
    """

    points: tuple[TrendPoint, ...]
    planned: float | None
    planned_on: date | None


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One criterion through the rounds of the trend, in its order. A cell is a level or a scoring state; None: not asked."""

    number: int
    key: str
    title: str
    cells: tuple[int | str | None, ...]


# --- The whole --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Definitions:
    """The sentence that says what a figure means; shown beside it on demand and in the PDF's method page."""

    average: str
    distribution: str
    provisional: str
    coverage: str
    workstreams: str
    planned: str
    gates: str
    gap: str
    change: str
    priorities: str
    trend: str
    unconfirmed: str
    levels: str
    overdue: str


@dataclass(frozen=True, slots=True)
class MaturityProfile:
    """Everything a report says. ``workstreams`` (always four) and ``phases`` (those with criteria) in catalogue order.

    ``gates``: one per phase P1–P5, or the one of the cross-phase set for the municipality as a whole. ``current_gate`` is the
    one of the project's phase. ``headline`` sums up in one or two sentences. ``priorities`` holds all, renderings show the
    first three or ten; where there are none, ``no_priorities`` says what that means. ``measures`` are all of the project, open
    ones first, then by due date. ``changes`` is None when there is no round to compare with. ``scale`` names the five levels.
    ``spread_summary`` says on how many criteria a workshop voted and how often it was far apart, "" without one.
    """

    meta: Meta
    headline: str
    overall: Figure
    workstreams: tuple[Figure, ...]
    phases: tuple[Figure, ...]
    gates: tuple[GateResult, ...]
    current_gate: GateResult | None
    priorities: tuple[PriorityItem, ...]
    no_priorities: str
    changes: Changes | None
    trend: Trend
    history: tuple[HistoryRow, ...]
    criteria: tuple[CriterionResult, ...]
    measures: tuple[MeasureItem, ...]
    scale: tuple[ScaleLevel, ...]
    definitions: Definitions
    spread_summary: str = ""

    @property
    def seen_differently(self) -> tuple[CriterionResult, ...]:
        """The criteria about which a workshop was two levels or more apart, in catalogue order."""
        return tuple(result for result in self.criteria if result.spread is not None and result.spread.is_wide)

    @property
    def overdue(self) -> tuple[MeasureItem, ...]:
        """The measures that were overdue on the profile's own day, the oldest first."""
        return tuple(measure for measure in self.measures if measure.is_overdue)
