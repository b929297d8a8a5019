"""From what was fetched to the four answers, for each municipality: pure, but for the catalogue each process keeps."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from assessments import sentences
from assessments.models import Project
from assessments.queries.ageing import AgeingCount, count_ageing
from assessments.reports.four_answers.load import SpokenGates, ToDo, load_measures, load_names, load_ratings, load_records
from assessments.reports.four_answers.model import Fall, FourAnswers, Late, NextYear, WaitingRounds, WholeStanding
from assessments.reports.plan.frame import falls_on, frame_of, ratings_in
from assessments.reports.portfolio.build import shared_criteria, shared_streams
from assessments.reports.portfolio.model import Obstacle
from assessments.reports.records.keeping import said
from assessments.scoring import BLOCKED, DOWN, KINDS, NO_LONGER_RATED, NOT_EXAMINED, REACHED, SAME, UP
from assessments.sentences import with_former
from catalogue.edition_cache import cached_edition_of
from catalogue.models import EditionState, Phase
from scaling.accounts.models import Municipality, Role

NOTHING_AGES = AgeingCount(0, 0)


def a_year_from(day: date) -> date:
    """The last of the twelve months that begin with ``day``."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # the 29th of February
        return day.replace(year=day.year + 1, day=28)


@dataclass(frozen=True, slots=True)
class _Row:
    """A project that is not in the archive, and its own gate as its record has it; None without."""

    project: Project
    spoken: SpokenGates | None
    gate: Mapping[str, Any] | None

    @property
    def obstacles(self) -> Sequence[Obstacle]:
        if self.spoken is None or self.gate is None:
            return ()
        known = cached_edition_of(self.spoken.edition_id, EditionState.PUBLISHED).by_key
        return [Obstacle(key, known[key].title, known[key].workstream_keys) for key in self.gate["waits_for"] if key in known]


def four_answers(
    user: Any,
    municipalities: Iterable[Municipality],
    projects: Iterable[Project],
    *,
    waiting: WaitingRounds | None = None,
    today: date | None = None,
) -> dict[int, FourAnswers]:
    """By municipality what its visible ``projects``, those of the archive included, have to say. Three queries; one more where
    somebody is late, two where a gate may fall; six for an edition that the process meets anew.
    """
    today = today or timezone.localdate()
    until = a_year_from(today)
    places = {one.pk: one for one in municipalities}
    held: dict[int, list[Project]] = defaultdict(list)
    for project in projects:
        held[project.municipality_id].append(project)
    active = [project for own in held.values() for project in own if project.archived_at is None]
    records = load_records(user, places)
    measures: dict[int, list[ToDo]] = defaultdict(list)
    for one in load_measures(project.pk for project in active):
        measures[one.project].append(one)
    names = load_names(one.owner for own in measures.values() for one in own if one.owner is not None and _is_late(one, today))
    ageing = count_ageing(user, places, today, until)
    rows = [_row(project, records.get(project.pk)) for project in active]
    falls = _falls(rows, measures, today, until)
    return {
        pk: _answers(
            place,
            [row for row in rows if row.project.municipality_id == pk],
            archived=sum(project.archived_at is not None for project in held[pk]),
            measures=measures,
            names=names,
            falls=falls,
            ageing=ageing.get(pk, NOTHING_AGES),
            waiting=waiting,
            sees_part=user.roles.get(pk) != Role.MANAGER,
            today=today,
            until=until,
        )
        for pk, place in places.items()
    }


def _row(project: Project, spoken: SpokenGates | None) -> _Row:
    return _Row(project, spoken, spoken.gate if spoken else None)


def _answers(
    place: Municipality,
    rows: Sequence[_Row],
    *,
    archived: int,
    measures: Mapping[int, Sequence[ToDo]],
    names: Mapping[int, str],
    falls: Mapping[int, Fall],
    ageing: AgeingCount,
    waiting: WaitingRounds | None,
    sees_part: bool,
    today: date,
    until: date,
) -> FourAnswers:
    solutions = [row for row in rows if not row.project.is_municipality_wide]
    whole = next((row for row in rows if row.project.is_municipality_wide), None)
    blocked = [(row.project.shown_name, found) for row in solutions if (found := row.obstacles)]
    changes = [row.spoken.changes for row in solutions if row.spoken is not None and row.spoken.changes]
    states = [row.gate["state"] for row in solutions if row.gate is not None]
    own = [one for row in rows for one in measures.get(row.project.pk, ())]
    return FourAnswers(
        municipality=place.name,
        public_id=place.public_id,
        as_of=today,
        total=len(solutions),
        archived=archived,
        approved=sum(row.spoken is not None for row in solutions),
        compared=len(changes),
        gate_counts=tuple((state, states.count(state)) for state in (REACHED, BLOCKED, NOT_EXAMINED)),
        risen=sum(one.get(UP, 0) for one in changes),
        fallen=sum(one.get(DOWN, 0) for one in changes),
        no_longer_rated=sum(one.get(NO_LONGER_RATED, 0) for one in changes),
        like_for_like=sum(one.get(kind, 0) for one in changes for kind in (UP, DOWN, SAME)),
        beside=sum(one.get(kind, 0) for one in changes for kind in KINDS),
        unconfirmed=sum(row.spoken.unconfirmed for row in solutions if row.spoken is not None and row.spoken.changes),
        whole=_whole(whole),
        obstacle_streams=shared_streams(blocked, _stream_names(solutions)),
        obstacle_criteria=shared_criteria(blocked),
        late=_late(own, names, today),
        waiting=waiting,
        next_year=_next_year(rows, own, falls, ageing, today, until),
        sees_part=sees_part,
    )


def _whole(row: _Row | None) -> WholeStanding | None:
    if row is None or row.spoken is None:
        return None
    return WholeStanding(
        assessment_id=row.spoken.assessment_id,
        round_label=sentences.round_label(row.spoken.round),
        on=row.spoken.on,
        state=row.gate["state"] if row.gate else NOT_EXAMINED,
        missing=tuple(one.title for one in row.obstacles),
        dropped=tuple((said(one["title"]), one["reason"]) for one in row.spoken.dropped),
    )


def _stream_names(rows: Iterable[_Row]) -> dict[str, str]:
    """In the catalogue's order, as the latest edition that speaks names them."""
    editions = {row.spoken.edition_id for row in rows if row.spoken is not None}
    found = {
        stream.pk: stream
        for pk in sorted(editions)
        for criterion in cached_edition_of(pk, EditionState.PUBLISHED).criteria
        for stream in criterion.own_workstreams
    }
    return {stream.key: stream.name for stream in sorted(found.values(), key=lambda one: (one.order, one.pk))}


def _is_late(one: ToDo, today: date) -> bool:
    return one.due_on is not None and one.due_on < today


def _late(measures: Iterable[ToDo], names: Mapping[int, str], today: date) -> tuple[Late, ...]:
    """Who is late for the longest first."""
    found: dict[tuple[int | None, str], list[date]] = defaultdict(list)
    for one in measures:
        if one.due_on is None or one.due_on >= today:
            continue
        # Who has left one project and works on another is named twice: each measure is somebody's who is there or is not.
        who = one.owner_text if one.owner is None else with_former(names.get(one.owner, ""), is_there=one.owner_is_there)
        found[one.owner, who].append(one.due_on)
    late = [Late(who, len(days), min(days)) for (_owner, who), days in found.items()]
    return tuple(sorted(late, key=lambda one: (one.since, -one.number, one.who)))


def _next_year(
    rows: Sequence[_Row],
    measures: Sequence[ToDo],
    falls: Mapping[int, Fall],
    ageing: AgeingCount,
    today: date,
    until: date,
) -> NextYear:
    waited = {row.project.pk: row.spoken.waits_for for row in rows if row.spoken}
    ahead = [one for one in measures if one.due_on is not None and one.due_on >= today]
    planned = [one for one in ahead if one.due_on is not None and one.due_on <= until]
    found = sorted((falls[row.project.pk] for row in rows if row.project.pk in falls), key=lambda one: (one.on, one.project))
    return NextYear(
        until=until,
        planned=len(planned),
        serving=sum(one.criterion in waited.get(one.project, ()) for one in planned),
        undated=sum(one.due_on is None for one in measures),
        open_gates=sum(_is_open(row) for row in rows),
        falls=tuple(found),
        expiring=ageing.expiring,
        expired=ageing.expired,
    )


def _is_open(row: _Row) -> bool:
    return row.gate is not None and row.gate["state"] in (BLOCKED, NOT_EXAMINED)


def _falls(rows: Sequence[_Row], measures: Mapping[int, Sequence[ToDo]], today: date, until: date) -> dict[int, Fall]:
    """By project. Only where something is planned for each criterion that its gate waits for: no other gate can fall, and
    answers are read of those alone. Two queries, none where there is no such project.
    """
    dated = {
        pk: [(one.criterion, one.due_on) for one in own if one.due_on is not None and one.due_on <= until]
        for pk, own in measures.items()
    }
    asked = {
        row.spoken.pk: row
        for row in rows
        if row.spoken is not None and _is_open(row) and _may_fall(row, dated.get(row.project.pk, ()))
    }
    if not asked:
        return {}
    phases = {phase.key: phase for phase in Phase.objects.all()}
    found = {}
    for stored in load_ratings(asked):
        row = asked[stored["pk"]]
        assert row.gate is not None  # noqa: S101 – asked for those alone
        edition = cached_edition_of(stored["assessment__edition"], EditionState.PUBLISHED)
        frame = frame_of(edition, phases, None if row.project.is_municipality_wide else stored["in_phase"])
        day = falls_on(frame, ratings_in(stored["ratings"]), dated[row.project.pk], row.gate["phase"], today=today)
        if day is not None:
            gate = "" if row.project.is_municipality_wide else said(row.gate["label"])
            found[row.project.pk] = Fall(row.project.shown_name, row.project.public_id, gate, day)
    return found


def _may_fall(row: _Row, planned: Iterable[tuple[str, date]]) -> bool:
    wanted = set(row.gate["waits_for"]) if row.gate else set()
    return bool(wanted) and wanted <= {key for key, _day in planned}
