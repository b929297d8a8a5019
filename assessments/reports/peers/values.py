"""What municipalities stand at, from their records: one number for each criterion and workstream, on either basis.

A metric is named „k:schluessel“ (a criterion) or „w:schluessel“ (a workstream), „w:“ for all criteria.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from assessments.models import AssessmentRecord
from assessments.scoring.ratings import FEW

CRITERION, STREAM = "k:", "w:"
ALL_CRITERIA = STREAM

#: Of records, each answer once with its criterion and once with each of its workstreams.
_VALUES = """
    WITH answer AS (
        SELECT record.municipality_id AS place,
            CASE WHEN project.is_municipality_wide THEN 'kommune' ELSE 'projekte' END AS basis,
            rating ->> 'key' AS key, rating -> 'workstreams' AS streams, (rating ->> 'level')::int AS level
        FROM assessments_assessmentrecord record
        JOIN assessments_assessment assessment ON assessment.id = record.assessment_id
        JOIN assessments_project project ON project.id = assessment.project_id
        CROSS JOIN jsonb_array_elements(record.ratings) rating
        WHERE record.id = ANY(%(records)s)
    ), value AS (
        SELECT place, basis, 'k:' || key AS metric, avg(level) AS mean, count(level) AS n, count(*) AS m, 1 AS least
        FROM answer GROUP BY 1, 2, 3
        UNION ALL
        SELECT place, basis, 'w:' || stream, avg(level), count(level), count(*), %(few)s
        FROM answer CROSS JOIN LATERAL (SELECT '' UNION ALL SELECT jsonb_array_elements_text(streams)) each (stream)
        GROUP BY 1, 2, 3
    )
"""
_OWN = "SELECT basis, metric, mean, n, m FROM value"
_GIVEN = """
    SELECT place, basis, jsonb_object_agg(metric, round(mean, 2)) FROM value WHERE n >= least GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class OwnValue:
    """The mean over ``n`` rated of ``m`` answers; None for none."""

    mean: float | None
    n: int
    m: int


def speaking_of(municipalities: Iterable[int]) -> QuerySet[AssessmentRecord]:
    """Of each project that is not in the archive, the record of its latest approved round."""
    current = AssessmentRecord.objects.current().filter(
        assessment__project__municipality__in=municipalities,  # by its projects to their rounds, not through all rounds
        assessment__project__archived_at=None,
    )
    return current.order_by("assessment__project_id", "-assessment__round").distinct("assessment__project_id")


def own_values(records: Iterable[int]) -> Mapping[tuple[str, str], OwnValue]:
    """Of one municipality's records, by basis and metric. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_VALUES + _OWN, {"records": list(records), "few": FEW})
        return {
            (basis, metric): OwnValue(None if mean is None else float(mean), n, m)
            for basis, metric, mean, n, m in cursor.fetchall()
        }


def given_values(records: Iterable[int]) -> Mapping[tuple[int, str], dict[str, float]]:
    """What is given of these records, by municipality and basis: no mean of a workstream over fewer than FEW. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_VALUES + _GIVEN, {"records": list(records), "few": FEW})
        return {(place, basis): json.loads(values) for place, basis, values in cursor.fetchall()}
