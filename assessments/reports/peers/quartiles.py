"""The three figures that are shown of a group, and how large it is, said roughly. Pure."""

from bisect import bisect
from collections.abc import Iterable, Sequence
from statistics import quantiles

from assessments.reports.peers.partition import MINIMUM

#: Where the ranges begin in which a group's size is told.
SIZES = (MINIMUM, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)


def quartiles(values: Iterable[float]) -> tuple[float, float, float]:
    """A quarter of them lies below, half, three quarters: each to half a level. At least two."""
    lower, median, upper = quantiles(values, n=4, method="inclusive")
    return half(lower), half(median), half(upper)


def half(value: float) -> float:
    """To half a level, upwards in the middle; what differs from a half by the inexactness of a machine alone is one."""
    return int(value * 2 + 0.5 + 1e-9) / 2


def size_from(number: int) -> int:
    """The lower end of the range that the number lies in."""
    return SIZES[bisect(SIZES, number) - 1]


def size_range(size: int, sizes: Sequence[int] = SIZES) -> tuple[int, int | None]:
    """The range by its lower end; the last has no upper one."""
    place = sizes.index(size) + 1
    return size, sizes[place] - 1 if place < len(sizes) else None
