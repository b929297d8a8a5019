"""Rows for tests, without surprises: every value is fixed unless the test names it."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.text import slugify

from assessments.models import Project
from catalogue.models import (
    CROSS_PHASE,
    Criterion,
    Edition,
    EditionState,
    LevelDescriptor,
    Milestone,
    Phase,
    Subject,
    TitleSource,
    Workstream,
)
from scaling.accounts.models import Municipality

PHASES = [
    ("p1", "P1", "Ideenfindung"),
    ("p2", "P2", "Prototyp"),
    ("p3", "P3", "Pilot"),
    ("p4", "P4", "Verstetigung"),
    ("p5", "P5", "Transfer"),
    (CROSS_PHASE, "∞", "Durchgehend"),
]
WORKSTREAMS = ["finanziell", "organisatorisch", "technisch", "wirtschaftlich"]


def make_phases_and_workstreams() -> tuple[dict[str, Phase], dict[str, Workstream]]:
    """The six phases and four workstreams, by key, with those made that are not there yet. Two queries where all are."""
    phases = {phase.key: phase for phase in Phase.objects.all()}
    for order, (key, code, name) in enumerate(PHASES, 1):
        if key not in phases:
            phases[key] = Phase.objects.create(key=key, order=order, code=code, name_de=name, official_name_de=name)
    streams = {stream.key: stream for stream in Workstream.objects.all()}
    for order, key in enumerate(WORKSTREAMS, 1):
        if key not in streams:
            streams[key] = Workstream.objects.create(key=key, order=order, name_de=key.capitalize())
    return phases, streams


def make_edition(major: int = 1, *, state: str = EditionState.PUBLISHED, **fields: Any) -> Edition:
    """An edition without criteria. It becomes ``state`` at once; add criteria with make_criterion while it is a draft."""
    dated = {} if state == EditionState.DRAFT else {"published_at": timezone.now()}
    return Edition.objects.create(major=major, state=state, title_de=f"Katalog {major}", **dated, **fields)


def make_criterion(
    edition: Edition,
    key: str,
    *,
    phase: str = CROSS_PHASE,
    workstreams: Sequence[str] = ("organisatorisch",),
    milestone: int | None = None,
    **fields: Any,
) -> Criterion:
    """A criterion with five levels in both wordings; ``milestone`` is the level required to pass."""
    phases, streams = make_phases_and_workstreams()
    criterion = Criterion.objects.create(
        edition=edition,
        key=key,
        order=edition.criteria.count() + 1,
        phase=phases[phase],
        **{
            "title_de": f"Kriterium {key}",
            "title_source": TitleSource.OFFICIAL,
            "summary_de": f"Kurzbeschreibung {key}",
            "why_de": f"Grund {key}",
            "questions_de": [f"Frage zu {key}?"],
            "evidence_examples_de": [f"Nachweis zu {key}"],
            "subject": Subject.BOTH,
            "municipality_summary_de": f"Kurzbeschreibung {key} für das Haus",
            "municipality_questions_de": [f"Frage zu {key} im Haus?"],
            "municipality_evidence_examples_de": [f"Nachweis zu {key} im Haus"],
            **fields,
        },
    )
    criterion.workstreams.add(*(streams[name] for name in workstreams))
    LevelDescriptor.objects.bulk_create(
        LevelDescriptor(
            criterion=criterion,
            level=level,
            description_de=f"{key} auf {level}",
            next_step_de="" if level == 4 else f"{key} von {level} weiter",
            municipality_description_de=f"{key} im Haus auf {level}",
            municipality_next_step_de="" if level == 4 else f"{key} im Haus von {level} weiter",
        )
        for level in range(5)
    )
    if milestone is not None:
        Milestone.objects.create(criterion=criterion, kind="roadmap", required_level=milestone)
    return criterion


def make_catalogue(criteria: int = 3, *, major: int = 1) -> Edition:
    """A published edition with cross-phase criteria ``kriterium-1`` … ``kriterium-n``; the first is a milestone."""
    edition = make_edition(major, state=EditionState.DRAFT)
    for number in range(1, criteria + 1):
        make_criterion(edition, f"kriterium-{number}", milestone=3 if number == 1 else None)
    Edition.objects.filter(pk=edition.pk).update(state=EditionState.PUBLISHED, published_at=timezone.now())
    edition.refresh_from_db()
    return edition


def make_project(
    municipality: Municipality, name: str = "Parkraum-App", *, phase: str = "p3", team: Sequence[Any] = (), **fields: Any
) -> Project:
    phases, _ = make_phases_and_workstreams()
    project = Project.objects.create(municipality=municipality, name=name, slug=slugify(name), phase=phases[phase], **fields)
    project.team.set(team)
    return project
