from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalogue.models.criterion import Criterion, TitleSource
from catalogue.models.edition import Edition
from catalogue.models.phase import Phase


class PracticeMark(models.TextChoices):
    """What the source does not state about a good practice and the editors chose."""

    TITLE = "title", _("Titel")
    PHASE = "phase", _("Phase")
    CRITERIA = "criteria", _("zugeordnete Kriterien")


class ModelMark(models.TextChoices):
    """What the source does not state about an operating model and the editors chose."""

    NAME = "name", _("Name")
    CRITERIA = "criteria", _("zugeordnete Kriterien")


class GoodPracticeQuerySet(models.QuerySet["GoodPractice"]):
    def for_reading(self) -> "GoodPracticeQuerySet":
        """With phase, criteria and references: three queries, whatever the number of rows."""
        return self.select_related("phase").prefetch_related("criteria", "references")


class GoodPractice(models.Model):
    """An example from practice and the criteria it shows."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="good_practices", verbose_name=_("Katalogausgabe"))
    key = models.SlugField(_("Schlüssel"), max_length=60)
    order = models.PositiveSmallIntegerField(_("Reihenfolge"))
    phase = models.ForeignKey(Phase, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Phase"))
    title = models.CharField(_("Titel"), max_length=200)
    title_source = models.CharField(_("Herkunft des Titels"), max_length=12, choices=TitleSource.choices)
    editorial = ArrayField(
        models.CharField(max_length=12, choices=PracticeMark.choices),
        verbose_name=_("von der Redaktion gewählt"),
        default=list,
        blank=True,
    )
    summary = models.TextField(_("Kurzbeschreibung"))
    body = models.TextField(_("Beschreibung"))
    lesson = models.TextField(_("Was Kommunen mitnehmen können"), blank=True)
    criteria = models.ManyToManyField(Criterion, related_name="good_practices", blank=True, verbose_name=_("Kriterien"))
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = GoodPracticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("Praxisbeispiel")
        verbose_name_plural = _("Praxisbeispiele")
        ordering = ["edition_id", "order"]
        constraints = [models.UniqueConstraint(fields=["edition", "key"], name="good_practice_key_unique")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{reverse('catalogue:practices')}#{self.key}"


class OperatingModel(models.Model):
    """A way to run a solution (*Betreibermodell*), from the roadmap's list."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="operating_models", verbose_name=_("Katalogausgabe"))
    key = models.SlugField(_("Schlüssel"), max_length=60)
    order = models.PositiveSmallIntegerField(_("Reihenfolge"))
    name = models.CharField(_("Name"), max_length=120)
    group = models.CharField(_("Gruppe"), max_length=80)
    editorial = ArrayField(
        models.CharField(max_length=12, choices=ModelMark.choices),
        verbose_name=_("von der Redaktion gewählt"),
        default=list,
        blank=True,
    )
    summary = models.TextField(_("Kurzbeschreibung"))
    criteria = models.ManyToManyField(Criterion, related_name="operating_models", blank=True, verbose_name=_("Kriterien"))
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("Betreibermodell")
        verbose_name_plural = _("Betreibermodelle")
        ordering = ["edition_id", "order"]
        constraints = [models.UniqueConstraint(fields=["edition", "key"], name="operating_model_key_unique")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('catalogue:operating_models')}#{self.key}"


class Reference(models.Model):
    """Further reading named by the source: of the edition as a whole, of one criterion or of one good practice."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="references", verbose_name=_("Katalogausgabe"))
    criterion = models.ForeignKey(
        Criterion, models.CASCADE, null=True, blank=True, related_name="references", verbose_name=_("Kriterium")
    )
    good_practice = models.ForeignKey(
        GoodPractice, models.CASCADE, null=True, blank=True, related_name="references", verbose_name=_("Praxisbeispiel")
    )
    order = models.PositiveSmallIntegerField(_("Reihenfolge"))
    title = models.CharField(_("Titel"), max_length=250)
    url = models.URLField(_("Adresse"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("Quelle")
        verbose_name_plural = _("Quellen")
        ordering = ["edition_id", "order"]
        constraints = [
            models.CheckConstraint(
                condition=Q(criterion__isnull=True) | Q(good_practice__isnull=True), name="reference_one_owner"
            )
        ]

    def __str__(self) -> str:
        return self.title
