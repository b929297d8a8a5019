"""A sign-in by a provider ends with the working day: whoever was locked there comes no further here."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from scaling.accounts.single_sign_on.adapters import SESSION, note_in_session


@receiver(user_logged_in)
def begin(request: HttpRequest | None, **kwargs: Any) -> None:
    if request is not None:
        note_in_session(request)


class SingleSignOnMiddleware:
    """Signs out whose provider has to be asked again, or is none of ours any more. No query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            noted = request.session.get(SESSION)
            if noted and (noted["until"] < time.time() or noted["provider"] not in settings.IDENTITY_PROVIDERS):
                logout(request)
        return self.get_response(request)
