import secrets
from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.models.assessment import Assessment
from assessments.models.states import AssessmentState
from scaling.common.history import history_of
from scaling.common.public_ids import DrawnField


def new_token() -> str:
    """192 bits from the system's source of chance: whoever has it may read, so nobody may guess it."""
    return secrets.token_urlsafe(24)


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    def usable(self, today: date) -> "ShareLinkQuerySet":
        """Those that open: neither expired nor revoked, to a round that is approved. Everything else is 404 to the world."""
        return self.filter(
            revoked_at__isnull=True, expires_on__gte=today, assessment__state=AssessmentState.APPROVED
        ).select_related("assessment__project__municipality", "assessment__edition")

    def of(self, assessment: Any) -> "ShareLinkQuerySet":
        """A round's links with the people of their steps, the latest first. One query."""
        return self.filter(assessment=assessment).select_related("created_by", "revoked_by").order_by("-pk")


class ShareLink(models.Model):
    """A read-only way to one approved profile for people without an account. Service functions: ``services.share_links``."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="share_links", verbose_name=_("Bewertung"))
    token = DrawnField(max_length=43, unique=True, default=new_token, editable=False)
    purpose = models.CharField(_("Für wen"), max_length=120)
    with_names = models.BooleanField(_("Namen von Personen zeigen"), default=False)
    expires_on = models.DateField(_("Gültig bis"))
    created_at = models.DateTimeField(_("angelegt am"), auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1, editable=False)
    revoked_at = models.DateTimeField(_("widerrufen am"), null=True, blank=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = ShareLinkQuerySet.as_manager()
    history = history_of(excluded_fields=["token"])

    class Meta:
        verbose_name = _("Link zum Reifeprofil")
        verbose_name_plural = _("Links zum Reifeprofil")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.purpose

    @property
    def state(self) -> str:
        """„revoked“, „expired“ or „active“, on this day."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_on < timezone.localdate() else "active"
