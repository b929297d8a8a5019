"""How a municipality moved, as JSON, in the shape of ``assessments/reports/export/schema/development-1.json``."""

import json
from typing import Any

from assessments.reports.development.model import Development, MovedRound, ProjectTrend, Quarter, Told

SCHEMA = "development-1"
#: Of the rounds in which something moved, told with their reasons: each reads a document.
TOLD = 100


def render_development_json(development: Development, told: Told) -> bytes:
    """UTF-8, indented, ending in a line break."""
    return (json.dumps(development_document(development, told), ensure_ascii=False, indent=2) + "\n").encode()


def development_document(development: Development, told: Told) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "municipality": development.municipality,
        "is_fictional": development.is_fictional,
        "as_of": development.as_of.isoformat(),
        "projects_counted": development.counted.value,
        "quarters": [_quarter(one) for one in development.quarters],
        "projects": [_trend(one) for one in development.with_rounds],
        "moved": [_moved(one, told) for one in development.moved],
    }


def _quarter(one: Quarter) -> dict[str, Any]:
    return {
        "year": one.year,
        "quarter": one.number,
        "is_running": one.is_running,
        "approvals": one.approvals,
        "milestones": {"reached": one.reached, "reached_at_first_approval": one.reached_at_first, "lost": one.lost},
        "gates_reached": one.gates,
        "measures_done": one.measures,
        "at_its_end": {
            "projects": one.speaking,
            "levels": {str(level): count for level, count in enumerate(one.counts)},
            "gate_reached": one.gates_reached,
        },
    }


def _trend(trend: ProjectTrend) -> dict[str, Any]:
    return {
        "id": trend.public_id,
        "name": trend.name,
        "is_municipality_as_a_whole": trend.is_municipality_wide,
        "rounds": [
            {
                "assessment": one.assessment_id,
                "round": one.label,
                "approved_on": one.on.isoformat(),
                "average": {"value": one.mean, "rated": one.n, "of": one.m, "is_provisional": one.is_provisional},
                "change": {"value": one.change, "rated_in_both": one.change_n},
            }
            for one in trend.rounds
        ],
    }


def _moved(one: MovedRound, told: Told) -> dict[str, Any]:
    moves = told.get(one.record_id)
    return {
        "project": one.project,
        "assessment": one.assessment_id,
        "round": one.label,
        "approved_on": one.on.isoformat(),
        "fallen": list(one.fallen),
        "risen": list(one.risen),
        "reasons": None
        if moves is None
        else [
            {"criterion": move.key, "title": move.title, "before": move.before, "now": move.now, "reason": move.reason}
            for move in moves
        ],
    }
