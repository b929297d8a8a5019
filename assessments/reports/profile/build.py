"""From plain facts to the maturity profile. Pure: no database, no request, no clock; the numbers come from ``scoring``."""

from collections.abc import Callable, Iterable, Sequence

from assessments import scoring
from assessments.reports.profile import texts
from assessments.reports.profile.inputs import AnswerFact, Facts, MilestoneFact, RoundFact
from assessments.reports.profile.measures import measures_on
from assessments.reports.profile.model import (
    Changes,
    CriterionChange,
    CriterionResult,
    Figure,
    GateBlocker,
    GateResult,
    HistoryRow,
    MaturityProfile,
    MeasureItem,
    MilestoneInfo,
    PreviousAnswer,
    PriorityItem,
    RoundRef,
    ScaleLevel,
    Trend,
    TrendPoint,
)
from assessments.reports.profile.texts import Words
from assessments.scoring import Gate, Rating


def build_profile(facts: Facts) -> MaturityProfile:
    """``facts.meta.compared`` has to be one of ``facts.rounds``, or None."""
    meta = facts.meta
    ratings = [answer.rating for answer in facts.answers]
    compared = next((r for r in facts.rounds if meta.compared and r.ref.public_id == meta.compared.public_id), None)
    gates = scoring.gates(
        [fact.milestone for fact in facts.milestones],
        ratings,
        phases=[phase.key for phase in facts.phases if not phase.is_cross_phase],
        current=meta.phase,
        cross_phase=next(phase.key for phase in facts.phases if phase.is_cross_phase),
    )
    current = next((gate for gate in gates if meta.phase in (gate.phase, None)), None)
    measures = measures_on(meta.as_of, facts.measures)
    words = texts.Words()
    criteria = _criteria(facts, words, current, compared, measures)
    gate_results = _gates(gates, facts, criteria)
    current_result = next((gate for gate in gate_results if gate.is_current), None)
    overall = _figure("", "", facts.answers, compared, lambda rating: True)
    return MaturityProfile(
        meta=meta,
        headline=texts.headline(
            overall.average, overall.counts.unconfirmed, current_result.label if current_result else "", current
        ),
        overall=overall,
        workstreams=tuple(_figure(key, name, facts.answers, compared, _in_workstream(key)) for key, name in facts.workstreams),
        phases=tuple(
            _figure(phase.key, phase.label, facts.answers, compared, _in_phase(phase.key))
            for phase in facts.phases
            if any(rating.phase == phase.key for rating in ratings)
        ),
        gates=gate_results,
        current_gate=current_result,
        priorities=_priorities(ratings, current, current_result, criteria),
        changes=_changes(criteria, compared),
        trend=_trend(facts, ratings),
        history=_history(facts, criteria),
        criteria=criteria,
        measures=measures,
        scale=tuple(ScaleLevel(level, name) for level, name in enumerate(words.levels)),
        definitions=texts.definitions(),
    )


def _in_workstream(key: str) -> Callable[[Rating], bool]:
    return lambda rating: key in rating.workstreams


def _in_phase(key: str) -> Callable[[Rating], bool]:
    return lambda rating: rating.phase == key


def _figure(
    key: str, name: str, answers: Iterable[AnswerFact], compared: RoundFact | None, belongs: Callable[[Rating], bool]
) -> Figure:
    ratings = [answer.rating for answer in answers if belongs(answer.rating)]
    average = scoring.average(rating.level for rating in ratings)
    before = None
    if compared is not None:
        before = scoring.average(answer.rating.level for answer in compared.answers if belongs(answer.rating))
    return Figure(
        key=key,
        name=name,
        average=average,
        planned=scoring.planned(ratings),
        before=before,
        delta=scoring.difference(average, before),
        counts=scoring.counts(ratings),
        coverage=scoring.coverage(ratings),
    )


# --- Criteria ---------------------------------------------------------------------------------------------------------------


def _criteria(
    facts: Facts, words: Words, current: Gate | None, compared: RoundFact | None, measures: Sequence[MeasureItem]
) -> tuple[CriterionResult, ...]:
    labels = {phase.key: phase.label for phase in facts.phases}
    names = dict(facts.workstreams)
    milestones = {fact.milestone.key: fact for fact in facts.milestones}
    blocking = {blocker.milestone.key for blocker in current.blockers} if current else set()
    earlier = {answer.rating.key: answer for answer in compared.answers} if compared else {}
    find_out = texts.find_out()
    results = []
    for number, answer in enumerate(facts.answers, 1):
        rating, level = answer.rating, answer.rating.level
        step = answer.levels[level] if level is not None else None
        next_step = step.next_step if step else "" if rating.state == scoring.NOT_APPLICABLE else find_out
        results.append(
            CriterionResult(
                number=number,
                key=rating.key,
                title=answer.title,
                summary=answer.summary,
                phase=rating.phase,
                phase_label=labels[rating.phase],
                workstreams=rating.workstreams,
                workstream_names=tuple(names[key] for key in rating.workstreams),
                milestone=_milestone(milestones.get(rating.key), rating, words),
                blocks=labels[current.phase] if current and rating.key in blocking else "",
                state=rating.state,
                state_label=words.states[rating.state],
                level=level,
                level_name=words.level(level),
                level_description=step.description if step else "",
                answer_label=words.answer(rating.state, level),
                next_step=next_step,
                levels=answer.levels,
                rationale=answer.rationale,
                evidence=answer.evidence,
                target_level=rating.target,
                target_name=words.level(rating.target),
                target_date=answer.target_date,
                gap=scoring.gap(rating),
                confirmed=rating.confirmed,
                change=_change(rating, earlier.get(rating.key), compared.ref, words) if compared else None,
                measures=tuple(measure for measure in measures if measure.criterion_key == rating.key),
                comments=answer.comments,
                answered_by=answer.by,
                answered_on=answer.on,
            )
        )
    return tuple(results)


def _milestone(fact: MilestoneFact | None, rating: Rating, words: Words) -> MilestoneInfo | None:
    if fact is None:
        return None
    required = fact.milestone.required
    return MilestoneInfo(fact.kind_label, required, words.level(required), scoring.passes(fact.milestone, rating))


def _change(rating: Rating, earlier: AnswerFact | None, ref: RoundRef, words: Words) -> CriterionChange:
    found = scoring.change(rating, earlier.rating if earlier else None)
    previous, before, level = None, "", None
    if earlier is not None:
        state, level = earlier.rating.state, earlier.rating.level
        before = words.answer(state, level)
        previous = PreviousAnswer(
            round_label=ref.label,
            state=state,
            state_label=words.states[state],
            level=level,
            level_name=words.level(level),
            rationale=earlier.rationale,
            by=earlier.by,
            on=earlier.on or ref.on,
        )
    text = texts.change_text(found.kind, words.answer(rating.state, rating.level), before, (level, rating.level))
    return CriterionChange(found.kind, words.changes[found.kind], text, found.delta, previous)


# --- Gates, priorities, changes ---------------------------------------------------------------------------------------------


def _gates(gates: Iterable[Gate], facts: Facts, criteria: Iterable[CriterionResult]) -> tuple[GateResult, ...]:
    phases = {phase.key: phase for phase in facts.phases}
    titles = {fact.milestone.key: fact.title for fact in facts.milestones}
    numbers = {result.key: result.number for result in criteria}
    return tuple(
        GateResult(
            phase=gate.phase,
            code=phases[gate.phase].code,
            name=phases[gate.phase].name,
            label=phases[gate.phase].label,
            state=gate.state,
            state_label=texts.gate_state(gate.state),
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
                    required_level=blocker.milestone.required,
                    reason=texts.blocker(blocker),
                )
                for blocker in gate.blockers
            ),
            sentence=texts.gate_sentence(gate),
        )
        for gate in gates
    )


def _priorities(
    ratings: list[Rating], current: Gate | None, result: GateResult | None, criteria: Sequence[CriterionResult]
) -> tuple[PriorityItem, ...]:
    reasons = {blocker.key: blocker.reason for blocker in result.blockers} if result else {}
    by_key = {criterion.key: criterion for criterion in criteria}
    items = []
    for rank, found in enumerate(scoring.priorities(ratings, blocking=reasons), 1):
        criterion = by_key[found.key]
        reason = texts.priority_reason(
            gate=result.label if result and found.is_blocking else "",
            blocked=reasons.get(found.key, ""),
            level=criterion.level,
            target=criterion.target_level,
            workstreams=len(criterion.workstreams),
            weight=found.weight,
        )
        measure = next((measure for measure in criterion.measures if measure.is_open), None)
        items.append(PriorityItem(rank, criterion, found.is_blocking, found.weight, reason, criterion.next_step, measure))
    return tuple(items)


def _changes(criteria: Sequence[CriterionResult], compared: RoundFact | None) -> Changes | None:
    if compared is None:
        return None

    def of(*kinds: str) -> tuple[CriterionResult, ...]:
        return tuple(result for result in criteria if result.change and result.change.kind in kinds)

    here = {result.key for result in criteria}
    up, down, same, new = of(scoring.UP), of(scoring.DOWN), of(scoring.SAME), of(scoring.NEW)
    unrated = of(scoring.NEWLY_RATED, scoring.NO_LONGER_RATED)
    gone = tuple(answer.title for answer in compared.answers if answer.rating.key not in here)
    sentence = texts.changes_sentence(
        up=len(up),
        down=len(down),
        same=len(same),
        unrated=len(unrated),
        new=len(new),
        gone=len(gone),
        compared=compared.ref.label,
    )
    return Changes(compared.ref, up, down, same, unrated, new, gone, sentence)


# --- Rounds -----------------------------------------------------------------------------------------------------------------


def _trend(facts: Facts, ratings: Sequence[Rating]) -> Trend:
    meta = facts.meta
    this = RoundRef(meta.public_id, meta.round, meta.round_label, meta.approved_on or meta.as_of)
    rounds = [(r.ref, [answer.rating for answer in r.answers]) for r in facts.rounds] + [(this, list(ratings))]
    averages = scoring.trend(rated for _, rated in rounds)
    points = tuple(
        TrendPoint(
            round=ref.number,
            label=ref.label,
            on=ref.on or meta.as_of,
            is_this=ref is this,
            average=average,
            workstreams=tuple(
                scoring.average(rating.level for rating in rated if key in rating.workstreams) for key, _ in facts.workstreams
            ),
        )
        for (ref, rated), average in zip(rounds, averages, strict=True)
    )
    dates = [answer.target_date for answer in facts.answers if answer.target_date and (scoring.gap(answer.rating) or 0) > 0]
    return Trend(points, scoring.planned(ratings).value, max(dates, default=None))


def _history(facts: Facts, criteria: Sequence[CriterionResult]) -> tuple[HistoryRow, ...]:
    def cell(rating: Rating | None) -> int | str | None:
        return None if rating is None else rating.state if rating.level is None else rating.level

    rounds = [{answer.rating.key: answer.rating for answer in r.answers} for r in facts.rounds]
    this = {answer.rating.key: answer.rating for answer in facts.answers}
    return tuple(
        HistoryRow(c.number, c.key, c.title, tuple(cell(answers.get(c.key)) for answers in (*rounds, this))) for c in criteria
    )
