"""A device somebody has signed in on before is not locked out by what others try from elsewhere.

After a sign-in the browser keeps a signed mark for that person alone. Wrong passwords are counted apart for it: an attacker who
uses up the attempts for an address leaves those of its owner's own device alone. The mark opens nothing by itself.
"""

from typing import Any

from allauth.account.signals import user_logged_in
from django.conf import settings
from django.core import signing
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string, salted_hmac

COOKIE = "geraet"
SALT = "scaling.accounts.devices"
MAX_AGE = 60 * 60 * 24 * 180


def known_device(request: HttpRequest, email: str) -> str:
    """What tells this device apart in the count of attempts for ``email``; empty for one that is not known. No query."""
    try:
        owner, device = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=MAX_AGE)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return str(device) if owner == _owner(email) else ""


def remember_device(response: HttpResponse, email: str) -> None:
    mark = signing.dumps([_owner(email), get_random_string(12)], salt=SALT)
    response.set_cookie(
        COOKIE,
        mark,
        max_age=MAX_AGE,
        path=settings.FORCE_SCRIPT_NAME or "/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _owner(email: str) -> str:
    """Not the address itself: others may use the browser later."""
    return salted_hmac(SALT, email.strip().lower()).hexdigest()[:24]


@receiver(user_logged_in)
def note_device(request: HttpRequest, user: Any, response: HttpResponse | None = None, **kwargs: Any) -> None:
    if response is not None and not known_device(request, user.email):
        remember_device(response, user.email)
