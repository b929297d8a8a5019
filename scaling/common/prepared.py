"""Statements of the ORM that are composed once and then asked again with other values.

To compose a statement costs the pages opened all day more than the database takes to answer it. What is composed here stays
the ORM's, tenant filter and all: it is composed with stand-ins, and what is kept is its SQL and the places at which they stand.
So a value never becomes part of the SQL, and nothing has to be forgotten: a statement depends on models alone, and no row is
kept.
"""

import datetime as dt
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from threading import Lock
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import Model, QuerySet
from django.utils import timezone

M = TypeVar("M", bound=Model)
Asked = int | str | dt.date | Sequence[int]
#: Fits into the smallest column: of a number beyond it, Django would say how it compares without asking.
FIRST_STAND_IN = 32_000


@dataclass(frozen=True)
class _Part:
    """The columns of a statement that make one row of a model; ``path`` leads to it from the statement's own ("" for that)."""

    model: type[Model]
    path: tuple[str, ...]
    names: tuple[str, ...]
    start: int
    key: int
    relation: Any = None

    def made_of(self, row: Sequence[Any], using: str) -> Model | None:
        """None where a nullable relation leads nowhere."""
        if row[self.key] is None:
            return None
        return self.model.from_db(using, self.names, row[self.start : self.start + len(self.names)])


@dataclass(frozen=True)
class _Statement:
    """``params`` holds, for each place of the SQL, which value stands there, or a constant (``None`` and what it is)."""

    sql: str
    params: tuple[tuple[int | None, Any], ...]


class _Composed(Generic[M]):
    """Keeps the statements that ``compose`` makes, by the shape of the values."""

    def __init__(self, compose: Callable[..., QuerySet[M]], *, most: int = 64) -> None:
        self.compose, self.most = compose, most
        self._kept: OrderedDict[Hashable, _Statement | None] = OrderedDict()
        self._lock = Lock()

    def _columns(self, model: type[M]) -> Sequence[str]:
        raise NotImplementedError

    def _found(self, values: dict[str, Asked]) -> list[tuple[Any, ...]]:
        """One query; none where nothing can be found by these values, whatever is stored."""
        statement = self._statement(values)
        if statement is None:
            return []
        flat = list(_flat(values))
        params = [value if place is None else flat[place] for place, value in statement.params]
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, params)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    def _statement(self, values: dict[str, Asked]) -> _Statement | None:
        kind = tuple((name, len(value) if isinstance(value, (list, tuple)) else type(value)) for name, value in values.items())
        with self._lock:
            if kind in self._kept:
                self._kept.move_to_end(kind)
                return self._kept[kind]
        statement = self._composed(values)
        with self._lock:
            self._kept[kind] = statement
            if len(self._kept) > self.most:
                self._kept.popitem(last=False)
        return statement

    def _composed(self, values: dict[str, Asked]) -> _Statement | None:
        numbers = count()
        stand_ins = {name: _stand_in(value, numbers) for name, value in values.items()}
        found = self.compose(**stand_ins)
        if hasattr(found, "rewrite"):  # modeltranslation would take a text's column in the language of this moment
            found = found.rewrite(False)
        try:
            sql, params = found.values_list(*self._columns(found.model)).query.sql_with_params()
        except EmptyResultSet:
            return None
        places = {value: place for place, value in enumerate(_flat(stand_ins))}
        by_place = tuple((places.get(param) if isinstance(param, Hashable) else None, param) for param in params)
        missing = set(places.values()) - {place for place, _param in by_place}
        if missing:
            raise TypeError(f"Values that do not reach the statement of {found.model.__name__}: {sorted(missing)}")
        return _Statement(sql, by_place)


class Prepared(_Composed[M]):
    """``compose`` gets values by name and returns the query set; ``related`` is fetched along (as ``select_related``), and
    ``added`` names its annotations, each with what makes a value of a column (``json.loads``), None to take it as it comes.

    A value is a number, a text, a day, a point in time or a list of numbers. For values of other kinds, and for lists of
    another length, the statement is composed anew; at most ``most`` of them are kept, and those not asked for longest go first.
    Fields that convert what the database says cannot be fetched: TypeError at the first use.
    """

    def __init__(
        self,
        compose: Callable[..., QuerySet[M]],
        *related: str,
        added: Mapping[str, Callable[[Any], Any] | None] | None = None,
        most: int = 64,
    ) -> None:
        super().__init__(compose, most=most)
        self.related, self.added = related, added or {}
        self._parts: list[_Part] = []

    def rows(self, **values: Asked) -> list[M]:
        """One query; none where nothing can be found by these values, whatever is stored.

        What several rows are related to is one object, as ``prefetch_related`` has it: the project of two rounds, say.
        """
        shared: dict[tuple[tuple[str, ...], Any], Model] = {}
        return [self._made_of(row, shared) for row in self._found(values)]

    def _columns(self, model: type[M]) -> Sequence[str]:
        self._parts = _parts(model, self.related)
        return [*("__".join((*part.path, name)) for part in self._parts for name in part.names), *self.added]

    def _made_of(self, row: Sequence[Any], shared: dict[tuple[tuple[str, ...], Any], Model]) -> M:
        made: dict[tuple[str, ...], Model | None] = {}
        for part in self._parts:
            known = (part.path, row[part.key])
            made[part.path] = one = shared.get(known) if part.path else None
            if one is None:
                made[part.path] = one = part.made_of(row, connection.alias)
                if one is not None and part.path:
                    shared[known] = one
            if part.path and (holder := made[part.path[:-1]]) is not None:
                part.relation.set_cached_value(holder, one)
                if one is not None and part.relation.one_to_one:
                    part.relation.remote_field.set_cached_value(one, holder)
        whole: Any = made[()]
        for place, (name, convert) in enumerate(self.added.items(), start=len(row) - len(self.added)):
            setattr(whole, name, row[place] if convert is None or row[place] is None else convert(row[place]))
        found: M = whole
        return found


class PreparedRows(_Composed[Any]):
    """As ``Prepared``, for single columns (as ``values`` names them, annotations too) instead of whole rows of a model."""

    def __init__(self, compose: Callable[..., QuerySet[Any]], *columns: str, most: int = 64) -> None:
        super().__init__(compose, most=most)
        self.columns = columns

    def rows(self, **values: Asked) -> list[dict[str, Any]]:
        """One query; none where nothing can be found by these values, whatever is stored."""
        return [dict(zip(self.columns, row, strict=True)) for row in self._found(values)]

    def _columns(self, model: type[Any]) -> Sequence[str]:
        for column in self.columns:
            _refuse_converted(model, column)
        return self.columns


def _refuse_converted(model: Any, column: str) -> None:
    """TypeError for a field that converts what the database says; annotations come as they are."""
    for name in column.split("__"):
        if name not in {known for field in model._meta.get_fields() for known in (field.name, getattr(field, "attname", ""))}:
            return
        field = model._meta.get_field(name)
        model = field.related_model or model
    if not field.is_relation and field.get_db_converters(connection):
        raise TypeError(f"{column} converts what the database says")


def _parts(model: type[Model], related: Iterable[str]) -> list[_Part]:
    """The model itself, then what is related to it, the nearer first; ``a__b`` brings ``a`` along."""
    paths = {path[:end] for path in (tuple(name.split("__")) for name in related) for end in range(1, len(path) + 1)}
    parts, start = [], 0
    for path in [(), *sorted(paths, key=lambda path: (len(path), path))]:
        there: Any = model
        relation: Any = None
        for name in path:
            relation = there._meta.get_field(name)
            there = relation.related_model
        fields: list[models.Field[Any, Any]] = there._meta.concrete_fields
        for field in fields:
            if field.get_db_converters(connection):
                raise TypeError(f"{there.__name__}.{field.name} converts what the database says")
        names = tuple(field.attname for field in fields)
        parts.append(_Part(there, path, names, start, start + names.index(there._meta.pk.attname), relation))
        start += len(names)
    return parts


def _flat(values: dict[str, Any]) -> Iterable[Any]:
    for value in values.values():
        if isinstance(value, (list, tuple)):
            yield from value
        else:
            yield value


def _stand_in(value: Asked, numbers: "count[int]") -> Any:
    """A value of the same kind that stands nowhere else in the statement."""
    if isinstance(value, (list, tuple)):
        return [_stand_in(one, numbers) for one in value]
    number = next(numbers)
    if isinstance(value, str):
        return f"stand-in {number}"
    if isinstance(value, dt.datetime):
        return dt.datetime(9000, 1, 1, tzinfo=timezone.get_default_timezone()) + dt.timedelta(days=number)
    if isinstance(value, dt.date):
        return dt.date(9000, 1, 1) + dt.timedelta(days=number)
    if type(value) is int:
        return FIRST_STAND_IN + number
    raise TypeError(f"No statement is prepared for a {type(value).__name__}")
