"""The plan from measures and records: five queries, however many projects, rounds and measures there are."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F
from django.db.models.fields.json import KeyTransform
from django.utils import timezone

from assessments.models import Measure, Project
from assessments.models.measure import is_overdue
from assessments.queries.people import with_people
from assessments.reports.counted import counted_for
from assessments.reports.plan.model import GateRef, MunicipalPlan, PlannedMeasure, SmallStep
from assessments.reports.records.keeping import said, speaking
from assessments.scoring.gates import BELOW
from catalogue.edition_cache import CachedEdition, cached_edition_of
from catalogue.models import Criterion, EditionState, Phase
from catalogue.wording import wording_of
from scaling.accounts.models import Municipality
from scaling.common.markdown import plain_text


@dataclass(frozen=True, slots=True)
class Spoken:
    """What the latest record of a project says of its gates, as its list has them, and the edition of its round."""

    assessment_id: str
    edition: CachedEdition
    gates: list[dict[str, Any]]


def plan_of(user: Any, municipality: Municipality, *, today: date | None = None) -> MunicipalPlan:
    """What the person may see, in the active language. Six queries; a process that meets an edition anew asks six more."""
    today = today or timezone.localdate()
    projects = list(Project.objects.visible_to(user).filter(municipality=municipality).active().by_name())
    records = _records(user, municipality)
    phases = {phase.key: phase for phase in Phase.objects.all()}
    rows = Measure.objects.running().with_owner_there().filter(project__in=projects)
    measures = list(rows.order_by(F("due_on").asc(nulls_last=True), "pk"))
    with_people(measures, "owner")
    waiting = {project.pk: _waiting(records.get(project.pk), phases) for project in projects}
    steps = tuple(_small_steps(projects, records, phases, measures))
    small = {(step.project_id, step.criterion) for step in steps}
    by_pk = {project.pk: project for project in projects}
    return MunicipalPlan(
        municipality=municipality.name,
        as_of=today,
        counted=counted_for(user, municipality),
        measures=tuple(
            _measure(one, by_pk[one.project_id], records.get(one.project_id), waiting[one.project_id], small, today)
            for one in measures
        ),
        small_steps=steps,
    )


def _records(user: Any, municipality: Municipality) -> dict[int, Spoken]:
    """Of what is listed of the figures the gates alone: 200 projects' figures whole are three megabytes."""
    found = speaking(user, municipality).annotate(project=F("assessment__project"), gates=KeyTransform("gates", "listed"))
    rows = found.values("project", "gates", "assessment__public_id", "assessment__edition")
    return {
        row["project"]: Spoken(
            assessment_id=row["assessment__public_id"],
            edition=cached_edition_of(row["assessment__edition"], EditionState.PUBLISHED),
            gates=row["gates"],
        )
        for row in rows
    }


def _gate_ref(gate: Mapping[str, Any], phases: Mapping[str, Phase]) -> GateRef:
    phase = phases.get(gate["phase"])
    return GateRef(said(gate["label"]), phase.code if phase and not phase.is_cross_phase else "")


def _waiting(spoken: Spoken | None, phases: Mapping[str, Phase]) -> dict[str, GateRef]:
    """By criterion the first gate that waits for it, in the order of the phases.

    A gate that is not examined waits for what it misses, too, as the portfolio says.
    """
    found: dict[str, GateRef] = {}
    for gate in spoken.gates if spoken else ():
        ref = _gate_ref(gate, phases) if gate["waits_for"] else None
        for key in gate["waits_for"]:
            if ref is not None:
                found.setdefault(key, ref)
    return found


def _is_small(obstacle: Mapping[str, Any]) -> bool:
    level = obstacle["level"]
    return obstacle["cause"] == BELOW and level is not None and obstacle["required_level"] - level == 1


def _small_steps(
    projects: Iterable[Project],
    records: Mapping[int, Spoken],
    phases: Mapping[str, Phase],
    measures: Iterable[Measure],
) -> Iterable[SmallStep]:
    counted = Counter((one.project_id, one.criterion_key) for one in measures)
    hints: dict[tuple[int, int, bool], str] = {}  # the same step of many projects is looked up once
    for project in projects:
        spoken = records.get(project.pk)
        # Obstacles are listed of the gate of the project's own phase alone; of the municipality as a whole there is one.
        for gate in spoken.gates if spoken else ():
            ref = None
            for one in gate["obstacles"]:
                if spoken is None or not _is_small(one):
                    continue
                ref = ref or _gate_ref(gate, phases)
                key = one["criterion"]
                criterion = spoken.edition.by_key.get(key)
                step = (criterion.pk if criterion else 0, one["level"], project.is_municipality_wide)
                if step not in hints:
                    hints[step] = _hint(criterion, one["level"], municipality_wide=project.is_municipality_wide)
                yield SmallStep(
                    project=project.shown_name,
                    project_id=project.public_id,
                    assessment_id=spoken.assessment_id,
                    criterion=key,
                    title=said(one["title"]),
                    level=one["level"],
                    required=one["required_level"],
                    gate=ref,
                    hint=hints[step],
                    measures=counted[project.pk, key],
                )


def _hint(criterion: Criterion | None, level: int, *, municipality_wide: bool) -> str:
    if criterion is None:
        return ""
    levels = wording_of(criterion, municipality_wide=municipality_wide).levels
    return plain_text(next((text.next_step for text in levels if text.level == level), ""))


def _measure(
    one: Measure,
    project: Project,
    spoken: Spoken | None,
    waiting: Mapping[str, GateRef],
    small: set[tuple[str, str]],
    today: date,
) -> PlannedMeasure:
    criterion = spoken.edition.by_key.get(one.criterion_key) if spoken else None
    return PlannedMeasure(
        public_id=one.public_id,
        text=one.text,
        project=project.shown_name,
        project_id=project.public_id,
        who=one.who,
        due_on=one.due_on,
        status=one.status,
        is_overdue=is_overdue(one.status, one.due_on, today),
        criterion=one.criterion_key,
        criterion_title=criterion.title if criterion else "",
        gate=waiting.get(one.criterion_key),
        is_small_step=(project.public_id, one.criterion_key) in small,
    )
