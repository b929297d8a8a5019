"""For managers: what a member has in hand, and to whom it goes."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from scaling.accounts import handing_over
from scaling.accounts.belongings import belongings_of
from scaling.accounts.forms import HandOverForm
from scaling.accounts.models import Membership
from scaling.accounts.views.people import managed_municipality


@login_required
@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest, public_id: str, pk: int) -> HttpResponse:
    """Shows first what goes over; a POST does it. The person stays a member."""
    municipality = managed_municipality(request, public_id)
    membership = get_object_or_404(municipality.memberships.select_related("user"), pk=pk)
    person, back = membership.user, reverse("people", args=[municipality.public_id])
    form = HandOverForm(
        request.POST if request.method == "POST" else None, others=handing_over.who_takes_over(municipality, but=person)
    )
    if request.method == "POST" and form.is_valid():
        to = form.cleaned_data["to"]
        try:
            handing_over.hand_over_everything(membership=membership, to=to, by=request.user)
        except handing_over.NobodyToTakeOver:
            form.add_error(
                "to", _("%(name)s kann hier nichts mehr übernehmen. Bitte wählen Sie jemand anderen.") % {"name": to}
            )
        except Membership.DoesNotExist:
            messages.info(request, _("%(name)s gehört nicht mehr dazu.") % {"name": person})
            return redirect(back)
        else:
            messages.success(request, _("Was %(name)s in der Hand hatte, hat jetzt %(to)s.") % {"name": person, "to": to})
            return redirect(back)
    context = {
        "municipality": municipality,
        "membership": membership,
        "belongings": belongings_of(person, municipality),
        "form": form,
        "crumbs": [(municipality.name, municipality.get_absolute_url()), (_("Personen"), back), (_("Übergeben"), "")],
    }
    return render(request, "accounts/person_hand_over.html", context, status=422 if form.errors else 200)
