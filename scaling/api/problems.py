"""Refusals in words and as JSON (RFC 9457), the same for every address of the API."""

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.translation import gettext_lazy as _

BELOW = "/api/"
READING = ("GET", "HEAD")
MEDIA_TYPE = "application/problem+json"
#: What an address may be refused with, beside what it gives; described in the OpenAPI document.
SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. Texts are in the language asked for.",
    "additionalProperties": False,
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"const": "about:blank"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "request_id": {
            "type": "string",
            "description": "Of a 500: by it the operator finds what failed; also in X-Request-ID.",
        },
        "errors": {
            "type": "array",
            "description": "Of a 422: which parameters are wrong, and how.",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["parameter", "message"],
                "properties": {"parameter": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


#: Title, and what helps, of each status; any other has those of its kind.
WORDS = {
    400: (_("Nicht zu verstehen"), _("Diese Anfrage war nicht zu verstehen. Bitte prüfen Sie die Adresse.")),
    401: (
        _("Nicht angemeldet"),
        _(
            "Senden Sie einen gültigen Zugangsschlüssel: Authorization: Bearer …. Dieser fehlt, ist unbekannt, abgelaufen "
            "oder beendet, oder wer ihn angelegt hat, leitet die Kommune nicht mehr."
        ),
    ),
    403: (_("Nicht erlaubt"), _("Die Rolle dieses Schlüssels sieht das nicht. Dafür braucht es einen der Rolle „Leitung“.")),
    404: (_("Nicht gefunden"), _("Das gibt es nicht, oder dieser Schlüssel sieht es nicht.")),
    405: (_("Hier wird nur gelesen"), _("Fragen Sie mit GET oder HEAD. Ändern lässt sich über die Schnittstelle nichts.")),
    412: (_("Inzwischen anders"), _("Was If-Match nennt, ist nicht der jetzige Stand. Fragen Sie ohne diese Angabe.")),
    422: (_("So nicht zu lesen"), _("Bitte prüfen Sie die genannten Angaben in der Adresse.")),
    429: (_("Zu viele Anfragen"), _("Bitte warten Sie, und fragen Sie dann langsamer.")),
    500: (
        _("Hier ist etwas schiefgegangen"),
        _("Das liegt an uns, nicht an Ihnen. Der Fehler wurde aufgezeichnet, mit der Nummer dieser Anfrage."),
    ),
    503: (_("Gerade nicht erreichbar"), _("Bitte fragen Sie in ein paar Minuten noch einmal.")),
}
_KINDS = {4: WORDS[400], 5: WORDS[503]}


def problem(status: int, **more: Any) -> HttpResponse:
    """``more`` are further members."""
    title, detail = WORDS.get(status) or _KINDS[status // 100]
    body = {"type": "about:blank", "title": str(title), "status": status, "detail": str(detail), **more}
    return HttpResponse(json.dumps(body, ensure_ascii=False) + "\n", status=status, content_type=MEDIA_TYPE)


class ProblemMiddleware:
    """Whoever refuses or fails below ``/api/``, be it Django or another middleware, says so in this shape and no other.

    Stands inside of what chooses the language and around all that may answer in its own way. ``/api/`` itself is for people.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(BELOW) or request.path_info == BELOW:
            return self.get_response(request)
        response = self.get_response(request) if request.method in READING else HttpResponseNotAllowed(READING)
        if response.status_code >= 400 and response.get("Content-Type") != MEDIA_TYPE:
            _retell(response, request)
        return response


def _retell(response: HttpResponse, request: HttpRequest) -> None:
    """Status and headers stay, such as ``Retry-After``."""
    # By this number the operator finds the failure in the log.
    number = {"request_id": request.id} if response.status_code == 500 else {}  # type: ignore[attr-defined]
    told = problem(response.status_code, **number)
    response.content = told.content
    response["Content-Type"] = MEDIA_TYPE
    response["Content-Length"] = str(len(told.content))


def not_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Below /api/, also an address that there is not answers as the others do."""
    return problem(404)
