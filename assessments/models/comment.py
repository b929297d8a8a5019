from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.models.score import Score
from scaling.common.history import history_of


class Comment(models.Model):
    """A remark on one criterion of one assessment, open until somebody resolves it."""

    score = models.ForeignKey(Score, models.CASCADE, related_name="comments", verbose_name=_("Einschätzung"))
    text = models.TextField(_("Kommentar"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    history = history_of()

    class Meta:
        verbose_name = _("Kommentar")
        verbose_name_plural = _("Kommentare")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text
