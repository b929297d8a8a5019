"""Who else is on a criterion right now."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assessments.services.presence import arrive
from assessments.views.access import get_score, require


@require_safe
def present(request: HttpRequest, public_id: str, key: str) -> HttpResponse:
    """A sentence about who else is on this criterion, asked for by the page every 20 seconds; empty when nobody is."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    score = get_score(request.user, public_id, key)
    require(request.user, "assessments.work_on_assessment", score.assessment)
    return render(request, "assessments/_present.html", {"others": arrive(score.pk, request.user)})
