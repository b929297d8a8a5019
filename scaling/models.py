"""What the site itself keeps."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scaling.api.models import ApiToken
from scaling.privacy.models import DataExport
from scaling.trail.models import EventKind, Seal, SealedColumns, SealKind, TrailEvent

__all__ = [
    "ApiToken",
    "DataExport",
    "EventKind",
    "Seal",
    "SealKind",
    "SealedColumns",
    "SubmittedForm",
    "TimedRun",
    "TrailEvent",
]

#: How long the answer to a form is kept: for a second click, a request sent again over a bad line, a „back“ and „send again“.
#: Not for longer, since the same form may be meant anew later, when somebody else has undone what it did.
ANSWER_TTL = timedelta(minutes=10)
#: After this a request that has not answered yet has died with its worker.
GIVEN_UP_AFTER = timedelta(seconds=60)


class TimedRun(models.Model):
    """The last run of what timers do (``manage.py timer``): how an operator's check knows that they do it. A row each."""

    name = models.CharField(max_length=20, primary_key=True)
    started_at = models.DateTimeField()
    #: Of the last one that ended as it should.
    succeeded_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)

    class Meta:
        verbose_name = _("Lauf eines Zeitgebers")
        verbose_name_plural = _("Läufe der Zeitgeber")

    def __str__(self) -> str:
        return self.name


class SubmittedFormQuerySet(models.QuerySet["SubmittedForm"]):
    def outdated(self) -> "SubmittedFormQuerySet":
        return self.filter(at__lt=timezone.now() - ANSWER_TTL)


class SubmittedForm(models.Model):
    """A form that was sent, and the answer it got, for whoever sends it again (``scaling.once``).

    ``key`` is a hash of the page's token, the person, the address and everything that was sent. ``target`` is where the answer
    led, empty until there is one; ``cookies`` what it said to the page after it.
    """

    key = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("Person"))
    target = models.CharField(max_length=2000, blank=True)
    cookies = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    objects: ClassVar[SubmittedFormQuerySet] = SubmittedFormQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("gesendetes Formular")
        verbose_name_plural = _("gesendete Formulare")

    def __str__(self) -> str:
        return self.key
