"""The portfolio as JSON, in the shape of ``assessments/reports/export/schema/portfolio-1.json``."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from assessments.reports.portfolio.model import LeftOut, Portfolio, PortfolioRow, RecordRef, StreamFigure
from assessments.reports.portfolio.narrowing import Narrowing

SCHEMA = "portfolio-1"


def render_portfolio_json(portfolio: Portfolio, narrowing: Narrowing) -> bytes:
    """UTF-8, indented, ending in a line break."""
    return (json.dumps(portfolio_document(portfolio, narrowing), ensure_ascii=False, indent=2) + "\n").encode()


def portfolio_document(portfolio: Portfolio, narrowing: Narrowing) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "municipality": portfolio.municipality,
        "is_fictional": portfolio.is_fictional,
        "as_of": portfolio.as_of.isoformat(),
        "projects_in_all": portfolio.total,
        "projects_counted": portfolio.counted.value,
        "narrowed": narrowing.query,
        "workstreams": [{"key": key, "name": name} for key, name in portfolio.streams],
        "gates": dict(portfolio.gate_counts),
        "municipality_as_a_whole": _row(portfolio.whole) if portfolio.whole else None,
        "projects": [_row(row) for row in portfolio.rows],
        "waiting_for": {
            "workstreams": [asdict(one) for one in portfolio.obstacle_streams],
            "criteria": [asdict(one) for one in portfolio.obstacle_criteria],
        },
        "overdue_measures": [{**asdict(one), "due_on": one.due_on.isoformat()} for one in portfolio.overdue],
        "ageing_evidence": [
            {
                "project": one.project,
                "project_id": one.project_id,
                "assessment": one.assessment_id,
                "criterion": one.key,
                "text": one.text,
                "valid_until": one.valid_until.isoformat(),
                "validity": one.validity,
                "only_expired": one.only_expired,
            }
            for one in portfolio.ageing
        ],
    }


def _row(row: PortfolioRow) -> dict[str, Any]:
    running = row.running
    return {
        "id": row.public_id,
        "name": row.name,
        "phase": None if row.is_municipality_wide else row.phase,
        "field": row.field or None,
        "document": record_document(row.record) if row.record else None,
        "running": {
            "assessment": running.assessment_id,
            "round": running.round_label,
            "state": running.state,
            "since": running.since.isoformat() if running.since else None,
            "counts": {
                "total": running.counts.total,
                "rated": running.counts.rated,
                "unknown": running.counts.unknown,
                "not_applicable": running.counts.not_applicable,
                "open": running.counts.open,
                "unconfirmed": running.counts.unconfirmed,
            },
        }
        if running
        else None,
        "overall": figure_document(row.overall) if row.overall else None,
        "workstreams": [figure_document(figure) for figure in row.figures],
        "gates": [
            {
                "phase": gate.phase,
                "label": gate.label,
                "state": gate.state,
                "is_current": gate.is_current,
                "waiting_for": list(gate.waits_for),
                "dropped": dropped_document(gate.dropped),
            }
            for gate in row.gates
        ],
        "fallen": row.fallen,
        "risen": row.risen,
        "measures": {"open": row.measures_open, "overdue": row.measures_overdue},
    }


def record_document(record: RecordRef) -> dict[str, Any]:
    return {
        "number": record.number,
        "assessment": record.assessment_id,
        "round": record.round_label,
        "approved_on": record.on.isoformat(),
    }


def dropped_document(left_out: Iterable[LeftOut]) -> list[dict[str, Any]]:
    return [{"criterion": one.key, "title": one.title, "reason": one.reason} for one in left_out]


def figure_document(figure: StreamFigure) -> dict[str, Any]:
    return {
        "key": figure.key,
        "name": figure.name,
        "average": {"value": figure.mean, "rated": figure.n, "of": figure.m, "is_provisional": figure.is_provisional},
        "levels": {str(level): count for level, count in enumerate(figure.counts)},
        "change": {"value": figure.change, "rated_in_both": figure.change_n},
    }
