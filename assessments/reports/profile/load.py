"""Fetches what the maturity profile is made of: four queries, however many criteria, rounds, measures and evidence.

The edition's texts are at hand; a process that does not know them yet asks six more."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import Any

from django.utils import timezone

from assessments.models import (
    Assessment,
    AssessmentState,
    Measure,
    ProjectPaper,
    RoundPaper,
    Score,
)
from assessments.queries.gates import gate_milestone
from assessments.reports.profile import texts
from assessments.reports.profile.build import kept_profile
from assessments.reports.profile.inputs import AnswerFact, Facts, MilestoneFact, PhaseFact, RoundFact, SpreadFact
from assessments.reports.profile.meta import cover_of, local_day
from assessments.reports.profile.model import (
    CommentItem,
    CouncilPaper,
    EvidenceItem,
    MaturityProfile,
    MeasureItem,
    RoundRef,
    ScaleLevel,
)
from assessments.reports.profile.person import person_name
from assessments.reports.profile.statements import (
    ANSWER,
    APPROVED_AT,
    COMMENTS,
    EVIDENCE,
    NAMES_A_MEMBER,
    SPREADS,
    WORKSTREAM_KEYS,
    Local,
    all_workstreams,
    written,
)
from assessments.scoring import Rating, RoleSpread, Spread
from assessments.sentences import round_label
from assessments.services.workshops import question_of
from catalogue.edition_cache import cached_edition
from catalogue.models import Criterion, MilestoneKind, Phase
from scaling.common.offices import reads_as_office
from scaling.common.prepared import Prepared, PreparedRows


class NotComparable(LookupError):
    """The profile can be compared with earlier approved rounds of the same project only."""


def load_profile(
    assessment: Assessment, *, compare_with: Assessment | str | None = None, today: date | None = None
) -> MaturityProfile:
    """The profile of a round, in the active language.

    ``compare_with`` is an earlier approved round or its public id; left out, it is the latest of them. Raises NotComparable.
    Four queries; give the assessment as ``with_context`` and ``with_papers`` fetch it, or its relations cost one more each.
    """
    return kept_profile(load_facts(assessment, compare_with=compare_with, today=today))


def load_facts(assessment: Assessment, *, compare_with: Assessment | str | None = None, today: date | None = None) -> Facts:
    """What the profile is built from, fetched as ``load_profile`` says."""
    local = Local(municipality_wide=assessment.project.is_municipality_wide)
    rounds = _rounds(assessment, local)
    compared = rounds[-1].ref if rounds else None
    if compare_with is not None:
        wanted = compare_with.public_id if isinstance(compare_with, Assessment) else compare_with
        compared = next((fact.ref for fact in rounds if fact.ref.public_id == wanted), None)
        if compared is None:
            raise NotComparable(wanted)
    phases: list[Any] = _phases_in(local.language).rows()
    answers = _answers(_scores(assessment, local), local, assessment)
    milestones = _milestones(assessment, local)
    titles = {answer.rating.key: answer.title for answer in answers}
    earlier = [fact.ref for fact in reversed(rounds)]
    today = today or timezone.localdate()
    meta = cover_of(assessment, answers, phases, compared, earlier, local.language, today=today)
    meta = replace(meta, paper=_paper(assessment))
    return Facts(
        meta=meta,
        phases=tuple(PhaseFact(p.key, p.code, p.name, p.label, p.is_cross_phase) for p in phases),
        workstreams=tuple((row["key"], local.text(row, "name")) for row in phases[0].streams),
        answers=answers,
        milestones=milestones,
        rounds=rounds,
        measures=_measures(assessment, titles | {fact.milestone.key: fact.title for fact in milestones}),
    )


# --- This round -------------------------------------------------------------------------------------------------------------


def _scores(assessment: Assessment, local: Local) -> list[dict[str, Any]]:
    return _scores_in(local.language, local.municipality_wide).rows(assessment=assessment.pk)


@lru_cache(maxsize=8)
def _scores_in(language: str, municipality_wide: bool) -> PreparedRows:
    local = Local(municipality_wide=municipality_wide, language=language)
    beside = {"evidence_rows": EVIDENCE, "comment_rows": COMMENTS, "spread_rows": SPREADS}

    def composed(assessment: int) -> Any:
        scores = Score.objects.filter(assessment=assessment)
        return scores.annotate(**written(workstream_keys=WORKSTREAM_KEYS), **beside).order_by("criterion__order")

    texts = [*local.columns("criterion__title"), *local.worded("criterion__summary")]
    return PreparedRows(composed, *ANSWER, "criterion_id", "target_date", *beside, *texts)


@lru_cache(maxsize=8)
def _phases_in(language: str) -> Prepared[Phase]:
    """With all workstreams beside each, named in the language."""
    streams = all_workstreams(Local(municipality_wide=False, language=language))
    return Prepared(lambda: Phase.objects.annotate(streams=streams), added={"streams": None})


def _rating(row: dict[str, Any]) -> Rating:
    return Rating(
        key=row["criterion__key"],
        state=row["state"],
        level=row["level"],
        target=row["target_level"],
        confirmed=row["confirmed"],
        workstreams=tuple(row["workstream_keys"]),
        phase=row["criterion__phase__key"],
    )


def _answers(rows: Sequence[dict[str, Any]], local: Local, assessment: Assessment) -> tuple[AnswerFact, ...]:
    criteria, names = cached_edition(assessment.edition).by_id, texts.Words().levels
    return tuple(
        AnswerFact(
            rating=_rating(row),
            title=local.text(row, "criterion__title"),
            summary=local.wording(row, "criterion__summary"),
            levels=_levels(criteria[row["criterion_id"]], names, local),
            rationale=row["rationale"],
            target_date=row["target_date"],
            evidence=tuple(map(_evidence, row["evidence_rows"])),
            comments=tuple(
                CommentItem(
                    item["text"],
                    person_name(item["name"] or item["email"] or "", item["by"]),
                    local_day(item["at"]) or date.min,
                    item["resolved"] is not None,
                )
                for item in row["comment_rows"]
            ),
            by=_name(row),
            on=local_day(row["updated_at"]),
            spread=_spread(next(iter(row["spread_rows"]), None), row["criterion_id"], assessment),
        )
        for row in rows
    )


def _spread(kept: dict[str, Any] | None, criterion_id: int, assessment: Assessment) -> SpreadFact | None:
    """None where the edition has been changed since, and words anew what was voted on."""
    if kept is None:
        return None
    criterion = cached_edition(assessment.edition).by_id[criterion_id]
    if kept["question"] != question_of(criterion, municipality_wide=assessment.project.is_municipality_wide):
        return None
    roles = tuple(
        RoleSpread(one["role"], one["n"], one["lowest"], one["highest"], float(one["median"])) for one in kept["roles"]
    )
    found = Spread(kept["n"], kept["lowest"], kept["highest"], float(kept["median"]), roles)
    return SpreadFact(found, kept["ballot"], local_day(kept["at"]))


def _evidence(item: dict[str, Any]) -> EvidenceItem:
    has_file = bool(item["file"])
    name = item["file_name"] if has_file else ""
    return EvidenceItem(
        text=item["text"],
        url=item["url"],
        on=local_day(item["at"]),
        file_name=name,
        file_id=item["id"] if has_file else None,
        dated_on=_day(item["dated_on"]),
        valid_until=_day(item["valid_until"]),
    )


def _day(iso: str | None) -> date | None:
    return date.fromisoformat(iso) if iso else None


def _levels(criterion: Criterion, names: Sequence[str], local: Local) -> tuple[ScaleLevel, ...]:
    """No query with levels at hand."""
    rows = [(one.level, vars(one)) for one in criterion.levels.all()]
    return tuple(
        ScaleLevel(level, names[level], local.wording(row, "description"), local.wording(row, "next_step"))
        for level, row in rows
    )


def _name(row: dict[str, Any]) -> str:
    return person_name(row["updated_by__name"] or row["updated_by__email"] or "", row["updated_by"])


def _milestones(assessment: Assessment, local: Local) -> tuple[MilestoneFact, ...]:
    """Those of the whole edition that a round of this kind can ask: a gate also asks for what this one left out. No query."""
    return tuple(
        MilestoneFact(
            gate_milestone(one.key, one.phase.key, one.milestone.required_level, one.milestone.required_levels),
            local.text(vars(one), "title"),
            str(MilestoneKind(one.milestone.kind).label),
        )
        for one in cached_edition(assessment.edition).criteria
        if one.is_milestone and one.is_offered_to(municipality_wide=local.municipality_wide)
    )


def _planned(project: int) -> Any:
    measures = Measure.objects.filter(project=project).with_owner_there().annotate(**written(names_a_person=NAMES_A_MEMBER))
    return measures.order_by("due_on", "pk")


_PLANNED = Prepared(_planned, "owner", added={"owner_is_there": None, "names_a_person": None})


def _measures(assessment: Assessment, titles: dict[str, str]) -> tuple[MeasureItem, ...]:
    """All of the project: a measure outlives the round in which it was agreed."""
    rows: list[Any] = _PLANNED.rows(project=assessment.project_id)  # with annotations that types cannot tell
    return tuple(
        MeasureItem(
            text=row.text,
            # By reference in a record, also what was typed: it may be a name, and has to be able to go.
            who=person_name(str(row.owner or row.owner_text), row.owner_id),
            due_on=row.due_on,
            status=row.status,
            status_label=str(row.get_status_display()),
            criterion_key=row.criterion_key,
            criterion_title=titles.get(row.criterion_key, ""),
            who_is_person=row.owner_id is not None or row.names_a_person or not reads_as_office(row.owner_text),
            who_has_left=row.owner_id is not None and not row.owner_is_there,
        )
        for row in rows
    )


def _paper(assessment: Assessment) -> CouncilPaper | None:
    """What was filled in for a council paper, of the project and of the round. None where nothing was."""
    of_project = getattr(assessment.project, "paper", None) or ProjectPaper()
    of_round = getattr(assessment, "paper", None) or RoundPaper()
    paper = CouncilPaper(
        file_number=of_project.file_number,
        number=of_round.number,
        office=of_project.office,
        contact=person_name(of_project.who, of_project.contact_id),  # by reference in a record, also what was typed
        funding_reference=of_project.funding_reference,
        funding_period=of_project.funding_period,
        resolution=of_round.resolution,
        financial_effect=of_round.financial_effect,
        participants=of_round.participants,
        method=of_round.method,
        signatures=tuple(filter(None, of_round.signatures.splitlines())),
        distribution=of_project.distribution,
    )
    return paper if paper != CouncilPaper() else None


# --- Earlier rounds ---------------------------------------------------------------------------------------------------------


def _rounds(assessment: Assessment, local: Local) -> tuple[RoundFact, ...]:
    """The approved rounds before this one, the oldest first, with all their answers. One query."""
    rows = _earlier_in(local.language).rows(project=assessment.project_id, before=assessment.round)
    facts = []
    for number, group in groupby(rows, key=lambda row: row["assessment__round"]):
        answers = list(group)
        ref = RoundRef(
            public_id=answers[0]["assessment__public_id"],
            number=number,
            label=round_label(number),
            on=local_day(answers[0]["approved_at"]),
        )
        facts.append(RoundFact(ref, tuple(_earlier(row, local) for row in answers)))
    return tuple(facts)


@lru_cache(maxsize=8)
def _earlier_in(language: str) -> PreparedRows:
    beside = written(workstream_keys=WORKSTREAM_KEYS, approved_at=APPROVED_AT)

    def composed(project: int, before: int) -> Any:
        rounds = {"assessment__project": project, "assessment__round__lt": before}
        scores = Score.objects.filter(assessment__state=AssessmentState.APPROVED, **rounds)
        return scores.annotate(**beside).order_by("assessment__round", "criterion__order")

    titles = Local(municipality_wide=False, language=language).columns("criterion__title")
    return PreparedRows(composed, *ANSWER, "assessment__round", "assessment__public_id", "approved_at", *titles)


def _earlier(row: dict[str, Any], local: Local) -> AnswerFact:
    title = local.text(row, "criterion__title")
    return AnswerFact(_rating(row), title, row["rationale"], _name(row), local_day(row["updated_at"]))
