"""The wall of a workshop: what everybody sees together, and what its facilitator does. Anyone on the team may lead."""

import hashlib
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments.forms.answer import APART
from assessments.forms.workshop import AgreementForm, OpenWorkshopForm
from assessments.models import Assessment, Score, Workshop, WorkshopMode
from assessments.queries import workshops as queries
from assessments.queries.neighbours import first_pending, neighbours, scores_of
from assessments.services import workshops
from assessments.services.answers import NotEditable, StaleScore
from assessments.views.access import get_assessment, number_in, require
from assessments.views.breadcrumbs import crumbs_to
from assessments.views.criterion import render_conflict
from catalogue.wording import wording_of
from scaling.common.addresses import absolute_url
from scaling.common.polling import polled
from scaling.common.qr_code import qr_code
from scaling.common.sentences import within_quotes
from scaling.common.text import tidy_text


def _assessment(request: HttpRequest, public_id: str) -> Assessment:
    """The round, for those who work on it; 404 for strangers, 403 for who only reads."""
    assessment = get_assessment(request.user, public_id)
    require(request.user, "assessments.work_on_assessment", assessment)
    return assessment


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def wall(request: HttpRequest, public_id: str) -> HttpResponse:
    """The wall of the running workshop; where there is none, the form that opens one. Fixed number of queries."""
    assessment = _assessment(request, public_id)
    if request.method != "POST":
        return _wall(request, assessment)
    form = OpenWorkshopForm(request.POST)
    if form.is_valid():
        ahead = form.cleaned_data["mode"] == WorkshopMode.AHEAD
        scores = scores_of(assessment)
        first = first_pending(scores) or next(iter(scores), None)
        until = form.cleaned_data["alone_until"] if ahead else None
        try:
            workshops.open_workshop(assessment=assessment, by=request.user, first=first, alone_until=until)
        except workshops.WorkshopRuns:
            messages.info(request, _("Der Workshop läuft schon."))
        except NotEditable:
            messages.error(
                request, _("Die Bewertung ist eingereicht; ein Workshop ist erst wieder möglich, wenn sie zurückkommt.")
            )
        except ValidationError as error:
            form.add_error(None, error)
            return _wall(request, assessment, status=422, form=form)
        return redirect("assessments:wall", public_id)
    return _wall(request, assessment, status=422, form=form)


@require_safe
def wall_state(request: HttpRequest, public_id: str) -> HttpResponse:
    """What the wall asks for once a second: whether it is still the same, and how many have voted. Never what they said."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    assessment = _assessment(request, public_id)
    workshop = queries.running_workshop(assessment)
    data: dict[str, Any] = {"ort": _place(assessment, workshop)}
    if workshop is not None:
        turnout = queries.turnout(workshop)
        data |= {"text": queries.turnout_sentence(turnout), "abgestimmt": turnout.voted, "dabei": turnout.of}
        data["bis"] = queries.timer_of(workshop.current.ends_at) if workshop.current else None
    return polled(request, data)


@login_required
@require_POST
def step(request: HttpRequest, public_id: str) -> HttpResponse:
    """One step of the facilitator: ``schritt`` names it, ``abstimmung`` the ballot that was on the wall when it was pressed."""
    assessment = _assessment(request, public_id)
    workshop = queries.running_workshop(assessment)
    back = redirect("assessments:wall", public_id)
    if workshop is None:
        messages.info(request, _("Der Workshop ist beendet."))
        return back
    seen = number_in(request.POST.get("abstimmung"))
    name, _colon, value = request.POST.get("schritt", "").partition(":")
    try:
        _take(request, assessment, workshop, seen, name, value)
    except workshops.WallMovedOn:
        messages.info(request, _("Auf der Wand hat sich inzwischen etwas geändert. Bitte sehen Sie noch einmal hin."))
    except workshops.WorkshopOver:
        messages.info(request, _("Der Workshop ist beendet."))
    except NotEditable:
        messages.error(request, _("Die Bewertung ist eingereicht; abgestimmt wird erst wieder, wenn sie zurückkommt."))
    return back


def _take(request: HttpRequest, assessment: Assessment, workshop: Workshop, seen: int, name: str, value: str) -> None:
    if name == "aufdecken":
        workshops.reveal(workshop=workshop, seen=seen)
    elif name == "erneut":
        workshops.vote_again(workshop=workshop, seen=seen)
    elif name == "zeit":
        minutes = number_in(value)
        workshops.set_timer(workshop=workshop, seen=seen, minutes=minutes if minutes in workshops.TIMES else None)
    elif name == "zeigen":
        key = value or request.POST.get("kriterium", "")
        score = next((score for score in scores_of(assessment) if score.criterion.key == key), None)
        if score is None:
            raise Http404
        workshops.show(workshop=workshop, score=score, seen=seen)
    elif name == "beenden":
        workshops.close_workshop(workshop=workshop, by=request.user)
        messages.success(request, _("Der Workshop ist beendet; der Code führt nirgends mehr hin."))
    else:
        raise BadRequest("There is no such step.")


@login_required
@require_POST
def agree(request: HttpRequest, public_id: str) -> HttpResponse:
    """Level and reason the room agreed on, stored like any answer; then the next criterion."""
    assessment = _assessment(request, public_id)
    workshop = queries.running_workshop(assessment)
    scores = scores_of(assessment)
    ballot = workshop.current if workshop else None
    score = next((one for one in scores if ballot and one.pk == ballot.score_id), None)
    if workshop is None or ballot is None or score is None:
        return _wall(request, assessment, status=409, not_stored=request.POST.get("rationale", ""))
    form = AgreementForm(request.POST, score=score, wording=_wording(score), ballot=ballot.pk)
    if not form.is_valid():
        if ballot.revealed_at is None or number_in(request.POST.get("ballot")) != ballot.pk:
            return _wall(request, assessment, status=409, not_stored=tidy_text(request.POST.get("rationale", "")) or " ")
        return _wall(request, assessment, status=422, form=form)
    try:
        workshops.agree(
            workshop=workshop,
            seen=form.cleaned_data["ballot"],
            version=form.cleaned_data["version"],
            answer=form.answer,
            by=request.user,
            page=request.POST.get("einmal", ""),
        )
    except StaleScore as error:
        return render_conflict(request, score, score.criterion, form, error.current)
    except (workshops.WallMovedOn, workshops.WorkshopOver, NotEditable):
        assessment = get_assessment(request.user, public_id)
        return _wall(request, assessment, status=409, not_stored=form.cleaned_data["rationale"] or " ")
    messages.success(request, _("„%(title)s“ ist festgehalten.") % {"title": within_quotes(score.criterion.title)})
    if "weiter" in request.POST:
        score.state, score.confirmed = form.answer.state, True
        following = neighbours(scores, score.pk).next_pending
        if following is None:
            messages.success(request, _("Damit sind alle Kriterien bearbeitet."))
        else:
            _go_on(workshop, following, ballot.pk)
    return redirect("assessments:wall", public_id)


def _go_on(workshop: Workshop, score: Score, seen: int) -> None:
    """To the next one, unless somebody else was faster: then the wall is where they led it."""
    try:
        workshops.show(workshop=workshop, score=score, seen=seen)
    except (workshops.WallMovedOn, workshops.WorkshopOver, NotEditable):
        return


# --- What it shows ----------------------------------------------------------------------------------------------------------


def _wording(score: Score) -> Any:
    return wording_of(score.criterion, municipality_wide=score.assessment.project.is_municipality_wide)


def _place(assessment: Assessment, workshop: Workshop | None) -> str:
    """The same as long as the page shows the same but for the votes in the ballot on the wall. One query without a ballot."""
    parts: list[Any] = [assessment.state, assessment.edition_id]
    if workshop is not None:
        ballot = workshop.current
        parts += [workshop.pk, workshop.is_alone()]
        parts += [ballot.pk, ballot.revealed_at is None, ballot.score.version] if ballot else queries.counts(workshop)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _wall(request: HttpRequest, assessment: Assessment, *, status: int = 200, form: Any = None, **more: Any) -> HttpResponse:
    workshop = queries.running_workshop(assessment) if assessment.is_editable else None
    context: dict[str, Any] = {
        "assessment": assessment,
        "project": assessment.project,
        "workshop": workshop,
        "place": _place(assessment, workshop),
        **more,
    }
    if workshop is None:
        context |= {
            "form": form if isinstance(form, OpenWorkshopForm) else OpenWorkshopForm(),
            "crumbs": crumbs_to(
                assessment.project, (assessment.round_label, assessment.get_absolute_url()), (_("Workshop"), "")
            ),
        }
        return render(request, "assessments/workshop/open.html", context, status=status)
    scores = scores_of(assessment)
    turnout = queries.turnout(workshop)
    address = absolute_url(reverse("assessments:vote", args=[workshop.code]))
    context |= {
        "scores": scores,
        "turnout": turnout,
        "turnout_sentence": queries.turnout_sentence(turnout),
        "people": queries.who_is_there(workshop),
        "address": address,
        "entrance": absolute_url(reverse("assessments:enter")).split("://")[-1],
        "qr": qr_code(address, title=_("Mitmachen: %(address)s") % {"address": address}),
    }
    score = next((one for one in scores if workshop.current and one.pk == workshop.current.score_id), None)
    if score is None or workshop.current is None:
        context |= {"rows": queries.alone_rows(workshop, scores), "first": first_pending(scores) or scores[0]}
        return render(request, "assessments/workshop/alone.html", context, status=status)
    ballot = workshop.current
    result = queries.result_of(ballot)
    wording = _wording(score)
    spread = result.spread if result else None
    agreed = spread.lowest if spread and spread.lowest == spread.highest and score.is_pending else None
    if result is not None and not isinstance(form, AgreementForm):
        form = AgreementForm(score=score, wording=wording, ballot=ballot.pk, agreed=agreed)
    context |= {
        "score": score,
        "criterion": score.criterion,
        "wording": wording,
        "ballot": ballot,
        "way": neighbours(scores, score.pk),
        "result": result,
        "columns": list(zip(wording.levels, result.levels, strict=True)) if result else [],
        "apart_choices": [(str(state.value), str(state.label)) for state in APART],
        "form": form,
        "timer": queries.timer_of(ballot.ends_at),
        "times": workshops.TIMES,
        "question_changed": not queries.asks_the_same(ballot, score),
    }
    return render(request, "assessments/workshop/wall.html", context, status=status)
