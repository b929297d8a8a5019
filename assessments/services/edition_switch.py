"""Moving an open assessment to a newer edition of the catalogue: previewed, in one step, undoable until it is submitted.

What happens to each criterion is decided by its key: **kept** when its texts are the same, **changed** when they are not (the
answer stays and has to be confirmed again), **new** (open, or what was said about it before it left the round), **dropped**
(the answer is set aside with its evidence, files and comments). Nothing is ever deleted. Approved and submitted assessments
never move.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from simple_history.utils import bulk_update_with_history

from assessments.models import Assessment, AssessmentTransition, EditionMove, Score, ScoreState, TransitionKind
from assessments.models.states import EDITABLE
from assessments.services.workflow import WrongState
from catalogue.documents.compare import FieldChange, compare_items
from catalogue.documents.export import edition_document
from catalogue.models import Criterion, Edition, EditionState
from scaling.common.transactions import atomic

#: What a rating rests on. Another phase, workstream or milestone changes what is counted, but not what was answered.
RATED_TEXTS = ("title", "summary", "why", "questions", "note", "evidence_examples", "levels")
#: The same for the municipality as a whole, which answers the second wording.
RATED_BY_MUNICIPALITY = ("title", "why", "note", "municipality_wording")


class NoNewerEdition(Exception):
    """The edition is not a published one newer than the assessment's."""


class NotUndoable(Exception):
    """The move was taken back already, was submitted since, or is not the latest."""


@dataclass(frozen=True)
class PlannedCriterion:
    """One criterion in the plan. ``score`` is None for a new one; ``fields`` are its changed texts."""

    key: str
    title: str
    score: Score | None
    criterion: Criterion | None
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True)
class SwitchPlan:
    """What a move would do. Each list in catalogue order."""

    edition: Edition
    kept: tuple[PlannedCriterion, ...]
    changed: tuple[PlannedCriterion, ...]
    new: tuple[PlannedCriterion, ...]
    dropped: tuple[PlannedCriterion, ...]


def newer_editions(assessment: Assessment) -> list[Edition]:
    """Published editions with a higher number, the newest first. One query."""
    own = (assessment.edition.major, assessment.edition.minor)
    published = Edition.objects.filter(state=EditionState.PUBLISHED, major__gte=own[0]).order_by("-major", "-minor")
    return [edition for edition in published if (edition.major, edition.minor) > own]


def plan(assessment: Assessment, edition: Edition) -> SwitchPlan:
    """What moving the assessment to the edition would do; changes nothing. 24 queries, whatever the number of criteria."""
    before = {item["key"]: item for item in edition_document(assessment.edition)["criteria"]}
    after = {item["key"]: item for item in edition_document(edition)["criteria"]}
    scope = assessment.phases.all()
    wide = assessment.project.is_municipality_wide
    rated = RATED_BY_MUNICIPALITY if wide else RATED_TEXTS
    offered = Criterion.objects.filter(edition=edition, phase__in=scope).offered_to(municipality_wide=wide)
    criteria = {c.key: c for c in offered.order_by("order")}
    scores = {s.criterion.key: s for s in assessment.scores.select_related("criterion").order_by("criterion__order")}
    kept: list[PlannedCriterion] = []
    changed: list[PlannedCriterion] = []
    for key, criterion in criteria.items():
        if key in scores:
            fields = tuple(field for field in compare_items(before[key], after[key]) if field.field.split(".")[0] in rated)
            planned = PlannedCriterion(key, criterion.title, scores[key], criterion, fields)
            (changed if fields else kept).append(planned)
    new = [PlannedCriterion(key, c.title, None, c) for key, c in criteria.items() if key not in scores]
    dropped = [PlannedCriterion(key, s.criterion.title, s, None) for key, s in scores.items() if key not in criteria]
    return SwitchPlan(edition, tuple(kept), tuple(changed), tuple(new), tuple(dropped))


@atomic
def move(*, assessment: Assessment, edition: Edition, by: Any, at: datetime | None = None) -> EditionMove:
    """Move the assessment as ``plan`` says. Raises WrongState unless it is editable, NoNewerEdition.

    The number of queries does not grow with the number of answers. ``at`` is for moves that are entered later, as in the demo.
    """
    current = _locked(assessment)
    if edition not in newer_editions(current):
        raise NoNewerEdition
    planned = plan(current, edition)
    dropped = [p.score for p in planned.dropped if p.score]
    record = EditionMove.objects.create(
        assessment=current,
        from_edition=current.edition,
        to_edition=edition,
        by=by,
        unconfirmed=[p.score.pk for p in planned.changed if p.score and p.score.confirmed and p.score.state != ScoreState.OPEN],
        dropped=[score.pk for score in dropped],
    )
    _set_aside(dropped, by)
    for p in (*planned.kept, *planned.changed):
        if p.score and p.criterion:
            p.score.criterion = p.criterion
            if p.fields:
                # Whoever has the old texts open must not save over them unawares.
                p.score.version += 1
                p.score.confirmed = p.score.state == ScoreState.OPEN
    _store([p.score for p in (*planned.kept, *planned.changed) if p.score], by)
    record.added = _bring_in(current, [p.criterion for p in planned.new if p.criterion], by)
    record.at = at or record.at
    record.save(update_fields=["added", "at"])
    _pin(current, assessment, edition, by, at=at)
    return record


def undoable(assessment: Assessment) -> EditionMove | None:
    """The move that can be taken back: the latest, unless the assessment was submitted since. One query."""
    if not assessment.is_editable:
        return None
    latest = EditionMove.objects.select_related("from_edition", "to_edition", "by").filter(assessment=assessment).first()
    if latest is None or latest.undone_at or latest.to_edition_id != assessment.edition_id:
        return None
    submission = assessment.submission
    return None if submission and submission.at > latest.at else latest


@atomic
def undo(*, assessment: Assessment, by: Any) -> EditionMove:
    """Take the latest move back. Raises WrongState, NotUndoable.

    Nothing written since is lost: answers to criteria that stay remain as they are now, answers to criteria that go are set
    aside, and those set aside by the move return as they were.
    """
    current = _locked(assessment)
    record = undoable(current)
    if record is None:
        raise NotUndoable
    added = list(current.scores.filter(pk__in=record.added).order_by("pk"))
    _set_aside(added, by)
    record.set_aside = [score.pk for score in added]
    reworded = {planned.key for planned in plan(current, record.from_edition).changed}
    old = {criterion.key: criterion for criterion in record.from_edition.criteria.all()}
    scores = list(current.scores.select_related("criterion"))
    for score in scores:
        score.criterion = old[score.criterion.key]
        score.confirmed = score.confirmed or score.pk in record.unconfirmed
        if score.criterion.key in reworded:  # as with the move: whoever has the newer texts open must not save over these
            score.version += 1
    _store(scores, by)
    back = list(Score.with_set_aside.filter(assessment=current, pk__in=record.dropped).exclude(set_aside_at=None))
    for score in back:
        score.set_aside_at = None
    _store(back, by)
    record.undone_at, record.undone_by = timezone.now(), by
    record.save(update_fields=["set_aside", "undone_at", "undone_by"])
    _pin(current, assessment, record.from_edition, by)
    return record


def with_answers_set_aside(moves: Iterable[EditionMove]) -> list[EditionMove]:
    """The moves, each with ``away``: the answers it (or its undoing) took out of the round that have not come back since and
    say something, in the catalogue's order, with criterion and evidence at hand. Three queries.
    """
    found = list(moves)
    taken = {move.pk: move.set_aside if move.undone_at else move.dropped for move in found}
    rows = (
        Score.with_set_aside.filter(pk__in={pk for pks in taken.values() for pk in pks})
        .exclude(set_aside_at=None)
        .exclude(state=ScoreState.OPEN, rationale="", evidence=None, comments=None)
        .select_related("criterion")
        .prefetch_related("evidence")
        .distinct()
    )
    scores = sorted(rows, key=lambda score: score.criterion.order)
    for move in found:
        move.away = [score for score in scores if score.pk in taken[move.pk]]
    return found


def _locked(assessment: Assessment) -> Assessment:
    """The round, and then its answers: whoever is saving comes first, whoever saves next sees the move."""
    # Locked alone and then read: while it waits, another move changes the edition, and PostgreSQL would join the old one to the
    # new row and find nothing.
    Assessment.objects.select_for_update().get(pk=assessment.pk)
    current = Assessment.objects.select_related("edition", "project").get(pk=assessment.pk)
    if current.state not in EDITABLE:
        raise WrongState(current)
    rows = Score.with_set_aside.select_for_update(no_key=True).filter(assessment=assessment.pk)
    list(rows.order_by("pk").values_list("pk", flat=True))
    return current


def _pin(current: Assessment, assessment: Assessment, edition: Edition, by: Any, *, at: datetime | None = None) -> None:
    AssessmentTransition.objects.create(
        assessment=current,
        kind=TransitionKind.MOVE,
        at=at or timezone.now(),
        by=by,
        from_edition=current.edition,
        to_edition=edition,
    )
    current.edition = assessment.edition = edition
    current.save(update_fields=["edition"])
    for row in (current, assessment):
        row.forget_steps()


def _store(scores: Sequence[Score], by: Any) -> None:
    """No page that is open is the one these were last saved from: what it goes on to save is judged by its version."""
    if scores:
        for score in scores:
            score.page = ""
        changed = ["criterion", "confirmed", "version", "set_aside_at", "page"]
        bulk_update_with_history(scores, Score, changed, default_user=by, manager=Score.with_set_aside)


def _set_aside(scores: Sequence[Score], by: Any) -> None:
    now = timezone.now()
    for score in scores:
        score.set_aside_at = now
    _store(scores, by)


def _bring_in(current: Assessment, criteria: Sequence[Criterion], by: Any) -> list[int]:
    """A score for each criterion: the one that was set aside under its key, to be confirmed, or an open one. Their ids."""
    kept: dict[str, Score] = {}
    rows = Score.with_set_aside.filter(assessment=current, criterion__key__in=[criterion.key for criterion in criteria])
    for score in rows.exclude(set_aside_at=None).select_related("criterion").order_by("set_aside_at", "pk"):
        kept[score.criterion.key] = score  # the latest
    back, new = [], []
    for criterion in criteria:
        known = kept.get(criterion.key)
        if known is None:
            new.append(Score(assessment=current, criterion=criterion))
            continue
        known.criterion, known.set_aside_at = criterion, None
        known.confirmed = known.state == ScoreState.OPEN
        known.version += 1
        back.append(known)
    _store(back, by)
    created = Score.objects.bulk_create(new)
    Score.history.bulk_history_create(created, default_user=by)
    return [score.pk for score in (*back, *created)]
