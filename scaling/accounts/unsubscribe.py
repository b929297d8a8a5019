"""Links that end one kind of mail without signing in. They are signed and never expire: old mails keep their promise."""

from typing import Any

from django.core import signing
from django.urls import reverse

from scaling.accounts.models import User
from scaling.accounts.profile import save_account

#: What can be ended, and the field of the person that says so.
KINDS = {"notices": "wants_notices", "digest": "wants_digest"}
_SALT = "unsubscribe"


class BadLink(Exception):
    """The link is incomplete or was changed, or the person is gone."""


def unsubscribe_path(user: User, kind: str) -> str:
    token = signing.dumps([user.pk, kind], salt=_SALT)
    return reverse("unsubscribe", args=[token])


def read_token(token: str) -> tuple[User, str]:
    """The person and the kind of mail a link speaks of. Raises BadLink. One query."""
    try:
        pk, kind = signing.loads(token, salt=_SALT)
        return User.objects.get(pk=pk, is_active=True), kind
    except (signing.BadSignature, User.DoesNotExist) as error:
        raise BadLink from error


def unsubscribe(user: User, kind: str) -> None:
    """Twice is no error. An account page that is open meanwhile is asked which of the two is meant."""
    wanted: dict[str, Any] = {KINDS[kind]: False}
    save_account(user, **wanted)
