"""Fetches how things moved: five queries, however many projects, rounds and years there are. No document is read."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from assessments.models import Assessment, AssessmentRecord, Measure, MeasureStatus, Project
from assessments.reports.counted import Counted, counted_for
from scaling.accounts.models import Municipality


@dataclass(frozen=True, slots=True)
class ApprovedRow:
    """A record, superseded or not, and its gate of the project's own phase. ``blocked`` and ``dropped`` are keys."""

    pk: int
    project_id: int
    assessment_id: str
    round: int
    at: datetime
    on: date
    superseded_at: datetime | None
    edition_id: int
    phase: str
    state: str
    passed: int
    blocked: frozenset[str]
    dropped: frozenset[str]
    average: Mapping[str, Any]
    levels: Mapping[str, int]
    change: Mapping[str, Any] | None
    compared: str
    fallen: tuple[str, ...]
    risen: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DevelopmentSources:
    """``records`` by project, each in the order of approval. ``blocked_before`` says, for a record of a project that had moved
    on to another phase, what that phase's gate waited for in the record before. ``done`` are days on which measures were done.
    """

    municipality: Municipality
    projects: list[Project]
    records: dict[int, list[ApprovedRow]]
    blocked_before: dict[int, frozenset[str]]
    done: list[date]
    counted: Counted


def load_sources(user: Any, municipality: Municipality) -> DevelopmentSources:
    """What the person may see of the municipality's projects that are not in the archive. Five queries."""
    visible = Project.objects.visible_to(user).filter(municipality=municipality).active()
    projects = list(visible.by_name())
    rounds = Assessment.objects.visible_to(user).filter(project__in=[project.pk for project in projects])
    pks = list(
        AssessmentRecord.objects.filter(assessment__in=rounds.order_by().values("pk")).order_by().values_list("pk", flat=True)
    )
    records: dict[int, list[ApprovedRow]] = {}
    for row in _rows(pks, [project.pk for project in projects]):
        records.setdefault(row.project_id, []).append(row)
    return DevelopmentSources(
        municipality=municipality,
        projects=projects,
        records=records,
        blocked_before=_blocked_before(records),
        done=_done(projects),
        counted=counted_for(user, municipality),
    )


_RECORDS = """
    SELECT record.id, assessment.project_id, assessment.public_id, assessment.round, record.approved_at, record.superseded_at,
           assessment.edition_id, record.moved
    FROM assessments_assessmentrecord record
    JOIN assessments_assessment assessment ON assessment.id = record.assessment_id
    WHERE record.id = ANY(%(records)s) AND assessment.project_id = ANY(%(projects)s)
    ORDER BY record.approved_at, record.id
"""


def _rows(pks: list[int], projects: list[int]) -> Iterable[ApprovedRow]:
    """The ``projects`` are those of the records, named so that their rounds are found by index and not among all there are."""
    with connection.cursor() as cursor:
        for row in cursor.execute(_RECORDS, {"records": pks, "projects": projects}).fetchall():
            moved = json.loads(row[7])
            yield ApprovedRow(
                pk=row[0],
                project_id=row[1],
                assessment_id=row[2],
                round=row[3],
                at=row[4],
                on=timezone.localdate(row[4]),
                superseded_at=row[5],
                edition_id=row[6],
                phase=moved["phase"],
                state=moved["state"],
                passed=moved["passed"],
                blocked=frozenset(moved["blocked"]),
                dropped=frozenset(moved["dropped"]),
                average=moved["average"],
                levels=moved["levels"],
                change=moved["change"],
                compared=moved["compared"],
                fallen=tuple(moved["fallen"]),
                risen=tuple(moved["risen"]),
            )


_BEFORE = """
    SELECT asked.later, jsonb_path_query_array(
        record.figures, '$.gates[*] ? (@.phase == $phase).blocked_by[*].criterion', jsonb_build_object('phase', asked.phase)
    )
    FROM unnest(%(earlier)s::bigint[], %(phases)s::text[], %(later)s::bigint[]) AS asked(earlier, phase, later)
    JOIN assessments_assessmentrecord record ON record.id = asked.earlier
"""


def _blocked_before(records: Mapping[int, list[ApprovedRow]]) -> dict[int, frozenset[str]]:
    pairs = [
        (before.pk, row.phase, row.pk)
        for rows in records.values()
        for before, row in pairwise(rows)
        if before.phase != row.phase
    ]
    values: dict[str, Any] = {
        "earlier": [one[0] for one in pairs],
        "phases": [one[1] for one in pairs],
        "later": [one[2] for one in pairs],
    }
    with connection.cursor() as cursor:
        return {later: frozenset(json.loads(keys)) for later, keys in cursor.execute(_BEFORE, values).fetchall()}


def _done(projects: Iterable[Project]) -> list[date]:
    """The day on which each measure that is done today became so, by its history: what was taken up again does not count."""
    steps: QuerySet[Any] = Measure.history.filter(id=OuterRef("pk")).order_by()
    unfinished: QuerySet[Any] = steps.exclude(status=MeasureStatus.DONE).order_by("-history_id").values("history_id")[:1]
    finished = steps.filter(status=MeasureStatus.DONE, history_id__gt=Coalesce(OuterRef("unfinished"), 0))
    rows: QuerySet[Any] = Measure.objects.filter(
        project__in=[project.pk for project in projects], status=MeasureStatus.DONE
    ).order_by()
    rows = rows.annotate(unfinished=Subquery(unfinished)).annotate(
        at=Subquery(finished.order_by("history_id").values("history_date")[:1])
    )
    return [timezone.localdate(at) for at in rows.values_list("at", flat=True) if at is not None]
