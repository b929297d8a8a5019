"""The keys of the API: made, listed and ended by a municipality's managers."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scaling.accounts.models import Membership, Municipality, Role
from scaling.common.history import history_of


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable(self, today: date) -> "ApiTokenQuerySet":
        """Those that open: neither ended nor expired, and made by somebody who manages the municipality and may go on working.

        With municipality and maker, in one query.
        """
        place = Membership.objects.filter(user=OuterRef("created_by"), municipality=OuterRef("municipality"))
        return self.filter(
            Exists(place.filter(role=Role.MANAGER)),
            Q(created_by__second_factor_due=None) | Q(created_by__second_factor_due__gte=today),
            ended_at=None,
            expires_on__gte=today,
            created_by__is_active=True,
        ).select_related("municipality", "created_by")

    def of(self, municipality: Municipality) -> "ApiTokenQuerySet":
        """A municipality's, the latest first, with the people of their steps and ``is_usable``. One query."""
        usable = ApiToken.objects.usable(timezone.localdate()).filter(pk=OuterRef("pk"))
        found = self.filter(municipality=municipality).select_related("created_by", "ended_by")
        return found.annotate(is_usable=Exists(usable)).order_by("-pk")


class ApiToken(models.Model):
    """A key with which a program reads what a role of the municipality may see. Service functions: ``api.tokens``.

    Only the hash of it is kept. ``role`` is MANAGER or READER: a team is a matter of people.
    """

    municipality = models.ForeignKey(Municipality, models.CASCADE, related_name="api_tokens", verbose_name=_("Kommune"))
    token_hash = models.CharField(max_length=64, unique=True, editable=False, help_text="SHA-256, in hexadecimal")
    purpose = models.CharField(_("Wofür"), max_length=120)
    role = models.CharField(_("Rolle"), max_length=10, choices=Role.choices, default=Role.READER)
    expires_on = models.DateField(_("Gültig bis"))
    created_at = models.DateTimeField(_("angelegt am"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("angelegt von")
    )
    last_used_on = models.DateField(_("zuletzt benutzt am"), null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(_("beendet am"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("beendet von")
    )

    objects = ApiTokenQuerySet.as_manager()
    history = history_of(excluded_fields=["token_hash", "last_used_on"])

    class Meta:
        verbose_name = _("Zugangsschlüssel")
        verbose_name_plural = _("Zugangsschlüssel")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=[Role.MANAGER, Role.READER]), name="api_token_role_known"),
        ]

    def __str__(self) -> str:
        return self.purpose

    @property
    def state(self) -> str:
        """„ended“, „expired“, „active“, or „idle“: its maker no longer manages. Of a row fetched by ``of``. No query."""
        if self.ended_at is not None:
            return "ended"
        if self.expires_on < timezone.localdate():
            return "expired"
        is_usable: Any = self.__dict__.get("is_usable")
        return "active" if is_usable else "idle"
