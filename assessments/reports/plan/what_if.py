"""„Was wäre, wenn“ of one project: what its latest record says, what is assumed, and what would follow. Never a finding."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F
from django.db.models.fields.json import KeyTransform
from django.utils import timezone

from assessments import sentences
from assessments.models import Measure, Project
from assessments.reports.plan.frame import done_by, frame_of, ratings_in, reached_by_measure, waiting_in
from assessments.reports.portfolio.build import left_out_of
from assessments.reports.portfolio.texts import dropped
from assessments.reports.records.keeping import speaking
from assessments.scoring import (
    NOT_APPLICABLE,
    Average,
    Gate,
    Raise,
    Rating,
    Stage,
    average,
    distribution,
    raised,
)
from catalogue.edition_cache import CachedEdition, cached_edition_of
from catalogue.levels import LEVELS
from catalogue.models import EditionState, Phase, Workstream


@dataclass(frozen=True, slots=True)
class Assumed:
    """What is assumed: measures (public ids) done by their day, and criteria (keys) on a level by ``targets_on``."""

    measures: frozenset[str] = frozenset()
    targets: Mapping[str, int] | None = None
    targets_on: date | None = None

    def __bool__(self) -> bool:
        return bool(self.measures or self.targets)


@dataclass(frozen=True, slots=True)
class OpenMeasure:
    """``level`` is what its criterion is assumed to reach once it is done; None where it changes no level."""

    public_id: str
    text: str
    who: str
    due_on: date | None
    title: str
    level: int | None
    is_assumed: bool


@dataclass(frozen=True, slots=True)
class Target:
    """A criterion for which a level can be assumed: above the one it has. ``holds_up``: a gate waits for it."""

    key: str
    title: str
    level: int | None
    choices: tuple[int, ...]
    assumed: int | None
    holds_up: bool


@dataclass(frozen=True, slots=True)
class ToldStage:
    """A stage in words: what would be lifted, and which gates would fall by it (their labels)."""

    on: date | None
    lifted: tuple[tuple[str, int | None, int], ...]
    falling: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GateBeside:
    """A gate as the record has it, and as it would be; ``missing`` are the titles it would still wait for, ``dropped`` says
    what does not apply and why.
    """

    label: str
    now: str
    then: str
    is_changed: bool
    falls_on: date | None
    missing: tuple[str, ...]
    dropped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FigureBeside:
    """A group's mean as the record has it, and mean and levels 0–4 as they would be, over the same criteria."""

    name: str
    now: Average
    then: Average
    then_counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Projection:
    """All that the page shows; ``None`` in the place of one where nothing of the project is approved."""

    assessment_id: str
    round_label: str
    approved_on: date
    measures: tuple[OpenMeasure, ...]
    targets: tuple[Target, ...]
    stages: tuple[ToldStage, ...]
    gates: tuple[GateBeside, ...]
    figures: tuple[FigureBeside, ...]


def project_what_if(user: Any, project: Project, assumed: Assumed, *, today: date | None = None) -> Projection | None:
    """As the person may see the project. Four queries; a process that meets an edition anew asks six more."""
    today = today or timezone.localdate()
    record = (
        speaking(user, project.municipality)
        .filter(assessment__project=project)
        .annotate(in_phase=F("phase__key"), left_out=KeyTransform("dropped", "listed"))
        .values(
            *("approved_at", "ratings", "in_phase", "left_out"),
            *("assessment__public_id", "assessment__round", "assessment__edition"),
        )
        .first()
    )
    if record is None:
        return None
    edition = cached_edition_of(record["assessment__edition"], EditionState.PUBLISHED)
    phases = {phase.key: phase for phase in Phase.objects.all()}
    ratings = ratings_in(record["ratings"])
    frame = frame_of(edition, phases, None if project.is_municipality_wide else record["in_phase"])
    now = frame.gates(ratings)
    waiting = waiting_in(now)
    own = Measure.objects.running().with_owner_there().filter(project=project).select_related("owner")
    rows = list(own.order_by(F("due_on").asc(nulls_last=True), "pk"))
    by_key = {one.key: one for one in ratings}
    measures = [_measure(one, edition, by_key.get(one.criterion_key), waiting.get(one.criterion_key), assumed) for one in rows]
    raises = [one for one in _raises(rows, measures, assumed, today) if one.key in edition.by_key]
    found = frame.stages(ratings, raises)
    then = raised(ratings, raises)
    labels = {key: phase.label for key, phase in phases.items()}
    left_out = {one.key: said for one in left_out_of(record["left_out"]) for said in dropped([one])}
    return Projection(
        assessment_id=record["assessment__public_id"],
        round_label=sentences.round_label(record["assessment__round"]),
        approved_on=timezone.localdate(record["approved_at"]),
        measures=tuple(measures),
        targets=tuple(_targets(edition, by_key, waiting, assumed)),
        stages=tuple(_told(one, edition, labels) for one in found),
        gates=tuple(_gates_beside(now, frame.gates(then), found, edition, labels, left_out)),
        figures=tuple(_figures(ratings, then)),
    )


def _measure(
    one: Measure, edition: CachedEdition, rating: Rating | None, required: int | None, assumed: Assumed
) -> OpenMeasure:
    criterion = edition.by_key.get(one.criterion_key)
    return OpenMeasure(
        public_id=one.public_id,
        text=one.text,
        who=one.who,
        due_on=one.due_on,
        title=criterion.title if criterion else "",
        level=reached_by_measure(rating, required) if criterion else None,
        is_assumed=one.public_id in assumed.measures,
    )


def _raises(rows: Iterable[Measure], measures: Iterable[OpenMeasure], assumed: Assumed, today: date) -> Iterable[Raise]:
    for row, one in zip(rows, measures, strict=True):
        if one.is_assumed and one.level is not None:
            yield Raise(row.criterion_key, one.level, done_by(one.due_on, today) if one.due_on else None)
    for key, level in (assumed.targets or {}).items():
        yield Raise(key, level, done_by(assumed.targets_on, today) if assumed.targets_on else None)


def _targets(
    edition: CachedEdition, by_key: Mapping[str, Rating], waiting: Mapping[str, int], assumed: Assumed
) -> Iterable[Target]:
    """Those a gate waits for first, each part in the catalogue's order."""
    for criterion in sorted(edition.criteria, key=lambda one: one.key not in waiting):
        rating = by_key.get(criterion.key)
        if (rating is None and criterion.key not in waiting) or (rating is not None and rating.state == NOT_APPLICABLE):
            continue
        level = rating.level if rating is not None else None
        choices = tuple(one for one in LEVELS if one > (level if level is not None else 0))
        if choices:
            chosen = (assumed.targets or {}).get(criterion.key)
            yield Target(
                criterion.key, criterion.title, level, choices, chosen if chosen in choices else None, criterion.key in waiting
            )


def _told(one: Stage, edition: CachedEdition, labels: Mapping[str, str]) -> ToldStage:
    return ToldStage(
        on=one.on,
        lifted=tuple((_title(edition, lifted.key), lifted.before, lifted.after) for lifted in one.lifted),
        falling=tuple(labels[phase] for phase in one.falling),
    )


def _title(edition: CachedEdition, key: str) -> str:
    return edition.by_key[key].title if key in edition.by_key else key


def _gates_beside(
    now: Iterable[Gate],
    then: Iterable[Gate],
    found: Iterable[Stage],
    edition: CachedEdition,
    labels: Mapping[str, str],
    left_out: Mapping[str, str],
) -> Iterable[GateBeside]:
    falls = {phase: stage.on for stage in found for phase in stage.falling}
    for before, after in zip(now, then, strict=True):
        yield GateBeside(
            label=labels[after.phase],
            now=sentences.gate_state(before.state),
            then=sentences.gate_state(after.state),
            is_changed=before.state != after.state,
            falls_on=falls.get(after.phase),
            missing=tuple(_title(edition, one.milestone.key) for one in after.blockers),
            dropped=tuple(left_out[one.key] for one in after.dropped if one.key in left_out),
        )


def _figures(now: list[Rating], then: list[Rating]) -> Iterable[FigureBeside]:
    """Over the criteria of the round alone: what had no answer in it is in no group."""
    known = {one.key for one in now}
    later = [one for one in then if one.key in known]
    streams = [(stream.key, stream.name) for stream in Workstream.objects.all()]
    for key, name in [*streams, ("", "")]:
        before, after = ([one.level for one in some if not key or key in one.workstreams] for some in (now, later))
        if before:
            yield FigureBeside(name, average(before), average(after), distribution(after).counts)
