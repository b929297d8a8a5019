"""Middleware of the site itself."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from assessments import saving, workflow
from catalogue import publishing

#: Somebody else was faster. Pages that can say more catch these themselves; this is the floor for all others.
CONFLICTS = (
    workflow.WrongState,
    workflow.OpenAssessmentExists,
    saving.StaleScore,
    saving.NotEditable,
    publishing.WrongState,
)


class ConflictMiddleware:
    """Answers 409 where a view lets a conflict through."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return render(request, "409.html", status=409) if isinstance(exception, CONFLICTS) else None
