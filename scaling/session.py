"""How long a person stays signed in: extended by use, warned about before the end (WCAG 2.2.1), extended by one press.

The end is written into the session itself, so that the page can say how much is left without asking the database for more.
"""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

UNTIL = "signed_in_until"


def seconds_left(request: HttpRequest) -> int:
    """Until the session ends; 0 without a signed-in person. No query of its own."""
    if not request.user.is_authenticated:
        return 0
    return max(0, int(request.session.get(UNTIL, 0) - time.time()))


def extend(request: HttpRequest) -> None:
    # Changing the session is enough: it is saved with a new end. Whether it outlives the browser was chosen at the sign-in.
    request.session[UNTIL] = int(time.time()) + settings.SESSION_COOKIE_AGE


@receiver(user_logged_in)
def begin(request: HttpRequest | None, **kwargs: Any) -> None:
    if request is not None:
        extend(request)


class SessionLengthMiddleware:
    """Working extends: each request in the second half of the time starts it anew. One write per half, not per request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Asking how much is left must not change it, or an open page would stay signed in for ever.
        if request.path_info != "/sitzung/" and settings.SESSION_COOKIE_NAME in request.COOKIES:
            until = request.session.get(UNTIL)
            if until is not None and until - time.time() < settings.SESSION_COOKIE_AGE / 2:
                extend(request)
        return self.get_response(request)


@never_cache
@require_http_methods(["GET", "POST"])
def session_view(request: HttpRequest) -> HttpResponse:
    """For the warning's script: GET tells the seconds left, POST starts the time anew."""
    if request.method == "POST" and request.user.is_authenticated:
        extend(request)
    return JsonResponse({"seconds": seconds_left(request)})
