from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessments.models.assessment import Assessment
from assessments.models.states import TransitionKind
from catalogue.models import Edition
from scaling.common.history import RecordedRow


class AssessmentTransition(RecordedRow):
    """One step of a round: what, when, who, and what was said to it. Written by ``services.workflow`` and ``edition_switch``.

    Append-only: a trigger refuses every change but forgetting the person. History, notices, start page and cover read these
    rows and nothing else (``AssessmentQuerySet.with_steps``).
    """

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="transitions", verbose_name=_("Bewertung"))
    kind = models.CharField(_("Schritt"), max_length=8, choices=TransitionKind.choices)
    at = models.DateTimeField(_("am"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("Person", "von"),
    )
    note = models.TextField(_("Anmerkung"), blank=True)
    from_edition = models.ForeignKey(Edition, models.PROTECT, null=True, blank=True, related_name="+")
    to_edition = models.ForeignKey(Edition, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("Schritt einer Bewertung")
        verbose_name_plural = _("Schritte einer Bewertung")
        ordering = ["pk"]
        indexes = [models.Index(fields=["-at"], name="transition_at")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind=TransitionKind.MOVE, from_edition__isnull=False, to_edition__isnull=False)
                | (~models.Q(kind=TransitionKind.MOVE) & models.Q(from_edition__isnull=True, to_edition__isnull=True)),
                name="transition_editions_exactly_when_moved",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assessment_id}: {self.get_kind_display()}"
