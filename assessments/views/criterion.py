"""One criterion: the page where people spend their time."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.encoding import escape_uri_path
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from assessments.forms.answer import ScoreForm, initial_of
from assessments.forms.comment import CommentForm
from assessments.models import Evidence, Score
from assessments.queries.as_opened import as_opened
from assessments.queries.criterion_page import load_criterion_page
from assessments.queries.neighbours import Neighbours, RoundContext, answer_label, in_order, neighbours, round_context
from assessments.queries.offices import OfficeHolders
from assessments.queries.overview import rating_of
from assessments.scoring import counts
from assessments.services.answers import (
    Answer,
    NotEditable,
    StaleScore,
    confirm_score,
    merged_rationale,
    remove_evidence,
    save_score,
)
from assessments.views.access import get_score, number_in, require
from assessments.views.breadcrumbs import crumbs_to
from catalogue.edition_cache import cached_edition
from catalogue.models import Criterion
from catalogue.wording import Wording, wording_of
from scaling.common.addresses import address
from scaling.common.drawings import drawn
from scaling.common.history import removed_by
from scaling.common.sentences import within_quotes


@never_cache  # so that the back button shows what is stored now, with its version
@require_http_methods(["GET", "POST"])
def score_page(request: HttpRequest, public_id: str, key: str) -> HttpResponse:
    if not request.user.is_authenticated:
        if "autosave" in request.POST:
            return _render_save_result(request, "signed_out", 401)
        return redirect_to_login(request.get_full_path())
    score = get_score(request.user, public_id, key)
    criterion = cached_edition(score.assessment.edition).by_id[score.criterion_id]
    if request.method == "POST":
        require(request.user, "assessments.work_on_assessment", score.assessment)
        return _save(request, score, criterion)
    return render_score(request, score)


def moved(request: HttpRequest, public_id: str, key: str, rest: str = "") -> HttpResponse:
    """From the address without „kriterien“ to the one with it. 308 keeps a POST a POST, so a page opened before still saves."""
    if rest and key == "kriterien":  # the new address already, with nothing behind it: it would lead on to itself for ever
        raise Http404
    target = address("assessments:score", public_id, key) + escape_uri_path(rest)
    query = request.META.get("QUERY_STRING", "")
    response = HttpResponse(status=308)
    response["Location"] = f"{target}?{query}" if query else target
    return response


def render_score(request: HttpRequest, score: Score, *, status: int = 200, **more: Any) -> HttpResponse:
    """The criterion's page as it is stored, with ``more`` when a small form beside it comes back with an error."""
    criterion = cached_edition(score.assessment.edition).by_id[score.criterion_id]
    may_edit = request.user.has_perm("assessments.edit_assessment", score.assessment)
    url = address("assessments:score", score.assessment.public_id, criterion.key) if may_edit else ""
    form = ScoreForm(score=score, criterion=criterion, read_only=not may_edit, autosave_url=url)
    return _page(request, score, form, status, **more)


def _save(request: HttpRequest, score: Score, criterion: Criterion) -> HttpResponse:
    data = request.POST.copy()
    if "offen" in data:  # the way back from a level chosen by mistake; reason and target stay
        data["choice"] = ""
    if "autosave" in data:  # evidence waits for a button, so half a date of one keeps nothing from being saved
        for name in ("evidence_dated_on", "evidence_valid_until"):
            data.pop(name, None)
    form = ScoreForm(data, score=score, criterion=criterion, autosave_url=request.path)
    if "autosave" in request.POST:
        return _autosave(request, score, form)
    if not form.is_valid():
        return _page(request, score, form, status=422)
    version = form.cleaned_data["version"]
    if "stimmt" in data and not form.evidence and form.answer == as_opened([(score, version)]).get(score.pk, Answer.of(score)):
        return _confirm(request, score, version)
    try:
        saved = save_score(
            score=score,
            version=version,
            by=request.user,
            answer=form.answer,
            evidence=form.evidence,
            page=request.POST.get("einmal", ""),
        )
    except StaleScore as error:
        return render_conflict(request, score, criterion, form, error.current)
    except NotEditable:
        return _too_late(request, score, form)
    return _redirect_after_save(request, score, criterion, saved)


def _redirect_after_save(request: HttpRequest, score: Score, criterion: Criterion, saved: Score) -> HttpResponse:
    suffix = _suffix_of(request)
    if not {"weiter", "stimmt"} & request.POST.keys():
        when = time_format(timezone.localtime(saved.updated_at or timezone.now()), "H:i")
        messages.success(request, _("Gespeichert um %(time)s Uhr.") % {"time": when})
        return redirect(address("assessments:score", score.assessment.public_id, criterion.key) + suffix)
    following = neighbours_of(score).next_pending
    if following is None:
        messages.success(request, _("Gespeichert. Damit sind alle Kriterien bearbeitet."))
        return redirect(score.assessment)
    messages.success(request, _("„%(title)s“ ist gespeichert.") % {"title": within_quotes(criterion.title)})
    return redirect(address("assessments:score", score.assessment.public_id, following.criterion.key) + suffix)


def _autosave(request: HttpRequest, score: Score, form: ScoreForm) -> HttpResponse:
    """Save what stands in the fields, but no new evidence: that waits for a button. Answers with a sentence for the page."""
    if not form.is_valid():
        # Whoever has just chosen „trifft nicht zu“ is about to say why: nothing has gone wrong yet.
        waits = list(form.errors) == ["rationale"] and form.has_error("rationale", "reason_missing")
        return _render_save_result(request, "invalid", 422, form=form, waits_for_reason=waits)
    try:
        saved = save_score(
            score=score,
            version=form.cleaned_data["version"],
            by=request.user,
            answer=form.answer,
            confirm=False,
            page=request.POST.get("einmal", ""),
        )
    except StaleScore as error:
        return _render_save_result(request, "stale", 409, current=error.current)
    except NotEditable:
        score.assessment.refresh_from_db(fields=["state"])
        return _render_save_result(request, "late", 409, assessment=score.assessment)
    time = time_format(timezone.localtime(saved.updated_at), "H:i") if saved.updated_at else ""
    sentence = drawn(SAVE_RESULT, kind="saved", time=time, evidence=bool(form.evidence))
    response = _save_result(HttpResponse(sentence), "saved")
    response["X-Version"] = str(saved.version)
    return response


SAVE_RESULT = "assessments/_saved.html"


def _render_save_result(request: HttpRequest, kind: str, status: int, **context: Any) -> HttpResponse:
    return _save_result(render(request, SAVE_RESULT, {"kind": kind, **context}, status=status), kind)


def _save_result(response: HttpResponse, kind: str) -> HttpResponse:
    response["X-Save"] = kind  # tells the script that this is a sentence for the page, not a page
    return response


def neighbours_of(score: Score) -> Neighbours[Score]:
    """One query."""
    others = Score.objects.filter(assessment=score.assessment_id).defer("rationale")
    return neighbours(in_order(others, cached_edition(score.assessment.edition)), score.pk)


def _page(request: HttpRequest, score: Score, form: ScoreForm, status: int = 200, **more: Any) -> HttpResponse:
    """Six queries in all, whatever the number of criteria, proofs, comments and measures."""
    assessment = score.assessment
    criterion = score.criterion = cached_edition(assessment.edition).by_id[score.criterion_id]
    wording = wording_of(criterion, municipality_wide=assessment.project.is_municipality_wide)
    around = round_context(score, cached_edition(assessment.edition))
    near = load_criterion_page(score, criterion, timezone.localdate())
    may_read_comments = request.user.has_perm("assessments.read_comments", assessment)
    context: dict[str, Any] = {
        "assessment": assessment,
        "project": assessment.project,
        "crumbs": crumbs_to(assessment.project, (assessment.round_label, assessment.get_absolute_url()), (criterion.title, "")),
        "score": score,
        "criterion": criterion,
        "wording": wording,
        "form": form,
        "way": neighbours(around.scores, score.pk),
        "evidence": near.evidence,
        "rests_on_expired": near.rests_on_expired,
        "earlier": around.earlier,
        "municipality_answer": around.municipality_answer,
        "measures": near.measures,
        "comments": near.comments if may_read_comments else [],
        "comment_form": CommentForm(),
        "people": near.people,
        # Whoever only reads has no need of colleagues' names to ask.
        "who_knows": near.who_knows if not form.read_only else [OfficeHolders(one.office, ()) for one in near.who_knows],
        "counts": counts(rating_of(one) for one in around.scores),
        # Whoever only reads is told of the step from where they are.
        "help_level": score.level if form.read_only else None,
        **_help_tabs(request.COOKIES.get("hilfe", ""), around, wording),
        "updated_by": near.updated_by,
        "suffix": _suffix_of(request),
        **more,
    }
    # On the wall the same answer with the same form, in type to be read from afar, so that a workshop can rate from there.
    template = "assessments/wall.html" if context["suffix"] else "assessments/score.html"
    return render(request, template, context, status=status)


def _help_tabs(wanted: str, around: RoundContext, wording: Wording) -> dict[str, Any]:
    """The tabs of the guidance that hold something here, and the one to show: the one chosen last, or else the questions."""
    there = {
        "fragen": _("Fragen"),
        "zuletzt": _("Zuletzt") if around.earlier else "",
        "kommune": _("Kommune") if around.municipality_answer else "",
        "schritt": _("Nächster Schritt"),
        "nachweise": _("Nachweise") if wording.evidence_examples else "",
    }
    tabs = [(name, label) for name, label in there.items() if label]
    return {"help_tabs": tabs, "help_tab": wanted if there.get(wanted) else "fragen"}


def _suffix_of(request: HttpRequest) -> str:
    """What keeps the view for the wall from one criterion to the next; empty on the usual page."""
    return "?ansicht=gross" if request.GET.get("ansicht") == "gross" else ""


def render_conflict(request: HttpRequest, score: Score, criterion: Criterion, form: Any, current: Score) -> HttpResponse:
    """Both answers side by side, and three ways on; each keeps the new evidence that was typed. ``form`` has an ``answer``."""
    mine, theirs = form.answer, Answer.of(current)
    names = ("evidence_text", "evidence_url", "evidence_dated_on", "evidence_valid_until")
    typed = {name: form.data.get(name, "") for name in names}
    merged = {**initial_of(mine), **typed, "rationale": merged_rationale(mine, theirs), "version": current.version}
    score.version = current.version
    context = {
        "assessment": score.assessment,
        "project": score.assessment.project,
        "crumbs": crumbs_to(
            score.assessment.project,
            (score.assessment.round_label, score.assessment.get_absolute_url()),
            (criterion.title, address("assessments:score", score.assessment.public_id, criterion.key)),
            (_("Zwei Fassungen"), ""),
        ),
        "criterion": criterion,
        "current": current,
        "mine": mine,
        "theirs": theirs,
        "mine_label": answer_label(mine.state, mine.level),
        "theirs_label": answer_label(theirs.state, theirs.level),
        "keep_mine": {**initial_of(mine), **typed},
        "keep_theirs": {**initial_of(theirs), **typed},
        "typed": typed,
        "merge_form": ScoreForm(score=score, criterion=criterion, initial=merged, shows_surroundings=False),
    }
    return render(request, "assessments/score_conflict.html", context, status=409)


def _too_late(request: HttpRequest, score: Score, form: ScoreForm) -> HttpResponse:
    """The round was submitted or approved meanwhile: nothing is stored, and nothing that was typed is hidden."""
    score.assessment.refresh_from_db(fields=["state"])
    context = {
        "assessment": score.assessment,
        "project": score.assessment.project,
        "crumbs": crumbs_to(score.assessment.project, (score.assessment.round_label, score.assessment.get_absolute_url())),
        "criterion": score.criterion,
        "answer": form.answer,
        "answer_label": answer_label(form.answer.state, form.answer.level),
        "evidence": form.evidence,
    }
    return render(request, "assessments/score_too_late.html", context, status=409)


@login_required
@require_POST
def confirm(request: HttpRequest, public_id: str, key: str) -> HttpResponse:
    """„Stimmt noch“ of a list: one click keeps a carried-over answer; then on to the next, or back to that list."""
    score = get_score(request.user, public_id, key)
    require(request.user, "assessments.work_on_assessment", score.assessment)
    return _confirm(request, score, number_in(request.POST.get("version")))


def _confirm(request: HttpRequest, score: Score, version: int) -> HttpResponse:
    public_id = score.assessment.public_id
    criterion = cached_edition(score.assessment.edition).by_id[score.criterion_id]
    try:
        confirm_score(score=score, version=version, by=request.user)
    except StaleScore:
        messages.warning(request, _("Hier wurde inzwischen etwas geändert. Bitte sehen Sie es sich an."))
        return redirect("assessments:score", public_id, criterion.key)
    except NotEditable:
        messages.error(request, _("Die Bewertung ist eingereicht; es lässt sich nichts mehr ändern."))
        return redirect(score.assessment)
    messages.success(request, _("„%(title)s“ ist bestätigt.") % {"title": within_quotes(criterion.title)})
    following = None if "zurueck" in request.POST else neighbours_of(score).next_pending
    if following is None:
        return redirect(score.assessment)
    return redirect(address("assessments:score", public_id, following.criterion.key) + _suffix_of(request))


@login_required
@require_POST
def evidence_remove(request: HttpRequest, public_id: str, key: str, pk: int) -> HttpResponse:
    score = get_score(request.user, public_id, key)
    require(request.user, "assessments.work_on_assessment", score.assessment)
    evidence = Evidence.objects.filter(score=score, pk=pk).first()
    if evidence is None and not removed_by(Evidence, pk, request.user, score_id=score.pk):
        raise Http404
    try:
        if evidence is not None:
            remove_evidence(evidence=evidence, by=request.user)
    except NotEditable:
        messages.error(request, _("Die Bewertung ist eingereicht; Nachweise lassen sich nicht mehr ändern."))
    else:
        messages.success(request, _("Der Nachweis ist entfernt."))
    return redirect(address("assessments:score", public_id, key) + "#nachweise")
