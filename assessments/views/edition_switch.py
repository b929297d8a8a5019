"""The page on which a team moves its assessment to a newer edition, or takes that back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from assessments.models import EditionMove
from assessments.services import edition_switch
from assessments.services.workflow import WrongState
from assessments.views.access import get_assessment, require
from assessments.views.breadcrumbs import crumbs_to


@login_required
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, public_id: str) -> HttpResponse:
    """Preview the move (``?auf=`` names the edition, else the newest) and make it."""
    assessment = get_assessment(request.user, public_id)
    require(request.user, "assessments.edit_assessment", assessment)
    editions = edition_switch.newer_editions(assessment)
    wanted = (request.POST if request.method == "POST" else request.GET).get("auf", "")
    chosen = next((edition for edition in editions if edition.number == wanted), None if wanted else next(iter(editions), None))
    if request.method == "POST":
        try:
            if chosen is None:
                raise edition_switch.NoNewerEdition
            edition_switch.move(assessment=assessment, edition=chosen, by=request.user)
        except edition_switch.NoNewerEdition:
            messages.error(request, _("Diese Katalogausgabe steht nicht zur Wahl."))
        except WrongState:
            messages.error(request, _("Das ging nicht: Die Bewertung ist inzwischen eingereicht."))
        else:
            messages.success(request, _("Die Bewertung folgt jetzt der Katalogausgabe %s.") % chosen.number)
        return redirect(assessment)
    context = {
        "assessment": assessment,
        "project": assessment.project,
        "crumbs": crumbs_to(
            assessment.project, (assessment.round_label, assessment.get_absolute_url()), (_("Katalogausgabe"), "")
        ),
        "editions": editions,
        "chosen": chosen,
        "plan": edition_switch.plan(assessment, chosen) if chosen else None,
        "undoable": edition_switch.undoable(assessment),
        "moves": edition_switch.with_answers_set_aside(
            EditionMove.objects.filter(assessment=assessment).select_related("from_edition", "to_edition", "by", "undone_by")
        ),
    }
    return render(request, "assessments/edition_switch.html", context)


@login_required
@require_POST
def undo(request: HttpRequest, public_id: str) -> HttpResponse:
    assessment = get_assessment(request.user, public_id)
    require(request.user, "assessments.edit_assessment", assessment)
    try:
        record = edition_switch.undo(assessment=assessment, by=request.user)
    except (edition_switch.NotUndoable, WrongState):
        messages.error(request, _("Dieser Wechsel lässt sich nicht mehr zurücknehmen."))
    else:
        messages.success(request, _("Die Bewertung folgt wieder der Katalogausgabe %s.") % record.from_edition.number)
    return redirect(assessment)
