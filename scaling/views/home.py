"""The start page: what this is, for visitors; what to do next, for everyone who is signed in."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.core.paginator import Paginator
from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, F, Max, OuterRef, Q, Window
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from assessments.duration import duration
from assessments.models import Assessment, AssessmentState, Measure, PracticeOffer, Project, Score, TransitionKind
from assessments.models.assessment import is_current
from assessments.models.project import viewer_of, viewer_values
from assessments.models.states import EDITABLE
from assessments.reports.charts import CARD, for_screen
from assessments.reports.charts.profile_charts import figures_strips
from assessments.reports.four_answers.build import four_answers
from assessments.reports.profile.example import example_profile
from assessments.reports.profile.gate_status import GateStatus, load_gates
from assessments.reports.profile.model import Figure
from assessments.scoring import Counts
from assessments.sentences import reopened
from assessments.services.assignment import assigned_to
from catalogue.edition_cache import cached_edition
from catalogue.models import Edition, Phase
from catalogue.services.checksums import last_comparison
from scaling.accounts.models import Role
from scaling.common.prepared import Prepared
from scaling.common.sorting import GermanOrder
from scaling.views.first_steps import FirstStep, first_steps
from scaling.views.shown import ShownCard, ShownRow, ShownTask, shown_card, shown_row, shown_task


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return render(request, "home/visitor.html", for_visitors())
    return render(request, "home/signed_in.html", signed_in(request.user, timezone.now(), request.GET.get("seite")))


def for_visitors() -> dict[str, Any]:
    """What it is, for whom, how long it takes, and what comes out at the end: the figures of the example. Two queries."""
    example = example_profile()
    edition = Edition.objects.current()
    return {
        "phases": Phase.objects.all(),
        "edition": edition,
        "lengths": lengths_of(edition) if edition else None,
        "example": example,
        "levels": _levels_of(example.workstreams, get_language()),
    }


@lru_cache(maxsize=4)
def _levels_of(figures: tuple[Figure, ...], _language: str | None) -> SafeString:
    """The drawing of the example's levels: the same for the same figures, so it is kept."""
    return for_screen(lambda width: figures_strips(figures, width=width), CARD)


def lengths_of(edition: Edition) -> dict[str, Any]:
    """How many criteria a project is asked at least (the cross-phase set) and at most, and how long that takes. No query."""
    offered = [c for c in cached_edition(edition).criteria if c.is_offered_to(municipality_wide=False)]
    few = sum(criterion.phase.is_cross_phase for criterion in offered)
    return {"few": few, "few_take": duration(few), "all": len(offered), "all_take": duration(len(offered))}


@dataclass(frozen=True)
class RoundProgress:
    """An assessment with the counts of its answers and the key of its first open criterion."""

    assessment: Assessment
    counts: Counts
    next_open: str | None

    @property
    def shown(self) -> ShownCard:
        return shown_card(self)


@dataclass(frozen=True)
class ProjectRow:
    """A project with the round that is open and the one approved last, where there are any, and its gate.

    The gate is that of the approved round, the same for everyone; of the open one only where nothing has been approved yet.
    Whoever may not see a running round (``sees_running``) is not told that there is none.
    """

    project: Project
    open_round: Assessment | None
    approved_round: Assessment | None
    gate: GateStatus | None
    sees_running: bool

    @property
    def reopened(self) -> str:
        """That there was an approval which a reopening took back; "" where another speaks, or there never was one."""
        step = self.open_round.taken_back if self.open_round and not self.approved_round else None
        return reopened(timezone.localdate(step.at)) if step else ""

    @property
    def speaking_round(self) -> Assessment | None:
        return self.approved_round or self.open_round

    @property
    def shown(self) -> ShownRow:
        return shown_row(self)


@dataclass(frozen=True)
class Event:
    """A step of a round: ``state`` is the one whose badge it wears; ``who`` is "" where it is not kept."""

    at: datetime
    state: str
    label: str
    who: str
    assessment: Assessment


#: How far back "what changed" looks, and how much of it the page shows.
EVENTS_SINCE, MAX_EVENTS = timedelta(days=60), 5
PROJECTS_PER_PAGE = 8
#: Of the rounds that wait for a person, of each kind, and of measures, so many are shown: the most urgent; six at once.
MAX_WAITING = 24
#: Of so many municipalities that a person manages the four answers stand on the first screen.
MAX_ANSWERED = 2

#: Steps that are told, and the state whose badge each wears.
STEPS: dict[str, str] = {
    TransitionKind.SUBMIT: AssessmentState.SUBMITTED,
    TransitionKind.WITHDRAW: AssessmentState.DRAFT,
    TransitionKind.RETURN: AssessmentState.RETURNED,
    TransitionKind.APPROVE: AssessmentState.APPROVED,
    TransitionKind.REOPEN: AssessmentState.RETURNED,
}


def events_of(assessments: Iterable[Assessment], since: datetime) -> list[Event]:
    """The steps taken since, the newest first. No query with assessments fetched ``with_context``."""
    events = [
        Event(step.at, STEPS[step.kind], step.label, step.by, assessment)
        for assessment in assessments
        for step in assessment.steps
        if step.kind in STEPS and step.at >= since
    ]
    return sorted(events, key=lambda event: event.at, reverse=True)


def _first_steps(user: Any, projects: list[Any]) -> list[FirstStep]:
    """Of the first municipality the person manages in which nothing has been assessed yet: ``projects`` are those that are not
    in the archive, where something may lie all the same. None, or three queries."""
    under_way = {project.municipality_id for project in projects if project.is_begun}
    candidates = [one for one in user.places if one.role == Role.MANAGER and one.municipality_id not in under_way]
    if candidates:
        put_away = Assessment.objects.filter(project__municipality__in=[one.municipality_id for one in candidates])
        under_way = set(put_away.order_by().values_list("project__municipality", flat=True).distinct())
    for membership in candidates:
        if membership.municipality_id not in under_way:
            own = (project for project in projects if project.municipality_id == membership.municipality_id)
            return first_steps(membership.municipality, next(own, None))
    return []


def _submitted(assessment: Assessment) -> datetime:
    return assessment.submission.at if assessment.submission else datetime.max.replace(tzinfo=UTC)


def _works_on(user: Any, project: Project, mine: set[int]) -> bool:
    """As the rule ``assessments.change_measures`` has it, without a question for each project."""
    role = user.roles.get(project.municipality_id)
    return role == Role.MANAGER or (role == Role.TEAM and project.pk in mine)


def _rates(assessment: Any, mine: set[int]) -> bool:
    return assessment.project_id in mine or assessment.is_rated_here


def _rounds(user: int, shown: list[int], managed: list[int], since: datetime | None = None, **viewer: Any) -> Any:
    """Of the rounds a person may see, those the page says something of, however many projects and years there are: the current
    ones of the projects ``shown``, what waits for the person (of each kind one more than is shown), and those of the last steps
    ``since`` then in what they manage.

    A manager rates as well (``is_rated_here``) where they have answered something, or where there is no team to do it.
    """
    team = Project.team.through.objects.filter(project=OuterRef("project"))
    on_team = team.filter(user=user)
    assigned = Score.objects.filter(assessment=OuterRef("pk"), assigned_to=user)
    answered = Score.objects.filter(assessment=OuterRef("pk"), updated_by=user)
    is_rated_here = Q(project__municipality__in=managed) & (Exists(answered) | ~Exists(team))
    visible = Assessment.objects.visible_to(viewer_of(viewer)).filter(project__archived_at=None)
    submitted = visible.filter(state=AssessmentState.SUBMITTED, project__municipality__in=managed)
    submitted = submitted.annotate(last_step=Max("transitions__at")).order_by("last_step", "pk")
    editable = visible.filter(Exists(on_team) | Exists(assigned) | is_rated_here, state__in=EDITABLE)
    editable = editable.order_by(Exists(assigned).desc(), GermanOrder("project__name"), "pk")
    wanted = Q(project__in=shown) & is_current()
    for waiting in (submitted, editable):
        wanted |= Q(pk__in=waiting.values("pk")[: MAX_WAITING + 1])
    if since:
        stepped = Assessment.objects.filter(transitions__kind__in=STEPS, transitions__at__gte=since)
        theirs = stepped.filter(project__municipality__in=managed, project__archived_at=None)
        last = theirs.annotate(last_step=Max("transitions__at")).order_by("-last_step")
        wanted |= Q(pk__in=last.values("pk")[:MAX_EVENTS])
    active = visible.filter(wanted)
    here = ExpressionWrapper(is_rated_here, output_field=BooleanField())
    asked = active.with_steps().with_progress().with_next_open().with_record().annotate(is_rated_here=here)
    return asked.order_by(GermanOrder("project__name"), "-round")


def _projects(**viewer: Any) -> Any:
    begun = Exists(Assessment.objects.filter(project=OuterRef("pk")))
    return Project.objects.visible_to(viewer_of(viewer)).active().annotate(is_begun=begun)


def _running(**filters: Any) -> Any:
    return Measure.objects.running().filter(project__archived_at=None, **filters)


def _most_urgent(measures: Any) -> Any:
    """Those without a day last; each knows how many there are ``of_all``."""
    return measures.annotate(of_all=Window(Count("*"))).order_by(F("due_on").asc(nulls_last=True), "pk")[:MAX_WAITING]


def _left(shown: list[Any]) -> int:
    return shown[0].of_all - len(shown) if shown else 0


_ROUNDS = Prepared(
    _rounds,
    "project__municipality",
    "project__phase",
    "edition",
    added={"step_rows": json.loads, "progress": None, "next_open": None, "record_phase": None, "is_rated_here": None},
)
_PROJECTS = Prepared(_projects, "municipality", "phase", added={"is_begun": None})
_ON_TEAM = Prepared(lambda user: Project.team.through.objects.filter(user=user))
_MEASURE_CONTEXT = ("project__municipality", "owner")
#: A person's own measures in these projects.
_TASKS = Prepared(
    lambda user, projects: _most_urgent(_running(owner=user, project__in=projects)), *_MEASURE_CONTEXT, added={"of_all": None}
)
#: What others still have to do in these municipalities.
_OF_OTHERS = Prepared(
    lambda municipalities, user: _most_urgent(
        _running(project__municipality__in=municipalities).exclude(owner=user).with_owner_there()
    ),
    *_MEASURE_CONTEXT,
    added={"owner_is_there": None, "of_all": None},
)


def signed_in(user: Any, now: datetime, page: str | None = None) -> dict[str, Any]:
    """What a person finds on the start page, and a ``page`` of their projects. At most ten queries, whatever the number of
    projects; thirteen while nothing has been assessed yet, or all of it is in the archive. For the four answers of who manages
    a municipality six more.
    """
    viewer = viewer_values(user)
    projects: list[Any] = _PROJECTS.rows(**viewer)
    shown = Paginator(projects, PROJECTS_PER_PAGE).get_page(page)
    managed = [pk for pk, role in user.roles.items() if role == Role.MANAGER]
    since = now - EVENTS_SINCE
    asked = {"user": user.pk, "shown": [project.pk for project in shown], "managed": managed}
    if managed:
        asked["since"] = since
    assessments: list[Any] = _ROUNDS.rows(**asked, **viewer)
    rounds = [RoundProgress(a, a.counts, a.next_open) for a in assessments]
    mine = {row.project_id for row in _ON_TEAM.rows(user=user.pk)}
    in_managed = [a for a in assessments if a.project.municipality_id in managed]
    places = [place.municipality for place in user.places if place.role == Role.MANAGER]
    begun = {project.municipality_id for project in projects if project.is_begun}
    asked_of = [place for place in places if place.pk in begun][:MAX_ANSWERED]
    of_others: list[Any] = _OF_OTHERS.rows(municipalities=managed, user=user.pk)
    tasks: list[Any] = _TASKS.rows(user=user.pk, projects=[project.pk for project in projects])
    today = timezone.localdate(now)
    tickable = {project.pk for project in projects if _works_on(user, project, mine)}

    def shown_tasks(measures: Iterable[Measure]) -> list[ShownTask]:
        return [shown_task(one, may_tick=one.project_id in tickable, today=today) for one in measures]

    to_edit = [r for r in rounds if r.assessment.state in EDITABLE and _rates(r.assessment, mine)]
    # What waits longest first.
    to_approve = sorted((a for a in in_managed if a.state == AssessmentState.SUBMITTED), key=_submitted)
    return {
        "rows": _rows(user, shown, assessments),
        "answers": list(four_answers(user, asked_of, _in_these(projects, asked_of)).values()) if asked_of else [],
        "not_answered": [place for place in places if place not in asked_of],
        "page_obj": shown,
        # Where nothing is to be listed: a manager without projects gets the first steps, so all there were are in the archive.
        "archives": places if not projects else [],
        "several": len(user.roles) > 1,
        "to_edit": to_edit[:MAX_WAITING],
        "to_approve": to_approve[:MAX_WAITING],
        "more_waits": max(len(to_edit), len(to_approve)) > MAX_WAITING,
        "events": events_of(in_managed, since)[:MAX_EVENTS],
        "assigned": assigned_to(user, assessments)[:MAX_WAITING],
        "tasks": shown_tasks(tasks),
        "tasks_left": _left(tasks),
        # One's own stand under "tasks".
        "of_others": shown_tasks(of_others),
        "of_others_left": _left(of_others),
        "editions": list(Edition.objects.all()) if user.is_curator else [],
        "offers_waiting": PracticeOffer.objects.waiting().count() if user.is_curator else 0,
        "comparison": last_comparison() if user.is_curator or user.is_staff else None,
        "first_steps": _first_steps(user, projects),
        "may_rate": bool(mine or managed),
        "is_operator": user.is_superuser and not user.roles,
    }


def _in_these(projects: Iterable[Any], places: Iterable[Any]) -> list[Any]:
    wanted = {place.pk for place in places}
    return [project for project in projects if project.municipality_id in wanted]


def _rows(user: Any, projects: Iterable[Project], assessments: Iterable[Assessment]) -> list[ProjectRow]:
    """Two queries."""
    by_project: dict[int, list[Assessment]] = {project.pk: [] for project in projects}
    for assessment in assessments:
        if assessment.project_id in by_project:
            by_project[assessment.project_id].append(assessment)
    speaking = {pk: next((a for a in own if a.is_approved), own[0]) for pk, own in by_project.items() if own}
    gates = load_gates(speaking.values())
    rows = []
    for project in projects:
        own = by_project[project.pk]
        running = next((a for a in own if not a.is_approved), None)
        approved = next((a for a in own if a.is_approved), None)
        gate = gates.get(speaking[project.pk].pk) if own else None
        sees_running = user.roles.get(project.municipality_id) != Role.READER
        rows.append(ProjectRow(project, running, approved, gate, sees_running))
    return rows
