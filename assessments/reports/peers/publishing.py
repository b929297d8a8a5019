"""The comparison's figures: made anew once a quarter, mended each night where somebody left. ``manage.py publish_peers``."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.utils import timezone

from assessments.models import PeerBasis, PeerContribution, PeerFigure, PeerPart, PeerQuarter
from assessments.reports.peers.groups import groups_of, with_wider
from assessments.reports.peers.partition import NOWHERE, Cohort, Given, by_group, next_parts
from assessments.reports.peers.quartiles import quartiles, size_from
from assessments.reports.peers.values import given_values, speaking_of
from scaling.accounts.models import Municipality
from scaling.common.transactions import atomic

#: Of the database, while figures are made or somebody takes theirs back. Outside of all other locks.
LOCK = 7_345_120_826
BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Published:
    """``taken``: how many contributions came; None where it was not the time for it."""

    taken: int | None
    figures: int


@atomic
def publish(*, today: date | None = None) -> Published:
    """Take contributions where this quarter's have not been taken, and make figures of what may stand in them.

    Nobody leaves meanwhile. Some thirty queries and what is inserted, in batches.
    """
    take_lock()
    day = today or timezone.localdate()
    _quarter, is_new = PeerQuarter.objects.get_or_create(begins_on=quarter_of(day))
    taken = _take() if is_new else None
    figures = _make_figures(day, takes_new=is_new)
    return Published(taken, figures)


def withdraw(municipality: Municipality) -> None:
    """Take back whatever it gave: its values go, and every figure that may hold one of them, until the next night.

    Cohort of the caller's transaction, who has called ``take_lock`` first. Three queries.
    """
    given = PeerContribution.objects.filter(municipality=municipality)
    for basis, home, values in list(given.values_list("basis", "group", "values")):
        PeerFigure.objects.filter(group__in=with_wider(home), basis=basis, metric__in=list(values)).delete()
    given.delete()


def take_lock() -> None:
    """Until the transaction ends, nobody else makes figures or leaves. Before any other lock. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def quarter_of(day: date) -> date:
    """Its first day."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


# --- What is given ----------------------------------------------------------------------------------------------------------


def _take() -> int:
    """A new contribution of each municipality that takes part and has approved something since, or changed its group."""
    places = {place.pk: place for place in Municipality.objects.exclude(compared_since=None)}
    latest = PeerContribution.objects.order_by("municipality_id", "basis", "-pk").distinct("municipality_id", "basis")
    before = {(one.municipality_id, one.basis): one for one in latest.iterator(chunk_size=BATCH)}
    records: dict[tuple[int, str], list[int]] = defaultdict(list)
    speaking = speaking_of(places).values_list("municipality_id", "assessment__project__is_municipality_wide", "pk")
    for place, is_whole, pk in speaking:
        records[place, PeerBasis.WHOLE.value if is_whole else PeerBasis.PROJECTS.value].append(pk)
    homes = {pk: groups_of(place)[0].path for pk, place in places.items()}
    changed = [
        (place, basis)
        for place, basis in sorted({*records, *(key for key in before if key[0] in places)})
        if _differs(before.get((place, basis)), homes[place], sorted(records[place, basis]))
    ]
    values = given_values(pk for key in changed for pk in records[key])
    rows = [
        PeerContribution(
            municipality_id=place,
            basis=basis,
            group=homes[place],
            records=sorted(records[place, basis]),
            values=_with_items(values.get((place, basis), {}), before.get((place, basis))),
        )
        for place, basis in changed
    ]
    PeerContribution.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows)


def _differs(before: PeerContribution | None, home: str, records: list[int]) -> bool:
    return before is None or (before.group, before.records) != (home, records)


def _with_items(values: Mapping[str, float], before: PeerContribution | None) -> dict[str, tuple[float, int]]:
    """Each value with the number of the contribution that first said it; 0 where it is a new one."""
    if before is None:
        return {metric: (value, 0) for metric, value in values.items()}
    said = {metric: (value, first or before.pk) for metric, (value, first) in before.values.items()}
    return {
        metric: (value, said[metric][1] if said.get(metric, (None,))[0] == value else 0) for metric, value in values.items()
    }


# --- Figures ----------------------------------------------------------------------------------------------------------------

#: By basis and metric.
Metric = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Items:
    """All items: whose each is, and by metric their values and the homes of the current ones.

    ``carriers`` are the contributions that say what no current one does any more; ``current`` those that are.
    """

    owners: dict[int, int]
    values: dict[Metric, dict[int, float]]
    homes: dict[Metric, dict[int, str]]
    carriers: dict[Metric, dict[int, int]]
    current: set[int]


def _all_items() -> _Items:
    """One query."""
    found = _Items({}, defaultdict(dict), defaultdict(dict), defaultdict(dict), set())
    seen: set[tuple[int, str]] = set()
    rows = PeerContribution.objects.order_by("-pk").values_list("pk", "municipality_id", "basis", "group", "values")
    for pk, place, basis, home, said in rows.iterator(chunk_size=BATCH):
        is_current = (place, basis) not in seen
        seen.add((place, basis))
        if is_current:
            found.current.add(pk)
        for metric, (value, first) in said.items():
            item = first or pk
            found.owners[item] = place
            if item in found.values[basis, metric]:
                continue
            found.values[basis, metric][item] = value
            if is_current:
                found.homes[basis, metric][item] = home
            else:
                found.carriers[basis, metric][item] = pk
    return found


def _make_figures(day: date, *, takes_new: bool) -> int:
    """Returns how many there are."""
    every = _all_items()
    stored: dict[Metric, list[tuple[int, Cohort]]] = defaultdict(list)
    for pk, basis, metric, group, members in PeerPart.objects.values_list("pk", "basis", "metric", "group", "members"):
        stored[basis, metric].append((pk, Cohort(group, frozenset(members))))
    figures = {(one.basis, one.metric, one.group): one for one in PeerFigure.objects.all()}
    gone: list[int] = []
    parts: list[PeerPart] = []
    made: list[PeerFigure] = []
    kept: set[int] = set()
    needed = set(every.current)
    for key in sorted({*every.values, *stored}):
        before = {part for _pk, part in stored[key]}
        now = next_parts(sorted(before, key=_order), _given(every, key), takes_new=takes_new)
        gone += [pk for pk, part in stored[key] if part not in now]
        parts += [_part_row(key, part) for part in now if part not in before]
        carriers = every.carriers.get(key, {})
        needed |= {carriers[one] for part in now if part.group != NOWHERE for one in part.members if one in carriers}
        was = by_group(before)
        for group, held in by_group(now).items():
            there = figures.get((*key, group))
            if there is not None and set(held) == set(was.get(group, ())):
                kept.add(there.pk)
            else:
                made.append(_figure(key, group, held, every.values[key], day))
    PeerPart.objects.filter(pk__in=gone).delete()
    PeerPart.objects.bulk_create(parts, batch_size=BATCH)
    PeerFigure.objects.exclude(pk__in=kept).delete()
    PeerFigure.objects.bulk_create(made, batch_size=BATCH)
    PeerContribution.objects.exclude(pk__in=needed).delete()
    return len(kept) + len(made)


def _order(part: Cohort) -> tuple[str, int]:
    return part.group, min(part.members)


def _given(every: _Items, key: Metric) -> Given:
    return Given(every.homes.get(key, {}), every.values.get(key, {}), every.owners)


def _part_row(key: Metric, part: Cohort) -> PeerPart:
    basis, metric = key
    return PeerPart(basis=basis, metric=metric, group=part.group, members=sorted(part.members))


def _figure(key: Metric, group: str, held: Iterable[Cohort], values: Mapping[int, float], day: date) -> PeerFigure:
    basis, metric = key
    found = [values[one] for part in held for one in part.members]
    lower, median, upper = quartiles(found)
    return PeerFigure(
        group=group,
        basis=basis,
        metric=metric,
        lower=lower,
        median=median,
        upper=upper,
        size=size_from(len(found)),
        published_on=day,
    )
