"""The plan of a municipality by address: what is to be done in all its projects, on a time line and as a calendar file."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from assessments.reports.charts import WIDE, Due, for_screen, time_line
from assessments.reports.counted import counted_note
from assessments.reports.export.calendar_file import MEDIA_TYPE, render_calendar
from assessments.reports.plan.build import plan_of
from assessments.reports.plan.model import MunicipalPlan, PlannedMeasure
from assessments.reports.views.downloads import requested_language
from assessments.views.access import get_municipality
from scaling.common.text import german_slug

#: Of a page: drawing and table show the same ones, and no page is higher than ten screens of a phone.
ROWS_PER_PAGE, MAX_STEPS = 12, 8


@login_required
@require_safe
def plan_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Five queries and those of the request."""
    municipality = get_municipality(request.user, public_id)
    plan = plan_of(request.user, municipality)
    rows = Paginator(plan.measures, ROWS_PER_PAGE).get_page(request.GET.get("seite"))
    context = {
        "municipality": municipality,
        "plan": plan,
        "counted_note": counted_note(plan.counted),
        "rows": rows,
        "steps": plan.small_steps[:MAX_STEPS],
        "more_steps": plan.small_steps[MAX_STEPS:],
        "drawing": _drawn(plan, [one for one in rows if one.due_on is not None]),
        "crumbs": [(municipality.name, municipality.get_absolute_url()), (_("Plan"), "")],
    }
    return render(request, "report/plan/plan.html", context)


def _drawn(plan: MunicipalPlan, measures: list[PlannedMeasure]) -> SafeString | None:
    if not measures:
        return None
    rows = [_due(one) for one in measures]
    return for_screen(lambda width: time_line(rows, plan.as_of, width=width), WIDE)


def _due(one: PlannedMeasure) -> Due:
    assert one.due_on is not None  # noqa: S101 – only those are drawn
    words = _("%(text)s (%(project)s)") % {"text": one.text, "project": one.project}
    return Due(
        text=words,
        on=one.due_on,
        note=_("Tor %(gate)s") % {"gate": one.gate.code or one.gate.label} if one.gate else "",
        is_overdue=one.is_overdue,
        is_small=one.is_small_step,
        link=(reverse("assessments:measures", args=[one.project_id]), words),
    )


@login_required
@require_safe
@cache_control(private=True, no_cache=True)
def plan_calendar(request: HttpRequest, public_id: str) -> HttpResponse:
    """All measures with a date as a calendar file; ``?sprache=``."""
    municipality = get_municipality(request.user, public_id)
    with translation.override(requested_language(request)):
        content = render_calendar(plan_of(request.user, municipality), now=timezone.now())
    name = f"plan-{german_slug(municipality.name)}.ics"
    return HttpResponse(content, content_type=MEDIA_TYPE, headers={"Content-Disposition": f'attachment; filename="{name}"'})
