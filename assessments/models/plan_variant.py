from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.models.project import Project
from scaling.common.history import history_of
from scaling.common.public_ids import public_id_field


class PlanVariant(models.Model):
    """A „was wäre, wenn“ of a project under a name: what was assumed. What follows from it is worked out anew, never stored.

    ``measures`` are the public ids of those assumed to be done by their day, ``targets`` maps keys of criteria to the level
    they are assumed to reach by ``targets_on``. No record, average, file or API reads it.
    """

    public_id = public_id_field()
    project = models.ForeignKey(Project, models.CASCADE, related_name="variants", verbose_name=_("Projekt"))
    name = models.CharField(_("Name"), max_length=80)
    measures: "models.JSONField[Any, Any]" = models.JSONField(_("Maßnahmen"), default=list, blank=True)
    targets: "models.JSONField[Any, Any]" = models.JSONField(_("Zielstufen"), default=dict, blank=True)
    targets_on = models.DateField(_("Zielstufen bis"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    history = history_of()

    class Meta:
        verbose_name = _("Variante der Vorausschau")
        verbose_name_plural = _("Varianten der Vorausschau")
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="variant_name_unique")]

    def __str__(self) -> str:
        return self.name

    @property
    def municipality_id(self) -> int:
        return self.project.municipality_id
