"""What signing in keeps: attempts that are counted, and where a person is signed in."""

from typing import ClassVar

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AttemptCount(models.Model):
    """How often something was tried since ``until`` less its time. Read and written by ``attempts`` alone, in one statement."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField()
    until = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("gezählte Versuche")
        verbose_name_plural = _("gezählte Versuche")

    def __str__(self) -> str:
        return self.key


class SignInQuerySet(models.QuerySet["SignIn"]):
    def lasting(self) -> "SignInQuerySet":
        """Those whose session has not run out."""
        return self.filter(session__expire_date__gt=timezone.now())


class SignIn(models.Model):
    """A browser that a person is signed in with. It goes with its session, whatever ends that (``sign_ins``).

    No address of the network is kept: it says where somebody is, and the browser's own name is enough to know it again.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="sign_ins", verbose_name=_("Person"))
    session = models.OneToOneField(Session, models.CASCADE, related_name="+", verbose_name=_("Sitzung"))
    browser = models.CharField(_("Browser"), max_length=300, blank=True, help_text="as it names itself")
    begun_at = models.DateTimeField(_("angemeldet am"), default=timezone.now)
    seen_at = models.DateTimeField(_("zuletzt benutzt am"), default=timezone.now)

    objects: ClassVar[SignInQuerySet] = SignInQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("Anmeldung")
        verbose_name_plural = _("Anmeldungen")
        ordering = ["-seen_at"]

    def __str__(self) -> str:
        return f"{self.user_id}, {self.begun_at}"
