"""Comments on a criterion, and who looks after it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from assessments.answering import in_order
from assessments.assigning import assign
from assessments.commenting import add_comment, resolve_comment
from assessments.forms.measure import people_of
from assessments.forms.talk import AssignForm, CommentForm
from assessments.guidance import guide_to
from assessments.overview import overview_of
from assessments.presence import arrive
from assessments.saving import NotEditable
from assessments.views.access import get_assessment, get_score, require
from assessments.views.rounds import render_overview
from assessments.views.score import render_score


@login_required
@require_POST
def comment_add(request: HttpRequest, public_id: str, key: str) -> HttpResponse:
    score = get_score(request.user, public_id, key)
    require(request.user, "assessments.comment", score.assessment)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return render_score(request, score, comment_form=form, status=422)
    add_comment(score=score, by=request.user, text=form.cleaned_data["text"])
    messages.success(request, _("Ihr Kommentar ist gespeichert."))
    return redirect(reverse("assessments:score", args=[public_id, key]) + "#kommentare")


@login_required
@require_POST
def comment_resolve(request: HttpRequest, public_id: str, key: str, pk: int) -> HttpResponse:
    score = get_score(request.user, public_id, key)
    require(request.user, "assessments.comment", score.assessment)
    resolve_comment(comment=get_object_or_404(score.comments, pk=pk), by=request.user)
    messages.success(request, _("Der Kommentar ist erledigt."))
    return redirect(reverse("assessments:score", args=[public_id, key]) + "#kommentare")


@login_required
@require_POST
def assign_one(request: HttpRequest, public_id: str, key: str) -> HttpResponse:
    """Hand one criterion to a member, from its own page. An unknown person means nobody."""
    score = get_score(request.user, public_id, key)
    require(request.user, "assessments.work_on_assessment", score.assessment)
    chosen = request.POST.get("person", "")
    people = {str(person.pk): person for person in people_of(score.assessment.project)}
    try:
        assign(assessment=score.assessment, scores=[score.pk], to=people.get(chosen), by=request.user)
    except NotEditable:
        messages.error(request, _("Die Bewertung ist eingereicht; es lässt sich nichts mehr ändern."))
    else:
        messages.success(request, _("Die Zuständigkeit ist gespeichert."))
    return redirect("assessments:score", public_id, key)


@login_required
@require_POST
def assign_many(request: HttpRequest, public_id: str) -> HttpResponse:
    """Hand a phase or a workstream to a member."""
    assessment = get_assessment(request.user, public_id)
    require(request.user, "assessments.work_on_assessment", assessment)
    found = overview_of(in_order(assessment.scores.order_by(), guide_to(assessment.edition)))
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


def present(request: HttpRequest, public_id: str, key: str) -> HttpResponse:
    """A sentence about who else is on this criterion, asked for by the page every 20 seconds; empty when nobody is."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    score = get_score(request.user, public_id, key)
    require(request.user, "assessments.work_on_assessment", score.assessment)
    return render(request, "assessments/_present.html", {"others": arrive(score.pk, request.user)})
