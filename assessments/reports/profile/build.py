"""From plain facts to the maturity profile. Pure: no database, no request, no clock; the numbers come from ``scoring``."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from django.utils.translation import get_language

from assessments import scoring, sentences
from assessments.models.score import rests_on_something
from assessments.models.workshop import role_label
from assessments.reports.profile import texts
from assessments.reports.profile.ageing import aged
from assessments.reports.profile.gate_results import gate_results, priority_items
from assessments.reports.profile.inputs import AnswerFact, Facts, MilestoneFact, RoundFact, SpreadFact
from assessments.reports.profile.measures import measures_on
from assessments.reports.profile.model import (
    CriterionChange,
    CriterionResult,
    Figure,
    MaturityProfile,
    MeasureItem,
    MilestoneInfo,
    PreviousAnswer,
    RoleVotes,
    RoundRef,
    ScaleLevel,
    SpreadItem,
)
from assessments.reports.profile.rounds import changes_of, history_of, trend_of
from assessments.reports.profile.texts import Words
from assessments.scoring import Gate, Rating
from assessments.validity import rests_on_expired


def kept_profile(facts: Facts) -> MaturityProfile:
    """``build_profile``, remembered: the same facts make the same profile, and between two looks mostly nothing changes.

    For whoever shows it. Names count as their letters: who writes down whose they are builds it anew.
    """
    return _kept(facts, get_language())


@lru_cache(maxsize=32)
def _kept(facts: Facts, language: str | None) -> MaturityProfile:
    return build_profile(facts)


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
    results = gate_results(gates, facts, criteria)
    current_result = next((gate for gate in results if gate.is_current), None)
    overall = _figure("", "", facts.answers, compared, lambda rating: True)
    return MaturityProfile(
        meta=meta,
        headline=texts.headline(overall.average, overall.counts, current_result.label if current_result else "", current),
        overall=overall,
        workstreams=tuple(_figure(key, name, facts.answers, compared, _in_workstream(key)) for key, name in facts.workstreams),
        phases=tuple(
            _figure(phase.key, phase.label, facts.answers, compared, _in_phase(phase.key))
            for phase in facts.phases
            if any(rating.phase == phase.key for rating in ratings)
        ),
        gates=results,
        current_gate=current_result,
        priorities=priority_items(ratings, current_result, criteria, measures, compared),
        no_priorities=texts.no_priorities(overall.counts),
        changes=changes_of(criteria, compared, overall.change),
        trend=trend_of(facts, ratings),
        history=history_of(facts, criteria),
        criteria=criteria,
        measures=measures,
        scale=tuple(ScaleLevel(level, name) for level, name in enumerate(words.levels)),
        definitions=texts.definitions(),
        spread_summary=texts.spread_summary(criteria),
    )


def _in_workstream(key: str) -> Callable[[Rating], bool]:
    return lambda rating: key in rating.workstreams


def _in_phase(key: str) -> Callable[[Rating], bool]:
    return lambda rating: rating.phase == key


def _figure(
    key: str, name: str, answers: Iterable[AnswerFact], compared: RoundFact | None, belongs: Callable[[Rating], bool]
) -> Figure:
    everything = [answer.rating for answer in answers]
    ratings = [rating for rating in everything if belongs(rating)]
    levels = [rating.level for rating in ratings]
    counts = scoring.counts(ratings)
    change = None
    if compared is not None:
        # Where another edition files a criterion elsewhere, it is compared where it stands now.
        here, group = {rating.key for rating in everything}, {rating.key for rating in ratings}
        then = (answer.rating for answer in compared.answers)
        change = scoring.group_change(ratings, (r for r in then if r.key in group or (r.key not in here and belongs(r))))
    return Figure(
        key=key,
        name=name,
        average=scoring.average(levels),
        distribution=scoring.distribution(levels),
        planned=scoring.planned(ratings),
        change=change,
        counts=counts,
        parts=sentences.answered_parts(counts),
        carried_over=sentences.carried_over(counts),
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
    day = facts.meta.as_of
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
                milestone=_milestone(milestones.get(rating.key), rating, facts.meta.phase, words),
                blocks=labels[current.phase] if current and rating.key in blocking else "",
                state=rating.state,
                state_label=words.states[rating.state],
                level=level,
                level_name=words.level(level),
                level_description=_description(step),
                answer_label=words.answer(rating.state, level),
                next_step=next_step,
                levels=answer.levels,
                rationale=answer.rationale,
                evidence=tuple(aged(item, day) for item in answer.evidence),
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
                spread=_spread(answer.spread),
                rests_on_expired=rests_on_something(rating.state)
                and rests_on_expired((item.valid_until for item in answer.evidence), day),
            )
        )
    return tuple(results)


def _description(step: ScaleLevel | None) -> str:
    """What was found. Level 0 is the remainder: its text in the catalogue is an example, and no finding about anybody."""
    if step is None:
        return ""
    return step.description if step.level else texts.first_level_missing()


def _milestone(fact: MilestoneFact | None, rating: Rating, phase: str | None, words: Words) -> MilestoneInfo | None:
    if fact is None:
        return None
    required = fact.milestone.required_for(phase)
    reached = "reached" if scoring.passes(fact.milestone, rating, phase) else "missing"
    status = "dropped" if rating.state == scoring.NOT_APPLICABLE else reached
    return MilestoneInfo(fact.kind_label, required, words.level(required), status, words.milestones[status])


def _spread(fact: SpreadFact | None) -> SpreadItem | None:
    if fact is None:
        return None
    found = fact.spread
    labels = {role.role: role_label(role.role) for role in found.roles}
    roles = tuple(RoleVotes(one.role, labels[one.role], one.n, one.lowest, one.highest, one.median) for one in found.roles)
    return SpreadItem(
        n=found.n,
        lowest=found.lowest,
        highest=found.highest,
        median=found.median,
        is_wide=found.is_wide,
        roles=roles,
        ballot=fact.ballot,
        on=fact.on,
        mark=texts.seen_differently() if found.is_wide else "",
        text=texts.spread_text(found, labels, fact.ballot),
    )


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
