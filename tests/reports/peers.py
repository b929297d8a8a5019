"""Municipalities with approved records by the dozen, as rows: what the comparison reads of them, and nothing else."""

from typing import Any

from django.utils import timezone

from assessments.models import Assessment, AssessmentRecord, AssessmentState, Project
from catalogue.models import Edition
from scaling.accounts.models import Municipality
from scaling.common.history import rewriting_history
from tests.factories import make_project

STREAMS = {"vertrauen": ["organisatorisch"], "personal": ["organisatorisch", "finanziell"], "betrieb": ["technisch"]}


def make_places(
    number: int, *, state: str = "09", population: int | None = 8_000, first: int = 0, **fields: Any
) -> list[Municipality]:
    """They take part, unless ``compared_since`` says otherwise."""
    fields.setdefault("compared_since", timezone.now())
    return [
        Municipality.objects.create(
            name=f"Gemeinde Nummer {state} {first + one}",
            ags=f"{state}4{first + one:05d}"[:8] if (first + one) % 1000 else f"{state}400999",
            population=population,
            **fields,
        )
        for one in range(1, number + 1)
    ]


def give(
    edition: Edition, municipality: Municipality, levels: dict[str, int | None], *, whole: bool = True, name: str = "Lösung"
) -> AssessmentRecord:
    """A further approved round of a project, or of the municipality as a whole, with a record that holds these levels."""
    wanted = "Kommune insgesamt" if whole else name
    project = Project.objects.filter(municipality=municipality, name=wanted).first()
    if project is None:
        project = make_project(municipality, wanted, is_municipality_wide=whole)
    number = project.assessments.count() + 1
    assessment = Assessment.objects.create(project=project, edition=edition, round=number, state=AssessmentState.APPROVED)
    answers = [
        {
            "rating": {
                "key": key,
                "state": "unknown" if level is None else "rated",
                "level": level,
                "workstreams": STREAMS.get(key, ["organisatorisch"]),
            }
        }
        for key, level in levels.items()
    ]
    serial = AssessmentRecord.objects.filter(municipality=municipality).count() + 1
    return AssessmentRecord.objects.create(
        number=f"{municipality.code}-2026-{serial}",
        municipality=municipality,
        year=2026,
        serial=serial,
        assessment=assessment,
        version=1,
        approved_at=timezone.now(),
        document={"facts": {"answers": answers}, "figures": {"gates": [], "workstreams": [], "overall": {}}},
        checksum="0" * 64,
    )


def reopen(record: AssessmentRecord) -> None:
    """As if its round were open again."""
    with rewriting_history():
        Assessment.objects.filter(pk=record.assessment_id).update(state=AssessmentState.DRAFT)
        AssessmentRecord.objects.filter(pk=record.pk).update(superseded_at=timezone.now())
