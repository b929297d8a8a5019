"""The service functions of a workshop for those who lead it: open, show a criterion, reveal, vote again, agree, close.

A workshop's row is held in share mode by every vote (``services.votes``) and alone by every step here, after the round's row
(docs/architecture.md): a vote is either in what is revealed, or refused.
"""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from assessments import scoring
from assessments.models import Assessment, Ballot, Participant, Score, ScoreSpread, Vote, Workshop, WorkshopMode
from assessments.models.states import EDITABLE
from assessments.models.workshop import ROLES
from assessments.queries.neighbours import scores_of
from assessments.services.answers import Answer, NotEditable, save_score
from catalogue.edition_cache import cached_edition
from catalogue.models import Criterion
from catalogue.wording import wording_of
from scaling.common.columns import columns_of
from scaling.common.transactions import atomic

#: A workshop in one room ends by itself after so long, one that begins apart so long after its day: codes are not for ever.
LIVE_LASTS, MEETING_WITHIN = timedelta(hours=18), timedelta(days=31)
#: How far ahead people may be asked to rate alone.
MAX_TIME_ALONE = timedelta(days=60)
#: Minutes the timer can be set to.
TIMES = (1, 2, 3, 5)


class WorkshopOver(Exception):
    """It was closed, or has come to its end."""


class WorkshopRuns(Exception):
    """A round has one workshop at a time: this one."""

    def __init__(self, workshop: Workshop) -> None:
        super().__init__(f"Assessment {workshop.assessment_id} has the workshop {workshop.pk}.")
        self.workshop = workshop


class WallMovedOn(Exception):
    """Somebody else took a step since the wall was looked at; what was meant may be another ballot."""


def question_of(criterion: Criterion, *, municipality_wide: bool) -> str:
    """A hash of all that is read before voting (title, summary, levels; in German, which every edition has).

    Made once for a criterion that stays in memory (``catalogue.edition_cache``): every vote asks for it.
    """
    known: dict[bool, str] = criterion.__dict__.setdefault("_questions", {})
    if municipality_wide not in known:
        known[municipality_wide] = _question_of(criterion, municipality_wide=municipality_wide)
    return known[municipality_wide]


def _question_of(criterion: Criterion, *, municipality_wide: bool) -> str:
    with override("de"):
        wording = wording_of(criterion, municipality_wide=municipality_wide)
        parts = [criterion.title, wording.summary, *(text.description for text in wording.levels)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def question_of_score(score: Score) -> str:
    """As its round asks it now. No query with the round, its project and its edition at hand."""
    assessment = score.assessment
    criterion = cached_edition(assessment.edition).by_id[score.criterion_id]
    return question_of(criterion, municipality_wide=assessment.project.is_municipality_wide)


# --- Opening and closing ----------------------------------------------------------------------------------------------------


@atomic
def open_workshop(*, assessment: Assessment, by: Any, first: Score | None = None, alone_until: date | None = None) -> Workshop:
    """Open a workshop on a round: with ``first`` on the wall, or, with a day, for everybody to rate alone until its end.

    Raises NotEditable, WorkshopRuns, and ValidationError for a day that is past or too far away.
    """
    states = Assessment.objects.select_for_update(no_key=True).filter(pk=assessment.pk)
    if states.values_list("state", flat=True).get() not in EDITABLE:
        raise NotEditable
    now = timezone.now()
    for open_one in Workshop.objects.select_for_update(no_key=True).filter(assessment=assessment, closed_at=None):
        if not open_one.is_over(now):
            raise WorkshopRuns(open_one)
        _close(open_one, by=None, at=open_one.ends_at)
    if alone_until is None:
        workshop = Workshop(assessment=assessment, opened_by=by, opened_at=now, meeting_at=now, ends_at=now + LIVE_LASTS)
        workshop.save()
        if first is not None:
            first.assessment = assessment
            _show(workshop, first)
        return workshop
    today = timezone.localdate()
    if not today <= alone_until <= today + MAX_TIME_ALONE:
        raise ValidationError({"alone_until": _("Bitte wählen Sie einen Tag von heute an, höchstens in 60 Tagen.")})
    end = timezone.make_aware(datetime.combine(alone_until + timedelta(days=1), time()))
    workshop = Workshop(
        assessment=assessment,
        mode=WorkshopMode.AHEAD,
        opened_by=by,
        opened_at=now,
        alone_until=end,
        ends_at=end + MEETING_WITHIN,
    )
    workshop.save()
    Ballot.objects.bulk_create(
        Ballot(workshop=workshop, score=one, question=question_of_score(one)) for one in scores_of(assessment)
    )
    return workshop


@atomic
def close_workshop(*, workshop: Workshop, by: Any) -> Workshop:
    """Its code leads nowhere from now on; what was voted stays until the round is approved. Closing it twice is no error."""
    current = Workshop.objects.select_for_update(no_key=True).get(pk=workshop.pk)
    if current.closed_at is None:
        _close(current, by=by, at=timezone.now())
    return current


def _close(workshop: Workshop, *, by: Any, at: datetime) -> None:
    workshop.closed_at, workshop.closed_by = at, by
    workshop.save(update_fields=["closed_at", "closed_by"])


def forget_votes(assessment: Assessment) -> None:
    """Close what is open and delete who took part and what each said; spreads stay. For ``workflow.approve``, which holds the
    round's row. Five queries, whatever the number of votes."""
    workshops = list(Workshop.objects.select_for_update().filter(assessment=assessment).order_by("pk"))
    if not workshops:
        return
    for workshop in workshops:
        if workshop.closed_at is None:
            _close(workshop, by=None, at=min(timezone.now(), workshop.ends_at))
    Workshop.objects.filter(assessment=assessment).update(current=None)
    Vote.objects.filter(ballot__workshop__in=workshops).delete()
    Ballot.objects.filter(workshop__in=workshops).delete()
    Participant.objects.filter(workshop__in=workshops).delete()


# --- The wall ---------------------------------------------------------------------------------------------------------------

_LOCK = f"""
    SELECT {columns_of(Workshop, "workshop")}, assessment.state AS assessment_state
    FROM assessments_workshop AS workshop JOIN assessments_assessment AS assessment ON assessment.id = workshop.assessment_id
    WHERE workshop.id = %s
    FOR SHARE OF assessment FOR NO KEY UPDATE OF workshop
"""  # noqa: S608 – names of our own columns


def _locked(workshop: Workshop, seen: int | None = None) -> Workshop:
    """The workshop as it is now, until the transaction ends. ``seen`` is the ballot on the wall that was looked at."""
    [current] = Workshop.objects.raw(_LOCK, [workshop.pk])
    if current.is_over():
        raise WorkshopOver
    if current.assessment_state not in EDITABLE:
        raise NotEditable
    if seen is not None and (current.current_id or 0) != seen:
        raise WallMovedOn
    return current


def _on_the_wall(workshop: Workshop) -> Ballot:
    """With its score's round at hand. Raises WallMovedOn where nothing is, or what is there has left the round."""
    related = ("score__assessment__edition", "score__assessment__project")
    ballot = Ballot.objects.filter(pk=workshop.current_id or 0).select_related(*related).first()
    if ballot is None or ballot.score.set_aside_at is not None:
        raise WallMovedOn
    return ballot


@atomic
def show(*, workshop: Workshop, score: Score, seen: int | None = None) -> Workshop:
    """Put a criterion on the wall: its running ballot, or the one that was revealed; a new one where it was never asked so.

    From the first time on, the common part has begun. Raises WorkshopOver, NotEditable, WallMovedOn.
    """
    current = _locked(workshop, seen)
    _show(current, score)
    return current


def _show(workshop: Workshop, score: Score) -> None:
    workshop.current = _latest(workshop, score) or _new_ballot(workshop, score)
    workshop.meeting_at = workshop.meeting_at or timezone.now()
    workshop.save(update_fields=["current", "meeting_at"])


def _latest(workshop: Workshop, score: Score) -> Ballot | None:
    """The score's latest ballot, if it asks what the round asks now."""
    latest = Ballot.objects.filter(workshop=workshop, score=score).order_by("-number").first()
    return latest if latest is not None and latest.question == question_of_score(score) else None


def _new_ballot(workshop: Workshop, score: Score) -> Ballot:
    number = Ballot.objects.filter(workshop=workshop, score=score).count() + 1
    return Ballot.objects.create(workshop=workshop, score=score, number=number, question=question_of_score(score))


@atomic
def reveal(*, workshop: Workshop, seen: int) -> Ballot:
    """Show what was voted, and keep how far it was apart with the answer. Revealing twice is no error.

    Raises WorkshopOver, NotEditable, WallMovedOn.
    """
    current = _locked(workshop, seen)
    ballot = _on_the_wall(current)
    if ballot.revealed_at is None:
        ballot.revealed_at, ballot.ends_at = timezone.now(), None
        ballot.save(update_fields=["revealed_at", "ends_at"])
        _keep_spread(ballot)
    return ballot


def _keep_spread(ballot: Ballot) -> None:
    """The latest ballot's takes the place of the one before; one of too few votes leaves it as it is."""
    found = spread_of(Vote.objects.filter(ballot=ballot).select_related("participant"))
    if found is None:
        return
    values = {
        "question": ballot.question,
        "ballot": ballot.number,
        "at": ballot.revealed_at,
        "n": found.n,
        "lowest": found.lowest,
        "highest": found.highest,
        "median": found.median,
        "roles": [
            {"role": one.role, "n": one.n, "lowest": one.lowest, "highest": one.highest, "median": one.median}
            for one in found.roles
        ],
    }
    ScoreSpread.objects.update_or_create(score_id=ballot.score_id, defaults=values)


def spread_of(votes: Iterable[Vote]) -> scoring.Spread | None:
    """Of votes with their participants at hand."""
    cast = [scoring.CastVote(vote.participant.role, vote.level) for vote in votes]
    return scoring.spread(cast, order=[role for role, _label in ROLES])


@atomic
def vote_again(*, workshop: Workshop, seen: int) -> Ballot:
    """A new ballot on the same criterion, once the one on the wall is revealed or its question has changed.

    Otherwise the running one stays. Raises WorkshopOver, NotEditable, WallMovedOn.
    """
    current = _locked(workshop, seen)
    ballot = _on_the_wall(current)
    if ballot.revealed_at is None and ballot.question == question_of_score(ballot.score):
        return ballot
    current.current = again = _new_ballot(current, ballot.score)
    current.save(update_fields=["current"])
    return again


@atomic
def set_timer(*, workshop: Workshop, seen: int, minutes: int | None) -> Ballot:
    """Count down from ``minutes``, or not any more (None). A hint: the vote goes on until it is revealed.

    Raises WorkshopOver, NotEditable, WallMovedOn, and ValidationError for a time that is not offered.
    """
    if minutes is not None and minutes not in TIMES:
        raise ValidationError(_("Bitte wählen Sie eine der angebotenen Zeiten."))
    ballot = _on_the_wall(_locked(workshop, seen))
    if ballot.revealed_at is None:
        ballot.ends_at = timezone.now() + timedelta(minutes=minutes) if minutes else None
        ballot.save(update_fields=["ends_at"])
    return ballot


@atomic
def agree(*, workshop: Workshop, seen: int, version: int, answer: Answer, by: Any, page: str = "") -> Score:
    """Store what the room agreed on after the reveal, as every answer is stored (``services.answers.save_score``).

    Raises WorkshopOver, NotEditable, WallMovedOn (also where the ballot was not revealed), StaleScore, ValidationError.
    """
    ballot = _on_the_wall(_locked(workshop, seen))
    if ballot.revealed_at is None:
        raise WallMovedOn
    return save_score(score=ballot.score, version=version, by=by, answer=answer, page=page)
