"""What happened beside the histories, and the seals of all of them."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from scaling.accounts.models import Municipality
from scaling.common.history import RecordedRow


class EventKind(models.TextChoices):
    SIGNED_IN = "signed_in", _("angemeldet")
    SIGNED_OUT = "signed_out", _("abgemeldet")
    DOWNLOADED = "downloaded", _("heruntergeladen")
    EXPORTED = "exported", _("Daten ausgegeben")
    API_READ = "api_read", _("über die Schnittstelle gelesen")
    PEOPLE_LISTED = "people_listed", _("Personenliste eingespielt")
    LOCKED = "locked", _("Konto gesperrt")
    UNLOCKED = "unlocked", _("Konto entsperrt")
    ANONYMISED = "anonymised", _("Person anonymisiert")
    MUNICIPALITY_ERASED = "erased", _("Kommune gelöscht")
    RETENTION = "retention", _("Aufbewahrung angewandt")
    SETTINGS = "settings", _("Einstellungen des Betriebs geändert")


#: What of the events is a fetched file, and what signing in and out: each has an index of its own, and so has what is left.
FETCHED = [EventKind.DOWNLOADED, EventKind.EXPORTED, EventKind.API_READ]
SIGNED = [EventKind.SIGNED_IN, EventKind.SIGNED_OUT]
EVENTS = {
    "abrufe": models.Q(kind__in=FETCHED),
    "anmeldungen": models.Q(kind__in=SIGNED),
    "betrieb": ~models.Q(kind__in=[*FETCHED, *SIGNED]),
}


class TrailEvent(RecordedRow):
    """What changes no row that has a history of its own: signing in, fetching a file, anonymising. Written by ``trail.events``.

    ``detail`` names the address by its name in the code, and objects by their ids; it holds nothing that anybody wrote.
    """

    at = models.DateTimeField(_("am"), default=timezone.now)
    kind = models.CharField(_("was"), max_length=16, choices=EventKind.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("Person", "von"),
    )
    municipality = models.ForeignKey(
        Municipality, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("Kommune")
    )
    project = models.ForeignKey("assessments.Project", models.SET_NULL, null=True, blank=True, related_name="+")
    detail = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("Ereignis")
        verbose_name_plural = _("Ereignisse")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["municipality", "-at"], name="event_municipality_at"),
            *(models.Index(fields=["-at"], condition=where, name=f"event_{kind}_at") for kind, where in EVENTS.items()),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.at}"


class SealKind(models.TextChoices):
    ROW = "row", "row"  # as it was added
    FIRST = "first", "first"  # was there when sealing began
    REWRITTEN = "rewritten", "rewritten"  # changed for a reason that the law or the operator gives
    GONE = "gone", "gone"  # removed for such a reason; the link stays


class SealedColumns(models.Model):
    """Which columns of a table a seal speaks for: a later version may have more."""

    table = models.CharField(max_length=63)
    columns = models.JSONField()

    class Meta:
        verbose_name = _("versiegelte Spalten")
        verbose_name_plural = _("versiegelte Spalten")
        constraints = [models.UniqueConstraint(fields=["table", "columns"], name="sealed_columns_unique")]

    def __str__(self) -> str:
        return f"{self.table} ({len(self.columns)})"


class Seal(models.Model):
    """One link of the chain: what a row of a history held, and the link before. Written by ``trail.sealing`` and ``rewriting``.

    ``digest`` is SHA-256 over ``salt`` and the row's columns; ``chain`` over the chain before, and this link's number, table,
    row, kind and digest, in hexadecimal. A row that goes takes the salts with it, so its digests tell nothing of what it held.
    """

    number = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=10, choices=SealKind.choices)
    table = models.CharField(max_length=63)
    row = models.BigIntegerField()
    columns = models.ForeignKey(SealedColumns, models.PROTECT, null=True, related_name="+")
    salt = models.CharField(max_length=32, blank=True)
    digest = models.CharField(max_length=64)
    chain = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("Siegel")
        verbose_name_plural = _("Siegel")
        indexes = [models.Index(fields=["table", "row", "number"], name="seal_of_row")]

    def __str__(self) -> str:
        return f"{self.number}: {self.table} {self.row}"
