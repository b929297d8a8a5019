"""The trail as people read it: entries of all histories in one order, narrowed down, a page or a file at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from typing import Any

from django.db.models import F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.utils import timezone

from assessments.models import Assessment, Project
from assessments.queries.history import ChangedField
from catalogue.models import Criterion, EditionState
from scaling.accounts.models import Membership, Municipality, User
from scaling.common.places import EntryPlace
from scaling.common.sorting import GermanOrder
from scaling.trail.models import Seal
from scaling.trail.sources import KINDS, SHOWN, Source
from scaling.trail.words import RELATED, Labels, changes, names_for, title_of, what_happened


@dataclass(frozen=True)
class Wanted:
    """What of the trail: of one ``municipality``, or of all (None). ``round`` is a public id, ``criterion`` a key; days are
    whole days in local time, both included.
    """

    municipality: Municipality | None = None
    kind: str = ""
    person: int | None = None
    project: Project | None = None
    round: str = ""
    criterion: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def is_wide(self) -> bool:
        """Whether it goes over everything: then each table's index of days is the way in, else what it is narrowed down to."""
        return self.municipality is None and self.project is None and self.person is None and not self.round


@dataclass(frozen=True)
class LogEntry:
    """One entry. ``seal`` is the number of its link, None where it is not sealed yet; ``who`` is "" where nobody is kept."""

    when: datetime
    recorded: datetime
    who: str
    who_id: int | None
    kind: str
    what: str
    title: str
    municipality: str
    project: str
    changes: tuple[ChangedField, ...]
    request: str
    table: str
    row: int
    seal: int | None

    @property
    def kind_name(self) -> str:
        return str(KINDS[self.kind])


#: (Number of the source, primary key, when), as ``entries`` gives them.
FoundEntry = tuple[int, int, datetime]


def entries(wanted: Wanted, *, most: int, beyond: EntryPlace | None = None, upwards: bool = False) -> list[FoundEntry]:
    """At most so many, the newest first; those older than the entry at ``beyond``, or, ``upwards``, the next newer ones, and
    without a place the oldest of all, the oldest first. One query.

    Over everything no table gives more than ``most`` rows, by its index: it costs the same whatever there is.
    """
    sources = [(number, source) for number, source in enumerate(SHOWN) if _has(source, wanted)]
    parts = []
    for number, source in sources:
        part = _part(number, source, wanted)
        if beyond is not None:
            part = part.filter((beyond.newer_than_this if upwards else beyond.older_than_this)(number, source.at))
        if wanted.is_wide and len(sources) > 1:
            part = part.order_by(*(("log_at", "log_row") if upwards else ("-log_at", "-log_row")))[:most]
        parts.append(part)
    order = ("log_at", "-log_source", "log_row") if upwards else ("-log_at", "log_source", "-log_row")
    return list(_together(parts).order_by(*order)[:most]) if parts else []


def number_of_entries(wanted: Wanted, *, most: int) -> int:
    """How many there are; ``most`` where it is that many or more: PostgreSQL stops there. One query."""
    parts = [_part(number, source, wanted) for number, source in enumerate(SHOWN) if _has(source, wanted)]
    if not parts:
        return 0
    if wanted.is_wide:  # by the index that a page goes by: what is rare in its table would else be looked for in all of it
        parts = [part.order_by("-log_at")[:most] for part in parts]
    return _together(parts)[:most].count()


def _together(parts: "list[QuerySet[Any, Any]]") -> QuerySet[Any, Any]:
    return parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]


def _has(source: Source, wanted: Wanted) -> bool:
    """Whether the table can have any; those without a municipality are for operators."""
    if wanted.kind and source.kind != wanted.kind:
        return False
    if wanted.municipality is not None and not source.municipality:
        return False
    if wanted.project is not None and not source.project:
        return False
    return not (wanted.round and not source.round) and not (wanted.criterion and not source.criterion)


def _part(number: int, source: Source, wanted: Wanted) -> QuerySet[Any, Any]:
    where = source.where
    if wanted.municipality is not None:
        where &= Q(**{source.municipality: wanted.municipality.pk})
    if wanted.project is not None:
        where &= Q(**{source.project: wanted.project.pk})
    if wanted.round:
        where &= Q(**{source.round: wanted.round})
    if wanted.criterion:
        where &= Q(**{source.criterion: wanted.criterion})
    if wanted.person is not None:
        where &= Q(**{source.by: wanted.person})
    if wanted.since is not None:
        where &= Q(**{f"{source.at}__gte": _begin(wanted.since)})
    if wanted.until is not None:
        where &= Q(**{f"{source.at}__lt": _begin(wanted.until + timedelta(days=1))})
    found: QuerySet[Any, Any] = source.model._base_manager.filter(where).order_by()
    named = {"log_source": Value(number, output_field=IntegerField()), "log_row": F("pk"), "log_at": F(source.at)}
    rows: QuerySet[Any, Any] = found.annotate(**named).values_list("log_source", "log_row", "log_at")
    return rows


def _begin(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def described(found: Sequence[FoundEntry]) -> list[LogEntry]:
    """In words, in the order given. Two queries for each table they come from, one for seals, and one for each kind of
    thing that a change names (people, phases, criteria); however many entries.
    """
    rows: dict[tuple[str, int], Any] = {}
    before: dict[tuple[str, int], Any] = {}
    tables = {SHOWN[number].table: SHOWN[number] for number in sorted({number for number, _row, _at in found})}
    for table, source in tables.items():
        wanted = [row for number, row, _at in found if SHOWN[number].table == table]
        for row in _rows(source, wanted):
            rows[table, row.pk] = row
        if source.is_history:
            earlier = {row.log_before: row.pk for (one, _pk), row in rows.items() if one == table and row.log_before}
            for row in source.model._base_manager.filter(pk__in=list(earlier)) if earlier else ():
                before[table, earlier[row.pk]] = row
    names = names_for([*rows.values(), *before.values()])
    seals = _seals(rows)
    return [
        _entry(SHOWN[number], rows[key], before.get(key), names, seals)
        for number, row, _at in found
        if (key := (SHOWN[number].table, row)) in rows  # removed by the retention in between
    ]


def _rows(source: Source, pks: list[int]) -> QuerySet[Any]:
    rows: QuerySet[Any] = source.model._base_manager.filter(pk__in=pks)
    rows = rows.select_related(source.by, *RELATED.get(source.table, ()))
    if source.model._meta.db_table == "assessments_assessmentrecord":
        rows = rows.defer("document")
    if source.is_history:
        earlier = source.model._base_manager.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id"))
        rows = rows.annotate(log_before=Subquery(earlier.order_by("-history_id").values("pk")[:1]))
    return rows


def _seals(wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """The last link of each row."""
    by_table: dict[str, list[int]] = {}
    for table, row in wanted:
        by_table.setdefault(table, []).append(row)
    if not by_table:
        return {}
    where = reduce(lambda a, b: a | b, [Q(table=table, row__in=rows) for table, rows in by_table.items()])
    links = Seal.objects.filter(where).order_by("number").values_list("table", "row", "number")
    return {(table, row): number for table, row, number in links}


def _entry(source: Source, row: Any, before: Any, names: Labels, seals: dict[tuple[str, int], int]) -> LogEntry:
    who = _reached(row, source.by)
    project = _reached(row, source.project) if source.project not in ("", "id") else None
    municipality = _reached(row, source.municipality) if source.municipality not in ("", "id") else None
    return LogEntry(
        when=_reached(row, source.at),
        recorded=getattr(row, source.recorded),
        who=str(who) if who else "",
        who_id=who.pk if who else None,
        kind=source.kind,
        what=what_happened(source, row),
        title=title_of(source, row, names),
        municipality=str(municipality) if municipality else str(row.name) if source.municipality == "id" else "",
        project=str(project) if project else str(row.name) if source.project == "id" else "",
        changes=changes(source, row, before, names),
        request=getattr(row, "request_id", ""),
        table=source.table,
        row=row.pk,
        seal=seals.get((source.table, row.pk)),
    )


def _reached(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name, None)
        if row is None:
            return None
    return row


def people_in(municipality: Municipality | None, *, over_all: bool, chosen: int | None = None) -> list[tuple[int, str]]:
    """Who can be chosen: whoever belongs or belonged to the municipality; ``over_all``, for operators, whoever has a right over
    it, too, and who is chosen already. A nation's accounts fit no list. One query.
    """
    where = Q(is_staff=True) | Q(is_superuser=True) | Q(is_curator=True) | Q(pk=chosen) if over_all else Q()
    if municipality is not None:
        where |= Q(pk__in=Membership.history.filter(municipality_id=municipality.pk).values("user_id"))
    people = User.objects.filter(where).order_by(GermanOrder("name"), "email")
    return [(pk, f"{name} ({email})") for pk, name, email in people.values_list("pk", "name", "email")]


def projects_in(municipality: Municipality) -> list[Project]:
    return list(Project.objects.filter(municipality=municipality).order_by(GermanOrder("name")))


def rounds_in(municipality: Municipality) -> list[Assessment]:
    """With their projects, by name, the newest round of each first. One query."""
    rounds = Assessment.objects.filter(project__municipality=municipality).select_related("project")
    return list(rounds.order_by(GermanOrder("project__name"), "project", "-round"))


def criteria_in(municipality: Municipality | None) -> dict[str, str]:
    """Titles by key, as they stand in the newest edition: of all published ones, or of those a municipality has rated by. One
    query.
    """
    criteria = Criterion.objects.exclude(edition__state=EditionState.DRAFT)
    if municipality is not None:
        # As a subquery: joined, each criterion came once for each round, and was sorted out again by all its texts.
        rounds = Assessment.objects.filter(project__municipality=municipality)
        criteria = criteria.filter(edition__in=rounds.order_by().values("edition"))
    newest = criteria.order_by("-edition__published_at", "-edition", "order").titles_only()
    titles: dict[str, str] = {}
    for one in newest:
        titles.setdefault(one.key, str(one.title))
    return titles


def last_seal() -> Seal | None:
    return Seal.objects.order_by("-number").first()
