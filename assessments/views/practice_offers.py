"""Good examples: what a manager offers and withdraws, and what curators decide."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments.forms.practice_offer import DecisionForm, OfferForm
from assessments.models import OfferState, PracticeOffer
from assessments.services.practice_offers import (
    AlreadyOffered,
    NotOfferable,
    NotWaiting,
    decide_offer,
    offer_practice,
    withdraw_offer,
)
from assessments.views.access import get_municipality, get_score, require
from catalogue.views.access import curator_only
from catalogue.views.breadcrumbs import curator_page
from scaling.common.addresses import address

OFFERS_PER_PAGE = 20


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def practice_offer(request: HttpRequest, public_id: str, key: str) -> HttpResponse:
    """The approved reason as a text for others, to be shortened, and the button to offer it."""
    score = get_score(request.user, public_id, key)
    require(request.user, "assessments.manage_assessment", score.assessment)
    municipality, back = score.assessment.project.municipality, address("assessments:score", public_id, key)
    if not score.assessment.is_approved or not score.rationale:
        messages.error(request, _("Anbieten lässt sich nur eine Begründung aus einer freigegebenen Bewertung."))
        return redirect(back)
    form = OfferForm(request.POST if request.method == "POST" else None, score=score)
    if form.is_valid():
        try:
            offer_practice(score=score, by=request.user, **form.cleaned_data)
        except AlreadyOffered:
            messages.info(request, _("Diese Begründung ist schon angeboten."))
        except NotOfferable:
            messages.error(request, _("Die Bewertung ist inzwischen wieder geöffnet."))
        else:
            messages.success(request, _("Ihr Beispiel liegt jetzt der Redaktion vor."))
        return redirect("assessments:practice_offers", municipality.public_id)
    context = {
        "score": score,
        "criterion": score.criterion,
        "municipality": municipality,
        "form": form,
        "crumbs": [
            (municipality.name, municipality.get_absolute_url()),
            (score.criterion.title, back),
            (_("Als gutes Beispiel anbieten"), ""),
        ],
    }
    return render(request, "assessments/practice_offer.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def practice_offers(request: HttpRequest, public_id: str) -> HttpResponse:
    """What the municipality has offered, with its state. Two queries and the request's."""
    municipality = get_municipality(request.user, public_id)
    require(request.user, "accounts.manage_municipality", municipality)
    offers = PracticeOffer.objects.of_municipality(municipality).with_origin()
    context = {
        "municipality": municipality,
        "page_obj": Paginator(offers, OFFERS_PER_PAGE).get_page(request.GET.get("page")),
        "crumbs": [(municipality.name, municipality.get_absolute_url()), (_("Gute Beispiele"), "")],
    }
    return render(request, "assessments/practice_offers.html", context)


@login_required
@require_POST
def practice_withdraw(request: HttpRequest, public_id: str, pk: int) -> HttpResponse:
    municipality = get_municipality(request.user, public_id)
    require(request.user, "accounts.manage_municipality", municipality)
    offer = get_object_or_404(PracticeOffer.objects.of_municipality(municipality), pk=pk)
    current = withdraw_offer(offer=offer, by=request.user)
    if current.state == OfferState.WITHDRAWN:
        messages.success(request, _("Das Beispiel ist zurückgezogen und nirgends mehr zu sehen."))
    else:
        state = current.get_state_display()
        messages.info(request, _("Hier ist nichts zurückzuziehen. Stand: %(state)s.") % {"state": state})
    return redirect("assessments:practice_offers", municipality.public_id)


@login_required
@require_safe
def offered_practices(request: HttpRequest) -> HttpResponse:
    """What waits for the curators, the longest first. Two queries and the request's."""
    curator_only(request)
    waiting = PracticeOffer.objects.waiting().with_origin()
    context = {"page_obj": Paginator(waiting, OFFERS_PER_PAGE).get_page(request.GET.get("page"))}
    return render(request, "assessments/offered_practices.html", curator_page((_("Angebotene Beispiele"), "")) | context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def practice_decision(request: HttpRequest, pk: int) -> HttpResponse:
    """One offer and two buttons. Whoever comes second is told what it has become."""
    curator_only(request)
    offer = get_object_or_404(PracticeOffer.objects.with_origin(), pk=pk)
    queue = reverse("assessments:offered_practices")
    form = DecisionForm(request.POST if request.method == "POST" else None, offer=offer)
    try:
        if not offer.is_waiting:
            raise NotWaiting(offer)
        if form.is_valid():
            values = {"note": form.cleaned_data["note"], "version": form.cleaned_data["version"]}
            decide_offer(offer=offer, accepted=form.accepts, by=request.user, **values)
            accepted, declined = _("Das Beispiel ist jetzt zu sehen."), _("Das Beispiel ist abgelehnt.")
            messages.success(request, accepted if form.accepts else declined)
            return redirect(queue)
    except NotWaiting as error:
        state = error.current.get_state_display()
        messages.info(request, _("Hier ist nichts mehr zu entscheiden. Stand: %(state)s.") % {"state": state})
        return redirect(queue)
    crumbs = curator_page((_("Angebotene Beispiele"), queue), (offer.score.criterion.title, ""))
    context = {"offer": offer, "criterion": offer.score.criterion, "form": form}
    return render(request, "assessments/practice_decision.html", crumbs | context, status=422 if form.errors else 200)
