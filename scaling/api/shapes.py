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


class GateFacts(Schema):
    label: Annotated[str, Field(description=LANGUAGE)]
    code: Annotated[str, Field(description="Of the phase; empty for a gate that belongs to none.")]


class PlannedFacts(Schema):
    public_id: str
    project_id: str
    project: str
    text: str
    who: Annotated[str, Field(description="Empty where nobody is named.")]
    due_on: date | None
    status: Literal["planned", "running"]
    is_overdue: bool
    criterion: Annotated[str, Field(description="Key; empty for a measure of the whole project.")]
    criterion_title: Annotated[str, Field(description=LANGUAGE)]
    gate: Annotated[GateFacts | None, Field(description="The first of the project's gates that waits for the criterion.")]
    is_small_step: Annotated[bool, Field(description="The criterion is one level below what the project's gate asks for.")]


class SmallStepFacts(Schema):
    project_id: str
    project: str
    assessment_id: str
    criterion: str
    title: Annotated[str, Field(description=LANGUAGE)]
    level: int
    required: int
    gate: GateFacts
    hint: Annotated[str, Field(description="The catalogue's proposal for the next level. " + LANGUAGE)]
    measures: Annotated[int, Field(description="How many are planned or running for it.")]


class PlanFacts(Schema):
    as_of: date
    projects_counted: Annotated[
        Literal["all", "own", "approved"],
        Field(
            description="Which projects are counted at all: every one, or those with an approved round. None in the archive."
        ),
    ]
    measures: Annotated[list[PlannedFacts], Field(description="By day; those without one last.")]
    small_steps: list[SmallStepFacts]


class PeerGroupFacts(Schema):
    id: str
    label: Annotated[str, Field(description=LANGUAGE)]


class PeerRecordFacts(Schema):
    project: str
    round: int
    approved_on: date


class OwnFacts(Schema):
    value: Annotated[float | None, Field(description="Mean of the rated answers, 0 to 4.")]
    rated: int
    of: int


class GroupValueFacts(Schema):
    group: Annotated[str, Field(description="Id of the narrowest group that has a figure here.")]
    lower_quartile: float
    median: float
    upper_quartile: float
    at_least: Annotated[int, Field(description="Values it stands on, rounded down; never fewer than seven.")]
    published_on: date


class PeerRowFacts(Schema):
    key: Annotated[str, Field(description="Of a workstream or a criterion; empty over all criteria.")]
    title: Annotated[str, Field(description=LANGUAGE)]
    own: OwnFacts | None
    peers: Annotated[GroupValueFacts | None, Field(description="null where no group has enough values.")]
    place: Annotated[
        Literal["below", "within", "above"] | None,
        Field(description="Own value against the middle half; null where there is nothing to compare. Never a rank."),
    ]


class PeerFacts(Schema):
    takes_part: Annotated[bool, Field(description="Who takes no part sees no figure: everything else is empty then.")]
    since: date | None
    basis: Literal["projects", "municipality"] | None
    groups: Annotated[list[PeerGroupFacts], Field(description="Those the municipality is in, the narrowest first.")]
    records: Annotated[list[PeerRecordFacts], Field(description="Where its own values come from.")]
    next_on: Annotated[date | None, Field(description="When values are taken anew.")]
    overall: PeerRowFacts | None
    workstreams: list[PeerRowFacts]
    criteria: list[PeerRowFacts]
