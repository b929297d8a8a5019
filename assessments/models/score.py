from datetime import date
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessments.models.assessment import TEAM_IDS, Assessment
from assessments.models.project import visible
from assessments.models.states import AssessmentState, ScoreState
from catalogue.levels import HIGHEST, LOWEST, Level
from catalogue.models import Criterion
from scaling.common.history import history_of


def short_answer(state: str, level: int | None) -> str:
    """„Stufe 2“, „offen“ … It stands in lists of all criteria, so it is made without a template."""
    return gettext("Stufe %(level)s") % {"level": level} if level is not None else str(ScoreState(state).label)


def is_pending(state: str, *, confirmed: bool) -> bool:
    """Whether somebody still has to look at the answer: open, or carried over and not confirmed."""
    return state == ScoreState.OPEN or not confirmed


def rests_on_something(state: str) -> bool:
    """Whether the answer says something that evidence can show: a level, or that the criterion does not apply."""
    return state in (ScoreState.RATED, ScoreState.NOT_APPLICABLE)


class ScoreQuerySet(models.QuerySet["Score"]):
    def visible_to(self, user: Any) -> "ScoreQuerySet":
        """The tenant filter: answers of visible assessments."""
        approved = Q(assessment__state=AssessmentState.APPROVED)
        return self.filter(visible(user, path="assessment__project__", approved=approved))

    def pending(self) -> "ScoreQuerySet":
        """What somebody still has to look at: open, or carried over and not confirmed."""
        return self.filter(Q(state=ScoreState.OPEN) | Q(confirmed=False))

    def for_answering(self) -> "ScoreQuerySet":
        """The answer with its round, project and ``team_ids`` (the people on the project), in one query."""
        added = {"team_ids": RawSQL(TEAM_IDS, ())}  # noqa: S611 – nothing in it comes from outside
        return self.select_related("assessment__project", "assessment__edition").annotate(**added)


class ScoreManager(models.Manager.from_queryset(ScoreQuerySet)):  # type: ignore[misc]
    """The answers that belong to their round; those set aside are found by ``Score.with_set_aside`` only."""

    def get_queryset(self) -> ScoreQuerySet:
        found: ScoreQuerySet = super().get_queryset().filter(set_aside_at=None)
        return found


class Score(models.Model):
    """The answer to one criterion in one assessment. All changes go through ``assessments.services.answers.save_score``.

    An answer leaves its round by being set aside (``set_aside_at``), never by being deleted: with its evidence, files, comments
    and history it waits for its way back (``services.edition_switch``). ``objects`` and ``assessment.scores`` do not find it;
    statements of our own and counts over ``scores__…`` have to leave it out themselves.

    ``version`` grows by one with every save; a save that names an older one is refused (``StaleScore``). ``confirmed`` is false
    for an answer carried over, from the previous round or to another edition, that nobody has looked at since.
    """

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="scores", verbose_name=_("Bewertung"))
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+", verbose_name=_("Kriterium"))
    state = models.CharField(_("Stand"), max_length=14, choices=ScoreState.choices, default=ScoreState.OPEN)
    level = models.PositiveSmallIntegerField(_("Stufe"), null=True, blank=True, choices=Level.choices)
    rationale = models.TextField(_("Begründung"), blank=True)
    target_level = models.PositiveSmallIntegerField(
        _("Zielstufe"),
        null=True,
        blank=True,
        choices=Level.choices,
        validators=[MinValueValidator(LOWEST), MaxValueValidator(HIGHEST)],
    )
    target_date = models.DateField(_("Ziel erreicht bis"), null=True, blank=True)
    confirmed = models.BooleanField(_("bestätigt"), default=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("zuständig"),
    )
    set_aside_at = models.DateTimeField(_("beiseitegelegt am"), null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    page = models.CharField(max_length=43, blank=True, editable=False, help_text="token of the page the version was saved from")
    updated_at = models.DateTimeField(_("zuletzt geändert am"), null=True, blank=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("zuletzt geändert von"),
    )

    # What a query may have added (see Assessment).
    team_ids: list[int]
    assessment_state: str
    proofs: int
    last_end: date | None
    rests_on_expired = False

    objects = ScoreManager()
    with_set_aside = ScoreQuerySet.as_manager()
    history = history_of(excluded_fields=["page"])

    class Meta:
        verbose_name = _("Einschätzung")
        verbose_name_plural = _("Einschätzungen")
        ordering = ["pk"]  # begun in the catalogue's order
        constraints = [
            models.UniqueConstraint(fields=["assessment", "criterion"], name="score_unique"),
            models.CheckConstraint(
                condition=Q(state=ScoreState.RATED, level__isnull=False) | (~Q(state=ScoreState.RATED) & Q(level__isnull=True)),
                name="score_level_exactly_when_rated",
            ),
            models.CheckConstraint(
                condition=Q(level__isnull=True) | Q(level__range=(LOWEST, HIGHEST)), name="score_level_in_range"
            ),
            models.CheckConstraint(
                condition=Q(target_level__isnull=True) | Q(target_level__range=(LOWEST, HIGHEST)),
                name="score_target_in_range",
            ),
            models.CheckConstraint(
                condition=~Q(state=ScoreState.NOT_APPLICABLE) | ~Q(rationale=""), name="score_not_applicable_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.get_state_display()}"

    @property
    def short_answer(self) -> str:
        return short_answer(self.state, self.level)

    @property
    def rests_on_something(self) -> bool:
        return rests_on_something(self.state)

    @property
    def is_pending(self) -> bool:
        return is_pending(self.state, confirmed=self.confirmed)
