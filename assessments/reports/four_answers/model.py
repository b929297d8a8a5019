"""The four answers as frozen values: renderings never compute. All is of what the person may see, without the archive."""

from dataclasses import dataclass
from datetime import date

from assessments.reports.portfolio.model import SharedObstacle


@dataclass(frozen=True, slots=True)
class WholeStanding:
    """The municipality's own latest approved round.

    ``missing`` are the titles of the milestones its gate waits for, ``dropped`` title and reason of those that do not apply: no
    gate is to be told without them.
    """

    assessment_id: str
    round_label: str
    on: date
    state: str
    missing: tuple[str, ...]
    dropped: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Late:
    """What one person has not done by its day, since the earliest of them. ``who`` "" where nobody is named."""

    who: str
    number: int
    since: date


@dataclass(frozen=True, slots=True)
class WaitingRounds:
    """Rounds that were handed in and wait for an approval, and since when the first of them does."""

    number: int
    since: date
    project: str
    assessment_id: str


@dataclass(frozen=True, slots=True)
class Fall:
    """A gate that would be reached on a day, if everything were done by then. A projection, never a finding."""

    project: str
    project_id: str
    gate: str
    on: date


@dataclass(frozen=True, slots=True)
class NextYear:
    """What is to come from today to ``until``, both included.

    ``planned`` measures have a day in that time, and gates wait for the criteria of ``serving`` of them; ``undated``
    ones have no day. ``falls`` would be reached of the ``open_gates``, if all that is planned or overdue were done,
    what is overdue at once. ``expiring`` pieces of evidence run out in that time, ``expired`` have before.
    """

    until: date
    planned: int
    serving: int
    undated: int
    open_gates: int
    falls: tuple[Fall, ...]
    expiring: int
    expired: int


@dataclass(frozen=True, slots=True)
class FourAnswers:
    """``total`` projects there are besides the municipality as a whole; ``approved`` have a record, ``compared`` one that
    had an earlier round to be compared with. ``archived`` ones are in no figure; they are told of where there is no other.

    ``like_for_like`` criteria of the compared rounds are rated in both, of ``beside`` in all; ``unconfirmed`` of their answers
    were carried over and nobody has looked at them.

    ``waiting`` is None where nothing waits, where the person may not know, or where the page says it itself.
    """

    municipality: str
    public_id: str
    as_of: date
    total: int
    archived: int
    approved: int
    compared: int
    gate_counts: tuple[tuple[str, int], ...]
    risen: int
    fallen: int
    no_longer_rated: int
    like_for_like: int
    beside: int
    unconfirmed: int
    whole: WholeStanding | None
    obstacle_streams: tuple[SharedObstacle, ...]
    obstacle_criteria: tuple[SharedObstacle, ...]
    late: tuple[Late, ...]
    waiting: WaitingRounds | None
    next_year: NextYear
    sees_part: bool

    @property
    def overdue(self) -> int:
        return sum(one.number for one in self.late)
