"""Where a municipality's own answer and a project's do not go together: a reason to talk, which enters no other figure."""

from assessments.scoring.ratings import NOT_APPLICABLE
from assessments.scoring.spread import WIDE

#: Projects that stand lower or higher than the municipality says of itself, and those that rated what it says does not apply.
LOWER, HIGHER, DENIED = "lower", "higher", "denied"
DISAGREEMENTS = (LOWER, HIGHER, DENIED)


def disagreement(own_state: str, own_level: int | None, level: int | None) -> str:
    """How a project's ``level`` of a criterion contradicts the municipality's own answer to it; "" where it does not.

    Both have to be levels, at least ``WIDE`` apart: one level between a municipality and one of its solutions is no
    contradiction, as it is none between two people of a workshop. What it says does not apply is contradicted by any level. A
    project to which something does not apply, or that does not know, says nothing about the municipality.
    """
    if level is None:
        return ""
    if own_state == NOT_APPLICABLE:
        return DENIED
    if own_level is None or abs(level - own_level) < WIDE:
        return ""
    return LOWER if level < own_level else HIGHER
