"""What stands beside one answer: its proofs, comments and measures, and the people who may look after it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from assessments.models import MeasureStatus, Score
from assessments.models.measure import is_overdue
from scaling.accounts.models import Role


@dataclass(frozen=True)
class Proof:
    """An evidence as the page shows it. ``file_name`` is empty where it has no file."""

    pk: int
    text: str
    url: str
    file_name: str
    added_by: str
    added_at: datetime


@dataclass(frozen=True)
class Remark:
    """A comment as the page shows it; ``resolved_at`` is None while it is open, names are empty for deleted people."""

    pk: int
    text: str
    author: str
    created_at: datetime
    resolved_by: str
    resolved_at: datetime | None


@dataclass(frozen=True)
class Task:
    """A measure of the project for this criterion, as the page shows it."""

    text: str
    status: str
    who: str
    due_on: date | None
    is_overdue: bool

    @property
    def status_label(self) -> str:
        return str(MeasureStatus(self.status).label)


@dataclass(frozen=True)
class Beside:
    """In the order in which they came; measures by their day, those without one last; people by name, as (primary key, name).

    ``people`` are those who can be named: the project's team and the municipality's managers. ``updated_by`` is who saved the
    answer last, empty for nobody.
    """

    evidence: list[Proof]
    comments: list[Remark]
    measures: list[Task]
    people: list[tuple[int, str]]
    updated_by: str


# Written out as one statement, since this page is opened more often than any other: four ORM queries for it cost five
# milliseconds to compose and fetch, this one costs half a millisecond. A person is called what User.__str__ calls them.
_NAME = "COALESCE(NULLIF({0}.name, ''), {0}.email, '')"
BESIDE = f"""
    SELECT 'evidence', item.id, item.text, item.url,
           CASE WHEN item.file = '' THEN '' ELSE COALESCE(NULLIF(item.file_name, ''), item.text) END,
           {_NAME.format("person")}, item.added_at, NULL::timestamptz, NULL::date
    FROM assessments_evidence AS item LEFT JOIN accounts_user AS person ON person.id = item.added_by_id
    WHERE item.score_id = %(score)s
    UNION ALL
    SELECT 'comment', item.id, item.text, {_NAME.format("resolver")}, '', {_NAME.format("person")},
           item.created_at, item.resolved_at, NULL
    FROM assessments_comment AS item LEFT JOIN accounts_user AS person ON person.id = item.author_id
    LEFT JOIN accounts_user AS resolver ON resolver.id = item.resolved_by_id
    WHERE item.score_id = %(score)s
    UNION ALL
    SELECT 'measure', item.id, item.text, item.status, '',
           CASE WHEN item.owner_id IS NULL THEN item.owner_text ELSE {_NAME.format("person")} END, NULL, NULL, item.due_on
    FROM assessments_measure AS item LEFT JOIN accounts_user AS person ON person.id = item.owner_id
    WHERE item.project_id = %(project)s AND item.criterion_key = %(key)s
    UNION ALL
    SELECT 'person', person.id, {_NAME.format("person")}, '', '', '', NULL, NULL, NULL
    FROM accounts_user AS person
    WHERE person.is_active AND (
        person.id IN (SELECT user_id FROM assessments_project_team WHERE project_id = %(project)s)
        OR person.id IN (SELECT user_id FROM accounts_membership
                         WHERE municipality_id = %(municipality)s AND role = '{Role.MANAGER.value}'))
    UNION ALL
    SELECT 'updated_by', person.id, {_NAME.format("person")}, '', '', '', NULL, NULL, NULL
    FROM accounts_user AS person WHERE person.id = %(updated_by)s
"""  # noqa: S608 – nothing in it comes from outside


def beside(score: Score, key: str, today: date) -> Beside:
    """One query, whatever there is. ``key`` is the criterion's; the score's assessment and project are at hand.

    ``today`` tells which measures are overdue.
    """
    project = score.assessment.project
    values: dict[str, str | int | None] = {
        "score": score.pk,
        "project": project.pk,
        "municipality": project.municipality_id,
        "key": key,
        "updated_by": score.updated_by_id,
    }
    found: dict[str, list[Any]] = defaultdict(list)
    with connection.cursor() as cursor:
        for kind, *row in sorted(cursor.execute(BESIDE, values).fetchall(), key=lambda row: row[1]):
            found[kind].append(row)
    measures = sorted(found["measure"], key=lambda row: row[7] or date.max)
    return Beside(
        evidence=[Proof(pk, text, url, file_name, by, at) for pk, text, url, file_name, by, at, _, _ in found["evidence"]],
        comments=[
            Remark(pk, text, author, at, resolver, resolved_at)
            for pk, text, resolver, _, author, at, resolved_at, _ in found["comment"]
        ],
        measures=[
            Task(text, status, who, due_on, is_overdue(status, due_on, today))
            for _, text, status, _, who, _, _, due_on in measures
        ],
        people=sorted(((row[0], row[1]) for row in found["person"]), key=lambda person: person[1]),
        updated_by=next((row[1] for row in found["updated_by"]), ""),
    )
