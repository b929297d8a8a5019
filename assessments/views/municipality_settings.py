"""What a manager sets for the whole municipality: its coat of arms, and the short code of its documents before the first."""

import logging

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from assessments.forms.municipality import CoatOfArmsForm, ShortCodeForm
from assessments.services.short_code import CodeInUse, has_documents, set_short_code
from assessments.views.access import get_municipality, require
from scaling.accounts.coats_of_arms import fetch_png, remove_coat_of_arms, set_coat_of_arms
from scaling.accounts.models import Municipality
from scaling.common.stored_files import StorageUnavailable

logger = logging.getLogger(__name__)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings_page(request: HttpRequest, public_id: str) -> HttpResponse:
    municipality = get_municipality(request.user, public_id)
    require(request.user, "accounts.manage_municipality", municipality)
    if request.method == "POST" and "entfernen" in request.POST:
        remove_coat_of_arms(municipality=municipality, by=request.user)
        messages.success(request, _("Das Wappen ist entfernt."))
        return redirect("assessments:municipality_settings", public_id)
    has_one = bool(municipality.coat_of_arms)
    sets_code = request.method == "POST" and "kuerzel" in request.POST
    code_form = ShortCodeForm(request.POST if sets_code else None, instance=municipality)
    if sets_code and code_form.is_valid():
        try:
            set_short_code(municipality=municipality, code=code_form.cleaned_data["code"], by=request.user)
        except CodeInUse:
            messages.error(request, _("Das Kürzel steht schon auf einem Dokument und bleibt, wie es ist."))
        else:
            messages.success(request, _("Das Kürzel ist gespeichert."))
        return redirect("assessments:municipality_settings", public_id)
    sets_picture = request.method == "POST" and not sets_code
    form = CoatOfArmsForm(*((request.POST, request.FILES) if sets_picture else ()), replaces=has_one)
    if sets_picture and form.is_valid():
        try:
            set_coat_of_arms(municipality=municipality, png=form.cleaned_data["picture"], by=request.user)
        except StorageUnavailable as error:
            logger.exception("A coat of arms could not be stored.")
            form.add_error("picture", str(error))
        else:
            messages.success(request, _("Das Wappen ist gespeichert und steht ab jetzt auf den Reifeprofilen (PDF)."))
            return redirect("assessments:municipality_settings", public_id)
    crumbs = [(municipality.name, municipality.get_absolute_url()), (_("Einstellungen"), "")]
    context = {
        "municipality": municipality,
        "code": Municipality.objects.values_list("code", flat=True).get(pk=municipality.pk),
        "code_form": code_form if not has_documents(municipality) else None,
        "form": form,
        "crumbs": crumbs,
    }
    status = 422 if form.errors or code_form.errors else 200
    return render(request, "assessments/municipality_settings.html", context, status=status)


@login_required
@require_safe
def coat_of_arms(request: HttpRequest, public_id: str) -> HttpResponse:
    """For members. A PNG of our own making, and in a sandbox all the same."""
    municipality = get_municipality(request.user, public_id)
    try:
        png = fetch_png(municipality.coat_of_arms.name or "")
    except FileNotFoundError as error:
        if municipality.coat_of_arms:
            logger.error("The coat of arms %s of municipality %s is missing.", municipality.coat_of_arms.name, municipality.pk)
        raise Http404 from error
    return HttpResponse(
        png,
        content_type="image/png",
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, no-store",
        },
    )
