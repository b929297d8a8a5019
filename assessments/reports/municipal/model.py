"""What the profile of a municipality shows, as frozen values: renderings never compute. Levels run from 0 to 4."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assessments.reports.counted import Counted
from assessments.reports.portfolio.model import LeftOut, RecordRef, RunningRef, StreamFigure


@dataclass(frozen=True, slots=True)
class ProjectRef:
    """A project that speaks, by the record of its latest approved round. ``edition`` is the number of that round's edition."""

    public_id: str
    name: str
    record: RecordRef
    edition: str


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """What the municipality says of itself. ``label`` is ready to print: „Stufe 2, in Umsetzung“, „weiß nicht“."""

    state: str
    level: int | None
    label: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Projects that contradict the municipality in one way (``kind`` is one of ``scoring``'s); ``sentence`` says it in full."""

    kind: str
    projects: tuple[ProjectRef, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class CriterionEvidence:
    """One criterion: the municipality's own answer, and which projects stand where.

    ``own`` None where it was not asked; then ``own_note`` says why. ``by_level`` holds the projects on the levels 0 to 4;
    ``unknown``, ``not_applicable`` and ``open`` those without one. All of these were asked; nobody else was. ``holds_up`` are
    those whose own phase's gate waits for it. ``other_editions`` counts those asked by another edition than the municipality's
    own answer, or, without one, than the newest.

    Title, phase and workstreams are those of the newest edition that anybody was asked by.
    """

    key: str
    title: str
    phase: str
    phase_label: str
    workstreams: tuple[str, ...]
    own: OwnAnswer | None
    own_note: str
    by_level: tuple[tuple[ProjectRef, ...], ...]
    unknown: tuple[ProjectRef, ...]
    not_applicable: tuple[ProjectRef, ...]
    open: tuple[ProjectRef, ...]
    holds_up: tuple[ProjectRef, ...]
    disagreements: tuple[Disagreement, ...]
    other_editions: int

    @property
    def counts(self) -> tuple[int, ...]:
        return tuple(len(projects) for projects in self.by_level)

    @property
    def n(self) -> int:
        """How many projects have a level."""
        return sum(self.counts)

    @property
    def without_level(self) -> int:
        return len(self.unknown) + len(self.not_applicable) + len(self.open)

    @property
    def m(self) -> int:
        """How many projects were asked."""
        return self.n + self.without_level

    @property
    def low(self) -> int:
        """How many projects have at most begun to plan."""
        return sum(self.counts[:2])

    @property
    def contradicting(self) -> int:
        return sum(len(one.projects) for one in self.disagreements)

    @property
    def is_noteworthy(self) -> bool:
        return bool(self.disagreements or self.holds_up)

    @property
    def is_asked(self) -> bool:
        return self.own is not None or self.m > 0


@dataclass(frozen=True, slots=True)
class StreamEvidence:
    """One workstream, or all criteria (``key`` ""): the municipality's own figure, and how the answers of its projects spread.

    ``counts`` are answers on the levels 0 to 4, each of one project to one criterion: a distribution, no mean is taken of it.
    ``asked`` answers there could be, from ``projects`` projects. ``own`` is None without a record of its own.
    """

    key: str
    name: str
    own: StreamFigure | None
    counts: tuple[int, ...]
    asked: int
    projects: int

    @property
    def rated(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """The municipality's own latest approved round. ``gate`` says what its one gate is like, ``missing`` are the
    titles of the milestones it waits for, ``dropped`` is left out.
    """

    record: RecordRef
    edition: str
    gate_state: str
    gate: str
    missing: tuple[str, ...]
    dropped: tuple[LeftOut, ...]
    rated: int
    asked: int


@dataclass(frozen=True, slots=True)
class MunicipalProfile:
    """``total`` projects the person may see, ``projects`` of which speak; ``counted`` says which these are. The own gates of
    ``unexamined`` projects were not examined.

    ``criteria`` are all that anybody was asked, and the others of the newest edition that was used, in the order of the
    catalogue; ``edition`` is its number, "" while nothing is approved. ``shown`` are those of the selection.
    """

    municipality: str
    is_fictional: bool
    as_of: date
    own: OwnRecord | None
    running: RunningRef | None
    own_project: str
    total: int
    counted: Counted
    projects: tuple[ProjectRef, ...]
    unexamined: int
    edition: str
    streams: tuple[StreamEvidence, ...]
    criteria: tuple[CriterionEvidence, ...]
    shown: tuple[CriterionEvidence, ...]

    @property
    def asked(self) -> Sequence[CriterionEvidence]:
        return [one for one in self.criteria if one.is_asked]

    @property
    def disagreeing(self) -> Sequence[CriterionEvidence]:
        """Where most projects contradict the municipality first."""
        return sorted((one for one in self.criteria if one.disagreements), key=lambda one: -one.contradicting)

    @property
    def holding_up(self) -> Sequence[CriterionEvidence]:
        """What holds up most projects first."""
        return sorted((one for one in self.criteria if one.holds_up), key=lambda one: -len(one.holds_up))

    @property
    def has_levels(self) -> bool:
        """Whether any project has a level anywhere: without, none stands low and none stands high."""
        return any(one.n for one in self.criteria)

    @property
    def lowest(self) -> Sequence[CriterionEvidence]:
        """Where most projects have at most begun to plan first."""
        return sorted((one for one in self.criteria if one.low), key=lambda one: -one.low)

    @property
    def compared(self) -> int:
        """In how many criteria the municipality's own answer and one of its projects can be compared."""
        return sum(1 for one in self.criteria if one.own is not None and one.n and one.own.state in ("rated", "not_applicable"))
