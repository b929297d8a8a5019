"""Small catalogue documents for tests: complete, in both languages, with as many criteria as asked for."""

from typing import Any

from catalogue.documents.yaml_writer import write
from tests.factories import PHASES, WORKSTREAMS

#: What a cross-phase criterion of a test has as its milestone.
CROSS_PHASE_MILESTONE = {"kind": "roadmap", "required_levels": {"p1": 1, "p2": 2, "p3": 2, "p4": 3, "p5": 3}}


def both(text: str) -> dict[str, str]:
    return {"de": f"{text} auf Deutsch", "en": f"{text} in English"}


def criterion_document(key: str, **fields: Any) -> dict[str, Any]:
    levels = [
        {"level": n, "description": both(f"{key}, Beschreibung {n}")}
        | ({} if n == 4 else {"next_step": both(f"{key}, Schritt {n}")})
        for n in range(5)
    ]
    document = {
        "key": key,
        "phase": "durchgehend",
        "workstreams": ["technisch"],
        "title_source": "official",
        "editorial": [],
        "subject": "solution",
        "offices": ["it"],
        "title": both(key),
        "summary": both(f"{key}, kurz"),
        "why": both(f"{key}, warum"),
        "questions": {"de": [f"Frage zu {key}?"], "en": [f"Question on {key}?"]},
        "note": both(f"{key}, einfach"),
        "evidence_examples": {"de": [f"Nachweis zu {key}"], "en": [f"Evidence of {key}"]},
        "not_here": both(f"{key}, nicht hier"),
        "levels": levels,
        "municipality_wording": None,
        "related": [],
        "milestone": None,
        "legal_notes": [],
        "references": [],
    }
    return document | fields


def wording_document(key: str) -> dict[str, Any]:
    """The second wording of a criterion, for the municipality as a whole."""
    return {
        "summary": both(f"{key}, Haus"),
        "questions": {"de": [f"Frage zum Haus, {key}?"], "en": [f"Question on the house, {key}?"]},
        "evidence_examples": {"de": [f"Nachweis im Haus, {key}"], "en": [f"Evidence in the house, {key}"]},
        "levels": [
            {"level": n, "description": both(f"{key}, Haus auf {n}")}
            | ({} if n == 4 else {"next_step": both(f"{key}, Haus von {n} weiter")})
            for n in range(5)
        ],
    }


def legal_note_document(text: str) -> dict[str, Any]:
    source = {"title": both("Gesetz"), "url": "https://example.org/gesetz"}
    return {"text": both(text), "as_of": "2026-11", "source": source}


def model_document(key: str, **fields: Any) -> dict[str, Any]:
    document: dict[str, Any] = {
        "key": key,
        "editorial": [],
        "name": both(key.upper()),
        "group": both("G"),
        "summary": both("K"),
        "criteria": [],
    }
    return document | fields


def practice_document(key: str, **fields: Any) -> dict[str, Any]:
    document: dict[str, Any] = {
        "key": key,
        "phase": None,
        "title_source": "official",
        "editorial": [],
        "title": both(key),
        "summary": both(f"{key}, kurz"),
        "body": both(f"{key}, ganz"),
        "lesson": both(f"{key}, Lehre"),
        "criteria": [],
        "references": [],
    }
    return document | fields


def catalogue_document(*keys: str, number: str = "1.0", **fields: Any) -> dict[str, Any]:
    """A complete document with one criterion per key; the first is a milestone."""
    phases = [
        {
            "key": key,
            "code": code,
            "order": order,
            "name": both(name),
            "official_name": both(name),
            "meaning": both(f"Sinn von {name}"),
        }
        for order, (key, code, name) in enumerate(PHASES, 1)
    ]
    workstreams = [
        {"key": key, "order": order, "name": both(key), "meaning": both(f"Sinn von {key}")}
        for order, key in enumerate(WORKSTREAMS, 1)
    ]
    criteria = [criterion_document(key) for key in keys or ("eins", "zwei")]
    criteria[0]["milestone"] = dict(CROSS_PHASE_MILESTONE)
    edition = {
        "number": number,
        "title": both(f"Ausgabe {number}"),
        "note": both("Anmerkung"),
        "attribution": both("Quelle"),
        "level_scale_notice": both("Eigene Stufen"),
        "operating_models_intro": both("Einleitung"),
    }
    return {
        "format": "skalierungscheck-catalogue/1",
        "edition": edition,
        "phases": phases,
        "workstreams": workstreams,
        "criteria": criteria,
        "good_practices": [],
        "operating_models": [],
        "references": [],
    } | fields


def as_file(document: dict[str, Any]) -> bytes:
    return write(document).encode()
