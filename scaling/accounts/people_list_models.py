"""A list of people between its preview and its yes."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scaling.common.public_ids import public_id_field

#: How long a list that was read waits for its yes or no.
LIST_TTL = timedelta(hours=24)


class PeopleListQuerySet(models.QuerySet["PeopleList"]):
    def waiting(self) -> "PeopleListQuerySet":
        return self.filter(created_at__gt=timezone.now() - LIST_TTL)

    def expired(self) -> "PeopleListQuerySet":
        return self.filter(created_at__lte=timezone.now() - LIST_TTL)


class PeopleList(models.Model):
    """Kept here, so that what is carried out is what was shown. ``rows`` as ``people_list.reading`` gives them.

    Deleted once it is carried out or dropped, and after a day.
    """

    public_id = public_id_field()
    municipality = models.ForeignKey("accounts.Municipality", models.CASCADE, related_name="+", verbose_name=_("Kommune"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("Person"))
    file_name = models.CharField(_("Dateiname"), max_length=200)
    rows = models.JSONField(_("Zeilen"))
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[PeopleListQuerySet] = PeopleListQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("eingelesene Personenliste")
        verbose_name_plural = _("eingelesene Personenlisten")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.file_name
