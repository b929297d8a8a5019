"""A round compared with another of its project."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.models import Assessment
from assessments.queries.comparison import compare as compare_scores
from assessments.queries.comparison import scores_of_round
from assessments.sentences import kinds_sentence, mean_change
from assessments.views.access import get_assessment
from assessments.views.breadcrumbs import crumbs_to


@login_required
@require_safe
def compare_latest(request: HttpRequest, public_id: str) -> HttpResponse:
    """To the comparison with the previous round the person may see, or with the one they chose."""
    assessment = get_assessment(request.user, public_id)
    visible = Assessment.objects.visible_to(request.user).filter(project=assessment.project)
    others = list(visible.exclude(pk=assessment.pk).order_by("-round"))
    chosen = [other for other in others if other.public_id == request.GET.get("mit")]
    earlier = [other for other in others if other.round < assessment.round]
    other = next(iter([*chosen, *earlier, *others]), None)
    if other is None:
        raise Http404
    return redirect("assessments:compare", public_id, other.public_id)


@login_required
@require_safe
def compare(request: HttpRequest, public_id: str, other_id: str) -> HttpResponse:
    """The later of the two rounds is "now", whichever comes first in the address."""
    assessment, other = get_assessment(request.user, public_id), get_assessment(request.user, other_id)
    if assessment.project_id != other.project_id or assessment == other:
        raise Http404
    now, then = (assessment, other) if assessment.round > other.round else (other, assessment)
    found = compare_scores(scores_of_round(now), scores_of_round(then))
    context = {
        "assessment": assessment,
        "project": assessment.project,
        "now": now,
        "then": then,
        "comparison": found,
        "summary": (kinds_sentence(found.change, str(then.round_label)), mean_change(found.change)),
        "others": Assessment.objects.visible_to(request.user)
        .filter(project=now.project)
        .exclude(pk=now.pk)
        .order_by("-round")
        .with_steps(),
        "crumbs": crumbs_to(assessment.project, (assessment.round_label, assessment.get_absolute_url()), (_("Vergleich"), "")),
    }
    return render(request, "assessments/compare.html", context)
