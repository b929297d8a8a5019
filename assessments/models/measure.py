from datetime import date

from django.conf import settings
from django.db import models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from assessments.models.project import Project
from assessments.sentences import with_former
from scaling.common.history import history_of
from scaling.common.public_ids import public_id_field


class MeasureStatus(models.TextChoices):
    PLANNED = "planned", _("geplant")
    RUNNING = "running", _("läuft")
    DONE = "done", _("erledigt")
    DROPPED = "dropped", _("verworfen")


#: Statuses of a measure that still has to be done.
RUNNING = (MeasureStatus.PLANNED, MeasureStatus.RUNNING)


# As ``queries.people.people_of`` has it, row by row along indexes. Written out, since it names the measures' own table.
OWNER_IS_THERE = """(
    EXISTS (
        SELECT 1 FROM assessments_project_team AS team
        WHERE team.project_id = assessments_measure.project_id AND team.user_id = assessments_measure.owner_id)
    OR EXISTS (
        SELECT 1 FROM accounts_membership AS member JOIN assessments_project AS project
            ON project.municipality_id = member.municipality_id
        WHERE project.id = assessments_measure.project_id AND member.user_id = assessments_measure.owner_id
            AND member.role = 'manager'))
"""


def is_overdue(status: str, due_on: date | None, day: date) -> bool:
    """Whether a measure still had to be done on ``day`` although it was due before. One without a date never is."""
    return status in RUNNING and due_on is not None and due_on < day


class MeasureQuerySet(models.QuerySet["Measure"]):
    def running(self) -> "MeasureQuerySet":
        """Measures that still have to be done."""
        return self.filter(status__in=RUNNING)

    def with_owner_there(self) -> "MeasureQuerySet":
        """Adds ``owner_is_there``, for ``Measure.who``: whether its owner is of those who can be named in its project."""
        return self.annotate(owner_is_there=RawSQL(OWNER_IS_THERE, (), models.BooleanField()))  # noqa: S611 – nothing from outside


class Measure(models.Model):
    """What a project does about a criterion: what, who, until when. It belongs to the project, so it outlives a round."""

    public_id = public_id_field()
    project = models.ForeignKey(Project, models.CASCADE, related_name="measures", verbose_name=_("Projekt"))
    criterion_key = models.SlugField(_("Kriterium"), max_length=60, blank=True)
    text = models.CharField(_("Was"), max_length=300)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="measures", verbose_name=_("Wer")
    )
    owner_text = models.CharField(_("Wer (frei eingetragen)"), max_length=120, blank=True)
    due_on = models.DateField(_("Bis wann"), null=True, blank=True)
    status = models.CharField(_("Stand"), max_length=10, choices=MeasureStatus.choices, default=MeasureStatus.PLANNED)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = MeasureQuerySet.as_manager()
    history = history_of()

    class Meta:
        verbose_name = _("Maßnahme")
        verbose_name_plural = _("Maßnahmen")
        ordering = ["due_on", "pk"]

    def __str__(self) -> str:
        return self.text

    @property
    def municipality_id(self) -> int:
        return self.project.municipality_id

    @property
    def who(self) -> str:
        """Who has left the project's people says so, of a measure fetched ``with_owner_there``."""
        if not self.owner:
            return self.owner_text
        return with_former(self.owner, is_there=self.__dict__.get("owner_is_there", True))
