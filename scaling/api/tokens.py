"""Service functions for the keys of the API: made with an end, told once, found again by their hash, and ended for good."""

import hashlib
import secrets
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils import timezone

from scaling.accounts.models import Municipality
from scaling.api.models import ApiToken
from scaling.common.history import attribute_to
from scaling.common.lifetime import check_end
from scaling.common.text import tidy_line
from scaling.common.transactions import atomic
from scaling.trail.events import note
from scaling.trail.models import EventKind

#: So that a scanner for secrets, and whoever finds one in a file, knows what it is.
PREFIX = "skc_"


def hash_of(token: str) -> str:
    """No salt and no slow hash: 256 bits of chance cannot be tried out, and each request looks one up."""
    return hashlib.sha256(token.encode()).hexdigest()


@atomic
def create_token(*, municipality: Municipality, by: Any, purpose: str, role: str, expires_on: date) -> tuple[ApiToken, str]:
    """The row, and the key itself, which nobody can tell again.

    Raises ValidationError for an end in the past or more than a year away.
    """
    check_end(expires_on)
    token = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(
        municipality=municipality,
        token_hash=hash_of(token),
        purpose=tidy_line(purpose),
        role=role,
        expires_on=expires_on,
        created_by=by,
    )
    attribute_to(row, by)
    row.save()
    return row, token


@atomic
def end_token(*, token: ApiToken, by: Any) -> ApiToken:
    """From now on it opens nothing. Ending it twice is no error; the first time stands."""
    current = ApiToken.objects.select_for_update().get(pk=token.pk)
    if current.ended_at is None:
        current.ended_at, current.ended_by = timezone.now(), by
        attribute_to(current, by)
        current.save(update_fields=["ended_at", "ended_by"])
    return current


def usable_token(token: str) -> ApiToken | None:
    """The row of a key that opens today, with municipality and maker. One query."""
    return ApiToken.objects.usable(timezone.localdate()).filter(token_hash=hash_of(token)).first()


def note_use(token: ApiToken) -> None:
    """Keep the day of the last use, and tell the trail of each key and day once. No query but for the first use of a day."""
    today = timezone.localdate()
    if token.last_used_on == today:
        return
    fresh = ApiToken.objects.filter(pk=token.pk).filter(Q(last_used_on=None) | Q(last_used_on__lt=today))
    if fresh.update(last_used_on=today):
        note(EventKind.API_READ, by=token.created_by, municipality=token.municipality, key=token.pk)
