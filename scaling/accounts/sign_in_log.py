"""Sign-ins in the log, one line each that fail2ban can read (docs/operation.md)."""

import logging
import re
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from scaling.accounts.adapter import client_address

logger = logging.getLogger("signin")


def _address_of(request: HttpRequest | None) -> str:
    return "-" if request is None else client_address(request)


@receiver(user_login_failed)
def note_failure(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    typed = str(credentials.get("email") or credentials.get("username") or "")
    # Nobody writes lines of their own into the log by what they type.
    logger.warning("Failed sign-in for “%s” from %s.", re.sub(r"[^\w.@+-]", "", typed)[:100], _address_of(request))


@receiver(user_logged_in)
def note_success(request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    logger.info("Signed in: person %s from %s.", user.pk, _address_of(request))
