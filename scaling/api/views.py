"""The API's own pages: what it is, for anyone; its OpenAPI document; and, for managers, the keys of their municipality."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments.views.access import get_municipality, require
from scaling.accounts.models import Municipality
from scaling.api.forms import TokenForm
from scaling.api.models import ApiToken
from scaling.api.openapi import openapi_document
from scaling.api.pages import MAX_ITEMS
from scaling.api.tokens import create_token, end_token
from scaling.api.v1 import api
from scaling.common.addresses import absolute_url, start_page

#: What each operation gives, by its path.
GIVES = {
    "/municipality": gettext_lazy("Ihre Kommune, und bis wann der Schlüssel gilt"),
    "/editions": gettext_lazy("Katalogausgaben"),
    "/editions/{number}": gettext_lazy("eine Katalogausgabe ganz, in beiden Sprachen"),
    "/projects": gettext_lazy("Projekte, je mit dem letzten freigegebenen Dokument und der laufenden Runde"),
    "/projects/{project_id}": gettext_lazy("ein Projekt"),
    "/projects/{project_id}/running": gettext_lazy("das Reifeprofil der laufenden Runde (nur mit der Rolle „Leitung“)"),
    "/records": gettext_lazy("freigegebene Dokumente"),
    "/records/{number}": gettext_lazy("ein freigegebenes Reifeprofil"),
    "/measures": gettext_lazy("Maßnahmen der Projekte, die der Schlüssel sieht"),
    "/portfolio": gettext_lazy("das Portfolio: Kennzahlen, Phasentore, Engpässe, Überfälliges"),
    "/municipality/profile": gettext_lazy("„Kommune insgesamt“: eigene Antworten neben dem, was die Projekte zeigen"),
    "/development": gettext_lazy("die Entwicklung: Quartale, Runden, und was sich warum bewegt hat"),
    "/plan": gettext_lazy("den Plan: was zu tun ist, und welchem Phasentor es dient"),
    "/peers": gettext_lazy("den Vergleich mit ähnlichen Kommunen (nur mit der Rolle „Leitung“, und wenn Sie teilnehmen)"),
}
#: Of a session: a new key, encrypted, until the page after the form has shown it.
NEW_KEY = "new_api_key"


def _line(key: str) -> str:
    """How a program asks, as typed into a terminal."""
    return f'curl -H "Authorization: Bearer {key}" {absolute_url(reverse("api:projects"))}'


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    root = reverse("api:api-root").rstrip("/")
    context = {
        "addresses": [(f"{root}{path}", text) for path, text in GIVES.items()],
        "line": _line("skc_…"),
        "limit": settings.API_LIMITS["key"],
        "most": MAX_ITEMS,
        "crumbs": [(_("Start"), start_page()), (_("Schnittstelle (API)"), "")],
    }
    return render(request, "api/about.html", context)


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    return JsonResponse(openapi_document(api), json_dumps_params={"indent": 1, "ensure_ascii": False})


def _managed(request: HttpRequest, public_id: str) -> Municipality:
    municipality = get_municipality(request.user, public_id)
    require(request.user, "accounts.manage_municipality", municipality)
    return municipality


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def api_tokens(request: HttpRequest, public_id: str) -> HttpResponse:
    """The keys of a municipality, and a form for another one. A new key is shown on the first page after it was made."""
    municipality = _managed(request, public_id)
    form = TokenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _created(request, municipality, form):
        return redirect("api_tokens", municipality.public_id)
    new = "" if form.is_bound else _new_key(request, municipality)
    context: dict[str, Any] = {
        "municipality": municipality,
        "form": form,
        "tokens": ApiToken.objects.of(municipality),
        "new": new,
        "line": _line(new) if new else "",
        "crumbs": [
            (municipality.name, municipality.get_absolute_url()),
            (_("Einstellungen"), reverse("assessments:municipality_settings", args=[municipality.public_id])),
            (_("Schnittstelle (API)"), ""),
        ],
    }
    return render(request, "api/tokens.html", context, status=422 if form.is_bound else 200)


def _created(request: HttpRequest, municipality: Municipality, form: TokenForm) -> bool:
    try:
        _row, key = create_token(municipality=municipality, by=request.user, **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    request.session[NEW_KEY] = {"of": municipality.public_id, "key": get_adapter().encrypt(key)}
    return True


def _new_key(request: HttpRequest, municipality: Municipality) -> str:
    """Told once: whoever looks again finds it no more."""
    kept = request.session.get(NEW_KEY)
    if not kept or kept["of"] != municipality.public_id or request.method != "GET":
        return ""
    del request.session[NEW_KEY]
    key: str = get_adapter().decrypt(kept["key"])
    return key


@login_required
@require_POST
def api_token_end(request: HttpRequest, public_id: str, pk: int) -> HttpResponse:
    municipality = _managed(request, public_id)
    end_token(token=get_object_or_404(ApiToken, municipality=municipality, pk=pk), by=request.user)
    messages.success(request, _("Der Schlüssel ist beendet. Er öffnet nichts mehr."))
    return redirect("api_tokens", municipality.public_id)
