"""One criterion of the maturity profile: its answer, and all that was said about it. Part of ``profile``."""

from dataclasses import dataclass
from datetime import date

from assessments.validity import Validity


@dataclass(frozen=True, slots=True)
class ScaleLevel:
    """One step of the scale. ``description`` and ``next_step`` (empty on the highest) are those of one criterion."""

    level: int
    name: str
    description: str = ""
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """Something that shows an answer to be true. ``url`` is "" where there is no link; ``on`` is the day it was added.

    ``file_name`` is "" where there is no file; where there is one, members may fetch it by ``file_id``. ``dated_on`` is the day
    it bears itself, ``valid_until`` the last one on which it counts.
    """

    text: str
    url: str
    on: date | None
    file_name: str = ""
    file_id: int | None = None
    dated_on: date | None = None
    valid_until: date | None = None

    @property
    def label(self) -> str:
        """The text, and in brackets the file's name where that says something else."""
        return f"{self.text} ({self.file_name})" if self.file_name not in ("", self.text) else self.text


@dataclass(frozen=True, slots=True)
class AgedEvidence(EvidenceItem):
    """The same on the profile's own day: ``days`` says when it is from and until when it counts, "" where it tells neither."""

    validity: str = Validity.VALID.value
    days: str = ""


@dataclass(frozen=True, slots=True)
class CommentItem:
    text: str
    by: str
    on: date
    is_resolved: bool


@dataclass(frozen=True, slots=True)
class MeasureItem:
    """What is done: what, who ("" = nobody yet), until when, how far. ``status``: planned, running, done, dropped.

    ``criterion_key`` is "" for a measure of the whole project; ``criterion_title`` also where this round lacks the criterion.
    ``is_overdue``: open, and due before the profile's own day (see ``measures_on``); ``status_label`` then says so.
    ``who_is_person``: ``who`` names a person, not an office. ``who_has_left`` the project's people on the profile's day: once
    built, ``who`` says so.
    """

    text: str
    who: str
    due_on: date | None
    status: str
    status_label: str
    criterion_key: str
    criterion_title: str
    is_overdue: bool = False
    who_is_person: bool = True
    who_has_left: bool = False

    @property
    def is_open(self) -> bool:
        return self.status in ("planned", "running")


@dataclass(frozen=True, slots=True)
class MilestoneInfo:
    """What makes the criterion part of its phase's gate, as the gate of the project's phase asks for it.

    ``status``: ``reached`` at the required level or above, ``dropped`` where the criterion does not apply, else ``missing``.
    """

    kind_label: str
    required_level: int
    required_name: str
    status: str
    status_label: str


@dataclass(frozen=True, slots=True)
class PreviousAnswer:
    """The answer of the compared round to the criterion of the same key."""

    round_label: str
    state: str
    state_label: str
    level: int | None
    level_name: str
    rationale: str
    by: str
    on: date | None


@dataclass(frozen=True, slots=True)
class CriterionChange:
    """``kind`` is one of scoring's (all but ``dropped``), ``label`` says it.

    ``text`` is a short sentence („von 1 auf 3“). ``delta`` (−4 … 4) and ``previous`` are None where there is nothing to
    compare.
    """

    kind: str
    label: str
    text: str
    delta: int | None
    previous: PreviousAnswer | None


@dataclass(frozen=True, slots=True)
class RoleVotes:
    """The votes of one role, at least three: ``role`` is its key, ``label`` its name."""

    role: str
    label: str
    n: int
    lowest: int
    highest: int
    median: float


@dataclass(frozen=True, slots=True)
class SpreadItem:
    """How far a workshop was apart before it agreed: a reason to talk, and no grade. Over ``n`` votes with a level.

    ``is_wide``: two levels or more apart; then ``mark`` says so, else it is "". ``ballot`` counts the votings, of which this is
    the last. ``text`` is ready to print.
    """

    n: int
    lowest: int
    highest: int
    median: float
    is_wide: bool
    roles: tuple[RoleVotes, ...]
    ballot: int
    on: date | None
    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """One criterion and its answer. ``number`` counts from 1 in the order of the catalogue and stays in every table and chart.

    ``level`` None unless ``state`` is ``rated``; then ``level_name`` and ``level_description`` are "" too. Level 0 is a
    remainder and has no description of its own: there it says that level 1 is not reached. ``answer_label`` says state or level
    in words, ready to print. ``next_step`` is the catalogue's proposal for the way to the next level ("" at the highest and
    where not applicable; for an unrated criterion it says that somebody should find out). ``gap`` = target − level. ``change``
    is None when the profile compares with no round. ``measures`` are those of this criterion, done and dropped ones included.
    ``levels`` is the whole scale with this criterion's descriptions. ``spread`` is None where no workshop voted. ``blocks``
    names the gate of the project's phase if the criterion blocks it. ``rests_on_expired``: all of its evidence had expired on
    the profile's own day; it changes no figure and no gate.
    """

    number: int
    key: str
    title: str
    summary: str
    phase: str
    phase_label: str
    workstreams: tuple[str, ...]
    workstream_names: tuple[str, ...]
    milestone: MilestoneInfo | None
    blocks: str
    state: str
    state_label: str
    level: int | None
    level_name: str
    level_description: str
    answer_label: str
    next_step: str
    levels: tuple[ScaleLevel, ...]
    rationale: str
    evidence: tuple[AgedEvidence, ...]
    target_level: int | None
    target_name: str
    target_date: date | None
    gap: int | None
    confirmed: bool
    change: CriterionChange | None
    measures: tuple[MeasureItem, ...]
    comments: tuple[CommentItem, ...]
    answered_by: str
    answered_on: date | None
    spread: SpreadItem | None = None
    rests_on_expired: bool = False
