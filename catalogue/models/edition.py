from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from catalogue.usage import use_of_edition


class EditionState(models.TextChoices):
    DRAFT = "draft", _("Entwurf")
    PUBLISHED = "published", _("veröffentlicht")
    RETIRED = "retired", _("zurückgezogen")


class EditionQuerySet(models.QuerySet["Edition"]):
    def readable(self) -> "EditionQuerySet":
        """What anyone may read: everything but drafts."""
        return self.exclude(state=EditionState.DRAFT)

    def visible_to(self, user: Any) -> "EditionQuerySet":
        """Drafts are for curators only."""
        return self.all() if user.is_authenticated and user.is_active and user.is_curator else self.readable()

    def with_use(self) -> "EditionQuerySet":
        """Adds ``criteria_count`` and ``use_count``: how many rows of the apps above, such as assessments, are pinned to it."""
        return self.annotate(criteria_count=Count("criteria"), use_count=use_of_edition())

    def older_than(self, major: int, minor: int) -> "EditionQuerySet":
        """Editions with a lower number, the newest first."""
        return self.filter(Q(major__lt=major) | Q(major=major, minor__lt=minor)).order_by("-major", "-minor")

    def numbered(self, number: str) -> "Edition | None":
        """The edition with a number such as ``2.0``, or None."""
        major, _dot, minor = number.partition(".")
        if not (major.isdecimal() and minor.isdecimal() and len(number) < 10):
            return None
        return self.filter(major=int(major), minor=int(minor)).first()

    def current(self) -> "Edition | None":
        """The newest published edition, with which assessments start and which the public pages show."""
        return self.filter(state=EditionState.PUBLISHED).order_by("-major", "-minor").first()


class Edition(models.Model):
    """A catalogue that assessments are pinned to. Draft → published → retired; only drafts can change.

    States change through ``services.publishing``, drafts through ``services.editing`` and ``services.importing``. That a
    published edition stays as it is, with all that belongs to it, the database itself sees to (migration 0004).
    ``version`` grows by one with every save of the edition's own texts.
    """

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

    retired_at = models.DateTimeField(_("zurückgezogen am"), null=True, blank=True)
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("zurückgezogen von"),
    )
    checksum = models.CharField(
        _("Prüfsumme"),
        max_length=64,
        blank=True,
        editable=False,
        help_text=_("SHA-256 des Inhalts, seit der Veröffentlichung."),
    )
    version = models.PositiveIntegerField(default=1, editable=False)

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
