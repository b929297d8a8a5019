"""Fetches what a portfolio is made of: nine queries, however many projects, rounds and years there are."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from assessments.models import Assessment, Measure, Project, Score
from assessments.models.measure import MeasureQuerySet
from assessments.queries.ageing import AgeingEvidence, ageing_of_municipality
from assessments.reports.counted import Counted, counted_for
from assessments.reports.portfolio.model import DueMeasure
from assessments.reports.records.keeping import speaking
from assessments.sentences import with_former
from catalogue.models import Phase, Workstream
from scaling.accounts.models import Municipality, Role


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A record without its document: what it lists of its figures, in both languages (``records.codec.in_both``)."""

    number: str
    assessment_id: str
    round: int
    on: date
    edition_id: int
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sources:
    """What was fetched: by primary key of a project what speaks for it, runs, is to be done, and who works on it."""

    municipality: Municipality
    projects: list[Project]
    records: dict[int, RecordRow]
    running: dict[int, Assessment]
    open_measures: dict[int, int]
    overdue: list[DueMeasure]
    overdue_measures: dict[int, int]
    ageing: list[AgeingEvidence]
    people: dict[int, list[tuple[int, str]]]
    streams: list[Workstream]
    phases: dict[str, Phase]
    sees_running: bool
    counted: Counted


def load_sources(user: Any, municipality: Municipality, *, today: date) -> Sources:
    """What the person may see of the municipality's projects that are not in the archive. Nine queries."""
    visible = Project.objects.visible_to(user).filter(municipality=municipality).active()
    projects = list(visible.select_related("phase").by_name())
    for project in projects:
        project.municipality = municipality
    measures = Measure.objects.running().filter(project__in=visible.values("pk"))
    is_overdue = Q(due_on__lt=today)
    counted = measures.values("project").annotate(all=Count("pk"), late=Count("pk", filter=is_overdue))
    counts = {row["project"]: (row["all"], row["late"]) for row in counted.order_by()}
    return Sources(
        municipality=municipality,
        projects=projects,
        records=_records(user, municipality),
        running=_running(user, projects),
        open_measures={pk: number for pk, (number, _late) in counts.items()},
        overdue=_overdue(measures.filter(is_overdue), projects),
        overdue_measures={pk: late for pk, (_number, late) in counts.items()},
        ageing=ageing_of_municipality(user, municipality, today),
        people=_people(visible),
        streams=list(Workstream.objects.all()),
        phases={phase.key: phase for phase in Phase.objects.all()},
        sees_running=user.roles.get(municipality.pk) != Role.READER,
        counted=counted_for(user, municipality),
    )


def _overdue(measures: MeasureQuerySet, projects: list[Project]) -> list[DueMeasure]:
    """The longest overdue first."""
    known = {project.pk: project for project in projects}
    there: Any = measures.with_owner_there()  # with the annotation that types cannot tell
    rows = there.order_by("due_on", "pk").values_list(
        "project_id", "text", "owner__name", "owner__email", "owner_text", "due_on", "owner_is_there"
    )
    return [
        DueMeasure(
            text,
            with_former(name or email, is_there=is_there) if name or email else typed,
            due_on,
            known[pk].shown_name,
            known[pk].public_id,
        )
        for pk, text, name, email, typed, due_on, is_there in rows
        if due_on is not None
    ]


def _records(user: Any, municipality: Municipality) -> dict[int, RecordRow]:
    """Of each project's latest approved round. ``listed`` is a column of its own: no document is read."""
    found = (
        speaking(user, municipality)
        .annotate(project=F("assessment__project"))
        .values(
            "project", "number", "approved_at", "listed", "assessment__public_id", "assessment__round", "assessment__edition"
        )
    )
    return {
        row["project"]: RecordRow(
            number=row["number"],
            assessment_id=row["assessment__public_id"],
            round=row["assessment__round"],
            on=timezone.localdate(row["approved_at"]),
            edition_id=row["assessment__edition"],
            figures=row["listed"],
        )
        for row in found
    }


def _running(user: Any, projects: list[Project]) -> dict[int, Assessment]:
    """The round under way of each project, ``with_progress`` and steps, and ``moved_at``: when an answer was last saved."""
    saved: QuerySet[Any] = Score.objects.filter(assessment=OuterRef("pk")).order_by().values("assessment")
    last = Subquery(saved.annotate(last=Max("updated_at")).values("last"))
    # By number: by the municipality, PostgreSQL would rather read the rounds under way of all there are.
    rounds = Assessment.objects.visible_to(user).filter(project__in=[project.pk for project in projects]).open()
    return {one.project_id: one for one in rounds.with_progress().with_steps().annotate(moved_at=last)}


def _people(projects: QuerySet[Project]) -> dict[int, list[tuple[int, str]]]:
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    through = Project.team.through.objects.filter(project__in=projects.values("pk"))
    shown = Coalesce("user__name", "user__email")
    for project, person, name, email in through.order_by(shown).values_list(
        "project_id", "user_id", "user__name", "user__email"
    ):
        found[project].append((person, name or email))
    return dict(found)
