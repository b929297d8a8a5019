from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.models.assessment import Assessment
from scaling.common.public_ids import public_id_field

#: How long a sheet that was read waits for its yes or no.
TTL = timedelta(hours=24)


class WorkbookUploadQuerySet(models.QuerySet["WorkbookUpload"]):
    def waiting(self) -> "WorkbookUploadQuerySet":
        return self.filter(created_at__gt=timezone.now() - TTL)

    def expired(self) -> "WorkbookUploadQuerySet":
        return self.filter(created_at__lte=timezone.now() - TTL)


class WorkbookUpload(models.Model):
    """A sheet somebody brought back, between preview and import. Kept here, so that what is imported is what was shown.

    ``rows`` are the answers as read (``assessments.workbook.importing``). Deleted once imported or dropped, and after a day.
    """

    public_id = public_id_field()
    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="+", verbose_name=_("Bewertung"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("Person"))
    file_name = models.CharField(_("Dateiname"), max_length=200)
    rows = models.JSONField(_("Zeilen"))
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WorkbookUploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("eingelesener Bogen")
        verbose_name_plural = _("eingelesene Bögen")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.file_name
