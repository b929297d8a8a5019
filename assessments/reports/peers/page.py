"""What a municipality reads: its own values, and beside them the published figures of the narrowest group that has any."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.models import PeerBasis, PeerFigure
from assessments.reports.peers.groups import PeerGroup, groups_of
from assessments.reports.peers.publishing import quarter_of
from assessments.reports.peers.quartiles import half
from assessments.reports.peers.values import ALL_CRITERIA, CRITERION, STREAM, OwnValue, own_values, speaking_of
from assessments.scoring.ratings import FEW
from catalogue.edition_cache import cached_edition_of
from catalogue.models import Criterion, Edition, EditionState, Workstream
from scaling.accounts.models import Municipality


class Position(StrEnum):
    """Where an own value lies: never a rank."""

    BELOW = "below"
    WITHIN = "within"
    ABOVE = "above"


@dataclass(frozen=True, slots=True)
class GroupFigure:
    """``size`` is the lower end of the range the number of values lies in."""

    group: PeerGroup
    lower: float
    median: float
    upper: float
    size: int
    published_on: date


@dataclass(frozen=True, slots=True)
class PeerRow:
    """One workstream, all criteria (``key`` "") or one criterion. ``figure`` is None where no group has enough.

    ``least``: how many answers an own mean needs, to be compared.
    """

    key: str
    title: str
    own: OwnValue | None
    figure: GroupFigure | None
    least: int

    @property
    def place(self) -> Position | None:
        """None where there is nothing to compare, or the own mean stands on too little. On half levels, as the figures are."""
        if self.figure is None or self.own is None or self.own.mean is None or self.own.n < self.least:
            return None
        own = half(self.own.mean)
        if own < self.figure.lower:
            return Position.BELOW
        return Position.ABOVE if own > self.figure.upper else Position.WITHIN


@dataclass(frozen=True, slots=True)
class SpokenRecord:
    """From which approved round own values come."""

    pk: int
    is_whole: bool
    edition_id: int
    project: str
    round: int
    on: date


@dataclass(frozen=True, slots=True)
class PeerPage:
    """``streams``: all criteria first. ``phases``: label, and the criteria of that phase that have anything to show.

    ``groups`` are the municipality's, the narrowest first; ``chosen`` the narrowest that may speak on this page.
    """

    municipality: str
    basis: PeerBasis
    groups: tuple[PeerGroup, ...]
    chosen: PeerGroup
    records: tuple[SpokenRecord, ...]
    streams: tuple[PeerRow, ...]
    phases: tuple[tuple[str, tuple[PeerRow, ...]], ...]
    next_on: date

    @property
    def has_figures(self) -> bool:
        return any(row.figure for row in self.rows)

    @property
    def rows(self) -> Sequence[PeerRow]:
        return [*self.streams, *(row for _label, rows in self.phases for row in rows)]

    @property
    def as_of(self) -> date | None:
        """The latest day on which one of its figures was made."""
        return max((row.figure.published_on for row in self.rows if row.figure), default=None)


def peer_page(municipality: Municipality, *, basis: str = "", group: str = "", today: date | None = None) -> PeerPage:
    """Five queries, however many municipalities take part; six more in a process that meets an edition anew.

    Words that mean nothing are no error. Of all groups that the municipality is in, the narrowest speaks for each row.
    """
    records = _records(municipality)
    chosen_basis = _basis(basis, records)
    speaking = [record for record in records if record.is_whole == (chosen_basis == PeerBasis.WHOLE)]
    groups = groups_of(municipality)
    chosen = next((one for one in groups if one.path == group), groups[0])
    own = own_values(record.pk for record in speaking)
    figures = _figures(groups[groups.index(chosen) :], chosen_basis)
    day = today or timezone.localdate()

    def row(metric: str, title: str, kind: str) -> PeerRow:
        least = FEW if kind == STREAM else 1
        return PeerRow(metric.removeprefix(kind), title, own.get((chosen_basis, metric)), figures.get(metric), least)

    streams = [row(ALL_CRITERIA, _("Alle Kriterien"), STREAM)]
    streams += [row(STREAM + stream.key, stream.name, STREAM) for stream in Workstream.objects.all()]
    phases: dict[str, list[PeerRow]] = {}
    for criterion in _criteria(record.edition_id for record in records):
        metric = CRITERION + criterion.key
        if metric in figures or (chosen_basis, metric) in own:
            phases.setdefault(criterion.phase.label, []).append(row(metric, criterion.title, CRITERION))
    return PeerPage(
        municipality=municipality.name,
        basis=chosen_basis,
        groups=groups,
        chosen=chosen,
        records=tuple(speaking),
        streams=tuple(streams),
        phases=tuple((label, tuple(rows)) for label, rows in phases.items()),
        next_on=_next_quarter(day),
    )


def _records(municipality: Municipality) -> list[SpokenRecord]:
    found = speaking_of([municipality.pk]).values_list(
        *("pk", "assessment__project__is_municipality_wide", "assessment__edition", "assessment__project__name"),
        *("assessment__round", "approved_at"),
    )
    return [
        SpokenRecord(pk, is_whole, edition, name, number, timezone.localdate(at))
        for pk, is_whole, edition, name, number, at in found
    ]


def _basis(word: str, records: Iterable[SpokenRecord]) -> PeerBasis:
    """What was asked for; else the projects, where there is anything of them."""
    if word in PeerBasis.values:
        return PeerBasis(word)
    return PeerBasis.WHOLE if all(record.is_whole for record in records) else PeerBasis.PROJECTS


def _figures(groups: Sequence[PeerGroup], basis: PeerBasis) -> Mapping[str, GroupFigure]:
    """By metric, of the narrowest of the groups that has one. One query."""
    by_path = {group.path: group for group in groups}
    found: dict[str, GroupFigure] = {}
    rows = PeerFigure.objects.filter(group__in=list(by_path), basis=basis)
    for one in sorted(rows, key=lambda one: -len(one.group)):  # a path begins with those of its wider groups
        figure = GroupFigure(by_path[one.group], one.lower, one.median, one.upper, one.size, one.published_on)
        found.setdefault(one.metric, figure)
    return found


def _criteria(editions: Iterable[int]) -> Iterable[Criterion]:
    """Those of the current edition, then what only the own records' editions have."""
    current = Edition.objects.current()
    known: dict[str, Criterion] = {}
    for pk in dict.fromkeys([*([current.pk] if current else []), *editions]):
        for criterion in cached_edition_of(pk, EditionState.PUBLISHED).criteria:
            known.setdefault(criterion.key, criterion)
    return known.values()


def _next_quarter(day: date) -> date:
    return quarter_of(quarter_of(day) + timedelta(days=100))
