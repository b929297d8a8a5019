from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.models.project import Project
from scaling.common.history import RecordedRow


class TeamChange(RecordedRow):
    """Somebody joined a project's team, or left it. Written by ``assessments.signals``, append-only."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="team_changes", verbose_name=_("Projekt"))
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("Person"))
    joined = models.BooleanField(_("dazugekommen"))
    at = models.DateTimeField(_("am"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("geändert von")
    )

    class Meta:
        verbose_name = _("Änderung des Projektteams")
        verbose_name_plural = _("Änderungen des Projektteams")
        ordering = ["pk"]
        indexes = [models.Index(fields=["-at"], name="team_change_at")]

    def __str__(self) -> str:
        return f"{'+' if self.joined else '−'} {self.person}"
