"""The shapes of what the API lists. Whole documents have published schemas of their own (``scaling.api.openapi``)."""

from datetime import date, datetime
from typing import Annotated, Generic, Literal, TypeVar

from ninja import Field, Schema

ItemT = TypeVar("ItemT")
LANGUAGE = "In the language asked for."


class Page(Schema, Generic[ItemT]):
    items: list[ItemT]
    next: Annotated[str | None, Field(description="Address of what follows; null at the end.")]


class KeyFacts(Schema):
    purpose: str
    role: Literal["manager", "reader"]
    expires_on: date


class MunicipalityFacts(Schema):
    id: str
    name: str
    ags: Annotated[str, Field(description="Official municipality key, eight digits.")]
    state: Annotated[str, Field(description="The federal state.")]
    is_fictional: bool
    key: Annotated[KeyFacts, Field(description="The key that was sent.")]


class EditionFacts(Schema):
    number: str
    title: Annotated[str, Field(description=LANGUAGE)]
    state: Literal["published", "retired"]
    published_on: date | None
    criteria: Annotated[int, Field(ge=0, description="How many there are.")]
    checksum: Annotated[str, Field(description="SHA-256 over what the edition says.")]


class SpeakingRecord(Schema):
    number: str
    assessment: str
    round: int
    approved_on: date


class CountFacts(Schema):
    total: int
    rated: int
    unknown: int
    not_applicable: int
    open: int
    unconfirmed: Annotated[int, Field(description="Of those answered: carried over, and not looked at yet.")]


class RunningRound(Schema):
    assessment: str
    round: int
    state: Literal["draft", "submitted", "returned"]
    counts: CountFacts


class ProjectFacts(Schema):
    id: str
    name: str
    summary: str
    phase: Annotated[str | None, Field(description="Key; null for the municipality as a whole.")]
    phase_label: Annotated[str | None, Field(description=LANGUAGE)]
    is_municipality_wide: bool
    archived_on: date | None
    record: Annotated[SpeakingRecord | None, Field(description="What speaks for the project: its latest approved round.")]
    running: Annotated[
        RunningRound | None, Field(description="The round under way. Always null for a key that reads only what is approved.")
    ]


class RecordFacts(Schema):
    number: str
    project: str
    assessment: str
    round: int
    version: Annotated[int, Field(ge=1, description="The how-manieth approval of this round.")]
    approved_at: datetime
    phase: Annotated[str | None, Field(description="The project's at that moment; null for the municipality as a whole.")]
    checksum: Annotated[str, Field(description="SHA-256 over the approved document.")]
    superseded_at: datetime | None


class MeasureFacts(Schema):
    id: str
    project: str
    criterion: Annotated[str | None, Field(description="Key of the criterion it serves.")]
    text: str
    who: str
    due_on: date | None
    status: Literal["planned", "running", "done", "dropped"]
    is_overdue: Annotated[bool, Field(description="Today: still to be done, and due before.")]
