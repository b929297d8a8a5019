"""The service functions of a workshop for those who take part, without an account: join, vote, leave."""

import hashlib
import secrets
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.models import Ballot, Participant, ScoreState, Vote, Workshop
from assessments.models.states import EDITABLE
from assessments.models.workshop import MAX_WORDS, ROLES
from assessments.services.answers import NotEditable
from assessments.services.workshops import WorkshopOver, question_of
from catalogue.edition_cache import cached_edition_of
from scaling.common.columns import columns_of
from scaling.common.text import tidy_line
from scaling.common.transactions import atomic

#: More than any room holds; a code that became public must not fill the table.
MAX_PARTICIPANTS = 300


class RoomIsFull(Exception):
    """So many have joined that it can hardly be one workshop."""


class BallotClosed(Exception):
    """It was revealed, another one is on the wall, its time to vote alone is over, or its question has changed."""


class StaleVote(Exception):
    """The person has said something else since the form was opened. ``current`` is what stands there."""

    def __init__(self, current: Vote) -> None:
        super().__init__(f"Vote {current.pk} is at version {current.version} by now.")
        self.current = current


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    return secrets.token_urlsafe(24)


@atomic
def join(*, workshop: Workshop, role: str, name: str = "", token: str) -> Participant:
    """Take part as ``role``. ``token`` is the secret the browser keeps; who joins twice with the same one is one person.

    Raises WorkshopOver, RoomIsFull, and ValidationError for a role there is not.
    """
    if role not in dict(ROLES):
        raise ValidationError({"role": _("Bitte wählen Sie, als wer Sie teilnehmen.")})
    # Alone, so that of many who join at once none is counted out; closing waits, or has happened and is seen.
    current = Workshop.objects.select_for_update(no_key=True).get(pk=workshop.pk)
    if current.is_over():
        raise WorkshopOver
    known = Participant.objects.filter(workshop=current, token_hash=hash_of(token)).first()
    if known is not None:
        if known.left_at is not None:
            known.left_at = None
            known.save(update_fields=["left_at"])
        return known
    if Participant.objects.filter(workshop=current).count() >= MAX_PARTICIPANTS:
        raise RoomIsFull
    return Participant.objects.create(workshop=current, role=role, name=tidy_line(name)[:60].strip(), token_hash=hash_of(token))


@atomic
def introduce(*, participant: Participant, role: str, name: str = "") -> Participant:
    """Take part as somebody else than when one joined; the role stays once a vote was cast in it.

    Raises ValidationError for a role there is not, and WorkshopOver.
    """
    if role not in dict(ROLES):
        raise ValidationError({"role": _("Bitte wählen Sie, als wer Sie teilnehmen.")})
    current = Participant.objects.select_for_update(no_key=True).filter(pk=participant.pk).first()
    if current is None:  # approved a moment ago
        raise WorkshopOver
    if not Vote.objects.filter(participant=current).exists():
        current.role = role
    current.name = tidy_line(name)[:60].strip() or current.name
    current.save(update_fields=["role", "name"])
    return current


@atomic
def leave(*, participant: Participant) -> None:
    """The votes stay, the person is counted no more. Closing the page does the same to nobody: phones sleep."""
    Participant.objects.filter(pk=participant.pk, left_at=None).update(left_at=timezone.now())


# PostgreSQL takes them in the order in which they are written. The person's own row, so that two forms of one phone follow.
_LOCK = f"""
    SELECT {columns_of(Workshop, "workshop")}, assessment.state AS assessment_state, edition.id AS edition_id,
           edition.state AS edition_state, project.is_municipality_wide
    FROM assessments_participant AS participant
    JOIN assessments_workshop AS workshop ON workshop.id = participant.workshop_id
    JOIN assessments_assessment AS assessment ON assessment.id = workshop.assessment_id
    JOIN assessments_project AS project ON project.id = assessment.project_id
    JOIN catalogue_edition AS edition ON edition.id = assessment.edition_id
    WHERE participant.id = %s
    FOR SHARE OF assessment, workshop FOR NO KEY UPDATE OF participant
"""  # noqa: S608 – names of our own columns


@atomic
def cast_vote(
    *, participant: Participant, ballot: int, version: int, state: str, level: int | None = None, words: str = ""
) -> Vote:
    """Store what the person says in the ballot of that id. ``version`` is that of their vote when the form was opened, or 0.

    The same vote twice is one, whatever the version. Raises WorkshopOver, NotEditable, BallotClosed (also for a ballot of
    another workshop), StaleVote, and ValidationError. Five queries.
    """
    words = tidy_line(words)
    if len(words) > MAX_WORDS:
        raise ValidationError({"words": _("Bitte fassen Sie sich kürzer: höchstens 200 Zeichen.")})
    rated = state == ScoreState.RATED
    if state not in (ScoreState.RATED, ScoreState.UNKNOWN, ScoreState.NOT_APPLICABLE) or rated != (level in range(5)):
        raise ValidationError({"choice": _("Bitte wählen Sie eine Antwort.")})
    workshop = next(iter(Workshop.objects.raw(_LOCK, [participant.pk])), None)
    if workshop is None or workshop.is_over():  # approved a moment ago, its votes are gone
        raise WorkshopOver
    if workshop.assessment_state not in EDITABLE:
        raise NotEditable
    asked = Ballot.objects.filter(pk=ballot, workshop=workshop.pk).select_related("score").first()
    if asked is None or not can_vote(workshop, asked):
        raise BallotClosed
    current = Vote.objects.filter(ballot=asked, participant=participant).first()
    new = {"state": state, "level": level, "words": words}
    if current is None:
        return Vote.objects.create(ballot=asked, participant=participant, **new)
    if all(getattr(current, name) == value for name, value in new.items()):
        return current
    if current.version != version:
        raise StaleVote(current)
    for name, value in new.items():
        setattr(current, name, value)
    current.version += 1
    current.save(update_fields=[*new, "version"])
    return current


def can_vote(workshop: Any, ballot: Ballot) -> bool:
    """Whether the ballot, of this workshop as it was locked, takes votes: the one on the wall, or any while all rate alone. No
    query with its score at hand."""
    if ballot.revealed_at is not None or ballot.score.set_aside_at is not None:
        return False
    if not workshop.is_alone() and workshop.current_id != ballot.pk:
        return False
    criterion = cached_edition_of(workshop.edition_id, workshop.edition_state).by_id[ballot.score.criterion_id]
    return ballot.question == question_of(criterion, municipality_wide=workshop.is_municipality_wide)
