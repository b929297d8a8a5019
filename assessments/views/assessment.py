"""A round as a whole: starting it, looking at it, and its steps from hand to hand."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments.duration import by_workstream, duration, proposal
from assessments.forms.assignment import AssignByOfficeForm, AssignForm
from assessments.forms.workflow import ApproveForm, ReopenForm, ReturnForm, ScopeForm
from assessments.models import Assessment, AssessmentState, Project, TransitionKind
from assessments.queries.comparison import compare, scores_of_round
from assessments.queries.history import read_history
from assessments.queries.neighbours import first_pending
from assessments.queries.offices import members_of, shares_in, shares_of, working_here
from assessments.queries.overview import SHOWS, Narrowed, overview_of, scores_for_overview
from assessments.queries.round_history import round_sources
from assessments.sentences import given_in_words, kinds_sentence, mean_change
from assessments.services import workflow
from assessments.services.assignment import assign_by_office
from assessments.views.access import get_assessment, get_project, require
from assessments.views.breadcrumbs import crumbs_to
from catalogue.edition_cache import cached_edition
from catalogue.models import Criterion, Edition, Phase
from scaling.accounts.models import User
from scaling.common.transactions import atomic


@login_required
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, public_id: str) -> HttpResponse:
    """Choose what the next round covers, and begin it."""
    project = get_project(request.user, public_id)
    require(request.user, "assessments.work_on_project", project)
    if project.archived_at is not None:
        messages.info(request, _("Das Projekt ist archiviert. Die Leitung kann es zurückholen."))
        return redirect(project)
    running = Assessment.objects.filter(project=project).open().first()
    if running is not None:
        messages.info(request, _("Für dieses Projekt läuft schon eine Bewertung; hier ist sie."))
        return redirect(running)
    edition = Edition.objects.current()
    wide = project.is_municipality_wide
    offered = [c for c in cached_edition(edition).criteria if c.is_offered_to(municipality_wide=wide)] if edition else []
    counts = Counter(criterion.phase_id for criterion in offered)
    phases = list(Phase.objects.all())
    preset = workflow.default_phases(project)
    asked = [c for c in offered if c.phase_id in {phase.pk for phase in preset}]
    offices = shares_of(asked, free={c.pk for c in asked}, members=members_of(project))
    holders = {share.office.value: share.holders[0] for share in offices if share.holders}
    form = ScopeForm(
        request.POST if request.method == "POST" else None,
        phases=[] if wide else [phase for phase in phases if not phase.is_cross_phase and counts[phase.pk]],
        preset=preset,
        counts=counts,
        has_holders=bool(holders),
    )
    if request.method == "POST" and form.is_valid():
        try:
            assessment = _begin(
                request,
                project,
                holders if form.by_office_chosen else {},
                phases=None if wide else form.chosen,
                edition=edition,
            )
        except workflow.OpenAssessmentExists as error:
            messages.info(request, _("Für dieses Projekt läuft schon eine Bewertung; hier ist sie."))
            return redirect(error.assessment)
        except workflow.NothingToAssess:
            if offered:  # else the page says it
                messages.error(
                    request, _("In den gewählten Phasen gibt es kein Kriterium. Bitte wählen Sie eine weitere Phase.")
                )
        else:
            return redirect(assessment)
    previous = Assessment.objects.filter(project=project).order_by("-round").with_steps().first()
    return render(
        request,
        "assessments/start.html",
        {
            "project": project,
            "crumbs": crumbs_to(project, (_("Bewertung beginnen"), "")),
            "form": form,
            "edition": edition,
            "offered": bool(offered),
            "cross_phase": next((phase for phase in phases if phase.is_cross_phase), None),
            "cross_phase_count": sum(counts[phase.pk] for phase in phases if phase.is_cross_phase),
            "previous": previous,
            "offices": offices,
            "holders": holders,
            **_length_of(asked),
        },
        status=422 if form.is_bound else 200,
    )


@atomic
def _begin(request: HttpRequest, project: Project, holders: Mapping[str, User], **scope: Any) -> Assessment:
    """Begin the round and, where there are ``holders`` of offices, hand its criteria to them: both or neither."""
    assessment = workflow.start_assessment(project=project, by=request.user, **scope)
    if holders:
        given = assign_by_office(assessment=assessment, chosen=holders, by=request.user)
        messages.success(request, given_in_words(given))
    return assessment


def _length_of(criteria: Sequence[Criterion]) -> dict[str, Any]:
    """What the start page says about the time a round of these criteria takes. No query with workstreams at hand."""
    return {
        "number": len(criteria),
        "duration": duration(len(criteria)),
        "proposal": proposal(len(criteria)),
        "parts": by_workstream([[stream.name for stream in criterion.workstreams.all()] for criterion in criteria]),
    }


@login_required
@require_safe
def overview(request: HttpRequest, public_id: str) -> HttpResponse:
    return render_overview(request, get_assessment(request.user, public_id))


def render_overview(request: HttpRequest, assessment: Assessment, status: int = 422, **more: Any) -> HttpResponse:
    """The round's page, with ``more`` and ``status`` when one of its forms comes back."""
    found = overview_of(scores_for_overview(assessment))
    editable = request.user.has_perm("assessments.edit_assessment", assessment)
    narrowed = Narrowed.from_query(request.GET)
    # Only to assign, and to tell of those who are assigned whether they are still there.
    asked = editable or any(score.assigned_to_id for score in found.scores)
    members = members_of(assessment.project) if asked else []
    people = working_here(members)
    offices = shares_in(found.scores, members=members) if editable else []
    # Who works on a round sees what is left first; a list that was asked for, or that has nothing left, is shown as it is.
    is_divided = editable and not narrowed and bool(found.pending)
    shown = overview_of([s for s in found.scores if narrowed.matches(s, request.user.pk)]) if narrowed else found
    context = {
        "assessment": assessment,
        "project": assessment.project,
        "people_there": {person.pk for person in people},
        "crumbs": crumbs_to(assessment.project, (assessment.round_label, "")),
        "overview": found,
        "narrowed": narrowed,
        "shows": SHOWS,
        "shown": shown,
        "todo": overview_of(found.pending if is_divided else []),
        "rest": overview_of([score for score in found.scores if is_divided and not score.is_pending]),
        "next_pending": first_pending(found.scores),
        "since_last": _since_last(request, assessment),
        "offices": offices,
        **_step_forms(request.user, assessment),
    }
    if editable:
        context["office_form"] = AssignByOfficeForm(shares=offices, people=people)
        context["assign_form"] = AssignForm(phases=found.phases, workstreams=found.workstreams, people=people)
    context |= more
    return render(request, "assessments/overview.html", context, status=status if more else 200)


def _step_forms(user: Any, assessment: Assessment) -> dict[str, Any]:
    """The forms of the steps that can be taken now."""
    if user.has_perm("assessments.approve_assessment", assessment):
        return {"approve_form": ApproveForm(), "return_form": ReturnForm()}
    return {"reopen_form": ReopenForm()} if user.has_perm("assessments.reopen_assessment", assessment) else {}


def _since_last(request: HttpRequest, assessment: Assessment) -> dict[str, Any] | None:
    """What changed since the round before, for whoever is to approve this one; None for others. At most three queries."""
    if assessment.previous_id is None or not request.user.has_perm("assessments.approve_assessment", assessment):
        return None
    then = Assessment.objects.with_context().get(pk=assessment.previous_id)
    found = compare(scores_of_round(assessment), scores_of_round(then))
    summary = (kinds_sentence(found.change, str(then.round_label)), mean_change(found.change))
    return {"then": then, "comparison": found, "summary": summary}


def _too_late(
    request: HttpRequest,
    assessment: Assessment,
    error: workflow.WrongState,
    kind: TransitionKind,
    done: str,
    note: str = "",
) -> HttpResponse:
    """Say how things stand and go back to the round: somebody else was faster, or the person's own first click.

    What was written to the step and is stored nowhere is shown to be copied.
    """
    latest = error.assessment.latest()
    is_own = latest is not None and latest.kind == kind and latest.by_id == request.user.pk
    if is_own and latest is not None and latest.note == note.strip():
        messages.success(request, done)
        return redirect(assessment)
    if is_own:
        messages.error(request, _("Diesen Schritt haben Sie schon getan, mit einem anderen Text. Es gilt der erste."))
    elif isinstance(error, workflow.LaterRoundExists):
        messages.error(request, _("Wieder öffnen lässt sich nur die letzte Runde; inzwischen gibt es eine neuere."))
    else:
        label = AssessmentState(error.assessment.state).label
        messages.error(request, _("Das ging nicht: Die Bewertung ist inzwischen %(state)s.") % {"state": label})
    if note:
        now = get_assessment(request.user, assessment.public_id)
        return render_overview(request, now, status=409, not_stored=[note])
    return redirect(assessment)


@login_required
@require_POST
def submit(request: HttpRequest, public_id: str) -> HttpResponse:
    assessment = get_assessment(request.user, public_id)
    require(request.user, "assessments.work_on_assessment", assessment)
    done = _("Eingereicht. Die Leitung kann die Bewertung jetzt freigeben.")
    try:
        workflow.submit(assessment=assessment, by=request.user)
    except workflow.WrongState as error:
        return _too_late(request, assessment, error, TransitionKind.SUBMIT, done)
    messages.success(request, done)
    return redirect(assessment)


@login_required
@require_POST
def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    """The team takes its submission back. Whoever may never do so gets 403, whoever comes too late is told."""
    assessment = get_assessment(request.user, public_id)
    require(request.user, "assessments.work_for_team", assessment)
    done = _("Zurückgezogen. Sie können die Bewertung ändern und neu einreichen.")
    try:
        workflow.withdraw(assessment=assessment, by=request.user)
    except workflow.WrongState as error:
        return _too_late(request, assessment, error, TransitionKind.WITHDRAW, done)
    messages.success(request, done)
    return redirect(assessment)


@login_required
@require_POST
def approve(request: HttpRequest, public_id: str) -> HttpResponse:
    assessment = get_assessment(request.user, public_id)
    require(request.user, "assessments.manage_assessment", assessment)
    done = _("Freigegeben. Die Bewertung ist jetzt abgeschlossen, und ihr Reifeprofil steht fest.")
    seen = _seen(request)
    form = ApproveForm(request.POST)
    if not form.is_valid():
        return render_overview(request, assessment, approve_form=form, form=form)
    try:
        workflow.approve(assessment=assessment, by=request.user, seen=seen, note=form.cleaned_data["note"])
    except workflow.SeenIsOutdated as error:
        return _ask_again(request, assessment, error.assessment, seen, form)
    except workflow.WrongState as error:
        return _too_late(request, assessment, error, TransitionKind.APPROVE, done)
    messages.success(request, done)
    return redirect(assessment)


def _seen(request: HttpRequest) -> int:
    """The id of the latest step on the page that was open; 0, which no step has, where it says nothing sensible."""
    text = request.POST.get("gesehen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _ask_again(request: HttpRequest, assessment: Assessment, current: Assessment, seen: int, form: ApproveForm) -> HttpResponse:
    """The round went back and forth since the page was opened: show what changed meanwhile, and ask for a new yes."""
    assessment.state = current.state
    assessment.forget_steps()
    known = next((step for step in assessment.steps if step.id == seen), None)
    sources = round_sources(assessment, cached_edition(assessment.edition)) if known else []
    changed = [entry for _place, entry in read_history(sources, since=known.at)] if known else []
    return render_overview(request, assessment, status=409, asked_again=True, changed_since=changed, approve_form=form)


@login_required
@require_POST
def return_to_team(request: HttpRequest, public_id: str) -> HttpResponse:
    assessment = get_assessment(request.user, public_id)
    require(request.user, "assessments.manage_assessment", assessment)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return render_overview(request, assessment, return_form=form, form=form)
    done = _("Zurückgegeben. Das Team kann wieder daran arbeiten.")
    try:
        workflow.return_to_team(assessment=assessment, by=request.user, comment=form.cleaned_data["comment"])
    except workflow.WrongState as error:
        return _too_late(request, assessment, error, TransitionKind.RETURN, done, form.cleaned_data["comment"])
    messages.success(request, done)
    return redirect(assessment)


@login_required
@require_POST
def reopen(request: HttpRequest, public_id: str) -> HttpResponse:
    assessment = get_assessment(request.user, public_id)
    require(request.user, "assessments.manage_assessment", assessment)
    form = ReopenForm(request.POST)
    if not form.is_valid():
        return render_overview(request, assessment, reopen_form=form, form=form)
    done = _("Wieder geöffnet. Das Team kann die Bewertung ändern und neu einreichen.")
    try:
        workflow.reopen(assessment=assessment, by=request.user, reason=form.cleaned_data["reason"])
    except workflow.WrongState as error:
        return _too_late(request, assessment, error, TransitionKind.REOPEN, done, form.cleaned_data["reason"])
    messages.success(request, done)
    return redirect(assessment)
