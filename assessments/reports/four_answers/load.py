"""Fetches what the four answers are made of: a handful of queries for all the municipalities they are asked for."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, F, Func, JSONField, OuterRef, Subquery, When
from django.db.models.fields.json import KeyTransform
from django.utils import timezone

from assessments.models import Assessment, AssessmentRecord, AssessmentState, AssessmentTransition, Measure, TransitionKind
from assessments.models.project import viewer_of, viewer_values
from assessments.reports.four_answers.model import WaitingRounds
from scaling.accounts.models import User
from scaling.common.prepared import Prepared


@dataclass(frozen=True, slots=True)
class SpokenGates:
    """What the latest record of a project says of gates and changes, without its document.

    ``gate`` is that of the project's phase, or the only one; ``waits_for`` the criteria (keys) that any gate waits for.
    ``dropped``, of the municipality as a whole alone, is what does not apply of its gate.
    """

    pk: int
    assessment_id: str
    round: int
    on: date
    edition_id: int
    gate: dict[str, Any] | None
    waits_for: frozenset[str]
    changes: Mapping[str, int] | None
    unconfirmed: int
    dropped: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class ToDo:
    """A measure that is still to be done."""

    project: int
    criterion: str
    due_on: date | None
    owner: int | None
    owner_text: str
    owner_is_there: bool


def _in_listed(template: str) -> Func:
    """PostgreSQL takes out what is wanted: of two hundred records, all that is listed took 22 ms to read."""
    return Func(F("records__listed"), template=template, output_field=JSONField())


def _speaking(municipalities: list[int], **viewer: Any) -> Any:
    """Rounds as ``records.keeping.speaking`` finds them, each with what its record lists."""
    rounds = Assessment.objects.visible_to(viewer_of(viewer)).filter(
        project__municipality__in=municipalities, state=AssessmentState.APPROVED
    )
    current = rounds.filter(records__superseded_at=None, records__number__isnull=False)
    latest = current.order_by("project_id", "-round").distinct("project_id").values("pk")
    # Apart, so that no record of an earlier year is unpacked.
    found = Assessment.objects.filter(pk__in=latest, records__superseded_at=None, records__number__isnull=False)
    return found.order_by().annotate(
        record=F("records__pk"),
        approved_at=F("records__approved_at"),
        gate=_in_listed(
            "jsonb_path_query_first(%(expressions)s, '$.gates[*] ? (@.is_current == true || $.gates.size() == 1)')"
            " - '{obstacles,summary,dropped}'::text[]"
        ),
        waits_for=_in_listed("jsonb_path_query_array(%(expressions)s, '$.gates[*].waits_for[*]')"),
        changes=KeyTransform("changes", "records__listed"),
        unconfirmed=KeyTransform("unconfirmed", "records__listed"),
        # The municipality as a whole has one gate, so all that is listed is left out of it.
        dropped=Case(When(project__is_municipality_wide=True, then=KeyTransform("dropped", "records__listed"))),
    )


_SPEAKING = Prepared(
    _speaking,
    added={
        "record": None,
        "approved_at": None,
        "gate": json.loads,
        "waits_for": json.loads,
        "changes": json.loads,
        "unconfirmed": json.loads,
        "dropped": json.loads,
    },
)


def load_records(user: Any, municipalities: Collection[int]) -> dict[int, SpokenGates]:
    """By project. One query."""
    rows: list[Any] = _SPEAKING.rows(municipalities=list(municipalities), **viewer_values(user))
    return {
        one.project_id: SpokenGates(
            one.record,
            one.public_id,
            one.round,
            timezone.localdate(one.approved_at),
            one.edition_id,
            one.gate,
            frozenset(one.waits_for),
            one.changes,
            one.unconfirmed,
            tuple(one.dropped or ()),
        )
        for one in rows
    }


def load_measures(projects: Iterable[int]) -> list[ToDo]:
    """One query."""
    rows: Any = Measure.objects.running().with_owner_there().filter(project__in=list(projects)).order_by()
    columns = ("project", "criterion_key", "due_on", "owner", "owner_text", "owner_is_there")
    return [ToDo(*row) for row in rows.values_list(*columns)]


def load_names(people: Iterable[int]) -> dict[int, str]:
    """One query; none for nobody."""
    wanted = set(people)
    return {one.pk: str(one) for one in User.objects.filter(pk__in=wanted)} if wanted else {}


def _handed_in(municipality: int, **viewer: Any) -> Any:
    rounds = Assessment.objects.visible_to(viewer_of(viewer)).filter(
        project__municipality=municipality, project__archived_at=None, state=AssessmentState.SUBMITTED
    )
    steps = AssessmentTransition.objects.filter(assessment=OuterRef("pk"), kind=TransitionKind.SUBMIT).order_by("-pk")
    return rounds.annotate(handed_in=Subquery(steps.values("at")[:1])).order_by("handed_in", "pk")


_HANDED_IN = Prepared(_handed_in, "project", added={"handed_in": None})


def load_waiting(user: Any, municipality: int) -> WaitingRounds | None:
    """One query."""
    rows: list[Any] = _HANDED_IN.rows(municipality=municipality, **viewer_values(user))
    if not rows:
        return None
    first = rows[0]
    return WaitingRounds(len(rows), timezone.localdate(first.handed_in), first.project.shown_name, first.public_id)


def load_ratings(records: Iterable[int]) -> list[dict[str, Any]]:
    """Of the records named what a projection needs. One query."""
    found = AssessmentRecord.objects.filter(pk__in=list(records)).annotate(in_phase=F("phase__key"))
    rows: Any = found.values("pk", "ratings", "in_phase", "assessment__edition")
    return list(rows)
