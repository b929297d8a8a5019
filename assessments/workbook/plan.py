"""What an import would change: pure, without database. The same rule as for every other save decides what is a conflict."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime

from assessments.services.answers import Answer, NewEvidence
from assessments.workbook.reading import SheetRow


@dataclass(frozen=True)
class StoredAnswer:
    """One criterion as it stands now. ``bases`` are its earlier answers by version, those that files may have started from."""

    key: str
    title: str
    version: int
    answer: Answer
    bases: Mapping[int, Answer] = field(default_factory=dict)
    by: str = ""
    at: datetime | None = None
    evidence: frozenset[NewEvidence] = frozenset()

    def has(self, evidence: NewEvidence) -> bool:
        """Whether it stands there already, under the same days, or whichever where the sheet names none. Files do not count."""
        return is_among(evidence, self.evidence)


def is_among(evidence: NewEvidence, known: Iterable[NewEvidence]) -> bool:
    days = (evidence.dated_on, evidence.valid_until)
    return any(
        (one.text, one.url) == (evidence.text, evidence.url) and days in ((None, None), (one.dated_on, one.valid_until))
        for one in known
    )


@dataclass(frozen=True)
class RowChange:
    """``fields`` names what differs between ``old`` and ``new``, in the order of the form."""

    row: SheetRow
    current: StoredAnswer
    fields: tuple[str, ...]

    @property
    def old(self) -> Answer:
        return self.current.answer

    @property
    def new(self) -> Answer:
        return self.row.answer


@dataclass(frozen=True)
class Addition:
    """New evidence, which conflicts with nothing."""

    row: SheetRow
    current: StoredAnswer
    evidence: NewEvidence


@dataclass(frozen=True)
class LeftSheetRow:
    """A row of a criterion that was set aside, with the title it had."""

    row: SheetRow
    title: str


@dataclass(frozen=True)
class ImportPlan:
    """``changes`` can simply be made; in ``conflicts`` somebody else saved since the sheet was made, and a person chooses.

    ``unchanged`` rows say what stands there already; ``behind`` rows were left as they came while somebody else went on, so
    the newer answer stays; ``missing`` criteria are not in the file. ``impossible`` rows name a version that never was.
    ``left`` rows say something new of criteria the round does not ask any more: they can only be copied.
    """

    changes: tuple[RowChange, ...]
    conflicts: tuple[RowChange, ...]
    additions: tuple[Addition, ...]
    unchanged: int
    behind: int
    missing: int
    impossible: tuple[SheetRow, ...] = ()
    left: tuple[LeftSheetRow, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.changes or self.conflicts or self.additions)


def changed_fields(old: Answer, new: Answer) -> tuple[str, ...]:
    return tuple(f.name for f in fields(Answer) if getattr(old, f.name) != getattr(new, f.name))


def _with_its_tabs(row: SheetRow, now: StoredAnswer) -> SheetRow:
    """The row with the reason it began with, where it differs from it in tabs alone: LibreOffice keeps none in a cell."""
    if "\t" in row.answer.rationale:
        return row
    for known in (now.answer, now.bases.get(row.version)):
        if (
            known is not None
            and "\t" in known.rationale
            and Answer(rationale=known.rationale.replace("\t", "")).rationale == row.answer.rationale
        ):
            return replace(row, answer=replace(row.answer, rationale=known.rationale))
    return row


def plan_import(rows: Iterable[SheetRow], current: Mapping[str, StoredAnswer]) -> ImportPlan:
    """Compare the rows with ``current``, by key, which must know every row's key.

    A row whose version is the current one changes what differs. With an older version it is a conflict, unless the row still
    says what stood there then: nobody touched it, so nothing is lost by leaving the newer answer alone.
    """
    changes, conflicts, additions, impossible = [], [], [], []
    unchanged = behind = 0
    keys = set()
    for row in rows:
        now = current[row.key]
        row = _with_its_tabs(row, now)
        keys.add(row.key)
        if row.evidence is not None and not now.has(row.evidence):
            additions.append(Addition(row, now, row.evidence))
        if row.version > now.version:
            impossible.append(row)
        elif row.answer == now.answer:
            unchanged += 1
        elif row.version == now.version:
            changes.append(RowChange(row, now, changed_fields(now.answer, row.answer)))
        elif row.answer == now.bases.get(row.version):
            behind += 1
        else:
            conflicts.append(RowChange(row, now, changed_fields(now.answer, row.answer)))
    return ImportPlan(
        changes=tuple(changes),
        conflicts=tuple(conflicts),
        additions=tuple(additions),
        unchanged=unchanged,
        behind=behind,
        missing=len(current.keys() - keys),
        impossible=tuple(impossible),
    )
