"""A municipality among its peers: its values beside theirs, and taking part."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments.models import PeerBasis
from assessments.reports.peers import membership as services
from assessments.reports.peers.forms import SizeForm
from assessments.reports.peers.groups import groups_of
from assessments.reports.peers.page import peer_page
from assessments.views.access import get_municipality, require
from scaling.accounts.models import Municipality
from scaling.common.history import last_author
from scaling.common.versions import StaleRecord, two_versions


def _managed(request: HttpRequest, public_id: str) -> Municipality:
    municipality = get_municipality(request.user, public_id)
    require(request.user, "accounts.manage_municipality", municipality)
    return municipality


def _page(municipality: Municipality) -> str:
    return reverse("reports:peers_membership", args=[municipality.public_id])


def _crumbs(municipality: Municipality, *more: tuple[str, str]) -> list[tuple[str, str]]:
    own = (_("Teilnahme am Vergleich"), _page(municipality) if more else "")
    return [
        (municipality.name, municipality.get_absolute_url()),
        (_("Im Vergleich"), reverse("reports:peers", args=[municipality.public_id])),
        own,
        *more,
    ]


@login_required
@require_safe
def peers_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """``?grundlage=``, ``?gruppe=``. Whoever does not take part sees why not, and no figure. Five queries and the request's."""
    municipality = _managed(request, public_id)
    page = None
    if municipality.compared_since is not None:
        page = peer_page(municipality, basis=request.GET.get("grundlage", ""), group=request.GET.get("gruppe", ""))
    context = {
        "municipality": municipality,
        "page": page,
        "bases": PeerBasis.choices,
        "crumbs": [(municipality.name, municipality.get_absolute_url()), (_("Im Vergleich"), "")],
    }
    return render(request, "report/peers/peers.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def membership(request: HttpRequest, public_id: str) -> HttpResponse:
    """What is given and to whom, the button to join or to leave, and how many people live there."""
    municipality = _managed(request, public_id)
    form = SizeForm(request.POST if request.method == "POST" else None, instance=municipality)
    if form.is_valid():
        try:
            services.set_size(municipality=municipality, by=request.user, **form.cleaned_data)
        except StaleRecord as error:
            who, crumbs = last_author(error.current), _crumbs(error.current, (_("Größe"), ""))
            return two_versions(request, form, error, back=_page(municipality), crumbs=crumbs, who=who)
        messages.success(request, _("Die Größe ist gespeichert."))
        return redirect(_page(municipality))
    # A form that was refused has written into its row what nobody saved.
    stored = Municipality.objects.get(pk=municipality.pk) if form.errors else municipality
    context = {
        "municipality": stored,
        "groups": groups_of(stored),
        "form": form,
        "crumbs": _crumbs(stored),
    }
    return render(request, "report/peers/membership.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def join_peers(request: HttpRequest, public_id: str) -> HttpResponse:
    municipality = _managed(request, public_id)
    services.join(municipality=municipality, by=request.user)
    messages.success(request, _("Ihre Kommune nimmt am Vergleich teil."))
    return redirect(_page(municipality))


@login_required
@require_POST
def leave_peers(request: HttpRequest, public_id: str) -> HttpResponse:
    municipality = _managed(request, public_id)
    services.leave(municipality=municipality, by=request.user)
    messages.success(request, _("Ihre Kommune nimmt nicht mehr am Vergleich teil, und ihre Werte sind entfernt."))
    return redirect(_page(municipality))
