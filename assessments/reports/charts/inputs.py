"""What the charts take: plain values, already computed. Levels and means run from 0 to 4; None means „no value“, never 0."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

TOP = 4  # the highest level, hence the end of every scale

#: Where a mark leads, and what it is called there; ("", "") leads nowhere.
Link = tuple[str, str]
NOWHERE: Link = ("", "")

SeriesRole = Literal["now", "target", "earlier"]
GateState = Literal["reached", "blocked", "not_examined", "ahead"]


@dataclass(frozen=True)
class Series:
    """One value per axis. ``role`` chooses colour, dash and mark; ``name`` is what the legend calls it."""

    role: SeriesRole
    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class Bar:
    """One row of a bullet chart. ``note`` stands at its end, such as „5 von 6 eingeschätzt“; its name leads to ``link``."""

    label: str
    now: float | None
    target: float | None = None
    earlier: float | None = None
    note: str = ""
    link: Link = NOWHERE


@dataclass(frozen=True)
class Strip:
    """One row of level strips: how many criteria stand on the levels 0–4, and how many have none.

    ``mean``, ``target`` (the mean once all targets are met) and ``earlier`` (the mean of the compared round, where it stands on
    the same criteria) are None without a value; where ``earlier`` may not be drawn, ``since`` tells the change like for like.
    ``note`` stands beside the mean, such as „5 von 6 eingeschätzt“. A ``is_provisional`` row stands on too little to speak for
    its group. ``links`` are those of its six columns, the last for what has no level; none at all without them.
    """

    label: str
    counts: tuple[int, ...]
    unrated: int
    mean: float | None
    target: float | None = None
    note: str = ""
    is_provisional: bool = False
    links: tuple[Link, ...] = ()
    earlier: float | None = None
    since: str = ""


@dataclass(frozen=True)
class TrendRound:
    """One round on the time line. ``is_provisional``: its mean stands on too little. ``same_criteria``: it rated those of the
    round before, and no others, so that the way from there is a change."""

    label: str
    on: date
    value: float | None
    is_provisional: bool = False
    same_criteria: bool = True
    link: Link = NOWHERE


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
    link: Link = NOWHERE


@dataclass(frozen=True)
class RoadPhase:
    """One phase and the gate at its end. ``blocked_by`` counts the open milestones of a blocked gate."""

    label: str
    state: GateState
    blocked_by: int = 0
    is_current: bool = False
    link: Link = NOWHERE


@dataclass(frozen=True)
class Due:
    """One row of a time line. ``note`` stands beside its day, such as „Tor P3“."""

    text: str
    on: date
    note: str = ""
    is_overdue: bool = False
    is_small: bool = False
    link: Link = NOWHERE
