"""Where a person is signed in: noted at every sign-in, brought up to date by use, and ended by the person.

Own rows instead of ``allauth.usersessions``: that one looks through all sessions of a person at each sign-in, and writes at
each request to know the last use.
"""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from scaling.accounts.browsers import browser_in_words
from scaling.accounts.models import SignIn, User
from scaling.accounts.sign_in_models import SignInQuerySet
from scaling.common.locks import lock

SEEN = "seen_at"
#: Seconds between two times that use is written down.
PAUSE = 15 * 60


def sign_ins_of(user: Any) -> SignInQuerySet:
    """Those that last, the one used last first."""
    return SignIn.objects.filter(user_id=user.pk).lasting()


def end(sign_ins: SignInQuerySet) -> int:
    """Sign the person out there, and return in how many places. Four queries.

    A session first, then what lies with it, as ``scaling.session_store`` does.
    """
    with transaction.atomic(savepoint=False):
        there = lock(Session.objects.filter(pk__in=sign_ins.values("session_id")))
        if there:
            Session.objects.filter(pk__in=there).delete()
    return len(there)


def end_all_of(user: User) -> None:
    """Everywhere: the account was locked, say."""
    end(SignIn.objects.filter(user=user))


def in_words(sign_in: SignIn) -> str:
    return browser_in_words(sign_in.browser)


@receiver(user_logged_in)
def begin(request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    """One query."""
    if request is not None:
        _note(request, user, timezone.now())


def _note(request: HttpRequest, user: Any, begun_at: datetime) -> None:
    request.session[SEEN] = int(time.time())
    if request.session.session_key is None:  # another person was signed in here, whose session is gone
        request.session.save()
    name = request.META.get("HTTP_USER_AGENT", "")[:300].replace("\0", "")
    row = SignIn(user=user, session_id=str(request.session.session_key), browser=name, begun_at=begun_at)
    # Who signs in once more in the same browser keeps the session.
    fields = ["user", "browser", "begun_at", "seen_at"]
    SignIn.objects.bulk_create([row], update_conflicts=True, unique_fields=["session_id"], update_fields=fields)


@receiver([password_changed, password_set])
def go_on_here_alone(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """A new password signs out everywhere else (Django compares it); here the session has got a new key a moment ago."""
    end(SignIn.objects.filter(user=user))
    _note(request, user, timezone.now())


@receiver(password_reset)
def end_everywhere(user: Any, **kwargs: Any) -> None:
    end_all_of(user)


class LastUseMiddleware:
    """Writes down, every quarter of an hour at most, that a browser is in use. No query in between."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Asking how much of the session is left is no use: an open page does so by itself.
        if request.path_info != "/sitzung/" and settings.SESSION_COOKIE_NAME in request.COOKIES:
            seen = request.session.get(SEEN)
            if seen is not None and time.time() - seen > PAUSE:
                request.session[SEEN] = int(time.time())
                SignIn.objects.filter(session=request.session.session_key).update(seen_at=timezone.now())
        return self.get_response(request)
