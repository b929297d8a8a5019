"""Sign-ins in the log, one line each that fail2ban can read (docs/operation.md)."""

import logging
import re
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.core.exceptions import PermissionDenied
from django.dispatch import receiver
from django.http import HttpRequest

logger = logging.getLogger("signin")


def _address_of(request: HttpRequest | None) -> str:
    if request is None:
        return "-"
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:  # allauth's word for an address nobody told
        return "-"


@receiver(user_login_failed)
def note_failure(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    typed = str(credentials.get("email") or credentials.get("username") or "")
    # Nobody writes lines of their own into the log by what they type.
    logger.warning("Failed sign-in for “%s” from %s.", re.sub(r"[^\w.@+-]", "", typed)[:100], _address_of(request))


@receiver(user_logged_in)
def note_success(request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    logger.info("Signed in: person %s from %s.", user.pk, _address_of(request))
