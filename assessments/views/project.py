from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments import scoring, sentences
from assessments.forms.project import ProjectForm
from assessments.models import Assessment, AssessmentState, Project, Workshop
from assessments.queries.ageing import ageing_of_project
from assessments.queries.gates import gates_of
from assessments.services.projects import NameTaken, archive_project, change_project, create_project
from assessments.views.access import get_municipality, get_project, require
from assessments.views.breadcrumbs import crumbs_to
from assessments.views.municipality import TenantOf
from catalogue.models import CROSS_PHASE, Phase
from scaling.common.versions import StaleRecord, two_versions

#: Milestones that a phase of the road names before it counts the others.
MISSING_SHOWN = 2


@login_required
@require_http_methods(["GET", "POST"])
def project_create(request: HttpRequest, public_id: str) -> HttpResponse:
    municipality = get_municipality(request.user, public_id)
    require(request.user, "assessments.add_project", TenantOf(municipality))
    form = ProjectForm(request.POST or None, municipality=municipality)
    if request.method == "POST" and form.is_valid():
        try:
            project = create_project(municipality=municipality, by=request.user, **form.cleaned_data)
        except NameTaken as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("Das Projekt ist angelegt."))
            return redirect(project)
    crumbs = [(municipality.name, municipality.get_absolute_url()), (_("Projekt anlegen"), "")]
    return render_form(request, form, crumbs, _("Projekt anlegen"))


@login_required
@require_http_methods(["GET", "POST"])
def project_edit(request: HttpRequest, public_id: str) -> HttpResponse:
    project = get_project(request.user, public_id)
    require(request.user, "assessments.change_project", project)
    form = ProjectForm(request.POST or None, municipality=project.municipality, project=project)
    if request.method == "POST" and form.is_valid():
        try:
            change_project(project=project, by=request.user, **form.cleaned_data)
        except StaleRecord as error:
            last = project.history.select_related("history_user").first()
            who = str(last.history_user or "") if last else ""
            back = reverse("assessments:project_edit", args=[public_id])
            return two_versions(request, form, error, back=back, crumbs=crumbs_to(project), who=who)
        except NameTaken as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("Die Änderungen sind gespeichert."))
            return redirect(project)
    crumbs = crumbs_to(project, (_("Projekt bearbeiten"), ""))
    return render_form(request, form, crumbs, _("Projekt bearbeiten"))


@login_required
@require_POST
def project_archive(request: HttpRequest, public_id: str) -> HttpResponse:
    """Into the archive, or back out of it (``zurueck``)."""
    project = get_project(request.user, public_id)
    require(request.user, "assessments.archive_project", project)
    back = "zurueck" in request.POST
    archive_project(project=project, by=request.user, back=back)
    if back:
        messages.success(
            request, _("„%(name)s“ ist zurückgeholt und steht wieder in den Listen.") % {"name": project.shown_name}
        )
    else:
        messages.success(request, _("„%(name)s“ ist archiviert. Alles bleibt lesbar.") % {"name": project.shown_name})
        if Workshop.objects.running().filter(assessment__project=project).exists():
            text = _("Der Workshop zur laufenden Runde bleibt offen, bis das Team ihn beendet oder er abläuft.")
            messages.info(request, text)
    return redirect(project)


def render_form(request: HttpRequest, form: ProjectForm, crumbs: list[tuple[str, str]], heading: str) -> HttpResponse:
    context = {"form": form, "crumbs": crumbs, "heading": heading}
    return render(request, "assessments/project_form.html", context, status=422 if form.is_bound else 200)


def phase_road(project: Project, round_: Assessment | None) -> list[dict[str, object]]:
    """The five phases with their gates as one round sees them, for components/phase_road.html. At most three queries.

    A project that entered another phase since the round was approved stands there; the gates stay those of the approval.
    """
    if round_ is None:
        phases = Phase.objects.exclude(key=CROSS_PHASE)
        catalogue = reverse("catalogue:index")
        return [
            {
                "name": phase.label,
                "url": f"{catalogue}?phase={phase.key}#{phase.key}",
                "state": "current" if phase.pk == project.phase_id else None,
            }
            for phase in phases
        ]
    found = gates_of([round_])[round_.pk]
    moved = found.current.phase != project.phase.key
    road: list[dict[str, object]] = []
    for gate in found.gates:
        state = gate.state if gate.state != scoring.AHEAD else ""
        parts = [found.sentence(gate)] if state else []
        missing = found.missing(gate) if state else ()
        if missing:
            named = ", ".join(missing[:MISSING_SHOWN])
            parts.append(" ".join(filter(None, (named, sentences.and_more(len(missing) - MISSING_SHOWN)))) + ".")
        dropped = found.dropped(gate) if state else ()
        here = ""
        if gate == found.current or gate.phase == project.phase.key:
            parts.insert(0, _("Phasentor %(state)s.") % {"state": sentences.gate_state(gate.state)})
        if gate.phase == project.phase.key:
            state, here = "current", _("Hier stehen Sie jetzt") if moved else ""
        elif gate == found.current:
            here = _("Hier stand das Projekt bei der Freigabe")
        label, note = found.phase_labels[gate.phase], " ".join(parts)
        road.append(
            {"name": label, "key": gate.phase, "state": state or "open", "here": here, "note": note, "dropped": dropped}
        )
    return road


@login_required
@require_safe
def project_page(request: HttpRequest, public_id: str) -> HttpResponse:
    project = get_project(request.user, public_id, "paper__contact")
    rounds = list(
        Assessment.objects.visible_to(request.user)
        .filter(project=project)
        .with_context()
        .with_progress()
        .with_next_open()
        .with_record()
        .select_related("paper")
        .order_by("-round")
    )
    for assessment in rounds:
        assessment.project = project
    approved = next((a for a in rounds if a.is_approved), None)
    # What is approved speaks, for everyone; a running round stands beside it, and speaks only where there is nothing else.
    speaking = approved or next(iter(rounds), None)
    works = request.user.has_perm("assessments.start_assessment", project)
    return render(
        request,
        "assessments/project.html",
        {
            "project": project,
            "crumbs": crumbs_to(project),
            "road": [] if project.is_municipality_wide else phase_road(project, speaking),
            "speaking": speaking,
            "rounds": rounds,
            "open_round": next((a for a in rounds if a.state != AssessmentState.APPROVED), None),
            "approved": approved,
            "paper": getattr(project, "paper", None),
            "ageing": ageing_of_project(request.user, project, timezone.localdate()),
            "measures": project.measures.running().with_owner_there().select_related("owner"),
            "team": project.team.all(),
            "may_start": works and not any(a.state != AssessmentState.APPROVED for a in rounds),
            "today": timezone.localdate(),
            "start_url": reverse("assessments:start", args=[project.public_id]),
        },
    )
