"""What a maturity profile says over several rounds: what changed, the trend, each criterion through the rounds."""

from collections.abc import Sequence

from assessments import scoring, sentences
from assessments.reports.profile.inputs import Facts, RoundFact
from assessments.reports.profile.model import (
    Changes,
    CriterionResult,
    HistoryRow,
    KindList,
    RoundRef,
    Trend,
    TrendPoint,
)
from assessments.scoring import GroupChange, Rating


def changes_of(criteria: Sequence[CriterionResult], compared: RoundFact | None, overall: GroupChange | None) -> Changes | None:
    """None without a compared round; with one, ``overall`` is the change of all criteria since."""
    if compared is None or overall is None:
        return None
    here = {result.key for result in criteria}
    found = {
        kind: tuple(result for result in criteria if result.change and result.change.kind == kind) for kind in scoring.KINDS
    }
    return Changes(
        compared=compared.ref,
        kinds=overall.kinds,
        lists=tuple(KindList(kind, label, found[kind]) for kind, label in sentences.kind_labels().items() if found[kind]),
        dropped=tuple(answer.title for answer in compared.answers if answer.rating.key not in here),
        sentence=sentences.kinds_sentence(overall, compared.ref.label),
        mean_sentence=sentences.mean_change(overall),
    )


# --- Rounds -----------------------------------------------------------------------------------------------------------------


def trend_of(facts: Facts, ratings: Sequence[Rating]) -> Trend:
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
            same_criteria=_rated_keys(rated) == _rated_keys(rounds[max(number - 1, 0)][1]),
            unconfirmed=sum(rating.level is not None and rating.is_unconfirmed for rating in rated),
        )
        for number, ((ref, rated), average) in enumerate(zip(rounds, averages, strict=True))
    )
    dates = [answer.target_date for answer in facts.answers if answer.target_date and (scoring.gap(answer.rating) or 0) > 0]
    return Trend(points, scoring.planned(ratings).value, max(dates, default=None))


def _rated_keys(ratings: Sequence[Rating]) -> set[str]:
    return {rating.key for rating in ratings if rating.level is not None}


def history_of(facts: Facts, criteria: Sequence[CriterionResult]) -> tuple[HistoryRow, ...]:
    def cell(rating: Rating | None) -> int | str | None:
        return None if rating is None else rating.state if rating.level is None else rating.level

    rounds = [{answer.rating.key: answer.rating for answer in r.answers} for r in facts.rounds]
    this = {answer.rating.key: answer.rating for answer in facts.answers}
    return tuple(
        HistoryRow(c.number, c.key, c.title, tuple(cell(answers.get(c.key)) for answers in (*rounds, this))) for c in criteria
    )
