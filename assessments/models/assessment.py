from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from assessments.models.project import Project, visible
from assessments.models.round_step import RoundStep
from assessments.models.states import EDITABLE, AssessmentState, ScoreState, TransitionKind
from assessments.scoring import Counts
from catalogue.models import Edition, Phase, Subject
from scaling.common.addresses import address
from scaling.common.public_ids import public_id_field

# What rounds are fetched with. Written out, since nearly every page asks for some of it: to compose it anew cost the start page
# more than all that the database does for it. They name the round's own table, so they stand in statements over rounds only.
TEAM_IDS = "ARRAY(SELECT user_id FROM assessments_project_team WHERE project_id = assessments_assessment.project_id)"
STEPS = """(
    SELECT COALESCE(jsonb_agg(jsonb_build_object(
        'id', step.id, 'kind', step.kind, 'at', step.at, 'note', step.note,
        'by_id', step.by_id, 'name', person.name, 'email', person.email,
        'from_major', from_edition.major, 'from_minor', from_edition.minor,
        'to_major', to_edition.major, 'to_minor', to_edition.minor) ORDER BY step.id), '[]')
    FROM assessments_assessmenttransition AS step
    LEFT JOIN accounts_user AS person ON person.id = step.by_id
    LEFT JOIN catalogue_edition AS from_edition ON from_edition.id = step.from_edition_id
    LEFT JOIN catalogue_edition AS to_edition ON to_edition.id = step.to_edition_id
    WHERE step.assessment_id = assessments_assessment.id)
"""
RECORD_PHASE = """(
    SELECT record.phase_id FROM assessments_assessmentrecord AS record
    WHERE record.assessment_id = assessments_assessment.id AND record.superseded_at IS NULL LIMIT 1)
"""
#: Answers in all, answered, unknown, not applicable, and carried over and not confirmed. Counted by the index of the round's
#: answers: a join would group every column of the round over all of them.
PROGRESS = f"""(
    SELECT ARRAY[
        count(*),
        count(*) FILTER (WHERE score.state <> '{ScoreState.OPEN.value}'),
        count(*) FILTER (WHERE score.state = '{ScoreState.UNKNOWN.value}'),
        count(*) FILTER (WHERE score.state = '{ScoreState.NOT_APPLICABLE.value}'),
        count(*) FILTER (WHERE score.state <> '{ScoreState.OPEN.value}' AND NOT score.confirmed)]
    FROM assessments_score AS score WHERE score.assessment_id = assessments_assessment.id AND score.set_aside_at IS NULL)
"""  # noqa: S608 – nothing in it comes from outside
NEXT_OPEN = f"""(
    SELECT criterion.key FROM assessments_score AS score
    JOIN catalogue_criterion AS criterion ON criterion.id = score.criterion_id
    WHERE score.assessment_id = assessments_assessment.id AND score.set_aside_at IS NULL
        AND (score.state = '{ScoreState.OPEN.value}' OR NOT score.confirmed)
    ORDER BY
        criterion.subject = '{Subject.SOLUTION.value}' AND NOT EXISTS (
            SELECT FROM assessments_score AS said
            WHERE said.assessment_id = assessments_assessment.id AND said.set_aside_at IS NULL
                AND said.state <> '{ScoreState.OPEN.value}'),
        criterion."order"
    LIMIT 1)
"""  # noqa: S608 – nothing in it comes from outside


def is_current() -> Q:
    """The condition of ``AssessmentQuerySet.current``, to be combined with others."""
    later = Assessment.objects.filter(project=OuterRef("project"), round__gt=OuterRef("round"), state=AssessmentState.APPROVED)
    return ~Q(state=AssessmentState.APPROVED) | Q(~Exists(later))


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
        return self._with(models.JSONField(), step_rows=STEPS)

    def with_record(self) -> "AssessmentQuerySet":
        """Adds ``record_phase``, the phase in which the project was when the round was approved; None without a record."""
        return self._with(record_phase=RECORD_PHASE)

    def with_last_approved(self) -> "AssessmentQuerySet":
        """Adds ``last_approved``, the ``round`` and ``at`` of the project's latest record: what speaks meanwhile."""
        approved = Assessment.objects.filter(
            project=OuterRef("project"), records__isnull=False, records__superseded_at__isnull=True
        )
        row = JSONObject(round="round", at="records__approved_at")
        return self.annotate(last_approved=Subquery(approved.order_by("-round").values(row=row)[:1]))

    def with_team(self) -> "AssessmentQuerySet":
        """Adds ``team_user_ids``, the people on the project."""
        return self._with(team_user_ids=TEAM_IDS)

    def with_progress(self) -> "AssessmentQuerySet":
        """Adds what ``Assessment.counts`` makes the one figure of progress of, with its four parts, and how many answers were
        carried over and wait for a look.
        """
        return self._with(progress=PROGRESS)

    def with_next_open(self) -> "AssessmentQuerySet":
        """Adds ``next_open``: the key of the criterion to go on with (``queries.neighbours.first_pending``), or None."""
        return self._with(next_open=NEXT_OPEN)

    def _with(self, kind: Any = None, **added: str) -> "AssessmentQuerySet":
        written = {name: RawSQL(sql, (), kind) for name, sql in added.items()}  # noqa: S611 – nothing in them comes from outside
        return self.annotate(**written)

    def current(self) -> "AssessmentQuerySet":
        """Of each project the round under way and the one approved last: two at most, however many years there are."""
        return self.filter(is_current())

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
    progress: Sequence[int]

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
        return address("assessments:assessment", self.public_id)

    @property
    def round_label(self) -> str:
        return _("Runde %(number)s") % {"number": self.round}

    @property
    def municipality_id(self) -> int:
        return self.project.municipality_id

    @property
    def counts(self) -> Counts:
        """How far it is: its answers by their states. No query; only of a round fetched ``with_progress``."""
        total, answered, unknown, not_applicable, unconfirmed = self.progress
        return Counts(
            total=total,
            rated=answered - unknown - not_applicable,
            unknown=unknown,
            not_applicable=not_applicable,
            open=total - answered,
            unconfirmed=unconfirmed,
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
    def taken_back(self) -> RoundStep | None:
        """The approval that a reopening took back; None where the round is approved, or never was."""
        return None if self.is_approved else self.approval

    @property
    def handed_back(self) -> RoundStep | None:
        """Why the team works on the round again: its latest return or reopening, None unless it is editable."""
        return self.latest(TransitionKind.RETURN, TransitionKind.REOPEN) if self.is_editable else None
