"""Measures of a project, over all its rounds."""

from collections.abc import Iterable
from typing import NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments.forms.measure import MeasureForm
from assessments.models import Assessment, Measure, MeasureStatus, Project
from assessments.services.measures import finish_measure, save_measure
from assessments.views.access import get_project, number_in, require
from assessments.views.breadcrumbs import crumbs_to
from catalogue.edition_cache import CachedEdition, cached_edition
from catalogue.models import Criterion, Edition
from scaling.common.versions import StaleRecord, two_versions

MEASURES_PER_PAGE = 50
CLOSED = (MeasureStatus.DONE, MeasureStatus.DROPPED)


class MeasureRow(NamedTuple):
    """A measure with the criterion it is meant for; None where there is none, or none of that key in the project's edition."""

    measure: Measure
    criterion: Criterion | None


def guide_of(project: Project) -> CachedEdition:
    """The criteria a project works with: those of its latest round, or of the current edition. One query or two."""
    latest = Assessment.objects.filter(project=project).select_related("edition").order_by("-round").first()
    edition = latest.edition if latest else Edition.objects.current()
    return cached_edition(edition) if edition else CachedEdition((), {}, {})


@login_required
@require_safe
def measures(request: HttpRequest, public_id: str) -> HttpResponse:
    project = get_project(request.user, public_id)
    criteria = guide_of(project).by_key
    found = list(project.measures.with_owner_there().select_related("owner"))
    today = timezone.localdate()
    # Without a date at the end: what has one is more urgent.
    running = sorted((m for m in found if m.status not in CLOSED), key=lambda m: (m.due_on is None, m.due_on or today, m.pk))

    def rows(measures: Iterable[Measure]) -> list[MeasureRow]:
        return [MeasureRow(measure, criteria.get(measure.criterion_key)) for measure in measures]

    context = {
        "project": project,
        "crumbs": crumbs_to(project, (_("Maßnahmen"), "")),
        "running": Paginator(rows(running), MEASURES_PER_PAGE).get_page(request.GET.get("seite")),
        "closed": rows(m for m in found if m.status in CLOSED),
        "today": today,
    }
    return render(request, "assessments/measures.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def measure_add(request: HttpRequest, public_id: str) -> HttpResponse:
    project = get_project(request.user, public_id)
    require(request.user, "assessments.change_measures", project)
    return _edit(request, project, None)


@login_required
@require_http_methods(["GET", "POST"])
def measure_edit(request: HttpRequest, public_id: str, measure_id: str) -> HttpResponse:
    project = get_project(request.user, public_id)
    require(request.user, "assessments.change_measures", project)
    return _edit(request, project, get_object_or_404(project.measures, public_id=measure_id))


@login_required
@require_POST
def measure_done(request: HttpRequest, public_id: str, measure_id: str) -> HttpResponse:
    """Tick a measure off, from a list; back to it. What was changed meanwhile is shown instead."""
    project = get_project(request.user, public_id)
    require(request.user, "assessments.change_measures", project)
    measure = get_object_or_404(project.measures, public_id=measure_id)
    try:
        finish_measure(measure=measure, version=number_in(request.POST.get("version")), by=request.user)
    except StaleRecord:
        messages.warning(request, _("Hier wurde inzwischen etwas geändert. Bitte sehen Sie es sich an."))
        return redirect("assessments:measure_edit", public_id, measure_id)
    messages.success(request, _("Erledigt: „%(text)s“") % {"text": measure.text})
    return redirect(_back(request.POST.get("zurueck", ""), public_id))


def _back(wanted: str, public_id: str) -> str:
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return reverse("assessments:measures", args=[public_id])


def _edit(request: HttpRequest, project: Project, measure: Measure | None) -> HttpResponse:
    form = MeasureForm(
        request.POST or None,
        project=project,
        criteria=guide_of(project).criteria,
        measure=measure,
        criterion_key=request.GET.get("kriterium", ""),
    )
    back = _back(request.GET.get("zurueck", ""), project.public_id)
    if request.method == "POST" and form.is_valid():
        try:
            save_measure(project=project, by=request.user, measure=measure, **form.cleaned_data)
        except StaleRecord as error:
            return _two_versions(request, project, form, error)
        messages.success(request, _("Die Maßnahme ist gespeichert."))
        return redirect(back)
    heading = _("Maßnahme hinzufügen") if measure is None else _("Maßnahme bearbeiten")
    crumbs = crumbs_to(project, (_("Maßnahmen"), reverse("assessments:measures", args=[project.public_id])), (heading, ""))
    context = {"project": project, "form": form, "crumbs": crumbs, "heading": heading}
    return render(request, "assessments/project_form.html", context, status=422 if form.is_bound else 200)


def _two_versions(request: HttpRequest, project: Project, form: MeasureForm, error: StaleRecord) -> HttpResponse:
    last = error.current.history.select_related("history_user").first()
    crumbs = crumbs_to(project, (_("Maßnahmen"), reverse("assessments:measures", args=[project.public_id])))
    who = str(last.history_user or "") if last else ""
    return two_versions(request, form, error, back=request.get_full_path(), crumbs=crumbs, who=who)
