"""What a council paper says beside the profile. All of it is optional, and shown only where somebody filled it in."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from assessments.models.assessment import Assessment
from assessments.models.project import Project


class ProjectPaper(models.Model):
    """What stays the same from round to round: where the project is filed, who answers for it, what pays for it."""

    #: What a form shows, in its order.
    FIELDS = (
        "file_number",
        "office",
        "contact",
        "contact_text",
        "funding_reference",
        "funding_period",
        "distribution",
    )

    project = models.OneToOneField(Project, models.CASCADE, related_name="paper", verbose_name=_("Projekt"))
    file_number = models.CharField(_("Aktenzeichen"), max_length=80, blank=True)
    office = models.CharField(_("Federführendes Amt"), max_length=120, blank=True)
    contact = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("Ansprechperson")
    )
    contact_text = models.CharField(_("Ansprechperson (frei eingetragen)"), max_length=120, blank=True)
    funding_reference = models.CharField(_("Förderkennzeichen"), max_length=80, blank=True)
    funding_period = models.CharField(_("Förderzeitraum"), max_length=80, blank=True)
    distribution = models.TextField(_("Verteiler"), max_length=400, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    history = HistoricalRecords(history_id_field=models.BigAutoField())

    class Meta:
        verbose_name = _("Angaben für die Vorlage (Projekt)")
        verbose_name_plural = _("Angaben für die Vorlage (Projekte)")

    def __str__(self) -> str:
        return str(self.project)

    @property
    def municipality_id(self) -> int:
        return self.project.municipality_id

    @property
    def who(self) -> str:
        return str(self.contact) if self.contact else self.contact_text


class RoundPaper(models.Model):
    """What belongs to one round: the paper it goes to the council with, and how it came about. Part of its record."""

    FIELDS = ("number", "resolution", "financial_effect", "participants", "method", "signatures")

    assessment = models.OneToOneField(Assessment, models.CASCADE, related_name="paper", verbose_name=_("Bewertung"))
    number = models.CharField(_("Nummer der Vorlage"), max_length=60, blank=True)
    resolution = models.TextField(_("Beschlussvorschlag"), max_length=1500, blank=True)
    financial_effect = models.TextField(_("Finanzielle Auswirkungen"), max_length=800, blank=True)
    participants = models.TextField(_("Teilnehmende"), max_length=600, blank=True)
    method = models.TextField(_("Vorgehen"), max_length=600, blank=True)
    signatures = models.TextField(_("Unterschriften"), max_length=300, blank=True, help_text="one line each")
    version = models.PositiveIntegerField(default=1, editable=False)

    history = HistoricalRecords(history_id_field=models.BigAutoField())

    class Meta:
        verbose_name = _("Angaben für die Vorlage (Bewertung)")
        verbose_name_plural = _("Angaben für die Vorlage (Bewertungen)")

    def __str__(self) -> str:
        return str(self.assessment)

    @property
    def municipality_id(self) -> int:
        return self.assessment.project.municipality_id
