"""Fetches what the profile of a municipality is made of: five queries, however many projects, criteria and years there are."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Case, F, Func, JSONField, When
from django.utils import timezone

from assessments.models import Assessment, Project
from assessments.reports.counted import Counted, counted_for
from assessments.reports.records.keeping import speaking
from catalogue.models import Workstream
from scaling.accounts.models import Municipality


@dataclass(frozen=True, slots=True)
class SpokenRow:
    """A record without its document. ``blocked_by`` are keys of what the gate of the project's own phase waits for; its
    state is ``gate_state``.

    ``figures``, in both languages, are there for the municipality as a whole alone.
    """

    pk: int
    project_id: int
    number: str
    assessment_id: str
    round: int
    on: date
    edition_id: int
    edition: tuple[int, int]
    blocked_by: tuple[str, ...]
    gate_state: str | None
    figures: Mapping[str, Any] | None


#: By key of a criterion and what was answered (state, level), the records in which that stands.
Answers = Mapping[str, Mapping[tuple[str, int | None], list[int]]]


@dataclass(frozen=True, slots=True)
class MunicipalSources:
    """``records`` by primary key, in the order of their projects' names; ``projects`` by primary key."""

    municipality: Municipality
    projects: dict[int, Project]
    records: dict[int, SpokenRow]
    answers: Answers
    running: Assessment | None
    streams: list[Workstream]
    counted: Counted


def load_sources(user: Any, municipality: Municipality) -> MunicipalSources:
    """What the person may see of the municipality's projects that are not in the archive. Five queries."""
    visible = Project.objects.visible_to(user).filter(municipality=municipality).active()
    projects = {project.pk: project for project in visible.by_name()}
    records = _records(user, municipality, projects)
    running = Assessment.objects.visible_to(user).filter(project__municipality=municipality, project__is_municipality_wide=True)
    return MunicipalSources(
        municipality=municipality,
        projects=projects,
        records=records,
        answers=answers_in(records),
        running=running.open().with_progress().with_steps().first(),
        streams=list(Workstream.objects.all()),
        counted=counted_for(user, municipality),
    )


#: Of the gate of the project's own phase; a municipality as a whole has one gate, and it is not asked here.
_BLOCKED = "jsonb_path_query_array(%(expressions)s, '$.gates[*] ? (@.is_current == true).blocked_by[*].criterion')"
_STATE = "jsonb_path_query_first(%(expressions)s, '$.gates[*] ? (@.is_current == true).state')"


def _records(user: Any, municipality: Municipality, projects: Mapping[int, Project]) -> dict[int, SpokenRow]:
    """Of each project's latest approved round. No document is read, and of figures only what is shown."""
    found = (
        speaking(user, municipality)
        .filter(assessment__project__in=list(projects))
        .annotate(
            project=F("assessment__project"),
            blocked_by=Func("figures", template=_BLOCKED, output_field=JSONField()),
            gate_state=Func("figures", template=_STATE, output_field=JSONField()),
            own_figures=Case(When(assessment__project__is_municipality_wide=True, then="figures"), output_field=JSONField()),
        )
        .values(
            *("pk", "project", "number", "approved_at", "blocked_by", "gate_state", "own_figures"),
            *(
                "assessment__public_id",
                "assessment__round",
                "assessment__edition",
                "assessment__edition__major",
                "assessment__edition__minor",
            ),
        )
    )
    rows = {row["project"]: row for row in found}
    return {rows[pk]["pk"]: _row(rows[pk]) for pk in projects if pk in rows}


def _row(row: Mapping[str, Any]) -> SpokenRow:
    return SpokenRow(
        pk=row["pk"],
        project_id=row["project"],
        number=row["number"],
        assessment_id=row["assessment__public_id"],
        round=row["assessment__round"],
        on=timezone.localdate(row["approved_at"]),
        edition_id=row["assessment__edition"],
        edition=(row["assessment__edition__major"], row["assessment__edition__minor"]),
        blocked_by=tuple(row["blocked_by"]),
        gate_state=row["gate_state"],
        figures=row["own_figures"],
    )


# One row for each answer to each criterion, not one for each project: two hundred of them have twelve thousand answers.
_ANSWERS = """
    SELECT rating ->> 'key', rating ->> 'state', (rating ->> 'level')::int, array_agg(record.id)
    FROM assessments_assessmentrecord record CROSS JOIN jsonb_array_elements(record.ratings) rating
    WHERE record.id = ANY(%(records)s)
    GROUP BY 1, 2, 3
"""


def answers_in(records: Mapping[int, Any]) -> Answers:
    """One query."""
    found: defaultdict[str, dict[tuple[str, int | None], list[int]]] = defaultdict(dict)
    with connection.cursor() as cursor:
        for key, state, level, pks in cursor.execute(_ANSWERS, {"records": list(records)}).fetchall():
            found[key][state, level] = pks
    return found
