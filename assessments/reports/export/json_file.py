"""The profile as JSON, in the shape of ``assessments/reports/export/schema/profile-2.json``.

The shape is a promise: a key that goes or changes its meaning needs a new number. Comments stay inside the app.
"""

import json
from datetime import date
from typing import Any

from assessments.reports.profile.model import (
    CouncilPaper,
    CriterionResult,
    Figure,
    GateResult,
    MaturityProfile,
    MeasureItem,
    RecordMark,
    RoundRef,
    SpreadItem,
)
from assessments.scoring import DROPPED, KINDS, Average, GroupChange, KindCounts

SCHEMA = "profile-2"


def render_json(profile: MaturityProfile) -> bytes:
    """UTF-8, indented, keys in the schema's order, ending in a line break."""
    return (json.dumps(document(profile), ensure_ascii=False, indent=2) + "\n").encode()


def document(profile: MaturityProfile) -> dict[str, Any]:
    meta, trend, changes = profile.meta, profile.trend, profile.changes
    return {
        "schema": SCHEMA,
        "meta": {
            "id": meta.public_id,
            "municipality": meta.municipality,
            "is_fictional": meta.is_fictional,
            "project": meta.project,
            "project_slug": meta.project_slug,
            "confidentiality": meta.confidentiality,
            "is_municipality_wide": meta.is_municipality_wide,
            "phase": meta.phase,
            "phase_label": meta.phase_label,
            "scope": list(meta.scope),
            "round": meta.round,
            "state": meta.state,
            "is_draft": meta.is_draft,
            "edition": meta.edition,
            "edition_title": meta.edition_title,
            "edition_checksum": meta.edition_checksum,
            "language": meta.language,
            "as_of": _day(meta.as_of),
            "started_on": _day(meta.started_on),
            "submitted_on": _day(meta.submitted_on),
            "approved_on": _day(meta.approved_on),
            "approved_by": meta.approved_by,
            "compared_with": _round(meta.compared),
            "attribution": meta.attribution,
            "level_scale_notice": meta.level_scale_notice,
            "document": _document(meta.record),
            "council_paper": _paper(meta.paper),
        },
        "headline": profile.headline,
        "scale": [{"level": level.level, "name": level.name} for level in profile.scale],
        "overall": _figure(profile.overall),
        "workstreams": [_figure(figure) for figure in profile.workstreams],
        "phases": [_figure(figure) for figure in profile.phases],
        "gates": [_gate(gate) for gate in profile.gates],
        "priorities": [
            {
                "rank": item.rank,
                "criterion": item.criterion.key,
                "title": item.criterion.title,
                "is_blocking": item.is_blocking,
                "is_overdue": item.is_overdue,
                "fall": item.fall,
                "gap": item.gap,
                "reason": item.reason,
                "next_step": item.next_step,
                "measure": _measure(item.measure) if item.measure else None,
            }
            for item in profile.priorities
        ],
        "no_priorities": profile.no_priorities if not profile.priorities else "",
        "changes": None
        if changes is None
        else {
            "compared_with": _round(changes.compared),
            "summary": changes.sentence,
            "mean_summary": changes.mean_sentence,
            "counts": _kinds(changes.kinds),
            **{kind: [result.key for result in changes.of(kind)] for kind in KINDS if kind != DROPPED},
            "dropped": list(changes.dropped),
        },
        "trend": {
            "rounds": [
                {
                    "round": point.round,
                    "on": _day(point.on),
                    "is_this": point.is_this,
                    "same_criteria": point.same_criteria,
                    "unconfirmed": point.unconfirmed,
                    "average": _average(point.average),
                    "workstreams": {
                        figure.key: _average(average)
                        for figure, average in zip(profile.workstreams, point.workstreams, strict=True)
                    },
                }
                for point in trend.points
            ],
            "planned": trend.planned,
            "planned_on": _day(trend.planned_on),
        },
        "criteria": [_criterion(result) for result in profile.criteria],
        "measures": [_measure(measure) for measure in profile.measures],
        "definitions": {name: getattr(profile.definitions, name) for name in profile.definitions.__slots__},
    }


def _paper(paper: CouncilPaper | None) -> dict[str, Any] | None:
    if paper is None:
        return None
    return {name: getattr(paper, name) for name in paper.__slots__} | {"signatures": list(paper.signatures)}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _round(ref: RoundRef | None) -> dict[str, Any] | None:
    return {"id": ref.public_id, "round": ref.number, "on": _day(ref.on)} if ref else None


def _average(average: Average) -> dict[str, Any]:
    return {"value": average.value, "rated": average.n, "of": average.m, "is_provisional": average.is_provisional}


def _kinds(kinds: KindCounts) -> dict[str, int]:
    return {kind: getattr(kinds, kind) for kind in KINDS} | {"total": kinds.total}


def _change(change: GroupChange | None) -> dict[str, Any] | None:
    if change is None:
        return None
    return {
        "value": change.delta,
        "rated_in_both": change.n,
        "before": change.before,
        "now": change.now,
        "counts": _kinds(change.kinds),
    }


def _figure(figure: Figure) -> dict[str, Any]:
    counts = figure.counts
    return {
        "key": figure.key,
        "name": figure.name,
        "average": _average(figure.average),
        "levels": {str(level): count for level, count in enumerate(figure.distribution.counts)},
        "median": figure.distribution.median,
        "planned": figure.planned.value,
        "change": _change(figure.change),
        "counts": {
            "total": counts.total,
            "rated": counts.rated,
            "unknown": counts.unknown,
            "not_applicable": counts.not_applicable,
            "open": counts.open,
            "answered": counts.answered,
            "confirmed": counts.confirmed,
            "unconfirmed": counts.unconfirmed,
        },
    }


def _document(mark: RecordMark | None) -> dict[str, Any] | None:
    if mark is None:
        return None
    return {
        "number": mark.number,
        "version": mark.version,
        "approved_at": mark.approved_at.isoformat(timespec="seconds"),
        "checksum": mark.checksum,
        "rendition": mark.rendition,
    }


def _gate(gate: GateResult) -> dict[str, Any]:
    return {
        "phase": gate.phase,
        "label": gate.label,
        "state": gate.state,
        "is_current": gate.is_current,
        "passed": gate.passed,
        "total": gate.total,
        "unconfirmed": gate.unconfirmed,
        "summary": gate.sentence,
        "blocked_by": [
            {
                "criterion": blocker.key,
                "title": blocker.title,
                "cause": blocker.cause,
                "level": blocker.level,
                "required_level": blocker.required_level,
            }
            for blocker in gate.blockers
        ],
        "dropped": [{"criterion": one.key, "title": one.title, "reason": one.reason} for one in gate.dropped],
    }


def _measure(measure: MeasureItem) -> dict[str, Any]:
    return {
        "text": measure.text,
        "criterion": measure.criterion_key or None,
        "who": measure.who,
        "who_is_person": measure.who_is_person if measure.who else None,
        "due_on": _day(measure.due_on),
        "status": measure.status,
        "is_overdue": measure.is_overdue,
    }


def _criterion(result: CriterionResult) -> dict[str, Any]:
    change = result.change
    previous = change.previous if change else None
    return {
        "number": result.number,
        "key": result.key,
        "title": result.title,
        "phase": result.phase,
        "workstreams": list(result.workstreams),
        "required_level": result.milestone.required_level if result.milestone else None,
        "milestone": result.milestone.status if result.milestone else None,
        "state": result.state,
        "level": result.level,
        "level_name": result.level_name,
        "level_description": result.level_description,
        "next_step": result.next_step,
        "rationale": result.rationale,
        "evidence": [
            {
                "text": item.text,
                "url": item.url or None,
                "file_name": item.file_name or None,
                "on": _day(item.on),
                "dated_on": _day(item.dated_on),
                "valid_until": _day(item.valid_until),
                "validity": item.validity,
            }
            for item in result.evidence
        ],
        "rests_on_expired_evidence": result.rests_on_expired,
        "target_level": result.target_level,
        "target_date": _day(result.target_date),
        "gap": result.gap,
        "confirmed": result.confirmed,
        "answered_on": _day(result.answered_on),
        "answered_by": result.answered_by,
        "change": change.delta if change else None,
        "change_kind": change.kind if change else None,
        "previous": {
            "state": previous.state,
            "level": previous.level,
            "rationale": previous.rationale,
            "answered_on": _day(previous.on),
            "answered_by": previous.by,
        }
        if previous
        else None,
        "spread": _spread(result.spread) if result.spread else None,
    }


def _spread(spread: SpreadItem) -> dict[str, Any]:
    return {
        "votes": spread.n,
        "lowest": spread.lowest,
        "highest": spread.highest,
        "median": spread.median,
        "is_wide": spread.is_wide,
        "ballot": spread.ballot,
        "on": _day(spread.on),
        "summary": spread.text,
        "roles": [
            {
                "role": one.role,
                "label": one.label,
                "votes": one.n,
                "lowest": one.lowest,
                "highest": one.highest,
                "median": one.median,
            }
            for one in spread.roles
        ],
    }
