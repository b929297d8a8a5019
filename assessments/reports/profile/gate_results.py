"""The gates and the priorities of a maturity profile, in words."""

from collections.abc import Iterable, Sequence

from assessments import scoring, sentences
from assessments.reports.profile import texts
from assessments.reports.profile.inputs import Facts, RoundFact
from assessments.reports.profile.model import (
    CriterionResult,
    DroppedMilestone,
    GateBlocker,
    GateResult,
    MeasureItem,
    PriorityItem,
)
from assessments.scoring import Gate, Rating


def gate_results(gates: Iterable[Gate], facts: Facts, criteria: Iterable[CriterionResult]) -> tuple[GateResult, ...]:
    phases = {phase.key: phase for phase in facts.phases}
    titles = {fact.milestone.key: fact.title for fact in facts.milestones}
    by_key = {result.key: result for result in criteria}
    numbers = {key: result.number for key, result in by_key.items()}
    return tuple(
        GateResult(
            phase=gate.phase,
            code=phases[gate.phase].code,
            name=phases[gate.phase].name,
            label=phases[gate.phase].label,
            state=gate.state,
            state_label=sentences.gate_state(gate.state),
            is_current=facts.meta.phase in (gate.phase, None),
            passed=gate.passed,
            total=gate.total,
            unconfirmed=gate.unconfirmed,
            blockers=tuple(
                GateBlocker(
                    key=blocker.milestone.key,
                    number=numbers.get(blocker.milestone.key),
                    title=titles[blocker.milestone.key],
                    phase_label=phases[blocker.milestone.phase].label,
                    cause=blocker.cause,
                    level=blocker.level,
                    required_level=blocker.required,
                    reason=sentences.blocker(blocker),
                )
                for blocker in gate.blockers
            ),
            dropped=tuple(_dropped(by_key[milestone.key]) for milestone in gate.dropped),
            sentence=sentences.gate_sentence(gate, "" if phases[gate.phase].is_cross_phase else phases[gate.phase].code),
        )
        for gate in gates
    )


def _dropped(result: CriterionResult) -> DroppedMilestone:
    text = sentences.dropped_milestone(result.title, result.rationale)
    return DroppedMilestone(result.key, result.number, result.title, result.rationale, text)


def priority_items(
    ratings: Sequence[Rating],
    gate: GateResult | None,
    criteria: Sequence[CriterionResult],
    measures: Iterable[MeasureItem],
    compared: RoundFact | None,
) -> tuple[PriorityItem, ...]:
    """``gate`` is the one of the project's phase, None without one; ``compared`` the round that falls are counted from."""
    blocked = {blocker.key: blocker.reason for blocker in gate.blockers} if gate else {}
    overdue = {measure.criterion_key for measure in measures if measure.is_overdue}
    before = {answer.rating.key: answer.rating for answer in compared.answers} if compared else {}
    by_key = {criterion.key: criterion for criterion in criteria}
    items = []
    for rank, found in enumerate(scoring.priorities(ratings, blocking=blocked, overdue=overdue, before=before), 1):
        criterion = by_key[found.key]
        open_measures = [measure for measure in criterion.measures if measure.is_open]
        items.append(
            PriorityItem(
                rank=rank,
                criterion=criterion,
                is_blocking=found.is_blocking,
                is_overdue=found.is_overdue,
                fall=found.fall,
                gap=found.gap,
                reason=texts.priority_reason(
                    found,
                    level=criterion.level,
                    target=criterion.target_level,
                    gate=gate.label if gate else "",
                    blocked=blocked.get(found.key, ""),
                ),
                next_step=criterion.next_step,
                measure=open_measures[0] if open_measures else None,
                more_measures=max(len(open_measures) - 1, 0),
            )
        )
    return tuple(items)
