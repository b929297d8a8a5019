"""What to work on first."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from assessments.scoring.ratings import NOT_APPLICABLE, Rating, gap
from catalogue.levels import HIGHEST


@dataclass(frozen=True, slots=True)
class Priority:
    """A criterion to work on. ``fall``: by how many levels it fell since the compared round, ``gap``: how many it is below its
    target; both 0 where there is nothing of the kind."""

    key: str
    is_blocking: bool
    is_overdue: bool
    fall: int
    gap: int


def priorities(
    ratings: Iterable[Rating],
    *,
    blocking: Collection[str],
    overdue: Collection[str] = (),
    before: Mapping[str, Rating] | None = None,
) -> tuple[Priority, ...]:
    """First what blocks, then what has an overdue measure, then falls, then gaps, then the lowest level, then catalogue order.

    ``blocking`` are the keys that stand in the way of the gate of the project's phase, ``overdue`` those with an overdue
    measure, ``before`` the answers of the compared round by key. In how many workstreams a criterion is filed plays no part.

    Left out is what needs no work or no one can rank: what does not apply; what has reached its target, or the highest level,
    and did not fall; and what has no level. What blocks is never left out, unless it does not apply.
    """
    found = []
    for position, rating in enumerate(ratings):
        is_blocking, is_overdue = rating.key in blocking, rating.key in overdue
        missing, fall = max(gap(rating) or 0, 0), _fall(rating, before or {})
        if rating.state == NOT_APPLICABLE or not (is_blocking or fall or (rating.level is not None and not _is_done(rating))):
            continue
        # A blocking milestone nobody could rate comes before those with a level: to know is the first step.
        rank = (not is_blocking, not is_overdue, -fall, -missing, -1 if rating.level is None else rating.level, position)
        found.append((rank, Priority(rating.key, is_blocking, is_overdue, fall, missing)))
    return tuple(priority for _, priority in sorted(found, key=lambda entry: entry[0]))


def _is_done(rating: Rating) -> bool:
    target = HIGHEST if rating.target is None else rating.target
    return rating.level is not None and rating.level >= target


def _fall(rating: Rating, before: Mapping[str, Rating]) -> int:
    earlier = before.get(rating.key)
    if rating.level is None or earlier is None or earlier.level is None:
        return 0
    return max(earlier.level - rating.level, 0)
