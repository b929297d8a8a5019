from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Q, Subquery, When
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from assessments.models.project import Project, visible
from assessments.models.round_step import RoundStep
from assessments.models.states import EDITABLE, AssessmentState, ScoreState, TransitionKind
from assessments.scoring import Counts
from catalogue.models import Edition, Phase, Subject
from scaling.common.public_ids import public_id_field


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def visible_to(self, user: Any) -> "AssessmentQuerySet":
        """The tenant filter: assessments of visible projects; readers see approved ones only."""
        return self.filter(visible(user, path="project__", approved=Q(state=AssessmentState.APPROVED)))

    def with_context(self) -> "AssessmentQuerySet":
        """What every page about an assessment names: project, municipality, edition and its steps. One query."""
        return self.select_related("project__municipality", "project__phase", "edition").with_steps()

    def with_papers(self) -> "AssessmentQuerySet":
        """What a council paper says of the project and of the round, in the same query; a profile shows it."""
        return self.select_related("paper", "project__paper__contact")

    def with_steps(self) -> "AssessmentQuerySet":
        """Fetches ``Assessment.steps`` along, in the same query."""
        own = Assessment.objects.filter(pk=OuterRef("pk"), transitions__isnull=False).order_by("transitions__pk")
        names = {"by_id": "by", "name": "by__name", "email": "by__email"}
        for which in ("from", "to"):
            names |= {f"{which}_{part}": f"{which}_edition__{part}" for part in ("major", "minor")}
        names |= {"id": "pk", "kind": "kind", "at": "at", "note": "note"}
        row = JSONObject(**{name: f"transitions__{path}" for name, path in names.items()})
        return self.annotate(step_rows=ArraySubquery(own.values(row=row)))

    def with_record(self) -> "AssessmentQuerySet":
        """Adds ``record_phase``, the phase in which the project was when the round was approved; None without a record."""
        own = Assessment.objects.filter(pk=OuterRef("pk"), records__isnull=False, records__superseded_at__isnull=True)
        return self.annotate(record_phase=Subquery(own.values("records__phase")[:1]))

    def with_last_approved(self) -> "AssessmentQuerySet":
        """Adds ``last_approved``, the ``round`` and ``at`` of the project's latest record: what speaks meanwhile."""
        approved = Assessment.objects.filter(
            project=OuterRef("project"), records__isnull=False, records__superseded_at__isnull=True
        )
        row = JSONObject(round="round", at="records__approved_at")
        return self.annotate(last_approved=Subquery(approved.order_by("-round").values(row=row)[:1]))

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
        """Adds ``next_open``: the key of the criterion to go on with (``queries.neighbours.first_pending``), or None."""
        pending = Q(scores__state=ScoreState.OPEN) | Q(scores__confirmed=False)
        said = [state for state in ScoreState if state != ScoreState.OPEN]
        begun = Assessment.objects.filter(scores__state__in=said, scores__set_aside_at=None, pk=OuterRef("pk"))
        later = Case(When(~Exists(begun), scores__criterion__subject=Subject.SOLUTION, then=1), default=0)
        first = Assessment.objects.filter(pending, scores__set_aside_at=None, pk=OuterRef("pk")).order_by(
            later, "scores__criterion__order"
        )
        return self.annotate(next_open=Subquery(first.values("scores__criterion__key")[:1]))

    def open(self) -> "AssessmentQuerySet":
        return self.exclude(state=AssessmentState.APPROVED)


class Assessment(models.Model):
    """One round of one project. All changes of ``state`` go through ``assessments.services.workflow``.

    Pinned to the edition it was started with. Who took which step and when stands in ``transitions``; pages read ``steps``.
    """

    public_id = public_id_field()
    project = models.ForeignKey(Project, models.CASCADE, related_name="assessments", verbose_name=_("Projekt"))
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="assessments", verbose_name=_("Katalogausgabe"))
    phases = models.ManyToManyField(Phase, related_name="+", verbose_name=_("Umfang"))
    state = models.CharField(_("Stand"), max_length=10, choices=AssessmentState.choices, default=AssessmentState.DRAFT)
    round = models.PositiveSmallIntegerField(_("Runde"))
    previous = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="following", verbose_name=_("vorige Runde")
    )

    # What a queryset may have added; given to ``annotate`` as ``**``, since django-stubs declares its keywords a second time.
    team_user_ids: list[int]
    answered: int
    total: int
    unknown: int
    not_applicable: int
    unconfirmed: int

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("Bewertung")
        verbose_name_plural = _("Bewertungen")
        ordering = ["-round", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["project", "round"], name="assessment_round_unique"),
            models.UniqueConstraint(
                fields=["project"], condition=~Q(state=AssessmentState.APPROVED), name="assessment_one_open_per_project"
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

    # --- Its steps ----------------------------------------------------------------------------------------------------------

    @cached_property
    def steps(self) -> Sequence[RoundStep]:
        """All steps, the oldest first. No query after ``with_steps``, otherwise one."""
        rows = self.__dict__.get("step_rows")
        if rows is None:
            rows = Assessment.objects.with_steps().get(pk=self.pk).__dict__["step_rows"]
        return tuple(map(RoundStep.from_row, rows or ()))

    def forget_steps(self) -> None:
        """Read them anew at the next look: one was just taken."""
        self.__dict__.pop("steps", None)
        self.__dict__.pop("step_rows", None)

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        self.forget_steps()
        super().refresh_from_db(*args, **kwargs)

    def latest(self, *kinds: str) -> RoundStep | None:
        """The latest step of these kinds; of any kind without one."""
        return next((step for step in reversed(self.steps) if not kinds or step.kind in kinds), None)

    @property
    def beginning(self) -> RoundStep | None:
        return self.latest(TransitionKind.BEGIN)

    @property
    def submission(self) -> RoundStep | None:
        """The latest one, also where it was withdrawn or returned since; whether it still holds, says ``state``."""
        return self.latest(TransitionKind.SUBMIT)

    @property
    def approval(self) -> RoundStep | None:
        """The latest one, also where the round was reopened since; whether it still holds, says ``state``."""
        return self.latest(TransitionKind.APPROVE)

    @property
    def handed_back(self) -> RoundStep | None:
        """Why the team works on the round again: its latest return or reopening, None unless it is editable."""
        return self.latest(TransitionKind.RETURN, TransitionKind.REOPEN) if self.is_editable else None
