from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalogue.models.edition import Edition
from scaling.common.history import RecordedRow


class ChangeAction(models.TextChoices):
    CREATED = "created", _("angelegt")
    COPIED = "copied", _("als Kopie angelegt")
    IMPORTED = "imported", _("aus einer Datei geladen")
    ADDED = "added", _("hinzugefügt")
    EDITED = "edited", _("geändert")
    MOVED = "moved", _("umgeordnet")
    REMOVED = "removed", _("entfernt")
    PUBLISHED = "published", _("veröffentlicht")
    RETIRED = "retired", _("zurückgezogen")


class ChangeLogEntry(RecordedRow):
    """Who changed what in an edition, written by ``services.change_log.recording`` around every service function.

    Without an edition it is about a phase or a workstream, which all editions share (``services.phases_and_workstreams``).
    ``kind`` and ``key`` name the object as in an edition's document (``criteria``, ``impact-narrative``); both are empty for
    the edition itself.
    ``before`` and ``after`` hold the changed fields only, as the document writes them.
    """

    edition = models.ForeignKey(
        Edition, models.CASCADE, null=True, blank=True, related_name="changes", verbose_name=_("Katalogausgabe")
    )
    at = models.DateTimeField(_("am"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("Person", "von"),
    )
    action = models.CharField(_("was"), max_length=10, choices=ChangeAction.choices)
    kind = models.CharField(max_length=20, blank=True)
    key = models.CharField(max_length=60, blank=True)
    title = models.CharField(_("Titel"), max_length=250, blank=True)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)

    class Meta:
        verbose_name = _("Änderung")
        verbose_name_plural = _("Änderungen")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["edition", "-at"], name="change_edition_at"),
            models.Index(fields=["-at"], name="change_at"),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.get_action_display()}"
