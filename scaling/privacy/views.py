"""Pages to order and fetch data, and to end a municipality."""

from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, Submit
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from assessments.views.access import get_municipality, require
from scaling.accounts.confirmed import confirmed
from scaling.accounts.models import Municipality, User
from scaling.common.forms import Form
from scaling.common.text import look_alike
from scaling.privacy.anonymising import anonymise
from scaling.privacy.erasing import erase, extent, only_here
from scaling.privacy.exports import order, orders_of
from scaling.privacy.models import DataExport


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def own_data(request: HttpRequest) -> HttpResponse:
    """All data of the person who asks. They show first that it is them: the file holds everything."""
    return _own_data(request)


@confirmed
def _own_data(request: HttpRequest) -> HttpResponse:
    person = cast("User", request.user)
    crumbs = [(_("Mein Konto"), reverse("account")), (_("Meine Daten"), "")]
    return _orders(request, person=person, municipality=None, here=reverse("own_data"), crumbs=crumbs)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def data_of_member(request: HttpRequest, public_id: str, pk: int) -> HttpResponse:
    """What the municipality holds of one of its people, for its managers, who answer for it."""
    municipality = get_municipality(request.user, public_id)
    require(request.user, "accounts.manage_people", municipality)
    membership = get_object_or_404(municipality.memberships.select_related("user"), pk=pk)
    return _data_of_member(request, municipality=municipality, person=membership.user, pk=pk)


@confirmed
def _data_of_member(request: HttpRequest, municipality: Municipality, person: User, pk: int) -> HttpResponse:
    people = reverse("people", args=[municipality.public_id])
    crumbs = [(municipality.name, municipality.get_absolute_url()), (_("Personen"), people), (_("Daten"), "")]
    here = reverse("data_of_member", args=[municipality.public_id, pk])
    return _orders(request, person=person, municipality=municipality, here=here, crumbs=crumbs)


def _orders(
    request: HttpRequest, *, person: User, municipality: Municipality | None, here: str, crumbs: list[tuple[str, str]]
) -> HttpResponse:
    if request.method == "POST":
        order(by=request.user, person=person, municipality=municipality)
        return redirect(here)
    orders = list(orders_of(request.user, person=person, municipality=municipality))
    context = {"person": person, "municipality": municipality, "orders": orders, "waits": _waits(orders), "crumbs": crumbs}
    return render(request, "privacy/orders.html", context)


def _waits(orders: list[DataExport]) -> bool:
    return any(one.made_at is None and one.failed_at is None for one in orders)


@login_required
@require_safe
def export_file(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """For whoever ordered it, as long as they may still see what it is of."""
    return _export_file(request, public_id=public_id)


@confirmed
def _export_file(request: HttpRequest, public_id: str) -> HttpResponseBase:
    user: Any = request.user
    found = DataExport.objects.select_related("municipality").filter(public_id=public_id, ordered_by=user).exclude(file="")
    export = found.first()
    if export is None or not _may_have(user, export):
        raise Http404
    try:
        content = default_storage.open(export.file.name or "")
    except FileNotFoundError as error:
        raise Http404 from error
    name = f"daten-{export.public_id}.zip"  # no name of anybody's in what a browser keeps
    headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
    return FileResponse(content, as_attachment=True, filename=name, content_type="application/zip", headers=headers)


def _may_have(user: Any, export: DataExport) -> bool:
    if export.person_id is None:
        return bool(user.has_perm("scaling.erase"))
    if export.municipality is None:
        return bool(export.person_id == user.pk)
    return bool(user.has_perm("accounts.manage_people", export.municipality))


class EraseForm(Form):
    """The name of what goes, typed."""

    name = forms.CharField(label=gettext_lazy("Name der Kommune"), max_length=120)
    accounts = forms.BooleanField(label=gettext_lazy("Auch die Konten anonymisieren, die nur hierher gehören"), required=False)

    def __init__(self, *args: Any, municipality: Municipality, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.municipality = municipality
        self.fields["name"].help_text = _("Zur Bestätigung, genau so: %(name)s") % {"name": municipality.name}
        self.helper = FormHelper(self)
        self.helper.layout = Layout("name", "accounts")
        self.helper.add_input(Submit("loeschen", _("Endgültig löschen")))

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if look_alike(name) != look_alike(self.municipality.name):
            raise forms.ValidationError(_("Das ist nicht der Name dieser Kommune. Es ist nichts gelöscht."))
        return name


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def municipality_data(request: HttpRequest, public_id: str) -> HttpResponse:
    """Export and end of a municipality, for operators: what it holds in numbers, and no word of it."""
    if not request.user.has_perm("scaling.erase"):
        raise PermissionDenied
    return _municipality_data(request, municipality=get_object_or_404(Municipality, public_id=public_id))


@confirmed
def _municipality_data(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    user: Any = request.user
    if request.method == "POST" and "ausgeben" in request.POST:
        order(by=user, municipality=municipality)
        return redirect("municipality_data", municipality.public_id)
    form = EraseForm(request.POST if request.method == "POST" else None, municipality=municipality)
    if request.method == "POST" and form.is_valid():
        return _erase(request, municipality, accounts=form.cleaned_data["accounts"])
    orders = list(orders_of(user, person=None, municipality=municipality))
    context = {
        "municipality": municipality,
        "form": form,
        "extent": extent(municipality),
        "orders": orders,
        "waits": _waits(orders),
        "crumbs": [(_("Kommune anlegen"), reverse("municipality_create")), (municipality.name, "")],
    }
    return render(request, "privacy/municipality.html", context, status=422 if form.errors else 200)


def _erase(request: HttpRequest, municipality: Municipality, *, accounts: bool) -> HttpResponse:
    alone = list(only_here(municipality)) if accounts else []
    name = municipality.name
    erase(municipality=municipality, by=request.user)
    for person in alone:
        anonymise(user=person, by=request.user)
    text = _("„%(name)s“ ist gelöscht.") % {"name": name}
    if alone:
        told = ngettext("%(number)s Konto ist anonymisiert.", "%(number)s Konten sind anonymisiert.", len(alone))
        text = f"{text} {told % {'number': len(alone)}}"
    messages.success(request, text)
    return redirect("municipality_create")
