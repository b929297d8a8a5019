from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from catalogue.levels import DEFAULT_REQUIRED_LEVEL, HIGHEST, LOWEST, Level
from catalogue.models.edition import Edition
from catalogue.models.phase import PROJECT_PHASES, Phase, Workstream


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

    def titles_only(self) -> "CriterionQuerySet":
        """Without the long texts, which a list does not show; they are most of a row."""
        long = ("why", "questions", "note", "evidence_examples")
        return self.defer(*long, *(f"{name}_{language}" for name in long for language in ("de", "en")))

    def for_reading(self) -> "CriterionQuerySet":
        """Everything the page of a criterion shows: seven queries, whatever the number of rows."""
        return self.for_listing().prefetch_related(
            "levels",
            "references",
            Prefetch("related", Criterion.objects.select_related("phase")),
            "good_practices",
        )


class Criterion(models.Model):
    """What a municipality rates itself against. ``key`` stays the same from edition to edition, so rounds stay comparable.

    ``version`` grows by one with every save of the criterion or of what belongs to it; an editor's save names the version it
    began with (``services.editing``).
    """

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

    version = models.PositiveIntegerField(default=1, editable=False)

    objects = CriterionQuerySet.as_manager()

    class Meta:
        verbose_name = _("Kriterium")
        verbose_name_plural = _("Kriterien")
        ordering = ["edition_id", "order"]
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
    def editorial_names(self) -> str:
        """What the editors chose, in words."""
        return ", ".join(str(EditorialMark(mark).label) for mark in self.editorial)

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
        ordering = ["criterion_id", "level"]
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
    """Makes a criterion part of its phase's gate: passed at ``required_level`` or above.

    A cross-phase milestone is asked for at every gate, and names a level for each: ``required_levels`` holds them in the order
    of PROJECT_PHASES, and ``required_level`` is the highest of them. Elsewhere ``required_levels`` is empty.
    """

    criterion = models.OneToOneField(Criterion, models.CASCADE, related_name="milestone", verbose_name=_("Kriterium"))
    kind = models.CharField(_("Art"), max_length=10, choices=MilestoneKind.choices)
    required_level = models.PositiveSmallIntegerField(
        _("erforderliche Stufe"), default=DEFAULT_REQUIRED_LEVEL, choices=[c for c in Level.choices if c[0] > 0]
    )
    required_levels = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("erforderliche Stufe je Phase"),
        default=list,
        blank=True,
    )

    class Meta:
        verbose_name = _("Meilenstein")
        verbose_name_plural = _("Meilensteine")
        constraints = [
            models.CheckConstraint(condition=Q(required_level__range=(1, HIGHEST)), name="milestone_level_in_range"),
            models.CheckConstraint(
                condition=Q(required_levels__len=0) | Q(required_levels__len=len(PROJECT_PHASES)),
                name="milestone_levels_for_all_phases",
            ),
            models.CheckConstraint(
                condition=Q(required_levels__contained_by=list(range(1, HIGHEST + 1))), name="milestone_levels_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion} ({self.required_level})"

    def required_level_for(self, phase: str | None) -> int:
        """The level the gate of ``phase`` (a key) asks for, 1–4; for the municipality as a whole, in no phase, the highest."""
        if phase is None or not self.required_levels:
            return self.required_level
        return self.required_levels[PROJECT_PHASES.index(phase)]

    @property
    def requirement(self) -> str:
        """In words: „Stufe 3“, or „Stufe 1 in P1, Stufe 2 in P2 und P3, Stufe 3 in P4 und P5“."""
        if not self.required_levels:
            return _level_in_words(self.required_level)
        phases: dict[int, list[str]] = {}
        for phase, level in zip(PROJECT_PHASES, self.required_levels, strict=True):
            phases.setdefault(level, []).append(phase.upper())
        return ", ".join(
            gettext("%(level)s in %(phases)s")
            % {
                "level": _level_in_words(level),
                "phases": gettext(" und ").join(filter(None, (", ".join(names[:-1]), names[-1]))),
            }
            for level, names in phases.items()
        )


def _level_in_words(level: int) -> str:
    return pgettext("Meilenstein", "Stufe %s") % level
