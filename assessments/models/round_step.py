"""One step of a round as pages read it: made from the rows that ``AssessmentQuerySet.with_steps`` fetches along."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assessments.models.states import TransitionKind


@dataclass(frozen=True, slots=True)
class RoundStep:
    """``by`` is the person's name, "" (``by_id`` None) where nobody is kept; editions („1.2“) are those of a move, else ""."""

    id: int
    kind: str
    at: datetime
    by_id: int | None
    by: str
    note: str
    from_edition: str
    to_edition: str

    @property
    def label(self) -> str:
        return str(TransitionKind(self.kind).label)

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> "RoundStep":
        """PostgreSQL's JSON gives moments as text."""

        def number(which: str) -> str:
            return f"{row[f'{which}_major']}.{row[f'{which}_minor']}" if row[f"{which}_major"] is not None else ""

        return cls(
            id=row["id"],
            kind=row["kind"],
            at=datetime.fromisoformat(row["at"]),
            by_id=row["by_id"],
            by=row["name"] or row["email"] or "",
            note=row["note"],
            from_edition=number("from"),
            to_edition=number("to"),
        )
