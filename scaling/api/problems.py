"""Refusals in words and as JSON (RFC 9457), the same for every address of the API."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

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


def problem(status: int, detail: str = "", **more: Any) -> HttpResponse:
    """``detail`` says what to do; without it, what always holds for that status. ``more`` are further members."""
    title, usual = _words(status)
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail or usual, **more}
    return HttpResponse(json.dumps(body, ensure_ascii=False) + "\n", status=status, content_type=MEDIA_TYPE)


def _words(status: int) -> tuple[str, str]:
    if status == 400:
        return _("Nicht zu verstehen"), _("Diese Anfrage war nicht zu verstehen. Bitte prüfen Sie die Adresse.")
    if status == 401:
        return (
            _("Nicht angemeldet"),
            _(
                "Senden Sie einen gültigen Zugangsschlüssel: Authorization: Bearer …. Dieser fehlt, ist unbekannt, abgelaufen "
                "oder beendet, oder wer ihn angelegt hat, leitet die Kommune nicht mehr."
            ),
        )
    if status == 403:
        return _("Nicht erlaubt"), _("Die Rolle dieses Schlüssels sieht das nicht. Dafür braucht es einen der Rolle „Leitung“.")
    if status == 404:
        return _("Nicht gefunden"), _("Das gibt es nicht, oder dieser Schlüssel sieht es nicht.")
    if status == 422:
        return _("So nicht zu lesen"), _("Bitte prüfen Sie die genannten Angaben in der Adresse.")
    return _("Zu viele Anfragen"), _("Bitte warten Sie, und fragen Sie dann langsamer.")


@require_safe
def not_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Below /api/, also an address that there is not answers as the others do."""
    return problem(404)
