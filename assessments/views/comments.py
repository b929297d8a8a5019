"""Comments on a criterion."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from assessments.forms.comment import CommentForm
from assessments.services.comments import add_comment, resolve_comment
from assessments.views.access import get_score, require
from assessments.views.criterion import render_score


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
