from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.models.score import Score
from scaling.accounts.models import Municipality
from scaling.common.history import history_of

#: A reason that is worth reading elsewhere, not a report; and a sentence or two on why it was taken or not.
MAX_OFFERED, MAX_DECISION = 2000, 600


class OfferState(models.TextChoices):
    OFFERED = "offered", _("angeboten")
    ACCEPTED = "accepted", _("angenommen")
    DECLINED = "declined", _("abgelehnt")
    WITHDRAWN = "withdrawn", _("zurückgezogen")


class PracticeOfferQuerySet(models.QuerySet["PracticeOffer"]):
    def waiting(self) -> "PracticeOfferQuerySet":
        """For curators, what waits longest first."""
        return self.filter(state=OfferState.OFFERED).order_by("pk")

    def with_origin(self) -> "PracticeOfferQuerySet":
        return self.select_related("score__criterion", "score__assessment__project__municipality")

    def of_municipality(self, municipality: Municipality) -> "PracticeOfferQuerySet":
        return self.filter(score__assessment__project__municipality=municipality).order_by("-pk")


class PracticeOffer(models.Model):
    """An approved reason that a municipality offers to all others. Its text is its own from then on, whatever the round does.

    The public sees it while it is accepted, and the name only where ``shows_name``. Written by ``services.practice_offers``.
    """

    score = models.ForeignKey(Score, models.CASCADE, related_name="practice_offers", verbose_name=_("Antwort"))
    text = models.TextField(_("Text"), max_length=MAX_OFFERED)
    shows_name = models.BooleanField(_("Name der Kommune wird gezeigt"), default=False)
    state = models.CharField(_("Stand"), max_length=10, choices=OfferState.choices, default=OfferState.OFFERED)
    note = models.TextField(_("Anmerkung der Redaktion"), max_length=MAX_DECISION, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = PracticeOfferQuerySet.as_manager()
    history = history_of()

    class Meta:
        verbose_name = _("Gutes Beispiel")
        verbose_name_plural = _("Gute Beispiele")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["score"], condition=Q(state__in=["offered", "accepted"]), name="practice_offer_one_open_per_answer"
            ),
        ]
        indexes = [models.Index(fields=["state", "id"], name="practice_offer_state")]

    def __str__(self) -> str:
        return str(self.score.criterion)

    @property
    def municipality_id(self) -> int:
        return self.score.assessment.project.municipality_id

    @property
    def is_waiting(self) -> bool:
        return self.state == OfferState.OFFERED

    @property
    def can_be_withdrawn(self) -> bool:
        return self.state in (OfferState.OFFERED, OfferState.ACCEPTED)
