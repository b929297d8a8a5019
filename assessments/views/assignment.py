"""Who looks after a criterion: one, a whole phase or workstream, or all by the offices that know."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from assessments.forms.assignment import AssignByOfficeForm, AssignForm
from assessments.queries.neighbours import scores_of
from assessments.queries.offices import members_of, shares_in, working_here
from assessments.queries.overview import overview_of
from assessments.queries.people import people_of
from assessments.sentences import given_in_words
from assessments.services.answers import NotEditable
from assessments.services.assignment import assign, assign_by_office
from assessments.views.access import get_assessment, get_score, require
from assessments.views.assessment import render_overview


@login_required
@require_POST
def assign_one(request: HttpRequest, public_id: str, key: str) -> HttpResponse:
    """Hand one criterion to a member, from its own page. An unknown person means nobody."""
    score = get_score(request.user, public_id, key)
    require(request.user, "assessments.work_on_assessment", score.assessment)
    chosen = request.POST.get("person", "")
    people = {str(person.pk): person for person in people_of(score.assessment.project)}
    try:
        # Whoever has left keeps it until it is given to somebody; nobody else who is not on the list gets it.
        if chosen != str(score.assigned_to_id):
            assign(assessment=score.assessment, scores=[score.pk], to=people.get(chosen), by=request.user)
    except NotEditable:
        messages.error(request, _("Die Bewertung ist eingereicht; es lässt sich nichts mehr ändern."))
    else:
        messages.success(request, _("Die Zuständigkeit ist gespeichert."))
    return redirect(reverse("assessments:score", args=[public_id, key]) + "#zustaendig")


@login_required
@require_POST
def assign_many(request: HttpRequest, public_id: str) -> HttpResponse:
    """Hand a phase or a workstream to a member."""
    assessment = get_assessment(request.user, public_id)
    require(request.user, "assessments.work_on_assessment", assessment)
    found = overview_of(scores_of(assessment))
    people = people_of(assessment.project)
    form = AssignForm(request.POST, phases=found.phases, workstreams=found.workstreams, people=people)
    if not form.is_valid():
        return render_overview(request, assessment, assign_form=form, form=form)
    scores, person = form.chosen
    try:
        number = assign(assessment=assessment, scores=scores, to=person, by=request.user)
    except NotEditable:
        messages.error(request, _("Die Bewertung ist eingereicht; es lässt sich nichts mehr ändern."))
    else:
        text = ngettext("%(number)s Kriterium ist neu zugewiesen.", "%(number)s Kriterien sind neu zugewiesen.", number)
        messages.success(request, text % {"number": number})
    return redirect(assessment)


@login_required
@require_POST
def assign_offices(request: HttpRequest, public_id: str) -> HttpResponse:
    """Hand every criterion without a person to whoever was chosen for one of its offices."""
    assessment = get_assessment(request.user, public_id)
    require(request.user, "assessments.work_on_assessment", assessment)
    members = members_of(assessment.project)
    scores = scores_of(assessment)
    shares = shares_in(scores, members=members)
    form = AssignByOfficeForm(request.POST, shares=shares, people=working_here(members))
    if not form.is_valid():
        return render_overview(request, assessment, office_form=form, form=form)
    try:
        given = assign_by_office(assessment=assessment, chosen=form.chosen, by=request.user)
    except NotEditable:
        messages.error(request, _("Die Bewertung ist eingereicht; es lässt sich nichts mehr ändern."))
    else:
        messages.success(request, given_in_words(given))
    return redirect(assessment)
