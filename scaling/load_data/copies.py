"""Copies the pattern projects, with all that hangs on them, by statements that work through thousands of rows at once.

A row of a copy has the id of its pattern's row, moved by as much for each copy; so whatever points from one copied row to
another is moved alike. People become those of the copy's municipality, public ids are reckoned from the new ids, and a record's
document says the new names, numbers and public ids, with a checksum of its own.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction

from assessments.models import (
    Assessment,
    AssessmentRecord,
    AssessmentTransition,
    Comment,
    Evidence,
    Measure,
    Project,
    ProjectPaper,
    RecordPerson,
    RoundPaper,
    Score,
    ScoreSpread,
    TeamChange,
)
from assessments.reports.records.codec import canonical
from scaling.accounts.models import Municipality, User
from scaling.load_data.places import people_of

#: In an order in which each row points to rows before it alone.
COPIED: tuple[type[models.Model], ...] = (
    Project,
    Project.history.model,
    Project.team.through,
    TeamChange,
    ProjectPaper,
    ProjectPaper.history.model,
    Measure,
    Measure.history.model,
    Assessment,
    Assessment.phases.through,
    AssessmentTransition,
    RoundPaper,
    RoundPaper.history.model,
    Score,
    Score.history.model,
    ScoreSpread,
    Evidence,
    Evidence.history.model,
    Comment,
    Comment.history.model,
    AssessmentRecord,
    RecordPerson,
)
#: Tables whose rows have an id that a record's document names.
WITH_PUBLIC_ID = tuple(model._meta.db_table for model in (Project, Measure, Assessment))
#: Projects a transaction.
BATCH = 500
#: A serial number of a record stays below, so that two copies of one pattern in one municipality have different ones.
SERIALS = 1000

_SCHEMA = """
    DROP SCHEMA IF EXISTS load_data CASCADE;
    CREATE SCHEMA load_data;
    CREATE FUNCTION load_data.public_id(word text, id bigint) RETURNS text IMMUTABLE LANGUAGE sql AS
    $$ SELECT translate(left(md5(word || ':' || id), 12), '0123456789abcdef', '23456789bcdfghjk') $$;
    CREATE FUNCTION load_data.with_words(said text, old text[], new text[]) RETURNS text IMMUTABLE LANGUAGE plpgsql AS
    $$ BEGIN
        FOR place IN 1 .. cardinality(old) LOOP said := replace(said, old[place], new[place]); END LOOP;
        RETURN said;
    END $$;
"""


@dataclass(frozen=True)
class _Span:
    """Where the ids of a pattern's rows lie, and from where those of copies go on."""

    lowest: int
    width: int
    base: int

    def moved(self, column: str) -> str:
        return f"({self.base} + (copy.number - 1) * {self.width} + {column} - {self.lowest})"


class Copier:
    """Copies ``projects`` of ``manager`` and ``team``. To be used once: ``copy_into`` removes the patterns' tables."""

    def __init__(self, municipality: Municipality, manager: User, team: User, projects: Sequence[Project]) -> None:
        self.municipality, self.manager, self.team = municipality, manager, team
        self.projects = list(projects)
        self.spans: dict[str, _Span] = {}
        with connection.cursor() as cursor:
            cursor.execute(_SCHEMA)
        for model in COPIED:
            self._keep(model)
        self._keep_documents()

    def copy_into(self, places: Sequence[int], numbers: Sequence[int], tell: Callable[[str], None]) -> int:
        """Give each municipality as many projects, the first of which is the municipality as a whole. Returns how many."""
        self._plan(places, numbers)
        total = sum(numbers)
        done = 0
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for number in pool.map(self._copy_batch, range(1, total + 1, BATCH)):
                done += number
                tell(f"{done} of {total} projects")
        self._move_sequences()
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA load_data CASCADE")
        return total

    def _copy_batch(self, first: int) -> int:
        """On a connection of its own: most of the time goes into the texts of records, which the database packs."""
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                # No trigger is asked: these rows were in order when the services made their patterns.
                cursor.execute("SET LOCAL session_replication_role = replica")
                for model in COPIED:
                    cursor.execute(self._statement(model), [first, first + BATCH - 1])
                    if model is Project:
                        number: int = cursor.rowcount
            return number
        finally:
            connection.close()

    def _keep(self, model: type[models.Model]) -> None:
        table, key = model._meta.db_table, model._meta.pk.column
        ids = [project.pk for project in self.projects]
        columns = ", ".join(f'row."{field.column}"' for field in _stored(model))
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE UNLOGGED TABLE load_data.pattern_{table} AS SELECT {columns}, {_owner(model)} AS pattern"  # noqa: S608
                f" FROM {table} row WHERE {_owner(model)} = ANY(%s)",
                [ids],
            )
            cursor.execute(f"SELECT min({key}), max({key}) FROM load_data.pattern_{table}")  # noqa: S608
            lowest, highest = cursor.fetchone()
            cursor.execute(f"SELECT max({key}) FROM {table}")  # noqa: S608
            base = (cursor.fetchone()[0] or 0) + 1
        self.spans[table] = _Span(lowest or 0, (highest or 0) - (lowest or 0) + 1, base)

    def _keep_documents(self) -> None:
        """Of each record the text that its checksum is of, and of each project the words that differ from copy to copy."""
        with connection.cursor() as cursor:
            cursor.execute(
                """CREATE UNLOGGED TABLE load_data.pattern_text (record bigint PRIMARY KEY, said text);
                   CREATE UNLOGGED TABLE load_data.pattern_word
                       (pattern bigint, old text, kind text, source text, id bigint, year int)"""
            )
            records = AssessmentRecord.objects.filter(assessment__project__in=self.projects)
            for record in records.iterator(chunk_size=10):
                said = canonical(record.document).decode()
                cursor.execute("INSERT INTO load_data.pattern_text VALUES (%s, %s)", [record.pk, said])
            for table in WITH_PUBLIC_ID:
                cursor.execute(
                    f"INSERT INTO load_data.pattern_word SELECT pattern, public_id, 'id', '{table}', id"  # noqa: S608
                    f" FROM load_data.pattern_{table}"
                )
            cursor.execute(
                """INSERT INTO load_data.pattern_word SELECT pattern, number, 'number', '', serial, year
                   FROM load_data.pattern_assessments_assessmentrecord"""
            )

    def _plan(self, places: Sequence[int], numbers: Sequence[int]) -> None:
        """One row a copy: of which pattern, for whom, and the how-manieth of this pattern in its municipality (from 0)."""
        people = people_of(places)
        whole, others = self.projects[0].pk, [project.pk for project in self.projects[1:]]
        with connection.cursor() as cursor:
            cursor.execute(
                """CREATE UNLOGGED TABLE load_data.copy (number int PRIMARY KEY, pattern bigint, turn int, municipality bigint,
                   name text, code text, manager bigint, manager_name text, team bigint, team_name text)"""
            )
            with cursor.copy("COPY load_data.copy FROM STDIN") as rows:
                for number, (place, turn, pattern) in enumerate(_patterns(places, numbers, whole, others), start=1):
                    rows.write_row((number, pattern, turn, place, *people[place]))
            cursor.execute("ANALYZE load_data.copy")

    def _statement(self, model: type[models.Model]) -> str:
        fields = _stored(model)
        columns = ", ".join(f'"{field.column}"' for field in fields)
        values = ", ".join(self._value(model, field) for field in fields)
        table = model._meta.db_table
        return (
            f"INSERT INTO {table} ({columns}) SELECT {values} FROM load_data.copy"  # noqa: S608
            f" JOIN load_data.pattern_{table} row USING (pattern) {self._document() if model is AssessmentRecord else ''}"
            " WHERE copy.number BETWEEN %s AND %s"
        )

    def _value(self, model: type[models.Model], field: Any) -> str:
        column = f'row."{field.column}"'
        table = model._meta.db_table
        own = table.replace("historical", "")  # a history speaks of a row of that table, in its column "id"
        if field.primary_key:
            return self.spans[table].moved(column)
        if field.name == "id":
            return self.spans[own].moved(column)
        if field.name == "public_id":
            return f"load_data.public_id('{own}', {self.spans[own].moved('row.id')})"
        target = field.related_model
        if target is User:
            return f"CASE {column} WHEN {self.manager.pk} THEN copy.manager WHEN {self.team.pk} THEN copy.team END"
        if target is Municipality:
            return "copy.municipality"
        if target is not None and target._meta.db_table in self.spans:
            return self.spans[target._meta.db_table].moved(column)
        numbered = "|| CASE copy.turn WHEN 0 THEN '' ELSE '%s' || copy.turn + 1 END"
        special = {
            (Project, "name"): f"{column} {numbered % ' '}",
            (Project, "name_key"): f"{column} {numbered % ' '}",
            (Project, "slug"): f"{column} {numbered % '-'}",
            (AssessmentRecord, "serial"): f"{column} + copy.turn * {SERIALS}",
            (AssessmentRecord, "number"): f"copy.code || '-' || row.year || '-' || row.serial + copy.turn * {SERIALS}",
            (AssessmentRecord, "document"): "said.text::jsonb",
            (AssessmentRecord, "checksum"): "encode(sha256(convert_to(said.text, 'UTF8')), 'hex')",
            (RecordPerson, "name"): f"CASE row.user_id WHEN {self.manager.pk} THEN copy.manager_name"
            f" WHEN {self.team.pk} THEN copy.team_name ELSE {column} END",
        }
        return special.get((model, field.name), column)

    def _document(self) -> str:
        """The text of a record with the copy's words in the place of the pattern's: whole strings of its JSON alone."""
        moved = " ".join(f"WHEN '{table}' THEN {self.spans[table].moved('word.id')}" for table in WITH_PUBLIC_ID)
        new = (
            f"CASE word.kind WHEN 'id' THEN load_data.public_id(word.source, CASE word.source {moved} END)"
            f" ELSE copy.code || '-' || word.year || '-' || word.id + copy.turn * {SERIALS} END"
        )
        return f"""
            JOIN load_data.pattern_text ON pattern_text.record = row.id
            CROSS JOIN LATERAL (
                SELECT array_agg(to_json(word.old)::text ORDER BY word.old) AS old,
                    array_agg(to_json({new})::text ORDER BY word.old) AS new
                FROM load_data.pattern_word word WHERE word.pattern = copy.pattern
            ) word
            CROSS JOIN LATERAL (
                SELECT load_data.with_words(
                    pattern_text.said,
                    word.old || to_json({_literal(self.municipality.name)}::text)::text
                        || CASE copy.turn WHEN 0 THEN '{{}}'::text[] ELSE ARRAY[to_json(pattern_project.name)::text] END,
                    word.new || to_json(copy.name)::text
                        || CASE copy.turn WHEN 0 THEN '{{}}'::text[]
                            ELSE ARRAY[to_json(pattern_project.name || ' ' || copy.turn + 1)::text] END
                ) AS text
                FROM load_data.pattern_assessments_project pattern_project WHERE pattern_project.id = copy.pattern
            ) said
        """  # noqa: S608

    def _move_sequences(self) -> None:
        with connection.cursor() as cursor:
            for model in COPIED:
                table, key = model._meta.db_table, model._meta.pk.column
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence(%s, %s), (SELECT max({key}) FROM {table}))",  # noqa: S608
                    [table, key],
                )


def _stored(model: type[models.Model]) -> list[Any]:
    """The fields whose columns are written; a generated one the database makes again."""
    return [field for field in model._meta.concrete_fields if not isinstance(field, models.GeneratedField)]


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''").replace("%", "%%") + "'"


def _owner(model: type[models.Model]) -> str:
    """SQL for the id of the project that a row belongs to: its own, or by the rows it points to."""
    names = {field.name: field for field in model._meta.concrete_fields}
    if model in (Project, Project.history.model):
        return "row.id"
    for name in ("project", "assessment", "score", "record"):
        if name in names:
            return _by(name, f"row.{names[name].column}")
    raise ValueError(f"Nothing says whose {model.__name__} it is.")


def _by(name: str, column: str) -> str:
    if name == "project":
        return column
    up = {"assessment": ("project", Assessment), "score": ("assessment", Score), "record": ("assessment", AssessmentRecord)}
    next_name, model = up[name]
    inner = _by(next_name, f"{name}.{next_name}_id")
    return f"(SELECT {inner} FROM {model._meta.db_table} {name} WHERE {name}.id = {column})"  # noqa: S608


def _patterns(
    places: Sequence[int], numbers: Sequence[int], whole: int, others: Sequence[int]
) -> Iterator[tuple[int, int, int]]:
    """Municipality, turn and pattern of each copy; a municipality has each pattern once before it has one twice."""
    for start, (place, number) in enumerate(zip(places, numbers, strict=True)):
        yield place, 0, whole
        for one in range(number - 1):
            yield place, one // len(others), others[(start + one) % len(others)]
