"""What a council paper says beside the profile. All of it is optional, and shown only where somebody filled it in."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.council_paper import PAPER_NAMES
from assessments.models.assessment import Assessment
from assessments.models.project import Project
from scaling.common.history import history_of


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
    file_number = models.CharField(PAPER_NAMES["file_number"], max_length=80, blank=True)
    office = models.CharField(PAPER_NAMES["office"], max_length=120, blank=True)
    contact = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=PAPER_NAMES["contact"]
    )
    contact_text = models.CharField(_("Ansprechperson (frei eingetragen)"), max_length=120, blank=True)
    funding_reference = models.CharField(PAPER_NAMES["funding_reference"], max_length=80, blank=True)
    funding_period = models.CharField(PAPER_NAMES["funding_period"], max_length=80, blank=True)
    distribution = models.TextField(PAPER_NAMES["distribution"], max_length=400, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    history = history_of()

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

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What is filled in or not, with its name, for the project's page."""
        fields = ("file_number", "office", "contact", "funding_reference", "funding_period", "distribution")
        return [(str(PAPER_NAMES[field]), self.who if field == "contact" else getattr(self, field)) for field in fields]


class RoundPaper(models.Model):
    """What belongs to one round: the paper it goes to the council with, and how it came about. Part of its record."""

    FIELDS = ("number", "resolution", "financial_effect", "participants", "method", "signatures")

    assessment = models.OneToOneField(Assessment, models.CASCADE, related_name="paper", verbose_name=_("Bewertung"))
    number = models.CharField(PAPER_NAMES["number"], max_length=60, blank=True)
    resolution = models.TextField(PAPER_NAMES["resolution"], max_length=1500, blank=True)
    financial_effect = models.TextField(PAPER_NAMES["financial_effect"], max_length=800, blank=True)
    participants = models.TextField(PAPER_NAMES["participants"], max_length=600, blank=True)
    method = models.TextField(PAPER_NAMES["method"], max_length=600, blank=True)
    signatures = models.TextField(PAPER_NAMES["signatures"], max_length=300, blank=True, help_text="one line each")
    version = models.PositiveIntegerField(default=1, editable=False)

    history = history_of()

    class Meta:
        verbose_name = _("Angaben für die Vorlage (Bewertung)")
        verbose_name_plural = _("Angaben für die Vorlage (Bewertungen)")

    def __str__(self) -> str:
        return str(self.assessment)

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What the project's page shows of it, filled in or not."""
        return [(str(PAPER_NAMES[field]), getattr(self, field)) for field in ("number", "resolution")]

    @property
    def municipality_id(self) -> int:
        return self.assessment.project.municipality_id
