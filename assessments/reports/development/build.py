"""From what was fetched to how things moved: pure, but for the catalogue each process keeps."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from assessments.reports.development.load import ApprovedRow, DevelopmentSources, load_sources
from assessments.reports.development.model import Development, MovedRound, ProjectTrend, Quarter, RoundPoint
from assessments.scoring import REACHED
from assessments.sentences import round_label
from catalogue.edition_cache import cached_edition_of
from catalogue.levels import LEVELS
from catalogue.models import EditionState
from scaling.accounts.models import Municipality

#: A quarter as it sorts: year and number.
YearQuarter = tuple[int, int]


def development_of(user: Any, municipality: Municipality, *, today: date | None = None) -> Development:
    """What the person may see, in the active language. Five queries; a process that meets an edition anew asks six more."""
    return build_development(load_sources(user, municipality), today=today or timezone.localdate())


def build_development(sources: DevelopmentSources, *, today: date) -> Development:
    return Development(
        municipality=sources.municipality.name,
        is_fictional=sources.municipality.is_fictional,
        as_of=today,
        counted=sources.counted,
        quarters=tuple(_quarters(sources, today)),
        trends=tuple(_trends(sources)),
        moved=tuple(_moved(sources)),
    )


# --- Quarters ---------------------------------------------------------------------------------------------------------------


def quarter_of(day: date) -> YearQuarter:
    return day.year, (day.month - 1) // 3 + 1


def _next(place: YearQuarter) -> YearQuarter:
    year, number = place
    return (year, number + 1) if number < 4 else (year + 1, 1)


def _quarters(sources: DevelopmentSources, today: date) -> Iterable[Quarter]:
    whole = {project.pk for project in sources.projects if project.is_municipality_wide}
    every = {pk: rows for pk, rows in sources.records.items() if pk not in whole}
    days = [row.on for rows in every.values() for row in rows] + sources.done
    if not days:
        return
    happened: dict[str, Counter[YearQuarter]] = {name: Counter() for name in ("approvals", "reached", "first", "lost", "gates")}
    for rows in every.values():
        for before, row in zip((None, *rows), rows, strict=False):
            place = quarter_of(row.on)
            happened["approvals"][place] += 1
            reached, lost = milestones_moved(before, row, sources.blocked_before)
            happened["reached" if before else "first"][place] += reached
            happened["lost"][place] += lost
            is_new = before is None or before.state != REACHED or before.phase != row.phase
            happened["gates"][place] += row.state == REACHED and is_new
    done = Counter(map(quarter_of, sources.done))
    places = [quarter_of(min(days))]
    while places[-1] < quarter_of(today):
        places.append(_next(places[-1]))
    held = [held_records(rows) for rows in every.values()]
    for place in reversed(places):
        speaking = [row for row in (speaking_at(records, place) for records in held) if row is not None]
        yield Quarter(
            year=place[0],
            number=place[1],
            is_running=place == quarter_of(today),
            approvals=happened["approvals"][place],
            reached=happened["reached"][place],
            reached_at_first=happened["first"][place],
            lost=happened["lost"][place],
            gates=happened["gates"][place],
            measures=done[place],
            speaking=len(speaking),
            counts=tuple(sum(row.levels[str(level)] for row in speaking) for level in LEVELS),
            gates_reached=sum(row.state == REACHED for row in speaking),
        )


def milestones_moved(
    before: ApprovedRow | None, row: ApprovedRow, blocked_before: Mapping[int, frozenset[str]]
) -> tuple[int, int]:
    """How many milestones of the own phase's gate are reached that were not in the approval before, and the other way round.

    Both are taken at the gate of the phase in which the project is now. Of a first approval all that it reaches are counted.
    What the other edition does not have as a milestone, and what does not apply, was neither reached nor lost.
    """
    if before is None:
        return row.passed, 0
    then = before.blocked if before.phase == row.phase else blocked_before.get(row.pk, frozenset())
    reached = {key for key in then - row.blocked - row.dropped if _is_milestone(row.edition_id, key)}
    lost = {key for key in row.blocked - then - before.dropped if _is_milestone(before.edition_id, key)}
    return len(reached), len(lost)


def _is_milestone(edition_id: int, key: str) -> bool:
    criterion = cached_edition_of(edition_id, EditionState.PUBLISHED).by_key.get(key)
    return criterion is not None and criterion.is_milestone


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """A record with the quarter of its approval and the one in which it was superseded, None while it holds."""

    row: ApprovedRow
    since: YearQuarter
    until: YearQuarter | None


def held_records(rows: Iterable[ApprovedRow]) -> list[HeldRecord]:
    """The latest round last. Days are looked up once a record, not once a quarter: that took a quarter of a second for 800."""
    return [
        HeldRecord(
            row,
            quarter_of(row.on),
            quarter_of(timezone.localdate(row.superseded_at)) if row.superseded_at is not None else None,
        )
        for row in sorted(rows, key=lambda row: (row.round, row.at))
    ]


def speaking_at(held: Sequence[HeldRecord], place: YearQuarter) -> ApprovedRow | None:
    """The record that spoke for a project at the end of a quarter: of the latest round approved by then, and not taken back."""
    found = (one.row for one in reversed(held) if one.since <= place and (one.until is None or one.until > place))
    return next(found, None)


# --- Projects ---------------------------------------------------------------------------------------------------------------


def _trends(sources: DevelopmentSources) -> Iterable[ProjectTrend]:
    for project in sources.projects:
        held = [row for row in sources.records.get(project.pk, ()) if row.superseded_at is None]
        rounds = tuple(map(_point, sorted(held, key=lambda row: row.round)))
        yield ProjectTrend(project.public_id, project.shown_name, project.is_municipality_wide, rounds)


def _point(row: ApprovedRow) -> RoundPoint:
    change = row.change
    return RoundPoint(
        label=round_label(row.round),
        assessment_id=row.assessment_id,
        on=row.on,
        mean=row.average["value"],
        n=row.average["rated"],
        m=row.average["of"],
        is_provisional=row.average["is_provisional"],
        change=change["value"] if change else None,
        change_n=change["rated_in_both"] if change else 0,
    )


def _moved(sources: DevelopmentSources) -> Sequence[MovedRound]:
    names = {project.pk: project.shown_name for project in sources.projects}
    rows = [row for rows in sources.records.values() for row in rows]
    return [
        MovedRound(
            record_id=row.pk,
            project=names[row.project_id],
            assessment_id=row.assessment_id,
            label=round_label(row.round),
            on=row.on,
            edition_id=row.edition_id,
            compared=row.compared,
            fallen=row.fallen,
            risen=row.risen,
        )
        for row in sorted(rows, key=lambda row: (row.at, row.pk), reverse=True)
        if row.superseded_at is None and (row.fallen or row.risen)
    ]
