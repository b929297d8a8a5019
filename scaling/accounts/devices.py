"""A device somebody has signed in on before is not locked out by what others try from elsewhere.

Who signs in on another one is told by mail.

After a sign-in the browser keeps a signed mark for that person alone. Wrong passwords are counted apart for it: an attacker who
uses up the attempts for an address leaves those of its owner's own device alone. The mark opens nothing by itself.
"""

from typing import Any

from allauth.account.signals import user_logged_in
from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import get_random_string, salted_hmac

from scaling.accounts.browsers import browser_in_words
from scaling.common.addresses import absolute_url
from scaling.common.mail import send_later, tidy

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


def tell_of_new_device(request: HttpRequest, user: Any) -> None:
    """A mail to the person, so that somebody else's sign-in does not stay unseen. One query."""
    context: dict[str, Any] = {
        "person": user,
        "at": timezone.now(),
        "sign_ins_url": absolute_url(reverse("sign_ins")),
        "password_url": absolute_url(reverse("account_change_password")),
    }
    with translation.override(user.language):
        context["browser"] = browser_in_words(request.META.get("HTTP_USER_AGENT", ""))
        text = render_to_string("accounts/mail/new_device.txt", context)
    subject, _gap, body = text.lstrip().partition("\n\n")
    mail = EmailMessage(" ".join(subject.split()), tidy(body), to=[user.email], headers={"Auto-Submitted": "auto-generated"})
    send_later([mail])


@receiver(user_logged_in)
def note_device(request: HttpRequest, user: Any, response: HttpResponse | None = None, **kwargs: Any) -> None:
    if response is not None and not known_device(request, user.email):
        remember_device(response, user.email)
        if not getattr(request, "first_sign_in", False):
            tell_of_new_device(request, user)
