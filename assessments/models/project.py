from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from catalogue.models import CROSS_PHASE, Phase
from scaling.accounts.models import Membership, Municipality, Role
from scaling.public_ids import new_public_id


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: Any) -> "ProjectQuerySet":
        """The tenant filter for projects, written once.

        Managers see all projects of their municipality, teams those they are on and the municipality's own standing project,
        readers those with an approved assessment. Everyone else sees nothing, operators included.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        from assessments.models.assessment import Assessment, AssessmentState

        mine = Membership.objects.filter(user=user, municipality=OuterRef("municipality"))
        approved = Assessment.objects.filter(project=OuterRef("pk"), state=AssessmentState.APPROVED)
        on_team = Project.team.through.objects.filter(project=OuterRef("pk"), user=user)
        return self.filter(
            Exists(mine.filter(role=Role.MANAGER))
            | (Exists(mine.filter(role=Role.TEAM)) & (Exists(on_team) | Q(is_municipality_wide=True)))
            | (Exists(mine.filter(role=Role.READER)) & Exists(approved))
        )


class Project(models.Model):
    """One smart-city solution, or the municipality as a whole: its one standing project (``is_municipality_wide``)."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    municipality = models.ForeignKey(Municipality, models.CASCADE, related_name="projects", verbose_name=_("Kommune"))
    name = models.CharField(_("Name"), max_length=120)
    slug = models.SlugField(_("Kurzname"), max_length=60, help_text=_("Für Dateinamen und Befehle."))
    summary = models.TextField(
        _("Worum es geht"), blank=True, help_text=_("Ein bis drei Sätze; erscheint auf dem Reifeprofil.")
    )
    phase = models.ForeignKey(
        Phase,
        models.PROTECT,
        related_name="+",
        verbose_name=_("Phase"),
        limit_choices_to=~Q(key=CROSS_PHASE),
        help_text=_("In welcher Phase das Projekt gerade steht."),
    )
    is_municipality_wide = models.BooleanField(_("Kommune als Ganzes"), default=False, editable=False)
    team: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="projects", blank=True, verbose_name=_("Projektteam")
    )
    created_at = models.DateTimeField(_("angelegt am"), auto_now_add=True)

    objects = ProjectQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Projekt")
        verbose_name_plural = _("Projekte")
        ordering = ["-is_municipality_wide", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "slug"],
                name="project_slug_unique",
                violation_error_message=_("Ein Projekt mit diesem Namen gibt es in Ihrer Kommune schon."),
            ),
            models.UniqueConstraint(
                fields=["municipality"], condition=Q(is_municipality_wide=True), name="project_one_municipality_wide"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("assessments:project", args=[self.public_id])

    @cached_property
    def team_ids(self) -> frozenset[int]:
        """The people on the project. One query, once per object."""
        return frozenset(self.team.values_list("pk", flat=True))
