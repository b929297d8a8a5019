"""What a council paper says: of a project in every round, and of one round."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assessments.forms.council_paper import ProjectPaperForm, RoundPaperForm
from assessments.models import ProjectPaper, RoundPaper
from assessments.services.answers import NotEditable
from assessments.services.council_paper import save_project_paper, save_round_paper
from assessments.views.access import get_assessment, get_project, require
from assessments.views.breadcrumbs import crumbs_to
from scaling.common.versions import StaleRecord, two_versions


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def project_paper(request: HttpRequest, public_id: str) -> HttpResponse:
    project = get_project(request.user, public_id)
    require(request.user, "assessments.change_paper", project)
    paper = ProjectPaper.objects.filter(project=project).first() or ProjectPaper(project=project)
    form = ProjectPaperForm(request.POST or None, project=project, paper=paper)
    crumbs = crumbs_to(project, (_("Angaben für die Vorlage"), ""))
    if request.method == "POST" and form.is_valid():
        try:
            save_project_paper(project=project, by=request.user, **form.cleaned_data)
        except StaleRecord as error:
            return _two_versions(request, form, error, crumbs)
        messages.success(request, _("Die Angaben sind gespeichert."))
        return redirect(project)
    return _page(request, form, crumbs, project.shown_name)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def round_paper(request: HttpRequest, public_id: str) -> HttpResponse:
    """Until the approval, which keeps what stands there then."""
    assessment = get_assessment(request.user, public_id)
    require(request.user, "assessments.work_on_assessment", assessment)
    if assessment.is_approved:
        return _approved(request, assessment)
    paper = RoundPaper.objects.filter(assessment=assessment).first() or RoundPaper(assessment=assessment)
    form = RoundPaperForm(request.POST or None, assessment=assessment, paper=paper)
    place = (str(assessment.round_label), assessment.get_absolute_url())
    crumbs = crumbs_to(assessment.project, place, (_("Angaben für die Vorlage"), ""))
    if request.method == "POST" and form.is_valid():
        try:
            save_round_paper(assessment=assessment, by=request.user, **form.cleaned_data)
        except StaleRecord as error:
            return _two_versions(request, form, error, crumbs)
        except NotEditable:
            return _approved(request, assessment)
        messages.success(request, _("Die Angaben sind gespeichert."))
        return redirect(assessment.project)
    return _page(request, form, crumbs, f"{assessment.project.shown_name}, {assessment.round_label}")


def _approved(request: HttpRequest, assessment: Any) -> HttpResponse:
    messages.info(request, _("Die Runde ist freigegeben; ihre Angaben für die Vorlage stehen fest."))
    return redirect(assessment.project)


def _page(request: HttpRequest, form: Any, crumbs: list[tuple[str, str]], whose: str) -> HttpResponse:
    context = {"form": form, "crumbs": crumbs, "whose": whose, "heading": _("Angaben für die Vorlage")}
    return render(request, "assessments/council_paper.html", context, status=422 if form.is_bound else 200)


def _two_versions(request: HttpRequest, form: Any, error: StaleRecord, crumbs: list[tuple[str, str]]) -> HttpResponse:
    last = error.current.history.select_related("history_user").first()
    who = str(last.history_user or "") if last else ""
    return two_versions(request, form, error, back=request.get_full_path(), crumbs=crumbs[:-1], who=who)
