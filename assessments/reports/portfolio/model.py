"""What a portfolio shows, as frozen values: renderings never compute. Levels and means run from 0 to 4; None is „no value“."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assessments.queries.ageing import AgeingEvidence
from assessments.reports.counted import Counted
from assessments.scoring import Counts


@dataclass(frozen=True, slots=True)
class StreamFigure:
    """One workstream of one project, or all its criteria (``key`` ""), as its record has it.

    ``counts`` of the levels 0–4; ``mean`` over ``n`` of ``m``; ``change`` like for like over the ``change_n`` criteria rated in
    both rounds. A ``is_provisional`` mean stands on too little to speak for its group.
    """

    key: str
    name: str
    mean: float | None
    n: int
    m: int
    counts: tuple[int, ...]
    is_provisional: bool
    change: float | None = None
    change_n: int = 0

    @property
    def unrated(self) -> int:
        return self.m - self.n


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A milestone that a gate waits for. ``workstreams`` are keys, as the record's edition has them."""

    key: str
    title: str
    workstreams: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A milestone that does not apply, and why: no gate is to be told without."""

    key: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class PortfolioGate:
    """``state`` is one of ``scoring``'s; ``label`` names the phase, ``code`` is „P3“, "" for the municipality as a whole.

    ``waits_for`` are keys of criteria; told in full, as ``obstacles``, are those of the project's own gate. ``dropped`` is what
    does not apply of it.
    """

    phase: str
    label: str
    code: str
    state: str
    state_label: str
    is_current: bool
    summary: str
    waits_for: tuple[str, ...]
    obstacles: tuple[Obstacle, ...]
    dropped: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class RecordRef:
    """What speaks for a project: the record of its latest approved round."""

    number: str
    assessment_id: str
    round_label: str
    on: date


@dataclass(frozen=True, slots=True)
class RunningRef:
    """The round under way. ``since`` is the day it was submitted, or begun; ``taken_back`` that of the approval which a
    reopening took back, None without one.
    """

    assessment_id: str
    round_label: str
    state: str
    state_label: str
    is_waiting: bool
    since: date | None
    taken_back: date | None
    counts: Counts


@dataclass(frozen=True, slots=True)
class DueMeasure:
    text: str
    who: str
    due_on: date
    project: str
    project_id: str


@dataclass(frozen=True, slots=True)
class PortfolioRow:
    """One project. ``phase`` is today's, ``approved_phase`` says in words that of the approval where it was another, else "".

    ``figures`` are those of the workstreams in their order, ``overall`` all criteria; without a ``record``
    there are none. ``fallen`` and ``risen`` count criteria rated in this round and the compared one. ``people`` work on it.

    ``beside`` criteria are in either of these rounds; ``unconfirmed`` of the answers were carried over and nobody looked.

    ``evidence_ageing`` pieces of evidence in its latest round have run out or will soon. ``stale`` says in words what has not
    moved for too long; "" where nothing has.
    """

    public_id: str
    name: str
    phase: str
    phase_label: str
    phase_order: int
    approved_phase: str
    field: str
    field_label: str
    is_municipality_wide: bool
    record: RecordRef | None
    running: RunningRef | None
    overall: StreamFigure | None
    figures: tuple[StreamFigure, ...]
    gates: tuple[PortfolioGate, ...]
    fallen: int
    risen: int
    beside: int
    unconfirmed: int
    measures_open: int
    measures_overdue: int
    evidence_ageing: int
    people: tuple[tuple[int, str], ...]
    stale: str

    @property
    def gate(self) -> PortfolioGate | None:
        """The one of the phase in which the project was approved; of the municipality as a whole there is one only.

        None without a record.
        """
        return next((gate for gate in self.gates if gate.is_current or self.is_municipality_wide), None)

    def figure(self, workstream: str) -> StreamFigure | None:
        return next((one for one in self.figures if one.key == workstream), None)


@dataclass(frozen=True, slots=True)
class SharedObstacle:
    """What several projects wait for: a workstream or a criterion, and by name who does."""

    key: str
    name: str
    projects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Portfolio:
    """``rows`` of projects, as they are sorted and narrowed; ``whole`` the municipality itself, which no figure counts in.

    ``listed`` is what is looked through for what is overdue, fell, waits or rests: the rows, and the whole unless the page is
    narrowed to some projects. So „nothing is overdue“ is said of all that the page shows. ``ageing`` is evidence of each
    project's latest round that the reader may see, as of today.
    ``total`` projects the person may see, ``counted`` says which these are, and ``everybody`` works on one of them. ``streams``
    are the columns: key and name of each workstream; so are ``phases``.
    """

    municipality: str
    is_fictional: bool
    as_of: date
    total: int
    rows: tuple[PortfolioRow, ...]
    whole: PortfolioRow | None
    listed: tuple[PortfolioRow, ...]
    streams: tuple[tuple[str, str], ...]
    phases: tuple[tuple[str, str], ...]
    everybody: tuple[tuple[int, str], ...]
    gate_counts: tuple[tuple[str, int], ...]
    obstacle_streams: tuple[SharedObstacle, ...]
    obstacle_criteria: tuple[SharedObstacle, ...]
    overdue: tuple[DueMeasure, ...]
    ageing: tuple[AgeingEvidence, ...]
    sees_running: bool
    counted: Counted

    @property
    def with_record(self) -> Sequence[PortfolioRow]:
        return [row for row in self.rows if row.record]

    @property
    def waiting(self) -> Sequence[PortfolioRow]:
        return [row for row in self.listed if row.running and row.running.is_waiting]

    @property
    def fallen(self) -> Sequence[PortfolioRow]:
        """Those in which something fell, most first."""
        return sorted((row for row in self.listed if row.fallen), key=lambda row: -row.fallen)

    @property
    def carried_over(self) -> int:
        """Of the answers that are compared with those of an earlier round, those nobody has looked at."""
        return sum(row.unconfirmed for row in self.listed if row.overall is not None and row.overall.change is not None)

    @property
    def has_changes(self) -> bool:
        return any(row.overall is not None and row.overall.change is not None for row in self.listed)

    @property
    def stale(self) -> Sequence[PortfolioRow]:
        return [row for row in self.listed if row.stale]
