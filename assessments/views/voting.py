"""Voting from one's own phone, without an account. The code leads in, a signed cookie of this workshop says who one is.

Whoever has neither sees nothing: an unknown code and that of an ended workshop are the same 404, and guessing is limited.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments.forms.workshop import CodeForm, JoinWorkshopForm, VoteForm
from assessments.models import Participant, Vote, Workshop
from assessments.models.workshop import CODE_LENGTH, role_label
from assessments.queries import workshops as queries
from assessments.queries.neighbours import answer_label, scores_of
from assessments.services import votes
from assessments.services.answers import NotEditable
from assessments.services.workshops import WorkshopOver
from assessments.views.access import number_in
from catalogue.edition_cache import cached_edition
from catalogue.wording import wording_of
from scaling.accounts import attempts
from scaling.accounts.adapter import client_address
from scaling.common.polling import polled
from scaling.common.text import tidy_line

#: Who asked so often for codes there are not waits until the time since the first is over. A whole town hall may share an
#: address, and people mistype; with 27^8 codes this many tries lead nowhere.
MAX_FAILURES, SECONDS = 60, 600
COOKIE = "teilnahme"

View = Callable[..., HttpResponse]


def private(view: View) -> View:
    """No search engine, no proxy: what stands here is one workshop's own."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response

    return wrapped


class TooManyTries(Exception):
    """Somebody asks for code after code."""


def find_workshop(request: HttpRequest, code: str) -> Workshop:
    """The running workshop of a code. Raises Http404, TooManyTries. Two queries, three where there is none."""
    workshop = Workshop.objects.running().filter(code=code).select_related("assessment__project__municipality").first()
    limit = attempts.Limit("workshop", client_address(request), MAX_FAILURES, SECONDS)
    if attempts.is_reached(limit):
        raise TooManyTries
    if workshop is None or workshop.assessment.is_approved:
        if attempts.count([limit]):  # those that came at the same moment
            raise TooManyTries
        raise Http404
    return workshop


def me(request: HttpRequest, code: str) -> Participant | None:
    """Who the cookie says is asking, in the workshop of this code and no other. One query, none without a cookie."""
    token = _token(request, code)
    return queries.taking_part(code, votes.hash_of(token)) if token else None


def _token(request: HttpRequest, code: str) -> str | None:
    token: str | None = request.get_signed_cookie(COOKIE, default=None, salt=f"workshop:{code}")
    return token


def _forgotten(response: HttpResponse, code: str) -> HttpResponse:
    response.delete_cookie(COOKIE, path=reverse("assessments:vote", args=[code]), samesite="Lax")
    return response


def _tidy(code: str) -> str:
    return "".join(sign for sign in code.lower() if sign.isalnum())


# --- The way in -------------------------------------------------------------------------------------------------------------


@private
@never_cache
@require_safe
def enter(request: HttpRequest) -> HttpResponse:
    """For those who read the code off the wall and type it."""
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_bound and form.is_valid():
        code = _tidy(form.cleaned_data["code"])
        if len(code) == CODE_LENGTH and code.isascii():
            return redirect("assessments:vote", code)
        form.add_error("code", _("Ein Code hat acht Zeichen. Bitte vergleichen Sie ihn mit der Wand."))
    return render(request, "assessments/workshop/enter.html", {"form": form}, status=422 if form.is_bound else 200)


@private
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def vote(request: HttpRequest, code: str) -> HttpResponse:
    """The page of a participant; for everyone else the form to join. Sending it joins."""
    tidy = _tidy(code)
    if not tidy:
        return _unknown(request)
    if code != tidy:
        return redirect("assessments:vote", tidy)
    participant = me(request, code)
    if participant is not None and request.method != "POST":
        return participant_page(request, participant)
    try:
        workshop = find_workshop(request, code)
    except TooManyTries:
        return _wait(request)
    except Http404:
        return _unknown(request)
    form = JoinWorkshopForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and participant is not None:  # joined in another tab since this one was opened
        try:
            votes.introduce(participant=participant, role=form.cleaned_data["role"], name=form.cleaned_data["name"])
        except WorkshopOver:
            return _unknown(request)
        return redirect("assessments:vote", code)
    if form.is_bound and form.is_valid():
        # The page's own token, which only this browser has been given: a second click is the same person.
        token = hashlib.sha256(f"{code}:{request.POST.get('einmal') or votes.new_token()}".encode()).hexdigest()
        try:
            votes.join(workshop=workshop, role=form.cleaned_data["role"], name=form.cleaned_data["name"], token=token)
        except WorkshopOver:
            return _unknown(request)
        except votes.RoomIsFull:
            form.add_error(None, _("An diesem Workshop nehmen schon so viele teil, dass niemand mehr dazukommen kann."))
        else:
            return _remembered(redirect("assessments:vote", code), code, token, workshop)
    return _way_in(request, workshop, form, status=422 if form.is_bound else 200)


def _way_in(
    request: HttpRequest, workshop: Workshop, form: JoinWorkshopForm, *, status: int, not_stored: str = ""
) -> HttpResponse:
    context = {"form": form, "workshop": workshop, "project": workshop.assessment.project, "not_stored": not_stored}
    return render(request, "assessments/workshop/join.html", context, status=status)


def _remembered(response: HttpResponse, code: str, token: str, workshop: Workshop) -> HttpResponse:
    response.set_signed_cookie(
        COOKIE,
        token,
        salt=f"workshop:{code}",
        max_age=int((workshop.ends_at - timezone.now()).total_seconds()),
        path=reverse("assessments:vote", args=[code]),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _unknown(request: HttpRequest, not_stored: str = "") -> HttpResponse:
    context = {"form": CodeForm(), "not_stored": not_stored}
    return render(request, "assessments/workshop/unknown.html", context, status=404)


def _wait(request: HttpRequest) -> HttpResponse:
    return render(request, "429.html", status=429)


# --- Taking part ------------------------------------------------------------------------------------------------------------


def participant_page(
    request: HttpRequest,
    participant: Participant,
    *,
    form: VoteForm | None = None,
    status: int = 200,
    problem: str = "",
    typed: str = "",
) -> HttpResponse:
    """What a participant sees now. Three queries at most, whatever the number of people and criteria."""
    workshop = participant.workshop
    state = queries.phone_state_of(participant).state
    context: dict[str, Any] = {
        "participant": participant,
        "role": role_label(participant.role),
        "workshop": workshop,
        "project": workshop.assessment.project,
        "state": state,
        "problem": problem,
        "typed": typed,
    }
    ballot = workshop.current
    own = None
    if state in ("vote", "revealed") and ballot is not None:
        own = queries.vote_of(participant, ballot)
        context |= _question(participant, ballot.score, ballot, own, form)
        context["result"] = queries.result_of(ballot)
    elif state == "alone":
        items = queries.alone_items(participant, scores_of(participant.workshop.assessment))
        context |= {"items": items, "done": sum(1 for item in items if item.vote)}
        context["next"] = next((item for item in items if item.vote is None), None)
    context["place"] = queries.phone_state_of(participant, own).place
    response = render(request, "assessments/workshop/vote.html", context, status=status)
    return _forgotten(response, workshop.code) if state == "over" else response


def _question(participant: Participant, score: Any, ballot: Any, own: Vote | None, form: VoteForm | None) -> dict[str, Any]:
    assessment = participant.workshop.assessment
    criterion = cached_edition(assessment.edition).by_id[score.criterion_id]
    wording = wording_of(criterion, municipality_wide=assessment.project.is_municipality_wide)
    bound = {"data": form.data} if form is not None else {}
    shown = VoteForm(**bound, wording=wording, ballot=ballot.pk, vote=own)
    return {
        "criterion": criterion,
        "wording": wording,
        "ballot": ballot,
        "form": shown,
        "own": own,
        "own_label": answer_label(own.state, own.level) if own else "",
        "timer": queries.timer_of(ballot.ends_at),
    }


@private
@require_safe
def vote_state(request: HttpRequest, code: str) -> HttpResponse:
    """What a phone asks for every two seconds: whether its page is still the same. One query, none without a cookie."""
    token = _token(request, code)
    state = queries.phone_state(code, votes.hash_of(token)) if token else None
    if state is None:
        return HttpResponse(status=404)
    return polled(request, {"ort": state.place, "bis": state.until})


@private
@never_cache
@require_safe
def vote_alone(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """One criterion, while everybody rates by themselves."""
    participant = me(request, code)
    if participant is None or queries.phone_state_of(participant).state != "alone":
        return redirect("assessments:vote", code)
    items = queries.alone_items(participant, scores_of(participant.workshop.assessment))
    item = next((item for item in items if item.score.criterion.key == key), None)
    if item is None:
        raise Http404
    return _alone_page(request, participant, items, item)


def _alone_page(
    request: HttpRequest, participant: Participant, items: Any, item: Any, *, form: VoteForm | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "participant": participant,
        "role": role_label(participant.role),
        "workshop": participant.workshop,
        "project": participant.workshop.assessment.project,
        "state": "alone",
        "position": items.index(item) + 1,
        "total": len(items),
        **_question(participant, item.score, item.ballot, item.vote, form),
    }
    return render(request, "assessments/workshop/vote_alone.html", context, status=status)


@private
@never_cache
@require_POST
def cast(request: HttpRequest, code: str) -> HttpResponse:
    """One vote. By script it is answered with JSON, which says all the page has to; without one, with the page that comes next.

    A whole room votes within seconds: seven queries with a script, none of them with more than two tables joined by the ORM.
    """
    by_script = request.headers.get("Accept") == "application/json"
    token = _token(request, code)
    participant = queries.voter(code, votes.hash_of(token)) if token else None
    if participant is None:
        return HttpResponse(status=404) if by_script else _not_taking_part(request, code)
    form = VoteForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"gespeichert": False, "grund": "form"}, status=422) if by_script else _again(request, code, form)
    try:
        stored = votes.cast_vote(
            participant=participant,
            ballot=form.cleaned_data["ballot"],
            version=form.cleaned_data["version"],
            state=form.state,
            level=form.level,
            words=form.cleaned_data["words"],
        )
    except votes.StaleVote as error:
        if by_script:
            return JsonResponse({"gespeichert": False, "grund": "stand", "version": error.current.version}, status=409)
        problem = _("Sie haben inzwischen etwas anderes gesagt. Ihre gespeicherte Antwort steht unten.")
    except (votes.BallotClosed, NotEditable, WorkshopOver):
        if by_script:
            return JsonResponse({"gespeichert": False, "grund": "zu"}, status=409)
        problem = too_late()
    except ValidationError as error:
        form.add_error(None, error)
        return JsonResponse({"gespeichert": False, "grund": "form"}, status=422) if by_script else _again(request, code, form)
    else:
        if not by_script:
            return redirect(_after_vote(participant, stored))
        said = {"gespeichert": True, "version": stored.version}
        if participant.workshop.is_alone():
            return JsonResponse({**said, "weiter": _after_vote(participant, stored)})
        now = queries.PhoneState("vote", stored.ballot_id, stored.version, None)
        return JsonResponse({**said, "ort": now.place, "text": _own_in_words(stored), "knopf": _("Ändern")})
    fresh = me(request, code)
    if fresh is None:
        return _unknown(request, form.cleaned_data["words"])
    return participant_page(request, fresh, status=409, problem=problem, typed=form.cleaned_data["words"])


def too_late() -> str:
    return _("Diese Stimme wurde nicht mehr gezählt: Die Abstimmung ist vorbei oder hat neu begonnen.")


def _not_taking_part(request: HttpRequest, code: str) -> HttpResponse:
    """Somebody left in another tab, or never joined: back to the form to join, which gives their words back."""
    words = tidy_line(request.POST.get("words", ""))
    if not words:
        return redirect("assessments:vote", code)
    try:
        return _way_in(request, find_workshop(request, code), JoinWorkshopForm(), status=409, not_stored=words)
    except TooManyTries:
        return _wait(request)
    except Http404:
        return _unknown(request, words)


def _after_vote(participant: Participant, stored: Vote) -> str:
    """Alone, on to the next criterion without an answer; else back to the page, which says what is stored."""
    code = participant.workshop.code
    if participant.workshop.is_alone():
        items = queries.alone_items(participant, scores_of(participant.workshop.assessment))
        place = next((number for number, item in enumerate(items) if item.ballot.pk == stored.ballot_id), 0)
        following = next((item for item in [*items[place + 1 :], *items[:place]] if item.vote is None), None)
        if following is not None:
            return reverse("assessments:vote_alone", args=[code, following.score.criterion.key])
    return reverse("assessments:vote", args=[code])


def _own_in_words(stored: Vote) -> str:
    """As ``vote_form.html`` has it."""
    text = _("Gespeichert: %(own_label)s. Bis zum Aufdecken können Sie Ihre Antwort ändern.")
    return text % {"own_label": answer_label(stored.state, stored.level)}


def _again(request: HttpRequest, code: str, form: VoteForm) -> HttpResponse:
    """The form as it was filled in, with what is missing; where it takes no vote any more, its words alone."""
    participant = me(request, code)
    if participant is None:
        return _not_taking_part(request, code)
    ballot, state = number_in(form.data.get("ballot")), queries.phone_state_of(participant).state
    if state == "alone":
        items = queries.alone_items(participant, scores_of(participant.workshop.assessment))
        item = next((item for item in items if item.ballot.pk == ballot), None)
        if item is not None:
            return _alone_page(request, participant, items, item, form=form, status=422)
    elif state == "vote" and ballot == participant.workshop.current_id:
        return participant_page(request, participant, form=form, status=422)
    words = tidy_line(form.data.get("words", ""))
    return participant_page(request, participant, status=409, problem=too_late(), typed=words)


@private
@never_cache
@require_POST
def leave(request: HttpRequest, code: str) -> HttpResponse:
    participant = me(request, code)
    if participant is not None:
        votes.leave(participant=participant)
        messages.success(request, _("Sie nehmen nicht mehr teil. Danke, dass Sie dabei waren."))
    return _forgotten(redirect("assessments:enter"), code)
