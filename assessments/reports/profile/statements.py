"""What a profile's queries ask for: the columns, their languages, and what is fetched along with a row."""

from typing import Any

from django.db.models.expressions import RawSQL
from django.utils.translation import get_language

from assessments.models import TransitionKind

DEFAULT_LANGUAGE = "de"

#: What every answer has, of this round and of the earlier ones.
ANSWER = (
    "criterion__key",
    "criterion__phase__key",
    "workstream_keys",
    "state",
    "level",
    "target_level",
    "confirmed",
    "rationale",
    "updated_at",
    "updated_by",
    "updated_by__name",
    "updated_by__email",
)


#: Of a spread, what is kept.
EVIDENCE_COLUMNS = {
    "id": "id",
    "text": "text",
    "url": "url",
    "at": "added_at",
    "file": "file",
    "file_name": "file_name",
    "dated_on": "dated_on",
    "valid_until": "valid_until",
}
SPREAD = ("question", "ballot", "at", "n", "lowest", "highest", "median", "roles")


def active_language() -> str:
    """Without a region, „de“ of „de-at“; German where none is active."""
    return (get_language() or DEFAULT_LANGUAGE).split("-")[0]


class Local:
    """Texts of the catalogue in the active language, German where there is no other: columns to fetch, and which to take.

    Rows come as dicts and not as models: a criterion carries a dozen long texts in two languages that no profile shows.
    """

    def __init__(self, *, municipality_wide: bool, language: str = "") -> None:
        self.municipality_wide = municipality_wide
        self.language = language or active_language()
        self.languages = tuple(dict.fromkeys((self.language, DEFAULT_LANGUAGE)))

    def columns(self, *fields: str) -> list[str]:
        return [f"{field}_{language}" for field in fields for language in self.languages]

    def text(self, row: dict[str, Any], field: str) -> str:
        return row[f"{field}_{self.language}"] or row[f"{field}_{DEFAULT_LANGUAGE}"] or ""

    def worded(self, *fields: str) -> list[str]:
        """The columns of texts that have a second wording for the municipality as a whole; each with it in its round."""
        return self.columns(*fields, *(map(_second_wording, fields) if self.municipality_wide else ()))

    def wording(self, row: dict[str, Any], field: str) -> str:
        """The text as the round asks it: in the municipality's wording, or the first where there is no other."""
        return (self.text(row, _second_wording(field)) if self.municipality_wide else "") or self.text(row, field)


def _second_wording(field: str) -> str:
    path, _, name = field.rpartition("__")
    return f"{path}__municipality_{name}" if path else f"municipality_{name}"


# What is fetched along with a row. Written out, since to compose these statements cost a profile more than the database does
# for them. Each stands in one statement alone and names its table; nothing in them comes from outside.


def _json_rows(columns: dict[str, str], source: str, order: str) -> RawSQL:
    """The rows of ``source`` (what stands behind FROM) as a list of dicts, empty without any."""
    pairs = ", ".join(f"'{name}', {column}" for name, column in columns.items())
    return RawSQL(f"(SELECT COALESCE(json_agg(json_build_object({pairs}) ORDER BY {order}), '[]') FROM {source})", ())  # noqa: S608, S611


def all_workstreams(local: Local) -> RawSQL:
    """All of them in their order, fetched along with the phases: no query of their own."""
    columns = {name: f"stream.{name}" for name in ("key", *local.columns("name"))}
    return _json_rows(columns, "catalogue_workstream AS stream", 'stream."order"')


#: The keys of a criterion's workstreams in their order.
WORKSTREAM_KEYS = """ARRAY(
    SELECT stream.key FROM catalogue_criterion_workstreams AS own
    JOIN catalogue_workstream AS stream ON stream.id = own.workstream_id
    WHERE own.criterion_id = assessments_score.criterion_id ORDER BY stream."order")
"""
EVIDENCE = _json_rows(
    {name: f"item.{column}" for name, column in EVIDENCE_COLUMNS.items()},
    "assessments_evidence AS item WHERE item.score_id = assessments_score.id",
    "item.id",
)
COMMENTS = _json_rows(
    {
        "text": "item.text",
        "by": "item.author_id",
        "name": "person.name",
        "email": "person.email",
        "at": "item.created_at",
        "resolved": "item.resolved_at",
    },
    """assessments_comment AS item LEFT JOIN accounts_user AS person ON person.id = item.author_id
    WHERE item.score_id = assessments_score.id""",
    "item.id",
)
SPREADS = _json_rows(
    {name: f"item.{name}" for name in SPREAD},
    "assessments_scorespread AS item WHERE item.score_id = assessments_score.id",
    "item.id",
)
#: When a round was approved last.
APPROVED_AT = f"""(
    SELECT step.at FROM assessments_assessmenttransition AS step
    WHERE step.assessment_id = assessments_score.assessment_id AND step.kind = '{TransitionKind.APPROVE.value}'
    ORDER BY step.id DESC LIMIT 1)
"""  # noqa: S608
#: Whether what was typed for a measure's owner holds the name of somebody of the municipality.
NAMES_A_MEMBER = """EXISTS(
    SELECT 1 FROM accounts_membership AS member JOIN accounts_user AS person ON person.id = member.user_id
    JOIN assessments_project AS project ON project.municipality_id = member.municipality_id
    WHERE project.id = assessments_measure.project_id AND person.name <> ''
        AND strpos(upper(assessments_measure.owner_text), upper(person.name)) > 0)
"""


def written(**statements: str) -> dict[str, RawSQL]:
    return {name: RawSQL(sql, ()) for name, sql in statements.items()}  # noqa: S611
