from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessments.models.assessment import Assessment
from catalogue.models import Edition


class EditionMove(models.Model):
    """One move of an assessment to a newer edition, and what is needed to take it back. Written by ``services.edition_switch``.

    ``added`` came into the round by the move, new or from what was set aside before; ``dropped`` was set aside since the
    new edition no longer has its criterion; ``set_aside`` was, when the move was taken back, since the old one has it not.
    """

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="moves", verbose_name=_("Bewertung"))
    from_edition = models.ForeignKey(Edition, models.PROTECT, related_name="+", verbose_name=_("von Ausgabe"))
    to_edition = models.ForeignKey(Edition, models.PROTECT, related_name="+", verbose_name=_("zu Ausgabe"))
    at = models.DateTimeField(_("am"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("Person", "von"),
    )
    undone_at = models.DateTimeField(_("zurückgenommen am"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("zurückgenommen von"),
    )
    unconfirmed = models.JSONField(default=list, help_text="ids of scores that were confirmed before the move")
    added = models.JSONField(default=list, help_text="ids of scores the move brought")
    dropped = models.JSONField(default=list, help_text="ids of scores the move set aside")
    set_aside = models.JSONField(default=list, help_text="ids of scores set aside when the move was taken back")

    objects: ClassVar[models.Manager["EditionMove"]] = models.Manager()

    away: list[Any]  # the answers it set aside, where ``services.edition_switch`` has looked them up

    class Meta:
        verbose_name = _("Wechsel der Katalogausgabe")
        verbose_name_plural = _("Wechsel der Katalogausgabe")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.assessment}: {self.from_edition.number} → {self.to_edition.number}"
