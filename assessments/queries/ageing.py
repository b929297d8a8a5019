"""Evidence that has expired or is about to, in each project's latest round: for the pages and mails that tell of it ahead."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, Func, OuterRef, Q, Subquery, Value
from django.db.models.functions import JSONObject

from assessments.models import Assessment, Evidence, Project
from assessments.models.project import viewer_of, viewer_values
from assessments.models.score import rests_on_something
from assessments.validity import TOLD_BEFORE, until_words, validity
from catalogue.edition_cache import cached_edition
from catalogue.models import Criterion
from scaling.accounts.models import Membership, Municipality, Role
from scaling.common.dates import EARLIEST
from scaling.common.prepared import Prepared

#: A mail goes on telling of what has expired for so long: afterwards the pages do.
TOLD_AFTER = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class AgeingEvidence:
    """One piece. ``only_expired``: its answer says something and rests on expired evidence alone.

    ``municipality`` is "" where all are of one. ``title`` and ``words`` are in the language of whoever asks for them, not of
    whoever fetched the row.
    """

    text: str
    valid_until: date
    day: date
    project: str
    municipality: str
    project_id: str
    assessment_id: str
    criterion: Criterion
    only_expired: bool

    @property
    def key(self) -> str:
        return self.criterion.key

    @property
    def title(self) -> str:
        return str(self.criterion.title)

    @property
    def validity(self) -> str:
        return validity(self.valid_until, self.day).value

    @property
    def words(self) -> str:
        return until_words(self.valid_until, self.day)


def _ending(rounds: Any, since: date, until: date) -> Any:
    """Evidence of the latest of a project's ``rounds``. Carried-over evidence is looked for where it stands now.

    Round by round, along indexes: left to itself, PostgreSQL reads all municipalities' evidence and then asks whose it is.
    """
    latest = rounds.order_by("project_id", "-round").distinct("project_id").values("pk")
    own = Evidence.objects.filter(
        valid_until__range=(since, until), score__set_aside_at=None, score__assessment=OuterRef("pk")
    ).order_by()
    each = Assessment.objects.filter(pk__in=latest).order_by()
    return Evidence.objects.filter(pk__in=each.values(one=Func(ArraySubquery(own.values("pk")), function="unnest")))


def _ageing(rounds: Any, today: date, since: date, until: date) -> Any:
    others = Evidence.objects.filter(Q(valid_until=None) | Q(valid_until__gte=today), score=OuterRef("score"))
    found = _ending(rounds, since, until)
    return found.annotate(still_shown=Exists(others)).order_by("valid_until", "pk")


def _of_person(person: int, today: date, since: date, until: date, **viewer: Any) -> Any:
    """Those of the projects a person works on; a project without a team is its managers' matter."""
    team = Project.team.through.objects.filter(project=OuterRef("project"))
    managers = Membership.objects.filter(municipality=OuterRef("project__municipality"), user=person, role=Role.MANAGER)
    theirs = Q(Exists(team.filter(user=person))) | Q(~Exists(team), Exists(managers))
    rounds = Assessment.objects.visible_to(viewer_of(viewer)).filter(theirs, project__archived_at=None)
    return _ageing(rounds, today, since, until)


def _of_municipality(municipality: int, today: date, since: date, until: date, **viewer: Any) -> Any:
    rounds = Assessment.objects.visible_to(viewer_of(viewer)).filter(
        project__municipality=municipality, project__archived_at=None
    )
    return _ageing(rounds, today, since, until)


def _of_project(project: int, today: date, since: date, until: date, **viewer: Any) -> Any:
    return _ageing(Assessment.objects.visible_to(viewer_of(viewer)).filter(project=project), today, since, until)


_ADDED = {"still_shown": None}
_PERSON = Prepared(_of_person, "score__assessment__project__municipality", "score__assessment__edition", added=_ADDED)
_MUNICIPALITY = Prepared(_of_municipality, "score__assessment__project", "score__assessment__edition", added=_ADDED)
_PROJECT = Prepared(_of_project, "score__assessment__project", "score__assessment__edition", added=_ADDED)


def ageing_of_person(person: Any, today: date) -> list[AgeingEvidence]:
    """What a person's own projects have to know: what ends within ``TOLD_BEFORE`` or did within ``TOLD_AFTER``, the earliest
    first. One query.
    """
    rows = _PERSON.rows(
        person=person.pk, today=today, since=today - TOLD_AFTER, until=today + TOLD_BEFORE, **viewer_values(person)
    )
    return _told(rows, today, with_municipality=True)


def ageing_of_municipality(user: Any, municipality: Municipality, today: date) -> list[AgeingEvidence]:
    """In the projects that the person may see and that are not in the archive. One query."""
    rows = _MUNICIPALITY.rows(
        municipality=municipality.pk, today=today, since=EARLIEST, until=today + TOLD_BEFORE, **viewer_values(user)
    )
    return _told(rows, today)


def ageing_of_project(user: Any, project: Project, today: date) -> list[AgeingEvidence]:
    """In the latest round of the project that the person may see. One query."""
    rows = _PROJECT.rows(project=project.pk, today=today, since=EARLIEST, until=today + TOLD_BEFORE, **viewer_values(user))
    return _told(rows, today)


@dataclass(frozen=True, slots=True)
class AgeingCount:
    """How many pieces have expired, and how many will until a day."""

    expired: int
    expiring: int


def _counted(municipalities: list[int], today: date, since: date, until: date, **viewer: Any) -> Any:
    here = OuterRef(OuterRef(OuterRef("pk")))  # from a round over its evidence to the municipality
    rounds = Assessment.objects.visible_to(viewer_of(viewer)).filter(project__municipality=here, project__archived_at=None)
    is_over = Q(valid_until__lt=today)
    both = JSONObject(expired=Count("pk", filter=is_over), expiring=Count("pk", filter=~is_over))
    own: Any = _ending(rounds, since, until).order_by().values(one=Value(1)).annotate(both=both)
    return Municipality.objects.filter(pk__in=municipalities).order_by("pk").annotate(ageing=Subquery(own.values("both")))


_COUNTED = Prepared(_counted, added={"ageing": json.loads})


def count_ageing(user: Any, municipalities: Iterable[int], today: date, until: date) -> Mapping[int, AgeingCount]:
    """By municipality, as ``ageing_of_municipality`` finds them; none for one in which nothing ends. One query."""
    rows: list[Any] = _COUNTED.rows(
        municipalities=list(municipalities), today=today, since=EARLIEST, until=until, **viewer_values(user)
    )
    return {place.pk: AgeingCount(**place.ageing) for place in rows if place.ageing}


def _told(rows: Any, today: date, *, with_municipality: bool = False) -> list[AgeingEvidence]:
    found = []
    for row in rows:
        assessment = row.score.assessment
        guide = cached_edition(assessment.edition)
        found.append(
            AgeingEvidence(
                text=row.text,
                valid_until=row.valid_until,
                day=today,
                project=assessment.project.shown_name,
                municipality=assessment.project.municipality.name if with_municipality else "",
                project_id=assessment.project.public_id,
                assessment_id=assessment.public_id,
                criterion=guide.by_id[row.score.criterion_id],
                only_expired=not row.still_shown and rests_on_something(row.score.state),
            )
        )
    return found
