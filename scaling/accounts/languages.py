"""The person's language: kept in their profile, carried by the cookie that Django's own language switch writes."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse


def remember_language(response: HttpResponse, language: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=60 * 60 * 24 * 365,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
    )


@receiver(user_logged_in)
def note_language(request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    """The signal has no response to write to: the middleware does it."""
    if request is not None:
        request.language_of_profile = user.language  # type: ignore[attr-defined]


def language_of_profile(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: who signs in reads on in the language of their profile. The switch in the page's head still overrules it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        language = getattr(request, "language_of_profile", None)
        if language is not None:
            remember_language(response, language)
        return response

    return middleware
