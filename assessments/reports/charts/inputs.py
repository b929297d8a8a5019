"""What the charts take: plain values, already computed. Levels and means run from 0 to 4; None means „no value“, never 0."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

TOP = 4  # the highest level, hence the end of every scale

Role = Literal["now", "target", "earlier"]
GateState = Literal["reached", "blocked", "ahead", "none"]


@dataclass(frozen=True)
class Series:
    """One value per axis. ``role`` chooses colour, dash and mark; ``name`` is what the legend calls it."""

    role: Role
    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class Bar:
    """One row of a bullet chart. ``note`` stands at its end, such as „5 von 6 eingeschätzt“."""

    label: str
    now: float | None
    target: float | None = None
    earlier: float | None = None
    note: str = ""


@dataclass(frozen=True)
class TrendRound:
    """One round on the time line."""

    label: str
    on: date
    value: float | None


@dataclass(frozen=True)
class PlannedValue:
    """Where the value shall be, and when."""

    on: date
    value: float


@dataclass(frozen=True)
class HeatRow:
    """One criterion over the rounds. A cell: a level, „open“, „unknown“ or „not_applicable“; None where it was not asked."""

    label: str
    cells: tuple[int | str | None, ...]


@dataclass(frozen=True)
class RoadPhase:
    """One phase and the gate at its end. ``blocked_by`` counts the open milestones of a blocked gate; none: no gate to pass."""

    label: str
    state: GateState
    blocked_by: int = 0
    is_current: bool = False
