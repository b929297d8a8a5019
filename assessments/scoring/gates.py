"""The gates between the phases: what a project has to have reached, what of it was looked at, and what is missing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assessments.scoring.ratings import NOT_APPLICABLE, Rating

REACHED, BLOCKED, NOT_EXAMINED, AHEAD = "reached", "blocked", "not_examined", "ahead"
BELOW, UNASSESSED = "below", "unassessed"


@dataclass(frozen=True, slots=True)
class GateMilestone:
    """A criterion that belongs to the gate of ``phase`` (a key) and passes at ``required`` (1–4) or above.

    A cross-phase milestone counts at every gate and asks each for a level of its own: ``by_phase`` holds pairs of a phase's
    key and a level. A phase that is not in it, and the municipality as a whole, asks for ``required``.
    """

    key: str
    phase: str
    required: int
    by_phase: tuple[tuple[str, int], ...] = ()

    def required_for(self, phase: str | None) -> int:
        """The level that the gate of ``phase`` asks for."""
        return dict(self.by_phase).get(phase or "", self.required)


@dataclass(frozen=True, slots=True)
class Blocker:
    """A milestone that does not pass a gate, which asks for ``required``.

    ``cause``: ``below`` that level, ``open``, ``unknown``, ``unassessed`` (out of the assessment's scope).
    """

    milestone: GateMilestone
    cause: str
    required: int
    level: int | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """The gate of one phase. ``passed`` of ``total`` milestones pass.

    ``dropped`` are the milestones that do not apply: they count in neither number and are to be named with their reason.
    ``unconfirmed`` answers that nobody has confirmed stand behind all of these: behind what passes, what blocks and what drops.
    Of the ``total``, ``own`` belong to the phase itself, ``earlier`` to the phases before and ``cross_phase`` to all.

    ``state``: ``not_examined`` where no milestone of the phase's own has a level (the edition has none, or nobody rated one, or
    none applies), whatever the others say; otherwise ``reached`` without and ``blocked`` with blockers. ``ahead`` is the gate
    of a later phase that is not reached.
    """

    phase: str
    state: str
    blockers: tuple[Blocker, ...]
    dropped: tuple[GateMilestone, ...]
    passed: int
    total: int
    unconfirmed: int
    own: int
    earlier: int
    cross_phase: int

    @property
    def own_dropped(self) -> tuple[GateMilestone, ...]:
        """What does not apply of the phase's own milestones."""
        return tuple(milestone for milestone in self.dropped if milestone.phase == self.phase)


def passes(milestone: GateMilestone, rating: Rating | None, phase: str | None) -> bool:
    """Whether the level is the one the gate of ``phase`` asks for, or above. Without a level nothing passes."""
    return rating is not None and rating.level is not None and rating.level >= milestone.required_for(phase)


def gates(
    milestones: Sequence[GateMilestone],
    ratings: Iterable[Rating],
    *,
    phases: Sequence[str],
    current: str | None,
    cross_phase: str,
) -> tuple[Gate, ...]:
    """One gate per phase of ``phases`` (keys in order), as seen from the project's phase ``current``.

    ``milestones`` are all of the edition, also those outside the assessment's scope: these block, since nobody knows. A gate
    asks for the milestones of its phase, of the earlier ones and of the cross-phase set; what does not apply drops out. With
    ``current`` None (the municipality as a whole, which is in no phase) there is one gate, that of the cross-phase set.

    Whatever is left out never makes a gate greener: without a rated milestone of its own no gate is reached.
    """
    answers = {rating.key: rating for rating in ratings}
    if current is None:
        own = [milestone for milestone in milestones if milestone.phase == cross_phase]
        return (_gate(cross_phase, own, answers, cross_phase=cross_phase, is_ahead=False),)
    result = []
    for position, phase in enumerate(phases):
        counting = {cross_phase, *phases[: position + 1]}
        asked = [milestone for milestone in milestones if milestone.phase in counting]
        is_ahead = position > phases.index(current)
        result.append(_gate(phase, asked, answers, cross_phase=cross_phase, is_ahead=is_ahead))
    return tuple(result)


def _gate(phase: str, asked: Iterable[GateMilestone], answers: dict[str, Rating], *, cross_phase: str, is_ahead: bool) -> Gate:
    passed = unconfirmed = 0
    blockers: list[Blocker] = []
    dropped: list[GateMilestone] = []
    counted: list[GateMilestone] = []
    is_examined = False
    for milestone in asked:
        rating = answers.get(milestone.key)
        unconfirmed += rating is not None and rating.is_unconfirmed
        if rating is not None and rating.state == NOT_APPLICABLE:
            dropped.append(milestone)
            continue
        counted.append(milestone)
        is_examined |= milestone.phase == phase and rating is not None and rating.level is not None
        if passes(milestone, rating, phase):
            passed += 1
        else:
            blockers.append(_blocker(milestone, rating, phase))
    own = sum(milestone.phase == phase for milestone in counted)
    everywhere = sum(milestone.phase == cross_phase != phase for milestone in counted)
    if is_ahead and (blockers or not is_examined):
        state = AHEAD
    elif not is_examined:
        state = NOT_EXAMINED
    else:
        state = BLOCKED if blockers else REACHED
    return Gate(
        phase=phase,
        state=state,
        blockers=tuple(blockers),
        dropped=tuple(dropped),
        passed=passed,
        total=len(counted),
        unconfirmed=unconfirmed,
        own=own,
        earlier=len(counted) - own - everywhere,
        cross_phase=everywhere,
    )


def _blocker(milestone: GateMilestone, rating: Rating | None, phase: str) -> Blocker:
    required = milestone.required_for(phase)
    if rating is None:
        return Blocker(milestone, UNASSESSED, required)
    return Blocker(milestone, BELOW if rating.level is not None else rating.state, required, rating.level)
