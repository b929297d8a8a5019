"""The weekly mail: what waits for a person. Computed when it is sent, so that it never speaks of what is done already."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.mail import EmailMessage
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from assessments.models import Assessment, AssessmentState, Measure, Project, Score
from assessments.models.project import viewer_of, viewer_values
from assessments.models.states import EDITABLE
from assessments.queries.ageing import AgeingEvidence, ageing_of_person
from assessments.scoring import Counts
from assessments.sentences import round_label
from scaling.accounts.models import Membership, Role, User
from scaling.accounts.unsubscribe import unsubscribe_path
from scaling.common.addresses import absolute_url
from scaling.common.mail import Delivery, compose
from scaling.common.prepared import Prepared
from scaling.common.sorting import GermanOrder

#: A measure is announced this many days before it is due, so at least one digest comes in time.
AHEAD = timedelta(days=14)


@dataclass(frozen=True)
class OpenRound:
    """A running round beside what speaks for its project: the approved round of ``approved_number`` (0 without one).

    ``mine`` criteria that somebody still has to look at are the person's own.
    """

    assessment: Assessment
    counts: Counts
    mine: int
    project: str
    url: str
    approved_number: int
    approved_at: datetime | None

    @property
    def approved_round(self) -> str:
        """In the language of whoever reads the mail: asked when it is written, not when it is computed."""
        return round_label(self.approved_number)


@dataclass(frozen=True)
class DigestMeasure:
    measure: Measure
    project: str
    url: str


@dataclass(frozen=True)
class DigestEvidence:
    evidence: AgeingEvidence
    project: str
    url: str


@dataclass(frozen=True)
class Digest:
    """What one person is told: rounds to work on, rounds to approve, own measures that are late or due soon, and evidence of
    their projects that expires."""

    person: User
    to_edit: list[OpenRound]
    to_approve: list[OpenRound]
    overdue: list[DigestMeasure]
    due: list[DigestMeasure]
    ageing: list[DigestEvidence]

    @property
    def is_empty(self) -> bool:
        return not (self.to_edit or self.to_approve or self.overdue or self.due or self.ageing)


def week_of(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def due_people(today: date) -> Iterator[User]:
    """Members of any municipality who want the digest and have not had this week's. One query."""
    members = Membership.objects.filter(user=OuterRef("pk"))
    people = User.objects.filter(_not_sent_since(week_of(today)), Exists(members), is_active=True, wants_digest=True)
    return people.order_by("email").iterator()


def _not_sent_since(monday: date) -> Q:
    """A day to come is no day on which anything was sent: a clock was ahead then, and nobody should wait for it to come."""
    to_come = monday + timedelta(days=7)
    return Q(digest_sent_on__isnull=True) | Q(digest_sent_on__lt=monday) | Q(digest_sent_on__gte=to_come)


def _open_rounds(person: int, **viewer: Any) -> Any:
    """What a person is told of, and nothing else: a manager of 200 projects sees far more rounds that run."""
    pending = Score.objects.filter(assessment=OuterRef("pk"), assigned_to=person).pending().order_by().values("assessment")
    mine = Coalesce(Subquery(pending.annotate(number=Count("pk")).values("number")), 0)
    on_team = Project.team.through.objects.filter(project=OuterRef("project"), user=person)
    theirs = Q(Exists(on_team), state__in=EDITABLE)
    if managed := viewer.get(f"{Role.MANAGER}_in"):
        theirs |= Q(state=AssessmentState.SUBMITTED, project__municipality__in=managed)
    running = Assessment.objects.visible_to(viewer_of(viewer)).filter(theirs, project__archived_at=None)
    asked = running.with_steps().with_progress().with_last_approved().annotate(mine=mine)
    return asked.order_by(GermanOrder("project__name"))


def _due_measures(person: int, until: date, **viewer: Any) -> Any:
    projects = Project.objects.visible_to(viewer_of(viewer)).active()
    return Measure.objects.running().filter(owner=person, due_on__lte=until, project__in=projects).order_by("due_on", "pk")


_OPEN_ROUNDS = Prepared(
    _open_rounds,
    "project__municipality",
    "project__phase",
    "edition",
    added={"step_rows": json.loads, "progress": None, "last_approved": json.loads, "mine": None},
)
_DUE_MEASURES = Prepared(_due_measures, "project__municipality")


def digest_for(person: User, today: date) -> Digest:
    """Four queries, whatever the number of projects, measures and evidence."""
    viewer = viewer_values(person)
    several = len(person.roles) > 1

    def named(project: str, municipality: str) -> str:
        """In two municipalities two projects may have one name."""
        return f"{project}, {municipality}" if several else project

    open_rounds: list[Any] = _OPEN_ROUNDS.rows(person=person.pk, **viewer)
    rounds = [
        OpenRound(
            a,
            a.counts,
            a.mine,
            named(a.project.shown_name, a.project.municipality.name),
            absolute_url(a.get_absolute_url()),
            a.last_approved["round"] if a.last_approved else 0,
            datetime.fromisoformat(a.last_approved["at"]) if a.last_approved else None,
        )
        for a in open_rounds
    ]
    tasks = [
        DigestMeasure(
            measure,
            named(measure.project.shown_name, measure.project.municipality.name),
            absolute_url(reverse("assessments:measures", args=[measure.project.public_id])),
        )
        for measure in _DUE_MEASURES.rows(person=person.pk, until=today + AHEAD, **viewer)
    ]
    return Digest(
        person=person,
        to_edit=[found for found in rounds if found.assessment.state in EDITABLE],
        to_approve=[found for found in rounds if found.assessment.state == AssessmentState.SUBMITTED],
        overdue=[task for task in tasks if task.measure.due_on < today],  # type: ignore[operator]
        due=[task for task in tasks if task.measure.due_on >= today],  # type: ignore[operator]
        ageing=[
            DigestEvidence(
                one,
                named(one.project, one.municipality),
                absolute_url(reverse("assessments:score", args=[one.assessment_id, one.key])),
            )
            for one in ageing_of_person(person, today)
        ],
    )


def compose_digest(digest: Digest) -> EmailMessage:
    return compose(
        to=digest.person,
        template="assessments/mail/digest.txt",
        context={"digest": digest},
        unsubscribe=unsubscribe_path(digest.person, "digest"),
    )


def send_digest(digest: Digest, today: date, delivery: Delivery) -> bool:
    """Send one digest unless this week's went out already, perhaps a moment ago from another process. Says whether it did.

    The week is claimed before sending, and given back where the mail server refuses: the next run tries again.
    """
    before = digest.person.digest_sent_on
    mine = User.objects.filter(_not_sent_since(week_of(today)), pk=digest.person.pk)
    if not mine.update(digest_sent_on=today):
        return False
    if delivery.send(compose_digest(digest)):
        return True
    User.objects.filter(pk=digest.person.pk).update(digest_sent_on=before)
    return False
