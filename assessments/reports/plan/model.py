from dataclasses import dataclass
from datetime import date

from assessments.reports.counted import Counted


@dataclass(frozen=True, slots=True)
class GateRef:
    """The gate of a project that waits for a criterion, as its latest record says: „P3 Pilot“ and its code."""

    label: str
    code: str


@dataclass(frozen=True, slots=True)
class PlannedMeasure:
    """Something that still has to be done. ``who`` is "" where nobody is named, ``criterion`` a key, "" for the whole project.

    ``gate`` is the first of the project's gates that waits for the criterion; None where none does, or nothing was approved.
    ``is_small_step``: the criterion stands one level below what the gate of the project's phase asks for.
    """

    public_id: str
    text: str
    project: str
    project_id: str
    who: str
    due_on: date | None
    status: str
    is_overdue: bool
    criterion: str
    criterion_title: str
    gate: GateRef | None
    is_small_step: bool


@dataclass(frozen=True, slots=True)
class SmallStep:
    """A criterion one level below what the gate of the project's phase asks for, as its latest record says.

    ``hint`` is the catalogue's proposal for the next level; ``measures`` counts what is to be done about it.
    """

    project: str
    project_id: str
    assessment_id: str
    criterion: str
    title: str
    level: int
    required: int
    gate: GateRef
    hint: str
    measures: int


@dataclass(frozen=True, slots=True)
class MunicipalPlan:
    """``measures`` by day, those without one last. ``small_steps`` in the order of the projects. ``counted``: of which."""

    municipality: str
    as_of: date
    counted: Counted
    measures: tuple[PlannedMeasure, ...]
    small_steps: tuple[SmallStep, ...]

    @property
    def dated(self) -> tuple[PlannedMeasure, ...]:
        return tuple(one for one in self.measures if one.due_on is not None)

    @property
    def overdue(self) -> tuple[PlannedMeasure, ...]:
        return tuple(one for one in self.measures if one.is_overdue)
