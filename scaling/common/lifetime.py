"""How long something lives that opens without a sign-in: a link, a key. Who needs longer makes a new one, and thinks again."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

MAX_LIFETIME = timedelta(days=366)


def check_end(expires_on: date) -> None:
    """Raise ValidationError for the field ``expires_on`` where the end lies in the past or more than a year away."""
    today = timezone.localdate()
    if not today <= expires_on <= today + MAX_LIFETIME:
        raise ValidationError({"expires_on": _("Bitte wählen Sie einen Tag von heute an bis in einem Jahr.")})
