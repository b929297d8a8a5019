from functools import cached_property
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Prefetch, Q
from django.utils.translation import gettext_lazy as _

from catalogue.levels import HIGHEST, LOWEST, Level
from catalogue.models.edition import Edition
from catalogue.models.phase import CROSS_PHASE, Phase, Workstream
from scaling.common.addresses import address
from scaling.common.offices import known_offices, office_names, offices_field


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
    MAPPING = "mapping", _("Zuordnung des Titels, die unsicher ist")
    READING = "reading", _("Lesart der Quelle")
    TRANSLATION = "translation", _("Übersetzung des Titels")


class Subject(models.TextChoices):
    """Whom a criterion is about. What is (also) about the municipality has a second wording for it."""

    SOLUTION = "solution", _("die Lösung")
    MUNICIPALITY = "municipality", _("die Kommune insgesamt")
    BOTH = "both", _("die Lösung und die Kommune insgesamt")


#: The second wording, for the municipality as a whole; the levels have theirs, too.
MUNICIPALITY_TEXTS = ("municipality_summary", "municipality_questions", "municipality_evidence_examples")


class CriterionQuerySet(models.QuerySet["Criterion"]):
    def for_listing(self) -> "CriterionQuerySet":
        """Phase, workstreams and milestone at hand: two queries, whatever the number of rows."""
        return self.select_related("phase", "milestone").prefetch_related("workstreams")

    def titles_only(self) -> "CriterionQuerySet":
        """Without the long texts, which a list does not show; they are most of a row."""
        long = ("why", "questions", "note", "evidence_examples", "not_here", *MUNICIPALITY_TEXTS)
        return self.defer(*long, *(f"{name}_{language}" for name in long for language in ("de", "en")))

    def for_reading(self) -> "CriterionQuerySet":
        """Everything the page of a criterion shows: nine queries, whatever the number of rows."""
        return self.for_listing().prefetch_related(
            "levels",
            "references",
            Prefetch("related", Criterion.objects.only("key", "title", "title_de", "title_en")),
            "good_practices",
            "operating_models",
            "legal_notes",
        )

    def offered_to(self, *, municipality_wide: bool) -> "CriterionQuerySet":
        """What a round can ask. The municipality as a whole gets exactly what is worded for it.

        A solution gets what is about solutions, and all cross-phase criteria: these are asked in its own words, too.
        """
        if municipality_wide:
            return self.exclude(subject=Subject.SOLUTION)
        return self.exclude(~Q(phase__key=CROSS_PHASE), subject=Subject.MUNICIPALITY)


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
    subject = models.CharField(_("Gegenstand"), max_length=12, choices=Subject.choices, default=Subject.SOLUTION)
    offices = offices_field(verbose_name=_("Wer weiß das?"))
    summary = models.TextField(_("Kurzbeschreibung"))
    why = models.TextField(_("Warum es zählt"))
    questions = ArrayField(models.TextField(), verbose_name=_("Leitfragen"), default=list)
    note = models.TextField(_("In einfachen Worten"), blank=True)
    evidence_examples = ArrayField(models.TextField(), verbose_name=_("Beispiele für Nachweise"), default=list)
    not_here = models.TextField(
        _("Gehört nicht hierher"), blank=True, help_text=_("Was ein nahes Kriterium fragt, mit dessen Titel.")
    )
    municipality_summary = models.TextField(_("Kurzbeschreibung für die Kommune insgesamt"), blank=True)
    municipality_questions = ArrayField(
        models.TextField(), verbose_name=_("Leitfragen für die Kommune insgesamt"), default=list, blank=True
    )
    municipality_evidence_examples = ArrayField(
        models.TextField(), verbose_name=_("Nachweise der Kommune insgesamt"), default=list, blank=True
    )
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
            models.CheckConstraint(condition=Q(subject__in=Subject.values), name="criterion_subject_known"),
            known_offices("criterion_offices_known"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("catalogue:criterion", self.key)

    @property
    def editorial_names(self) -> str:
        """What the editors chose, in words."""
        return ", ".join(str(EditorialMark(mark).label) for mark in self.editorial)

    @property
    def office_names(self) -> str:
        """The offices that can usually answer, in words; empty where none is named."""
        return office_names(self.offices)

    def is_offered_to(self, *, municipality_wide: bool) -> bool:
        """The rule of ``CriterionQuerySet.offered_to`` for one criterion with its phase at hand."""
        if municipality_wide:
            return self.subject != Subject.SOLUTION
        return self.subject != Subject.MUNICIPALITY or self.phase.is_cross_phase

    @property
    def has_municipality_wording(self) -> bool:
        return self.subject != Subject.SOLUTION

    @cached_property
    def own_workstreams(self) -> tuple[Workstream, ...]:
        """As they were when first asked for. No query with the workstreams at hand."""
        return tuple(self.workstreams.all())

    @cached_property
    def workstream_keys(self) -> tuple[str, ...]:
        return tuple(workstream.key for workstream in self.own_workstreams)

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
    municipality_description = models.TextField(_("Beschreibung für die Kommune insgesamt"), blank=True)
    municipality_next_step = models.TextField(_("Schritt zur nächsten Stufe für die Kommune insgesamt"), blank=True)

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
