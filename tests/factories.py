"""Rows for tests, without surprises: every value is fixed unless the test names it."""

from collections.abc import Mapping, Sequence
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
    missing_phases = [
        Phase(key=key, order=order, code=code, name_de=name, official_name_de=name)
        for order, (key, code, name) in enumerate(PHASES, 1)
        if key not in phases
    ]
    phases |= {phase.key: phase for phase in Phase.objects.bulk_create(missing_phases)}
    streams = {stream.key: stream for stream in Workstream.objects.all()}
    missing_streams = [
        Workstream(key=key, order=order, name_de=key.capitalize())
        for order, key in enumerate(WORKSTREAMS, 1)
        if key not in streams
    ]
    streams |= {stream.key: stream for stream in Workstream.objects.bulk_create(missing_streams)}
    return phases, streams


def make_edition(major: int = 1, *, state: str = EditionState.PUBLISHED, **fields: Any) -> Edition:
    """An edition without criteria. It becomes ``state`` at once; add criteria with make_criterion while it is a draft."""
    dated = {} if state == EditionState.DRAFT else {"published_at": timezone.now()}
    return Edition.objects.create(major=major, state=state, title_de=f"Katalog {major}", **dated, **fields)


def make_criterion(edition: Edition, key: str, **fields: Any) -> Criterion:
    """One criterion, as ``make_criteria`` makes them."""
    [criterion] = make_criteria(edition, {key: fields})
    return criterion


def make_criteria(edition: Edition, wanted: Mapping[str, Mapping[str, Any]]) -> list[Criterion]:
    """Criteria by key, with five levels in both wordings, at the end of the edition. At most nine queries, however many.

    Of their fields, ``phase`` and ``workstreams`` are named by key, and ``milestone`` is the level required to pass.
    """
    phases, streams = make_phases_and_workstreams()
    begin = edition.criteria.count() + 1
    made, milestones, placed = [], [], []
    for order, (key, given) in enumerate(wanted.items(), begin):
        fields = dict(given)
        phase, level = fields.pop("phase", CROSS_PHASE), fields.pop("milestone", None)
        names = fields.pop("workstreams", ("organisatorisch",))
        criterion = Criterion(edition=edition, key=key, order=order, phase=phases[phase], **{**_texts(key), **fields})
        made.append(criterion)
        placed += [(criterion, streams[name]) for name in names]
        if level is not None:
            milestones.append(Milestone(criterion=criterion, kind="roadmap", required_level=level))
    Criterion.objects.bulk_create(made)
    through = Criterion.workstreams.through
    through.objects.bulk_create(through(criterion=criterion, workstream=stream) for criterion, stream in placed)
    LevelDescriptor.objects.bulk_create(_level(criterion, level) for criterion in made for level in range(5))
    Milestone.objects.bulk_create(milestones)
    return made


def _texts(key: str) -> dict[str, Any]:
    return {
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
    }


def _level(criterion: Criterion, level: int) -> LevelDescriptor:
    key = criterion.key
    return LevelDescriptor(
        criterion=criterion,
        level=level,
        description_de=f"{key} auf {level}",
        next_step_de="" if level == 4 else f"{key} von {level} weiter",
        municipality_description_de=f"{key} im Haus auf {level}",
        municipality_next_step_de="" if level == 4 else f"{key} im Haus von {level} weiter",
    )


def make_catalogue(criteria: int = 3, *, major: int = 1) -> Edition:
    """A published edition with cross-phase criteria ``kriterium-1`` … ``kriterium-n``; the first is a milestone."""
    edition = make_edition(major, state=EditionState.DRAFT)
    keys = [f"kriterium-{number}" for number in range(1, criteria + 1)]
    make_criteria(edition, {key: {"milestone": 3} if key == "kriterium-1" else {} for key in keys})
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
