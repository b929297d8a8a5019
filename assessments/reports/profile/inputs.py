"""The plain facts a maturity profile is built from; ``load`` fetches them."""

from dataclasses import dataclass
from datetime import date

from assessments.reports.profile.model import CommentItem, EvidenceItem, MeasureItem, Meta, RoundRef, ScaleLevel
from assessments.scoring import GateMilestone, Rating, Spread


@dataclass(frozen=True, slots=True)
class PhaseFact:
    key: str
    code: str
    name: str
    label: str
    is_cross_phase: bool


@dataclass(frozen=True, slots=True)
class MilestoneFact:
    """A milestone of the edition, in or out of the assessment's scope."""

    milestone: GateMilestone
    title: str
    kind_label: str


@dataclass(frozen=True, slots=True)
class SpreadFact:
    """How far a workshop was apart about what this answer says; ``ballot`` counts the votings it took."""

    spread: Spread
    ballot: int
    on: date | None


@dataclass(frozen=True, slots=True)
class AnswerFact:
    """One answer of a round. What stands after ``on`` is fetched for this round only; ``levels`` are in order 0–4."""

    rating: Rating
    title: str
    rationale: str
    by: str
    on: date | None
    summary: str = ""
    levels: tuple[ScaleLevel, ...] = ()
    target_date: date | None = None
    evidence: tuple[EvidenceItem, ...] = ()
    comments: tuple[CommentItem, ...] = ()
    spread: SpreadFact | None = None


@dataclass(frozen=True, slots=True)
class RoundFact:
    """An earlier approved round."""

    ref: RoundRef
    answers: tuple[AnswerFact, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the profile is made of. ``answers`` and ``milestones`` in catalogue order, ``rounds`` in time order."""

    meta: Meta
    phases: tuple[PhaseFact, ...]
    workstreams: tuple[tuple[str, str], ...]
    answers: tuple[AnswerFact, ...]
    milestones: tuple[MilestoneFact, ...]
    rounds: tuple[RoundFact, ...]
    measures: tuple[MeasureItem, ...]
