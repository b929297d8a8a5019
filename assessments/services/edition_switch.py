"""Moving an open assessment to a newer edition of the catalogue: previewed, in one step, undoable until it is submitted.

What happens to each criterion is decided by its key: **kept** when its texts are the same, **changed** when they are not (the
answer stays and has to be confirmed again), **new** (open), **dropped** (the answer is archived with the move). Approved and
submitted assessments never move.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core import serializers
from django.db import transaction
from django.utils import timezone
from simple_history.utils import bulk_update_with_history

from assessments.models import Assessment, Comment, EditionMove, Evidence, Score, ScoreState
from assessments.models.states import EDITABLE
from assessments.services.workflow import WrongState
from catalogue.documents.compare import FieldChange, compare_items
from catalogue.documents.export import edition_document
from catalogue.models import Criterion, Edition, EditionState
from scaling.common.history import attribute_to

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
    """What moving the assessment to the edition would do; changes nothing. 22 queries, whatever the number of criteria."""
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


@transaction.atomic
def move(*, assessment: Assessment, edition: Edition, by: Any) -> EditionMove:
    """Move the assessment as ``plan`` says. Raises WrongState unless it is editable, NoNewerEdition.

    The number of queries grows by one with each dropped answer, whose history ends with a line of its own.
    """
    current = _locked(assessment)
    if edition not in newer_editions(current):
        raise NoNewerEdition
    planned = plan(current, edition)
    record = EditionMove.objects.create(
        assessment=current,
        from_edition=current.edition,
        to_edition=edition,
        by=by,
        unconfirmed=[p.score.pk for p in planned.changed if p.score and p.score.confirmed and p.score.state != ScoreState.OPEN],
        dropped=_archive(p.score for p in planned.dropped if p.score),
    )
    Score.objects.filter(pk__in=[p.score.pk for p in planned.dropped if p.score]).delete()
    for p in (*planned.kept, *planned.changed):
        if p.score and p.criterion:
            p.score.criterion = p.criterion
            if p.fields:
                # Whoever has the old texts open must not save over them unawares.
                p.score.version += 1
                p.score.confirmed = p.score.state == ScoreState.OPEN
    _store([p.score for p in (*planned.kept, *planned.changed) if p.score], by)
    created = Score.objects.bulk_create(Score(assessment=current, criterion=p.criterion) for p in planned.new if p.criterion)
    Score.history.bulk_history_create(created, default_user=by)
    record.added = [score.pk for score in created]
    record.save(update_fields=["added"])
    _pin(current, assessment, edition, by)
    return record


def undoable(assessment: Assessment) -> EditionMove | None:
    """The move that can be taken back: the latest, unless the assessment was submitted since. One query."""
    if not assessment.is_editable:
        return None
    latest = EditionMove.objects.select_related("from_edition", "to_edition", "by").filter(assessment=assessment).first()
    if latest is None or latest.undone_at or latest.to_edition_id != assessment.edition_id:
        return None
    submitted = assessment.submitted_at
    return None if submitted and submitted > latest.at else latest


@transaction.atomic
def undo(*, assessment: Assessment, by: Any) -> EditionMove:
    """Take the latest move back. Raises WrongState, NotUndoable.

    Nothing written since is lost: answers to criteria that stay remain as they are now, answers to criteria that go are
    archived with the move.
    """
    current = _locked(assessment)
    record = undoable(current)
    if record is None:
        raise NotUndoable
    added = list(current.scores.filter(pk__in=record.added).select_related("criterion"))
    record.set_aside = _archive(score for score in added if score.state != ScoreState.OPEN or score.rationale)
    Score.objects.filter(pk__in=[score.pk for score in added]).delete()
    old = {criterion.key: criterion for criterion in record.from_edition.criteria.all()}
    scores = list(current.scores.select_related("criterion"))
    for score in scores:
        changed = score.criterion_id != old[score.criterion.key].pk
        score.criterion = old[score.criterion.key]
        if changed and score.pk in record.unconfirmed and not score.confirmed:
            score.confirmed = True
            score.version += 1
    _store(scores, by)
    for row in serializers.deserialize("json", record.dropped.get("rows", "[]")):
        row.save()
    record.undone_at, record.undone_by = timezone.now(), by
    record.save(update_fields=["set_aside", "undone_at", "undone_by"])
    _pin(current, assessment, record.from_edition, by)
    return record


def _locked(assessment: Assessment) -> Assessment:
    # The answers first and the round second, as a save does: the other way round the two could wait for each other.
    list(Score.objects.select_for_update().filter(assessment=assessment.pk).order_by("pk").values_list("pk", flat=True))
    current = Assessment.objects.select_for_update(of=("self",)).select_related("edition", "project").get(pk=assessment.pk)
    if current.state not in EDITABLE:
        raise WrongState(current)
    return current


def _pin(current: Assessment, assessment: Assessment, edition: Edition, by: Any) -> None:
    current.edition = assessment.edition = edition
    attribute_to(current, by)
    current.save(update_fields=["edition"])


def _store(scores: list[Score], by: Any) -> None:
    if scores:
        bulk_update_with_history(scores, Score, ["criterion", "confirmed", "version"], default_user=by)


def _archive(scores: Iterable[Score]) -> dict[str, Any]:
    """Answers as people read them, and their rows with evidence and comments as they were."""
    found = list(scores)
    evidence = list(Evidence.objects.filter(score__in=found).order_by("pk"))
    comments = list(Comment.objects.filter(score__in=found).order_by("pk"))
    answers = [
        {
            "key": score.criterion.key,
            "title": score.criterion.title,
            "state": score.state,
            "level": score.level,
            "rationale": score.rationale,
            "evidence": [e.text for e in evidence if e.score_id == score.pk],
        }
        for score in found
    ]
    return {"answers": answers, "rows": serializers.serialize("json", [*found, *evidence, *comments])}
