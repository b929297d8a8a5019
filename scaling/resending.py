"""What somebody typed is shown again where the server could not take it, so that it can be sent once more.

Two things can happen to a page that stood open for long: its reader is not signed in any more, or its token is too old because
they signed in anew in another tab. Either way the answer holds what was typed, with a button that sends it again. Where it has
no place any more, because somebody removed or closed what it belongs to, the error page shows it to be copied. Nothing of it is
kept on the server, and no script is needed.
"""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.views.csrf import csrf_failure as django_csrf_failure

from scaling.drafts import FIELD as DRAFTS
from scaling.once import FIELD

#: Numbers, days, words to choose from and the like: they are sent again but not shown. Whatever else there is, somebody wrote.
_NOT_WRITTEN = re.compile(r"\s*([a-z0-9.:-]{0,11}|[a-z0-9.:-]*_[a-z0-9_.:-]*)\s*")


def typed_in(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields that can be sent again, with their values; none where a secret is among them, and none of signing in."""
    if request.method != "POST" or request.path.startswith(_account_pages()):
        return []
    fields = [(name, value) for name, values in request.POST.lists() for value in values if name != "csrfmiddlewaretoken"]
    secret = any("password" in name.lower() for name, _ in fields)
    return [] if secret or not any(value.strip() for name, value in fields if name != FIELD) else fields


def texts_to_copy(request: HttpRequest) -> list[str]:
    """What was typed on a page of ours, for an error page. No query."""
    return shown_texts(typed_in(request)) if _is_from_here(request) else []


def fields_to_send_again(request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed on a page of ours, with all that belongs to it, for a page whose button sends it again. No query."""
    return typed_in(request) if _is_from_here(request) else []


def shown_texts(fields: list[tuple[str, str]]) -> list[str]:
    return [value for name, value in fields if name not in (FIELD, DRAFTS) and not _NOT_WRITTEN.fullmatch(value)]


def _is_from_here(request: HttpRequest) -> bool:
    """Browsers name the sending site, and no page can make them name another one."""
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


def _account_pages() -> str:
    return resolve_url(settings.LOGIN_URL).removesuffix("login/")


def _offer(request: HttpRequest, fields: list[tuple[str, str]], status: int) -> HttpResponse:
    context = {
        "fields": fields,
        "texts": shown_texts(fields),
        "has_files": bool(request.FILES),
        "address": request.get_full_path(),
        "signed_in": request.user.is_authenticated,
    }
    response = render(request, "resend.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


class SignedOutMiddleware:
    """Where a view would lead to the sign-in and drop what was sent, answers 401 with what was sent instead."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method != "POST" or response.status_code != 302:
            return response
        if request.user.is_authenticated or not response["Location"].startswith(resolve_url(settings.LOGIN_URL)):
            return response
        fields = typed_in(request)
        return _offer(request, fields, status=401) if fields else response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page of an old token, with what was typed where it came from a page of ours.

    Nothing is done here without another press, and what another site sent is not offered: its reader would finish an attack
    by pressing our button.
    """
    fields: list[tuple[str, str]] = typed_in(request) if _is_from_here(request) else []
    if not fields:
        response: HttpResponse = django_csrf_failure(request, reason=reason)
        return response
    return _offer(request, fields, status=403)
