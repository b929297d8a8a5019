"""The profile of a municipality as JSON, in the shape of ``assessments/reports/export/schema/municipal-1.json``."""

import json
from collections.abc import Iterable
from typing import Any

from assessments.reports.export.portfolio_json import dropped_document, figure_document, record_document
from assessments.reports.municipal.model import CriterionEvidence, MunicipalProfile, ProjectRef, StreamEvidence

SCHEMA = "municipal-1"


def render_municipal_json(profile: MunicipalProfile) -> bytes:
    """UTF-8, indented, ending in a line break."""
    return (json.dumps(municipal_document(profile), ensure_ascii=False, indent=2) + "\n").encode()


def municipal_document(profile: MunicipalProfile) -> dict[str, Any]:
    own = profile.own
    return {
        "schema": SCHEMA,
        "municipality": profile.municipality,
        "is_fictional": profile.is_fictional,
        "as_of": profile.as_of.isoformat(),
        "projects_in_all": profile.total,
        "projects_counted": profile.counted.value,
        "edition": profile.edition or None,
        "own": {
            "document": record_document(own.record),
            "edition": own.edition,
            "gate": {"state": own.gate_state, "summary": own.gate, "dropped": dropped_document(own.dropped)},
        }
        if own
        else None,
        "projects": [
            {"id": one.public_id, "name": one.name, "document": record_document(one.record), "edition": one.edition}
            for one in profile.projects
        ],
        "workstreams": [_stream(one) for one in profile.streams if one.key],
        "overall": next(_stream(one) for one in profile.streams if not one.key),
        "criteria": [_criterion(one) for one in profile.asked],
        "not_asked": [{"key": one.key, "title": one.title} for one in profile.criteria if not one.is_asked],
    }


def _stream(one: StreamEvidence) -> dict[str, Any]:
    return {
        "key": one.key,
        "name": one.name,
        "own": figure_document(one.own) if one.own else None,
        "answers_of_projects": {
            "projects": one.projects,
            "asked": one.asked,
            "rated": one.rated,
            "levels": {str(level): count for level, count in enumerate(one.counts)},
        },
    }


def _criterion(one: CriterionEvidence) -> dict[str, Any]:
    return {
        "key": one.key,
        "title": one.title,
        "phase": one.phase,
        "workstreams": list(one.workstreams),
        "own": {"state": one.own.state, "level": one.own.level} if one.own else None,
        "projects": {
            "asked": one.m,
            "rated": one.n,
            "levels": {str(level): _ids(projects) for level, projects in enumerate(one.by_level)},
            "unknown": _ids(one.unknown),
            "not_applicable": _ids(one.not_applicable),
            "open": _ids(one.open),
            "by_another_edition": one.other_editions,
        },
        "holds_up": _ids(one.holds_up),
        "contradictions": [
            {"kind": found.kind, "projects": _ids(found.projects), "summary": found.sentence} for found in one.disagreements
        ],
    }


def _ids(projects: Iterable[ProjectRef]) -> list[str]:
    return [one.public_id for one in projects]
