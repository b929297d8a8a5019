"""A room that rates first alone and then together: the workshop, who takes part, what each said, and what is kept of it.

Votes are secret until their ballot is revealed, and are deleted with the round's approval; ``ScoreSpread`` stays.
"""

import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.models.assessment import Assessment
from assessments.models.score import Score
from assessments.models.states import ScoreState
from catalogue.levels import HIGHEST, LOWEST
from scaling.common.offices import Office
from scaling.common.public_ids import ALPHABET, DrawnField

#: 27^8 ≈ 3 · 10^11, typed by hand if need be; guessing is limited as well (``views.voting``).
CODE_LENGTH = 8
#: What people take part as: the offices of „Wer weiß das?“, and who sits in a council or elsewhere.
COUNCIL, ELSEWHERE = "council", "elsewhere"
ROLES: Sequence[tuple[str, Any]] = (*Office.choices, (COUNCIL, _("Rat, Politik")), (ELSEWHERE, _("andere Stelle")))
#: Characters of the half sentence beside a vote.
MAX_WORDS = 200


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def role_label(role: str) -> str:
    """In the active language; the key itself for a role there is no more."""
    return str(dict(ROLES).get(role, role))


class WorkshopMode(models.TextChoices):
    LIVE = "live", _("Jetzt, in einem Raum")
    AHEAD = "ahead", _("Erst allein, bis zu einem Tag; dann gemeinsam")


class WorkshopQuerySet(models.QuerySet["Workshop"]):
    def running(self) -> "WorkshopQuerySet":
        """Those whose code leads somewhere: neither closed nor past their end. Whether the round is editable says its state."""
        return self.filter(closed_at=None, ends_at__gt=timezone.now())


class Workshop(models.Model):
    """A team rates a round together. All changes go through ``services.workshops`` and ``services.votes``.

    ``meeting_at`` is when the common part began; until then, and until ``alone_until``, all criteria can be voted on.
    ``current`` is the ballot on the wall.
    """

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="workshops", verbose_name=_("Bewertung"))
    code = DrawnField(max_length=12, unique=True, default=new_code, editable=False)
    mode = models.CharField(_("Ablauf"), max_length=8, choices=WorkshopMode.choices, default=WorkshopMode.LIVE)
    opened_at = models.DateTimeField(_("geöffnet am"), default=timezone.now)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    alone_until = models.DateTimeField(_("allein bis"), null=True, blank=True)
    meeting_at = models.DateTimeField(_("gemeinsam seit"), null=True, blank=True)
    ends_at = models.DateTimeField(_("endet spätestens am"))
    closed_at = models.DateTimeField(_("beendet am"), null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    current = models.ForeignKey("Ballot", models.SET_NULL, null=True, blank=True, related_name="+")

    objects = WorkshopQuerySet.as_manager()

    # What a query may have added (see Assessment).
    assessment_state: str

    class Meta:
        verbose_name = _("Workshop")
        verbose_name_plural = _("Workshops")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["assessment"], condition=Q(closed_at=None), name="workshop_one_open_per_round"),
            models.CheckConstraint(
                condition=Q(mode=WorkshopMode.AHEAD, alone_until__isnull=False)
                | (~Q(mode=WorkshopMode.AHEAD) & Q(alone_until__isnull=True, meeting_at__isnull=False)),
                name="workshop_alone_exactly_when_ahead",
            ),
        ]

    def __str__(self) -> str:
        return self.shown_code

    @property
    def shown_code(self) -> str:
        """In two groups, as it is read out and typed."""
        half = CODE_LENGTH // 2
        return f"{self.code[:half]}-{self.code[half:]}"

    @property
    def last_day(self) -> date | None:
        """The last day to rate alone, in local time."""
        return timezone.localdate(self.alone_until - timedelta(seconds=1)) if self.alone_until else None

    def is_over(self, now: datetime | None = None) -> bool:
        return self.closed_at is not None or self.ends_at <= (now or timezone.now())

    def is_alone(self, now: datetime | None = None) -> bool:
        """Whether everybody rates all criteria by themselves."""
        return self.meeting_at is None and self.alone_until is not None and (now or timezone.now()) < self.alone_until


class Participant(models.Model):
    """Somebody who takes part without an account. Known by a secret in their browser, of which only the hash is kept."""

    workshop = models.ForeignKey(Workshop, models.CASCADE, related_name="participants")
    role = models.CharField(_("Als wer nehmen Sie teil?"), max_length=24, choices=ROLES)
    name = models.CharField(_("Name"), max_length=60, blank=True)
    token_hash = models.CharField(max_length=64)
    joined_at = models.DateTimeField(auto_now_add=True)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("Teilnehmende Person")
        verbose_name_plural = _("Teilnehmende")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["workshop", "token_hash"], name="participant_token_unique")]

    def __str__(self) -> str:
        return self.name or role_label(self.role)


class Ballot(models.Model):
    """One voting on one criterion; ``number`` counts those on the same one in a workshop.

    ``question`` is the hash of what was asked (``services.workshops.question_of``): after a move to another edition that words
    it anew, nobody votes on in it. ``ends_at`` is what the timer counts to, a hint that closes nothing.
    """

    workshop = models.ForeignKey(Workshop, models.CASCADE, related_name="ballots")
    score = models.ForeignKey(Score, models.CASCADE, related_name="+")
    number = models.PositiveSmallIntegerField(default=1)
    question = models.CharField(max_length=64)
    opened_at = models.DateTimeField(default=timezone.now)
    revealed_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("Abstimmung")
        verbose_name_plural = _("Abstimmungen")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["workshop", "score", "number"], name="ballot_number_unique")]

    def __str__(self) -> str:
        return f"{self.score_id}/{self.number}"


class Vote(models.Model):
    """What one person said in one ballot. ``version`` grows with every change, so that an older form changes nothing."""

    ballot = models.ForeignKey(Ballot, models.CASCADE, related_name="votes")
    participant = models.ForeignKey(Participant, models.CASCADE, related_name="votes")
    state = models.CharField(max_length=14, choices=ScoreState.choices)
    level = models.PositiveSmallIntegerField(null=True, blank=True)
    words = models.CharField(max_length=MAX_WORDS, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("Stimme")
        verbose_name_plural = _("Stimmen")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["ballot", "participant"], name="vote_once_per_ballot"),
            models.CheckConstraint(
                condition=Q(state=ScoreState.RATED, level__range=(LOWEST, HIGHEST))
                | (Q(state__in=[ScoreState.UNKNOWN, ScoreState.NOT_APPLICABLE]) & Q(level__isnull=True)),
                name="vote_level_exactly_when_rated",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ballot_id}: {self.state} {self.level}"


class ScoreSpread(models.Model):
    """How far the room was apart, kept with the answer when its votes are long deleted. Written by ``workshops.reveal``.

    ``n`` votes had a level, at least three; ``roles`` are those of at least three votes, as rows of role, n, lowest, highest
    and median (``scoring.spread``). ``ballot`` counts the votings it took, ``question`` is the hash of what was asked.
    """

    score = models.OneToOneField(Score, models.CASCADE, related_name="spread")
    question = models.CharField(max_length=64)
    ballot = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    n = models.PositiveSmallIntegerField()
    lowest = models.PositiveSmallIntegerField()
    highest = models.PositiveSmallIntegerField()
    median = models.FloatField()
    roles = models.JSONField(default=list)

    objects: ClassVar[models.Manager["ScoreSpread"]] = models.Manager()

    class Meta:
        verbose_name = _("Einigkeit")
        verbose_name_plural = _("Einigkeiten")
        constraints = [
            models.CheckConstraint(condition=Q(n__gte=3), name="spread_of_three_votes"),
            models.CheckConstraint(
                condition=Q(lowest__gte=LOWEST, highest__lte=HIGHEST, lowest__lte=models.F("highest")), name="spread_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.n}: {self.lowest}–{self.highest}"
