"""Tells the browser which of the texts it keeps for a person are stored, so that it forgets those and no others.

Scripts (static/js/drafts.js) send the ids of what they keep along with a form. Where the form leads on without a complaint, its
values are stored, and a short-lived cookie hands the ids back. Without a script nothing is kept, and nothing is told.
"""

import re
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

FIELD = "entwurf"
COOKIE = "gespeichert"
#: Seconds until the next page has to have read it.
MAX_AGE = 300
_IDS = re.compile(r"[a-z0-9]{8}(\.[a-z0-9]{8}){0,9}")


def stored_forms(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """The middleware. Around what answers for signed-out people, whose form is not stored. No query."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method != "POST" or response.status_code not in (302, 303):
            return response
        ids = request.POST.get(FIELD, "")
        if _IDS.fullmatch(ids) and not _complains(request):
            waiting = request.COOKIES.get(COOKIE, "")
            both = f"{ids}.{waiting}" if _IDS.fullmatch(waiting) else ids  # of another tab, not read yet
            response.set_cookie(COOKIE, both[:89].rstrip("."), max_age=MAX_AGE, samesite="Lax", secure=request.is_secure())
        return response

    return middleware


def _complains(request: HttpRequest) -> bool:
    """Whether the next page will say that something went wrong."""
    queued = getattr(getattr(request, "_messages", None), "_queued_messages", [])
    return any(message.level >= messages.WARNING for message in queued)
