"""„Stimmt noch“ for several carried-over answers on one page, with a look at each."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from assessments.models import Assessment
from assessments.queries.neighbours import in_order
from assessments.queries.overview import overview_of
from assessments.queries.unconfirmed import carried_over
from assessments.services.answers import NotEditable, confirm_scores
from assessments.views.access import get_assessment, number_in, require
from assessments.views.breadcrumbs import crumbs_to
from catalogue.edition_cache import cached_edition


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def confirm_many(request: HttpRequest, public_id: str) -> HttpResponse:
    """What is carried over, of one workstream or of all; those that are ticked are kept as they are."""
    assessment = get_assessment(request.user, public_id)
    require(request.user, "assessments.work_on_assessment", assessment)
    if request.method == "POST":
        return _confirm(request, assessment)
    if not assessment.is_editable:
        messages.info(request, _("Diese Runde lässt sich gerade nicht ändern."))
        return redirect(assessment)
    return _page(request, assessment)


def _confirm(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    ticked = [pk for text in request.POST.getlist("stimmt")[:1000] if (pk := number_in(text))]
    versions = {pk: number_in(request.POST.get(f"fassung-{pk}")) for pk in ticked}
    if not versions:
        return _page(request, assessment, 422, nothing_ticked=True)
    try:
        kept = {score.pk for score in confirm_scores(assessment=assessment, versions=versions, by=request.user)}
    except NotEditable:
        messages.error(request, _("Die Bewertung ist eingereicht; es lässt sich nichts mehr ändern."))
        return redirect(assessment)
    if kept:
        text = ngettext("%(number)s Antwort ist bestätigt.", "%(number)s Antworten sind bestätigt.", len(kept))
        messages.success(request, text % {"number": len(kept)})
    if versions.keys() - kept:
        changed = assessment.scores.filter(pk__in=versions.keys() - kept)
        return _page(request, assessment, 409, changed=in_order(changed, cached_edition(assessment.edition)))
    left = carried_over(assessment)
    if not left:
        return redirect(assessment)
    address = reverse("assessments:confirm_many", args=[assessment.public_id])
    wanted = request.GET.get("workstream", "")
    stays = any(group.key == wanted for group in overview_of([row.score for row in left]).workstreams)
    return redirect(f"{address}?workstream={wanted}" if stays else address)


def _page(request: HttpRequest, assessment: Assessment, status: int = 200, **more: Any) -> HttpResponse:
    """One query, whatever the number of answers."""
    rows = carried_over(assessment)
    groups = overview_of([row.score for row in rows]).workstreams
    wanted = request.GET.get("workstream", "")
    shown = next((group for group in groups if group.key == wanted), None)
    pks = {score.pk for score in shown.scores} if shown else None
    context = {
        "assessment": assessment,
        "project": assessment.project,
        "crumbs": crumbs_to(
            assessment.project, (assessment.round_label, assessment.get_absolute_url()), (_("Was noch stimmt"), "")
        ),
        "groups": groups,
        "shown": shown,
        "total": len(rows),
        "rows": [row for row in rows if pks is None or row.score.pk in pks],
        **more,
    }
    return render(request, "assessments/confirm_many.html", context, status=status)
