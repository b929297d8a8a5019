"""The one way in which an answer is stored: forms, autosave, table and sheet all save here, so none can overwrite another.

Locks: a save holds the assessment's row in share mode and its score's row alone, in this order (docs/architecture.md). Saves of
different criteria therefore never wait for each other, while a transition (``services.workflow``), which takes the assessment's
row alone, waits for the saves before it and is seen by the saves after it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from simple_history.utils import bulk_update_with_history

from assessments.limits import RATIONALE
from assessments.models import Assessment, Evidence, Score, ScoreState
from assessments.models.states import EDITABLE
from assessments.validity import ends_too_early
from scaling.common.columns import columns_of
from scaling.common.dates import date_problem
from scaling.common.history import attribute_to, update_with_history
from scaling.common.text import has_letters, tidy_line, tidy_text
from scaling.common.transactions import atomic
from scaling.common.versions import change


class NotEditable(Exception):
    """The assessment was submitted or approved, perhaps a moment ago."""


class StaleScore(Exception):
    """Somebody saved another answer since this one was opened. ``current`` is theirs, as it stands in the database."""

    def __init__(self, *, current: Score) -> None:
        super().__init__(f"Score {current.pk} is at version {current.version} by now.")
        self.current = current


@dataclass(frozen=True)
class Answer:
    """What a person says about one criterion. ``level`` is 0–4 and stands exactly when ``state`` is ``rated``."""

    state: str = ScoreState.OPEN
    level: int | None = None
    rationale: str = ""
    target_level: int | None = None
    target_date: date | None = None

    def __post_init__(self) -> None:
        # The same text must be the same answer, wherever it comes from: form, autosave, table, sheet or command.
        object.__setattr__(self, "rationale", tidy_text(self.rationale).strip())

    @classmethod
    def of(cls, score: Score) -> "Answer":
        return cls(**{field.name: getattr(score, field.name) for field in fields(cls)})

    def clean(self) -> None:
        """Raise ValidationError where the database would refuse, with a sentence for each field."""
        if (self.state == ScoreState.RATED) != (self.level is not None):
            raise ValidationError({"level": _("Bitte wählen Sie eine Stufe.")})
        if self.state == ScoreState.NOT_APPLICABLE and not has_letters(self.rationale):
            raise ValidationError({"rationale": _("Bitte begründen Sie, warum das Kriterium nicht zutrifft.")})


def merged_rationale(mine: Answer, theirs: Answer) -> str:
    """Both reasons, the stored one first, for somebody to shorten; just one where they are the same or the other is empty."""
    if not theirs.rationale or theirs.rationale == mine.rationale:
        return mine.rationale
    return f"{theirs.rationale}\n\n{mine.rationale}".strip()


@dataclass(frozen=True)
class NewEvidence:
    """``file`` is the name under which a file was stored (``services.evidence_files``), ``file_name`` what it was called.

    ``dated_on`` is the day it bears itself, ``valid_until`` the last one on which it counts.
    """

    text: str
    url: str = ""
    file: str = ""
    file_name: str = ""
    dated_on: date | None = None
    valid_until: date | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", tidy_line(self.text))


ANSWER_FIELDS = [field.name for field in fields(Answer)]

# The ORM knows one strength of lock per query; this needs two. PostgreSQL takes them in the order in which they are written.
LOCK = f"""
    SELECT {columns_of(Score, "score")}, assessment.state AS assessment_state
    FROM assessments_score AS score JOIN assessments_assessment AS assessment ON assessment.id = score.assessment_id
    WHERE score.id = %s
    FOR SHARE OF assessment FOR NO KEY UPDATE OF score
"""  # noqa: S608 – names of our own columns

LOCK_SEVERAL = f"""
    SELECT {columns_of(Score, "score")}, assessment.state AS assessment_state
    FROM assessments_score AS score JOIN assessments_assessment AS assessment ON assessment.id = score.assessment_id
    WHERE score.id = ANY(%s) AND assessment.id = %s AND score.set_aside_at IS NULL ORDER BY score.id
    FOR SHARE OF assessment FOR NO KEY UPDATE OF score
"""  # noqa: S608 – names of our own columns
CONFIRMED_FIELDS = ["confirmed", "version", "page", "updated_at", "updated_by"]


def lock_score(pk: int) -> Score:
    """The score as it stands now, locked until the transaction ends. One query. Raises NotEditable, Score.DoesNotExist.

    The latter also for a score that left its round a moment ago: it was set aside with what it says.
    """
    with connection.cursor() as cursor:
        row = cursor.execute(LOCK, [pk]).fetchone()
    if row is None:
        raise Score.DoesNotExist
    *columns, state = row
    if state not in EDITABLE:
        raise NotEditable
    score = Score.from_db(connection.alias, [field.attname for field in Score._meta.concrete_fields], columns)
    if score.set_aside_at is not None:
        raise Score.DoesNotExist
    return score


@atomic
def save_score(
    *,
    score: Score,
    version: int,
    by: Any,
    answer: Answer,
    evidence: Sequence[NewEvidence] = (),
    confirm: bool = True,
    page: str = "",
) -> Score:
    """Store ``answer`` and new evidence if ``version`` is still the current one, and return the score as stored.

    Saving confirms an answer carried over from the previous round. Saving what already stands there changes nothing, whatever
    the version: so a save that is sent twice is no conflict. ``confirm=False`` keeps an unchanged carried-over answer
    unconfirmed, for saves nobody pressed a button for. ``page`` is the token of the page it was typed on: whoever saves twice
    from one page, faster than it learns of its new version, is in no conflict with themselves.

    Raises StaleScore, NotEditable, and ValidationError for an answer the rules forbid; nothing is stored then. Two queries,
    two more per evidence.
    """
    current = lock_score(score.pk)
    same = Answer.of(current) == answer
    if not same:  # what stands there already may be odd; it must not keep anybody from going on
        _check(answer, current)
    own = bool(page) and current.page == page and current.updated_by_id == by.pk
    if not same and current.version != version and not own:
        raise StaleScore(current=current)
    if not same or (confirm and not current.confirmed):
        for name in ANSWER_FIELDS:
            setattr(current, name, getattr(answer, name))
        _store(current, by=by, page=page)
    for new in evidence:
        _add_evidence(current, new, by=by)
    return current


@atomic
def confirm_score(*, score: Score, version: int, by: Any) -> Score:
    """„Stimmt noch“: keep a carried-over answer as it is. Raises StaleScore, NotEditable."""
    current = lock_score(score.pk)
    if current.confirmed:
        return current
    if current.version != version:
        raise StaleScore(current=current)
    _store(current, by=by)
    return current


@atomic
def confirm_scores(*, assessment: Assessment, versions: Mapping[int, int], by: Any) -> list[Score]:
    """„Stimmt noch“ for several answers at once: ``versions`` names each (primary key) with the version that was looked at.

    Returns those that are confirmed by now: the ones confirmed here, and the ones somebody else had confirmed without changing
    them. What was changed meanwhile, has left the round or belongs to another is left alone and left out. Raises NotEditable.
    Three queries, whatever the number.
    """
    scores = list(Score.objects.raw(LOCK_SEVERAL, [list(versions), assessment.pk]))
    if any(score.assessment_state not in EDITABLE for score in scores):
        raise NotEditable
    looked_at = [score for score in scores if score.version == versions[score.pk]]
    kept = [score for score in looked_at if not score.confirmed]
    now = timezone.now()
    for score in kept:
        _confirm(score, by=by, now=now)
    bulk_update_with_history(kept, Score, CONFIRMED_FIELDS, default_user=by)
    return looked_at


@atomic
def add_evidence(*, score: Score, by: Any, evidence: NewEvidence) -> Evidence:
    """Add one piece of evidence; it never conflicts with anything. Raises NotEditable."""
    return _add_evidence(lock_score(score.pk), evidence, by=by)


@atomic
def date_evidence(
    *, evidence: Evidence, version: int | None, by: Any, dated_on: date | None, valid_until: date | None
) -> Evidence:
    """Say which day an evidence bears and until when it counts, where ``version`` is still the current one.

    The answer and its version stay as they are. Raises NotEditable, StaleRecord (``scaling.common.versions``), and
    ValidationError for days that cannot be meant. Evidence.DoesNotExist where somebody removed it meanwhile.
    """
    lock_score(evidence.score_id)
    stored = Evidence.objects.select_for_update(of=("self",)).get(pk=evidence.pk)
    wanted = {"dated_on": dated_on, "valid_until": valid_until}
    if change(stored, version, stored={name: getattr(stored, name) for name in wanted}, wanted=wanted):
        _check_days(dated_on, valid_until)
        stored.dated_on, stored.valid_until = dated_on, valid_until
        attribute_to(stored, by)
        stored.save(update_fields=[*wanted, "version"])
    return stored


def _check_days(dated_on: date | None, valid_until: date | None) -> None:
    problems = {
        "dated_on": date_problem(dated_on),
        "valid_until": date_problem(valid_until) or ends_too_early(dated_on, valid_until),
    }
    if found := {name: problem for name, problem in problems.items() if problem}:
        raise ValidationError(found)


@atomic
def remove_evidence(*, evidence: Evidence, by: Any) -> None:
    """Remove one piece of evidence; the history keeps it. Removing it twice is no error. Raises NotEditable."""
    lock_score(evidence.score_id)
    stored = Evidence.objects.filter(pk=evidence.pk).first()
    if stored is not None:
        attribute_to(stored, by)
        stored.delete()


def _check(answer: Answer, current: Score) -> None:
    answer.clean()
    if answer.target_date != current.target_date and (problem := date_problem(answer.target_date)):
        raise ValidationError({"target_date": problem})
    # What stands there already may be longer than is allowed today; it must not keep anybody from going on.
    if answer.rationale != current.rationale and (problem := RATIONALE.problem(answer.rationale)):
        raise ValidationError({"rationale": problem})


def _store(score: Score, *, by: Any, page: str = "") -> None:
    _confirm(score, by=by, now=timezone.now(), page=page)
    attribute_to(score, by)
    update_with_history(score, (*ANSWER_FIELDS, *CONFIRMED_FIELDS))


def _confirm(score: Score, *, by: Any, now: datetime, page: str = "") -> None:
    score.confirmed = True
    score.page = page[:43]
    score.version += 1
    score.updated_at = now
    score.updated_by = by


def _add_evidence(score: Score, new: NewEvidence, *, by: Any) -> Evidence:
    _check_days(new.dated_on, new.valid_until)
    evidence = Evidence(score=score, added_by=by, **{field.name: getattr(new, field.name) for field in fields(NewEvidence)})
    attribute_to(evidence, by)
    evidence.save()
    return evidence
