from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scaling.common.public_ids import public_id_field

#: How long a checked file waits to be loaded.
UPLOAD_TTL = timedelta(hours=1)


class CatalogueUploadQuerySet(models.QuerySet["CatalogueUpload"]):
    def waiting(self) -> "CatalogueUploadQuerySet":
        return self.filter(created_at__gt=timezone.now() - UPLOAD_TTL)

    def expired(self) -> "CatalogueUploadQuerySet":
        return self.filter(created_at__lte=timezone.now() - UPLOAD_TTL)


class CatalogueUpload(models.Model):
    """A catalogue file between its check and its import, for the curator who brought it; so what is loaded is what was checked.

    Stored and deleted by ``services.uploads``: once loaded, and after UPLOAD_TTL.
    """

    public_id = public_id_field()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("Person"))
    file_name = models.CharField(_("Dateiname"), max_length=200)
    content = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    objects = CatalogueUploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("hochgeladene Katalogdatei")
        verbose_name_plural = _("hochgeladene Katalogdateien")

    def __str__(self) -> str:
        return self.file_name
