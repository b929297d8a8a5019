"""What the development of a municipality shows, as frozen values: renderings never compute. Means run from 0 to 4."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from assessments.reports.counted import Counted


@dataclass(frozen=True, slots=True)
class Quarter:
    """What happened in a quarter, and where things stood at its end (of the running one: today).

    ``approvals`` of rounds; ``reached`` and ``lost`` are milestones against the approval before, ``reached_at_first`` those
    that a project's first approval had already. ``gates`` of the own phase that were reached, ``measures`` done. Of the end:
    ``speaking`` projects, whose answers spread over the levels 0 to 4 as ``counts`` say, and ``gates_reached`` of them.
    """

    year: int
    number: int
    is_running: bool
    approvals: int
    reached: int
    reached_at_first: int
    lost: int
    gates: int
    measures: int
    speaking: int
    counts: tuple[int, ...]
    gates_reached: int

    @property
    def happened(self) -> bool:
        return bool(self.approvals or self.measures)


@dataclass(frozen=True, slots=True)
class RoundPoint:
    """One approved round of a project. ``change`` of the mean is like for like with the round compared, over ``change_n``."""

    label: str
    assessment_id: str
    on: date
    mean: float | None
    n: int
    m: int
    is_provisional: bool
    change: float | None
    change_n: int


@dataclass(frozen=True, slots=True)
class ProjectTrend:
    """The approved rounds of a project that hold, in time order. The municipality itself is one of its own."""

    public_id: str
    name: str
    is_municipality_wide: bool
    rounds: tuple[RoundPoint, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """One criterion that fell or rose between two rounds, with the reason given this time, "" for none."""

    key: str
    title: str
    is_fall: bool
    before: int
    now: int
    reason: str


@dataclass(frozen=True, slots=True)
class MovedRound:
    """An approved round in which something moved; falls first. ``moves`` are fetched for those that are shown."""

    record_id: int
    project: str
    assessment_id: str
    label: str
    on: date
    edition_id: int
    compared: str
    fallen: tuple[str, ...]
    risen: tuple[str, ...]


#: The moves of some of the rounds, by record: those whose documents were read.
Told = Mapping[int, Sequence[Move]]


@dataclass(frozen=True, slots=True)
class Development:
    """``quarters`` the latest first, without a gap; none before the first approval. ``moved`` the latest first."""

    municipality: str
    is_fictional: bool
    as_of: date
    counted: Counted
    quarters: tuple[Quarter, ...]
    trends: tuple[ProjectTrend, ...]
    moved: tuple[MovedRound, ...]

    @property
    def with_rounds(self) -> Sequence[ProjectTrend]:
        return [one for one in self.trends if one.rounds]
