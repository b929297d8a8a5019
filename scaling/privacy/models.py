"""Data that was asked for, as a file to fetch."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scaling.accounts.models import Municipality
from scaling.common.public_ids import public_id_field


class DataExport(models.Model):
    """All data of a person, or of a municipality, made by a worker and fetched by whoever ordered it (``privacy.exports``).

    Of a ``person`` with a ``municipality``: what that municipality holds of them. ``file`` is there once it is made; it
    goes with its row after ``EXPORT_KEEP_DAYS``.
    """

    public_id = public_id_field()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", verbose_name=_("Person"))
    municipality = models.ForeignKey(Municipality, models.CASCADE, null=True, related_name="+", verbose_name=_("Kommune"))
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("angefordert von")
    )
    ordered_at = models.DateTimeField(_("angefordert am"), default=timezone.now)
    made_at = models.DateTimeField(_("erstellt am"), null=True)
    failed_at = models.DateTimeField(null=True)
    file = models.FileField(upload_to="datenausgaben/", max_length=200, blank=True)
    size = models.BigIntegerField(default=0, help_text="bytes")
    checksum = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the file, in hexadecimal")

    class Meta:
        verbose_name = _("Datenausgabe")
        verbose_name_plural = _("Datenausgaben")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.public_id
