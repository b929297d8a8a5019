"""What a manager sets for the whole municipality: its coat of arms, and the short code of its documents before the first."""

import logging
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from assessments.forms.municipality import CoatOfArmsForm, RemoveCoatOfArmsForm, ShortCodeForm
from assessments.services.short_code import CodeInUse, has_documents, set_short_code
from assessments.views.access import get_municipality, require
from scaling.accounts.coats_of_arms import fetch_png, offer_picture, offered_name, remove_coat_of_arms, set_coat_of_arms
from scaling.accounts.models import Municipality
from scaling.common.history import last_author
from scaling.common.stored_files import StorageUnavailable
from scaling.common.versions import FieldVersions, StaleRecord, show_two_versions, two_versions

logger = logging.getLogger(__name__)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Three forms, told apart by their button; each names the version it was opened with."""
    municipality = get_municipality(request.user, public_id)
    require(request.user, "accounts.manage_municipality", municipality)
    sent = request.POST if request.method == "POST" else None
    forms = {
        "entfernen": RemoveCoatOfArmsForm(_for("entfernen", sent)),
        "kuerzel": ShortCodeForm(_for("kuerzel", sent), instance=municipality),
        "hochladen": CoatOfArmsForm(_for("hochladen", sent), request.FILES or None, municipality=municipality),
    }
    if sent is not None:
        action = _action(sent)
        steps: dict[str, Any] = {"entfernen": _remove, "kuerzel": _set_code, "hochladen": _set_picture}
        response: HttpResponse | None = (
            steps[action](request, municipality, forms[action]) if forms[action].is_valid() else None
        )
        if response is not None:
            return response
    context = {
        "municipality": municipality,
        "version": municipality.version,
        "code": Municipality.objects.values_list("code", flat=True).get(pk=municipality.pk),
        "code_form": forms["kuerzel"] if not has_documents(municipality) else None,
        "form": forms["hochladen"],
        "remove_errors": forms["entfernen"].errors,
        "crumbs": _crumbs(municipality),
    }
    status = 422 if any(form.errors for form in forms.values()) else 200
    return render(request, "assessments/municipality_settings.html", context, status=status)


def _action(sent: QueryDict) -> str:
    """What is sent without any button is a picture."""
    return next((name for name in ("entfernen", "kuerzel") if name in sent), "hochladen")


def _for(action: str, sent: QueryDict | None) -> QueryDict | None:
    return sent if sent is not None and _action(sent) == action else None


def _page(municipality: Municipality) -> str:
    return reverse("assessments:municipality_settings", args=[municipality.public_id])


def _crumbs(municipality: Municipality, *more: tuple[str, str]) -> list[tuple[str, str]]:
    own = (_("Einstellungen"), _page(municipality) if more else "")
    return [(municipality.name, municipality.get_absolute_url()), own, *more]


def _set_code(request: HttpRequest, municipality: Municipality, form: ShortCodeForm) -> HttpResponse:
    try:
        set_short_code(municipality=municipality, by=request.user, **form.cleaned_data)
    except StaleRecord as error:
        who, crumbs = last_author(error.current), _crumbs(error.current, (_("Kürzel"), ""))
        return two_versions(request, form, error, back=_page(municipality), crumbs=crumbs, who=who)
    except CodeInUse:
        messages.error(request, _("Das Kürzel steht schon auf einem Dokument und bleibt, wie es ist."))
    else:
        messages.success(request, _("Das Kürzel ist gespeichert."))
    return redirect(_page(municipality))


def _set_picture(request: HttpRequest, municipality: Municipality, form: CoatOfArmsForm) -> HttpResponse | None:
    png, version = form.cleaned_data["picture"], form.cleaned_data["version"]
    try:
        try:
            set_coat_of_arms(municipality=municipality, png=png, by=request.user, version=version)
        except StaleRecord as error:
            offer = offer_picture(municipality=municipality, png=png)
            return _two_pictures(request, error, sent=[("hochladen", "1"), ("offered", offer)], offer=offer)
    except StorageUnavailable as error:
        logger.exception("A coat of arms could not be stored.")
        form.add_error("picture", str(error))
        return None
    messages.success(request, _("Das Wappen ist gespeichert und steht ab jetzt auf den Reifeprofilen (PDF)."))
    return redirect(_page(municipality))


def _remove(request: HttpRequest, municipality: Municipality, form: RemoveCoatOfArmsForm) -> HttpResponse:
    try:
        remove_coat_of_arms(municipality=municipality, by=request.user, version=form.cleaned_data["version"])
    except StaleRecord as error:
        return _two_pictures(request, error, sent=[("entfernen", "1")])
    messages.success(request, _("Das Wappen ist entfernt."))
    return redirect(_page(municipality))


def _two_pictures(request: HttpRequest, error: StaleRecord, *, sent: list[tuple[str, str]], offer: str = "") -> HttpResponse:
    current: Municipality = error.current
    address = reverse("assessments:coat_of_arms", args=[current.public_id])
    stands = bool(current.coat_of_arms)
    difference = FieldVersions(
        _("Wappen"),
        _("Ihr Bild") if offer else _("kein Wappen"),
        _("Gespeichertes Bild") if stands else _("kein Wappen"),
        my_picture=f"{address}?{urlencode({'bild': offer})}" if offer else "",
        their_picture=address if stands else "",
    )
    return show_two_versions(
        request,
        [difference],
        sent=sent,
        version=current.version,
        back=_page(current),
        crumbs=_crumbs(current, (_("Wappen"), "")),
        who=last_author(current),
    )


@login_required
@require_safe
def coat_of_arms(request: HttpRequest, public_id: str) -> HttpResponse:
    """For members. A PNG of our own making, and in a sandbox all the same. ``?bild=`` shows one that is offered."""
    municipality = get_municipality(request.user, public_id)
    offer = request.GET.get("bild", "")
    try:
        name = offered_name(municipality=municipality, offer=offer) if offer else municipality.coat_of_arms.name or ""
        png = fetch_png(name)
    except FileNotFoundError as error:
        if municipality.coat_of_arms and not offer:
            logger.error("The coat of arms %s of municipality %s is missing.", municipality.coat_of_arms.name, municipality.pk)
        raise Http404 from error
    return HttpResponse(
        png,
        content_type="image/png",
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
            "Cache-Control": "private, no-store",
        },
    )
