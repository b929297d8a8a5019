"""Middleware of the site itself."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render

from assessments.models import Score
from assessments.services import answers, workflow
from catalogue.services import publishing

#: Somebody else was faster. Pages that can say more catch these themselves; this is the floor for all others.
CONFLICTS = (
    workflow.WrongState,
    workflow.OpenAssessmentExists,
    answers.StaleScore,
    answers.NotEditable,
    publishing.WrongEditionState,
    Score.DoesNotExist,  # it left the round a moment ago
)


class BodyLimitMiddleware:
    """Answers 413 to what is larger than MAX_BODY_BYTES before it is read. What does not say its length is taken as empty."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        """Before the CSRF middleware's own, which is the first to read."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > settings.MAX_BODY_BYTES:
            return render(request, "413.html", status=413)
        return None


class PlainRequestMiddleware:
    """Refuses what no page of ours is asked for: other methods than reading and sending (405), and the character NUL in an
    address (400), which the database takes for an error of ours.
    """

    METHODS = ("GET", "HEAD", "OPTIONS", "POST")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in self.METHODS:
            return HttpResponseNotAllowed(self.METHODS)
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("The address holds a NUL.")
        return self.get_response(request)


class PrivateMiddleware:
    """What a signed-in person gets is theirs: no proxy keeps it, and signing out empties the browser's own store.

    Not ``no-store``: with it, the way back from an error page would lose what was typed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            response.headers.setdefault("Cache-Control", "private, no-cache")
            if request.session.is_empty():  # signed out a moment ago, or the session has ended
                response["Clear-Site-Data"] = '"cache"'
        return response


class ConflictMiddleware:
    """Answers 409 where a view lets a conflict through."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return render(request, "409.html", status=409) if isinstance(exception, CONFLICTS) else None
