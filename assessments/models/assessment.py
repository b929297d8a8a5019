from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from assessments.models.project import Project, visible
from assessments.models.states import EDITABLE, AssessmentState, ScoreState
from assessments.scoring import Counts
from catalogue.models import Edition, Phase
from scaling.common.public_ids import new_public_id


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def visible_to(self, user: Any) -> "AssessmentQuerySet":
        """The tenant filter: assessments of visible projects; readers see approved ones only."""
        return self.filter(visible(user, path="project__", approved=Q(state=AssessmentState.APPROVED)))

    def with_context(self) -> "AssessmentQuerySet":
        """What every page about an assessment names: project, municipality, edition and the people of its steps. One query."""
        return self.select_related(
            "project__municipality",
            "project__phase",
            "edition",
            "submitted_by",
            "approved_by",
            "returned_by",
            "reopened_by",
        )

    def with_team(self) -> "AssessmentQuerySet":
        """Adds ``team_user_ids``, the people on the project."""
        team = Project.team.through.objects.filter(project=OuterRef("project"))
        added = {"team_user_ids": ArraySubquery(team.values("user"))}
        return self.annotate(**added)

    def with_progress(self) -> "AssessmentQuerySet":
        """Adds what ``Assessment.counts`` makes the one figure of progress of, with its four parts: ``total``,
        ``answered``, ``unknown``, ``not_applicable`` and ``unconfirmed``, how many were carried over and wait for a look.
        """
        answered = ~Q(scores__state=ScoreState.OPEN)
        scores = {
            "total": Q(),
            "answered": answered,
            "unknown": Q(scores__state=ScoreState.UNKNOWN),
            "not_applicable": Q(scores__state=ScoreState.NOT_APPLICABLE),
            "unconfirmed": answered & Q(scores__confirmed=False),
        }
        counts = Q(scores__set_aside_at=None)
        # Counted per round by its index. A join would group every column of the round over all its answers.
        own = Assessment.objects.filter(pk=OuterRef("pk")).order_by().values("pk")
        counted = {
            name: Subquery(own.annotate(n=Count("scores", filter=counts & which)).values("n")) for name, which in scores.items()
        }
        return self.annotate(**counted)

    def with_next_open(self) -> "AssessmentQuerySet":
        """Adds ``next_open``: the key of the first criterion that is ``ScoreQuerySet.pending``, or None."""
        pending = Q(scores__state=ScoreState.OPEN) | Q(scores__confirmed=False)
        first = Assessment.objects.filter(pending, scores__set_aside_at=None, pk=OuterRef("pk")).order_by(
            "scores__criterion__order"
        )
        return self.annotate(next_open=Subquery(first.values("scores__criterion__key")[:1]))

    def open(self) -> "AssessmentQuerySet":
        return self.exclude(state=AssessmentState.APPROVED)


class Assessment(models.Model):
    """One round of one project. All changes of ``state`` go through ``assessments.services.workflow``.

    Pinned to the edition it was started with. Each step keeps its latest time and person; ``history`` keeps all of them.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="assessments", verbose_name=_("Projekt"))
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="assessments", verbose_name=_("Katalogausgabe"))
    phases = models.ManyToManyField(Phase, related_name="+", verbose_name=_("Umfang"))
    state = models.CharField(_("Stand"), max_length=10, choices=AssessmentState.choices, default=AssessmentState.DRAFT)
    round = models.PositiveSmallIntegerField(_("Runde"))
    previous = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="following", verbose_name=_("vorige Runde")
    )
    started_on = models.DateField(_("begonnen am"), default=timezone.localdate)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    submitted_at = models.DateTimeField(_("eingereicht am"), null=True, blank=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    returned_at = models.DateTimeField(_("zurückgegeben am"), null=True, blank=True)
    returned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    return_comment = models.TextField(_("Anmerkung zur Rückgabe"), blank=True)
    approved_at = models.DateTimeField(_("freigegeben am"), null=True, blank=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    reopened_at = models.DateTimeField(_("wieder geöffnet am"), null=True, blank=True)
    reopened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    reopen_reason = models.TextField(_("Grund der Wiederöffnung"), blank=True)

    # What a queryset may have added; given to ``annotate`` as ``**``, since django-stubs declares its keywords a second time.
    team_user_ids: list[int]
    answered: int
    total: int
    unknown: int
    not_applicable: int
    unconfirmed: int

    objects = AssessmentQuerySet.as_manager()
    history = HistoricalRecords(history_id_field=models.BigAutoField())

    class Meta:
        verbose_name = _("Bewertung")
        verbose_name_plural = _("Bewertungen")
        ordering = ["-round", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["project", "round"], name="assessment_round_unique"),
            models.UniqueConstraint(
                fields=["project"], condition=~Q(state=AssessmentState.APPROVED), name="assessment_one_open_per_project"
            ),
            models.CheckConstraint(
                condition=~Q(state=AssessmentState.APPROVED) | Q(approved_at__isnull=False),
                name="assessment_approved_is_dated",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project}, {self.round_label}"

    def get_absolute_url(self) -> str:
        return reverse("assessments:assessment", args=[self.public_id])

    @property
    def round_label(self) -> str:
        return _("Runde %(number)s") % {"number": self.round}

    @property
    def municipality_id(self) -> int:
        return self.project.municipality_id

    @property
    def counts(self) -> Counts:
        """How far it is: its answers by their states. No query; only of a round fetched ``with_progress``."""
        return Counts(
            total=self.total,
            rated=self.answered - self.unknown - self.not_applicable,
            unknown=self.unknown,
            not_applicable=self.not_applicable,
            open=self.total - self.answered,
            unconfirmed=self.unconfirmed,
        )

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE

    @property
    def is_approved(self) -> bool:
        return self.state == AssessmentState.APPROVED
