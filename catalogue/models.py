"""The catalogue: editions with their criteria, levels, milestones and good practices, in phases and workstreams.

Translated fields (see translation.py) have a column per language; ``criterion.title`` gives the active language's text and
falls back to German.
"""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalogue.levels import DEFAULT_REQUIRED_LEVEL, HIGHEST, LOWEST, Level

CROSS_PHASE = "durchgehend"


class Phase(models.Model):
    """A stage on the road from idea to transfer, or the cross-phase set. The same six rows serve every edition.

    ``order`` 1–5 are the phases P1–P5, 6 is the cross-phase set, whose criteria always count.
    """

    key = models.SlugField(_("Schlüssel"), max_length=20, unique=True)
    code = models.CharField(_("Kürzel"), max_length=4)
    order = models.PositiveSmallIntegerField(_("Reihenfolge"), unique=True)
    name = models.CharField(_("Name"), max_length=80)
    official_name = models.CharField(_("Name in der Roadmap"), max_length=120)
    meaning = models.TextField(_("Bedeutung"), blank=True)

    class Meta:
        verbose_name = _("Phase")
        verbose_name_plural = _("Phasen")
        ordering = ["order"]

    def __str__(self) -> str:
        return self.label

    @property
    def is_cross_phase(self) -> bool:
        return self.key == CROSS_PHASE

    @property
    def label(self) -> str:
        return self.name if self.is_cross_phase else f"{self.code} {self.name}"


class Workstream(models.Model):
    """One of the four fields of work. The same four rows serve every edition."""

    key = models.SlugField(_("Schlüssel"), max_length=20, unique=True)
    order = models.PositiveSmallIntegerField(_("Reihenfolge"), unique=True)
    name = models.CharField(_("Name"), max_length=80)
    meaning = models.TextField(_("Bedeutung"), blank=True)

    class Meta:
        verbose_name = _("Workstream")
        verbose_name_plural = _("Workstreams")
        ordering = ["order"]

    def __str__(self) -> str:
        return self.name


class EditionState(models.TextChoices):
    DRAFT = "draft", _("Entwurf")
    PUBLISHED = "published", _("veröffentlicht")
    RETIRED = "retired", _("zurückgezogen")


class EditionQuerySet(models.QuerySet["Edition"]):
    def readable(self) -> "EditionQuerySet":
        """What anyone may read: everything but drafts."""
        return self.exclude(state=EditionState.DRAFT)

    def current(self) -> "Edition | None":
        """The newest published edition, with which assessments start and which the public pages show."""
        return self.filter(state=EditionState.PUBLISHED).order_by("-major", "-minor").first()


class Edition(models.Model):
    """A catalogue that assessments are pinned to. Draft → published → retired; only drafts can change."""

    major = models.PositiveSmallIntegerField(_("Ausgabe"))
    minor = models.PositiveSmallIntegerField(_("Berichtigung"), default=0)
    state = models.CharField(_("Stand"), max_length=10, choices=EditionState.choices, default=EditionState.DRAFT)
    title = models.CharField(_("Titel"), max_length=200)
    note = models.TextField(_("Anmerkung"), blank=True)
    attribution = models.TextField(_("Quelle"), blank=True)
    level_scale_notice = models.TextField(_("Hinweis zur Stufenskala"), blank=True)
    operating_models_intro = models.TextField(_("Einleitung zu den Betreibermodellen"), blank=True)
    based_on = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="successors", verbose_name=_("beruht auf")
    )
    published_at = models.DateTimeField(_("veröffentlicht am"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("veröffentlicht von"),
    )

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("Katalogausgabe")
        verbose_name_plural = _("Katalogausgaben")
        ordering = ["-major", "-minor"]
        constraints = [
            models.UniqueConstraint(fields=["major", "minor"], name="edition_number_unique"),
            models.CheckConstraint(
                condition=Q(state=EditionState.DRAFT) | Q(published_at__isnull=False), name="edition_published_is_dated"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"

    @property
    def number(self) -> str:
        return f"{self.major}.{self.minor}"

    @property
    def is_draft(self) -> bool:
        return self.state == EditionState.DRAFT


class TitleSource(models.TextChoices):
    OFFICIAL = "official", _("amtlicher Titel der Roadmap")
    SOURCE_PAGE = "source_page", _("Titel aus dem Text der Quellseite")
    EDITORIAL = "editorial", _("Titel von der Redaktion gewählt")


class EditorialMark(models.TextChoices):
    """What the source does not state and the editors chose."""

    TITLE = "title", _("Titel")
    PHASE = "phase", _("Phase")
    WORKSTREAMS = "workstreams", _("Workstream")
    MILESTONE = "milestone", _("Meilenstein")
    RELATED = "related", _("verwandte Kriterien")


class CriterionQuerySet(models.QuerySet["Criterion"]):
    def for_listing(self) -> "CriterionQuerySet":
        """Phase, workstreams and milestone at hand: two queries, whatever the number of rows."""
        return self.select_related("phase", "milestone").prefetch_related("workstreams")

    def for_reading(self) -> "CriterionQuerySet":
        """Everything the page of a criterion shows: seven queries, whatever the number of rows."""
        return self.for_listing().prefetch_related(
            "levels",
            "references",
            Prefetch("related", Criterion.objects.select_related("phase")),
            Prefetch("good_practices", GoodPractice.objects.all()),
        )


class Criterion(models.Model):
    """What a municipality rates itself against. ``key`` stays the same from edition to edition, so rounds stay comparable."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="criteria", verbose_name=_("Katalogausgabe"))
    key = models.SlugField(_("Schlüssel"), max_length=60)
    order = models.PositiveSmallIntegerField(_("Reihenfolge"))
    phase = models.ForeignKey(
        Phase,
        models.PROTECT,
        related_name="criteria",
        verbose_name=_("ab Phase"),
        help_text=_("Gilt von dieser Phase an."),
    )
    workstreams = models.ManyToManyField(Workstream, related_name="criteria", verbose_name=_("Workstreams"))
    title = models.CharField(_("Titel"), max_length=200)
    title_source = models.CharField(_("Herkunft des Titels"), max_length=12, choices=TitleSource.choices)
    editorial = ArrayField(
        models.CharField(max_length=12, choices=EditorialMark.choices),
        verbose_name=_("von der Redaktion gewählt"),
        default=list,
        blank=True,
    )
    summary = models.TextField(_("Kurzbeschreibung"))
    why = models.TextField(_("Warum es zählt"))
    questions = ArrayField(models.TextField(), verbose_name=_("Leitfragen"), default=list)
    note = models.TextField(_("In einfachen Worten"), blank=True)
    evidence_examples = ArrayField(models.TextField(), verbose_name=_("Beispiele für Nachweise"), default=list)
    related: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(
        "self", symmetrical=False, related_name="related_from", blank=True, verbose_name=_("verwandte Kriterien")
    )

    objects = CriterionQuerySet.as_manager()

    class Meta:
        verbose_name = _("Kriterium")
        verbose_name_plural = _("Kriterien")
        ordering = ["edition", "order"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "key"], name="criterion_key_unique"),
            models.UniqueConstraint(
                fields=["edition", "order"], name="criterion_order_unique", deferrable=models.Deferrable.DEFERRED
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("catalogue:criterion", args=[self.key])

    @property
    def is_milestone(self) -> bool:
        return hasattr(self, "milestone")


class LevelDescriptor(models.Model):
    """What an outsider would see on one level of one criterion, and how to get to the next."""

    criterion = models.ForeignKey(Criterion, models.CASCADE, related_name="levels", verbose_name=_("Kriterium"))
    level = models.PositiveSmallIntegerField(
        _("Stufe"), choices=Level.choices, validators=[MinValueValidator(LOWEST), MaxValueValidator(HIGHEST)]
    )
    description = models.TextField(_("Beschreibung"))
    next_step = models.TextField(_("Schritt zur nächsten Stufe"), blank=True, help_text=_("Auf der höchsten Stufe leer."))

    class Meta:
        verbose_name = _("Stufenbeschreibung")
        verbose_name_plural = _("Stufenbeschreibungen")
        ordering = ["criterion", "level"]
        constraints = [
            models.UniqueConstraint(fields=["criterion", "level"], name="level_unique"),
            models.CheckConstraint(condition=Q(level__range=(LOWEST, HIGHEST)), name="level_in_range"),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.level}"


class MilestoneKind(models.TextChoices):
    ROADMAP = "roadmap", _("Meilenstein der Roadmap")
    MUNICIPAL = "municipal", _("kommunaler Meilenstein")
    ADDITIONAL = "additional", _("zusätzlicher Meilenstein")


class Milestone(models.Model):
    """Makes a criterion part of its phase's gate: passed at ``required_level`` or above."""

    criterion = models.OneToOneField(Criterion, models.CASCADE, related_name="milestone", verbose_name=_("Kriterium"))
    kind = models.CharField(_("Art"), max_length=10, choices=MilestoneKind.choices)
    required_level = models.PositiveSmallIntegerField(
        _("erforderliche Stufe"), default=DEFAULT_REQUIRED_LEVEL, choices=[c for c in Level.choices if c[0] > 0]
    )

    class Meta:
        verbose_name = _("Meilenstein")
        verbose_name_plural = _("Meilensteine")
        constraints = [models.CheckConstraint(condition=Q(required_level__range=(1, HIGHEST)), name="milestone_level_in_range")]

    def __str__(self) -> str:
        return f"{self.criterion} ({self.required_level})"


class GoodPractice(models.Model):
    """An example from practice and the criteria it shows."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="good_practices", verbose_name=_("Katalogausgabe"))
    key = models.SlugField(_("Schlüssel"), max_length=60)
    order = models.PositiveSmallIntegerField(_("Reihenfolge"))
    phase = models.ForeignKey(Phase, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Phase"))
    title = models.CharField(_("Titel"), max_length=200)
    title_source = models.CharField(_("Herkunft des Titels"), max_length=12, choices=TitleSource.choices)
    summary = models.TextField(_("Kurzbeschreibung"))
    body = models.TextField(_("Beschreibung"))
    lesson = models.TextField(_("Was Kommunen mitnehmen können"), blank=True)
    criteria = models.ManyToManyField(Criterion, related_name="good_practices", blank=True, verbose_name=_("Kriterien"))

    class Meta:
        verbose_name = _("Praxisbeispiel")
        verbose_name_plural = _("Praxisbeispiele")
        ordering = ["edition", "order"]
        constraints = [models.UniqueConstraint(fields=["edition", "key"], name="good_practice_key_unique")]

    def __str__(self) -> str:
        return self.title


class OperatingModel(models.Model):
    """A way to run a solution (*Betreibermodell*), from the roadmap's list."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="operating_models", verbose_name=_("Katalogausgabe"))
    key = models.SlugField(_("Schlüssel"), max_length=60)
    order = models.PositiveSmallIntegerField(_("Reihenfolge"))
    name = models.CharField(_("Name"), max_length=120)
    group = models.CharField(_("Gruppe"), max_length=80)
    summary = models.TextField(_("Kurzbeschreibung"))

    class Meta:
        verbose_name = _("Betreibermodell")
        verbose_name_plural = _("Betreibermodelle")
        ordering = ["edition", "order"]
        constraints = [models.UniqueConstraint(fields=["edition", "key"], name="operating_model_key_unique")]

    def __str__(self) -> str:
        return self.name


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
        ordering = ["edition", "order"]
        constraints = [
            models.CheckConstraint(
                condition=Q(criterion__isnull=True) | Q(good_practice__isnull=True), name="reference_one_owner"
            )
        ]

    def __str__(self) -> str:
        return self.title
