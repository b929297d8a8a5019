from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.models.score import Score
from scaling.common.history import history_of


class Evidence(models.Model):
    """Something that shows an answer to be true: a text, and where it has one, a link or a file.

    The file lies outside the web root under a name of ours; ``file_name`` is what it was called. A carried-over evidence points
    to the same file as the one it was copied from. ``dated_on`` is the day it bears itself, ``valid_until`` the last day on
    which it counts (``assessments.validity``); it may have neither. Only these two can be changed later: ``version`` is theirs.
    """

    score = models.ForeignKey(Score, models.CASCADE, related_name="evidence", verbose_name=_("Einschätzung"))
    text = models.CharField(_("Nachweis"), max_length=300)
    url = models.URLField(_("Link"), max_length=500, blank=True)
    file = models.FileField(_("Datei"), upload_to="nachweise/", max_length=200, blank=True, db_index=True)
    file_name = models.CharField(_("Dateiname"), max_length=200, blank=True, editable=False)
    dated_on = models.DateField(_("Datum des Nachweises"), null=True, blank=True)
    valid_until = models.DateField(_("gilt bis"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    history = history_of()

    class Meta:
        verbose_name = _("Nachweis")
        verbose_name_plural = _("Nachweise")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(dated_on__isnull=True) | Q(valid_until__isnull=True) | Q(valid_until__gte=F("dated_on")),
                name="evidence_ends_after_its_date",
            ),
        ]

    def __str__(self) -> str:
        return self.text
