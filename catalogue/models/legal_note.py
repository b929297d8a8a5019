from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalogue.models.criterion import Criterion


class LegalNote(models.Model):
    """What the law says about a criterion, as of a month, with its source. A note for readers, no legal advice."""

    criterion = models.ForeignKey(Criterion, models.CASCADE, related_name="legal_notes", verbose_name=_("Kriterium"))
    order = models.PositiveSmallIntegerField(_("Reihenfolge"))
    text = models.TextField(_("Hinweis"))
    as_of = models.CharField(_("Stand"), max_length=7, help_text=_("Jahr und Monat, zum Beispiel 2026-11."))
    source_title = models.CharField(_("Quelle"), max_length=250)
    source_url = models.URLField(_("Adresse"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("Rechtshinweis")
        verbose_name_plural = _("Rechtshinweise")
        ordering = ["criterion_id", "order"]
        constraints = [
            models.UniqueConstraint(fields=["criterion", "order"], name="legal_note_order_unique"),
            models.CheckConstraint(condition=Q(as_of__regex=r"^[0-9]{4}-(0[1-9]|1[0-2])$"), name="legal_note_month"),
        ]

    def __str__(self) -> str:
        return self.source_title

    @property
    def month(self) -> date:
        """The first day of the month it tells the law of."""
        return date.fromisoformat(f"{self.as_of}-01")
