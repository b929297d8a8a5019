"""The short check: choose what it is about, answer a dozen questions, see what follows. It begins an ordinary round."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from assessments.forms.short_check import ShortAnswerForm
from assessments.models import Assessment, Project
from assessments.queries.as_opened import as_opened
from assessments.queries.short_check import ShortQuestion, questions_of
from assessments.services import workflow
from assessments.services.answers import Answer, NotEditable, StaleScore, save_score
from assessments.services.projects import standing_project
from assessments.short_check import short_check
from assessments.views.access import get_assessment, get_municipality, get_project, number_in, require
from assessments.views.breadcrumbs import crumbs_to
from assessments.views.municipality import TenantOf
from assessments.views.several_answers import LeftRow, left_rows
from scaling.accounts.models import Municipality
from scaling.common.addresses import start_page


@login_required
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """The projects somebody may rate, with the municipality as a whole; a POST begins or goes on. Two queries.

    A municipality that was never rated as a whole has no project for that yet: its managers make it by beginning.
    """
    if request.method == "POST":
        return _begin(request, _chosen(request))
    projects = list(
        Project.objects.visible_to(request.user).active().select_related("municipality", "phase").prefetch_related("team")
    )
    for project in projects:
        project.know_team(person.pk for person in project.team.all())
    context = {
        "check": short_check(),
        "municipalities": _never_rated_as_a_whole(request.user, projects),
        "projects": [p for p in projects if request.user.has_perm("assessments.start_assessment", p)],
        "crumbs": [(_("Start"), start_page()), (_("Kurzcheck"), "")],
    }
    return render(request, "assessments/short_check/choose.html", context)


def _never_rated_as_a_whole(user: Any, projects: Sequence[Project]) -> list[Municipality]:
    """Those the person may begin with. ``projects``: what they see."""
    rated = {project.municipality_id for project in projects if project.is_municipality_wide}
    return [
        place.municipality
        for place in user.places
        if place.municipality_id not in rated
        and user.has_perm("assessments.add_standing_project", TenantOf(place.municipality))
    ]


def _chosen(request: HttpRequest) -> Project:
    if "kommune" in request.POST:
        municipality = get_municipality(request.user, request.POST["kommune"].replace("\x00", ""))
        require(request.user, "assessments.add_standing_project", TenantOf(municipality))
        return standing_project(municipality=municipality, by=request.user)
    project = get_project(request.user, request.POST.get("projekt", "").replace("\x00", ""))
    require(request.user, "assessments.start_assessment", project)
    return project


def _begin(request: HttpRequest, project: Project) -> HttpResponse:
    try:
        assessment = workflow.start_assessment(project=project, by=request.user)
    except workflow.OpenAssessmentExists as error:
        assessment = error.assessment
    except workflow.NothingToAssess:
        return redirect("assessments:start", project.public_id)  # which says what is missing
    return redirect("assessments:short_check_questions", assessment.public_id)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def questions(request: HttpRequest, public_id: str) -> HttpResponse:
    assessment = get_assessment(request.user, public_id)
    require(request.user, "assessments.work_on_assessment", assessment)
    asked = questions_of(assessment, with_people=True)
    if request.method == "GET" and not asked:
        return _nothing_asked(request, assessment)
    if request.method == "GET" and not assessment.is_editable:
        return redirect("assessments:short_check_result", assessment.public_id)  # what was answered; nothing was typed
    if request.method == "GET":
        return _page(request, assessment, [ShortAnswerForm(question=question) for question in asked])
    rows = [_row(request, question) for question in asked]
    left = left_rows(assessment, request.POST, [question.score for question in asked])
    try:
        _save(request, [row for row in rows if row.is_bound])
    except NotEditable:
        assessment.refresh_from_db(fields=["state"])
        return _page(request, assessment, rows, status=409, too_late=True, left=left)
    if left or any(row.conflict for row in rows):
        return _page(request, assessment, _refreshed(request, assessment, rows), status=409, left=left)
    if any(row.errors for row in rows):
        return _page(request, assessment, _refreshed(request, assessment, rows), status=422)
    return redirect("assessments:short_check_result", assessment.public_id)


def _row(request: HttpRequest, question: ShortQuestion) -> ShortAnswerForm:
    """What was sent. A question that is missing from the POST (a round that grew meanwhile) is left alone."""
    sent = f"{ShortAnswerForm.prefix_of(question)}-version" in request.POST
    return ShortAnswerForm(request.POST if sent else None, question=question)


def _nothing_asked(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    """An edition of one's own may have none of the criteria that the short check asks."""
    messages.info(request, _("In dieser Runde kommt keine Frage des Kurzchecks vor. Antworten Sie hier, der Reihe nach."))
    return redirect(assessment)


def _save(request: HttpRequest, rows: Sequence[ShortAnswerForm]) -> None:
    """Save what was changed, each answer by itself, as the criterion's page does. Raises NotEditable.

    Whoever presses the button confirms what was carried over, as on the criterion's page.
    """
    opened = as_opened((row.question.score, number_in(row["version"].value())) for row in rows)
    for row in rows:
        score = row.question.score
        if not row.is_valid() or row.cleaned_data["keep_theirs"]:
            continue
        if row.answer == Answer.of(score) and score.confirmed:
            continue
        # The short check does not ask for the target, so it is no part of the comparison.
        was = opened.get(score.pk)
        if was and row.answer == replace(was, target_level=score.target_level, target_date=score.target_date):
            continue  # only somebody else has changed it
        try:
            save_score(score=score, version=row.cleaned_data["version"], by=request.user, answer=row.answer)
        except StaleScore as error:
            row.conflict = error.current


def _refreshed(request: HttpRequest, assessment: Assessment, rows: Sequence[ShortAnswerForm]) -> list[ShortAnswerForm]:
    """The rows again: saved ones as stored, the others as typed, stale ones upon the version they were refused for."""
    stored = {question.score.pk: question for question in questions_of(assessment, with_people=True)}
    result = []
    for row in rows:
        question = stored[row.question.score.pk]
        if row.conflict is None and not row.errors:
            result.append(ShortAnswerForm(question=question))
            continue
        data = request.POST.copy()
        if row.conflict is not None:
            data[row.add_prefix("version")] = str(row.conflict.version)
        again = ShortAnswerForm(data, question=question)
        again.is_valid()
        again.conflict = question.score if row.conflict else None
        result.append(again)
    return result


def _page(
    request: HttpRequest,
    assessment: Assessment,
    rows: Sequence[ShortAnswerForm],
    *,
    status: int = 200,
    too_late: bool = False,
    left: Sequence[LeftRow] = (),
) -> HttpResponse:
    opened = _opened(rows, too_late=too_late)
    following = [*(row.question for row in rows[1:]), None]
    context: dict[str, Any] = {
        "minutes": short_check().minutes_for(len(rows)),
        "assessment": assessment,
        "project": assessment.project,
        "rows": rows,
        "questions": [
            (row, after, row in opened, row not in opened or len(opened) == 1)
            for row, after in zip(rows, following, strict=True)
        ],
        "left": left,
        "carried_over": [row for row in rows if not row.question.score.confirmed],
        "conflicts": [row for row in rows if row.conflict],
        "invalid": [row for row in rows if row.is_bound and row.errors and not row.conflict],
        "too_late": too_late or not assessment.is_editable,
        "crumbs": _crumbs(assessment, _("Kurzcheck")),
    }
    return render(request, "assessments/short_check/questions.html", context, status=status)


def _opened(rows: Sequence[ShortAnswerForm], *, too_late: bool) -> list[ShortAnswerForm]:
    """The questions that are not folded: what has to be looked at, else the first one that waits for an answer."""
    if too_late:
        return [row for row in rows if row.is_bound and row.has_changed()]
    wrong = [row for row in rows if row.conflict or (row.is_bound and row.errors)]
    waiting = [row for row in rows if row.question.score.is_pending]
    return wrong or waiting[:1]


def _crumbs(assessment: Assessment, name: str) -> list[tuple[str, str]]:
    return crumbs_to(assessment.project, (assessment.round_label, assessment.get_absolute_url()), (name, ""))


@login_required
@require_safe
def result(request: HttpRequest, public_id: str) -> HttpResponse:
    """What was answered, what would get further, and what so few answers cannot say. Two queries."""
    assessment = get_assessment(request.user, public_id)
    asked = questions_of(assessment)
    if not asked:
        return _nothing_asked(request, assessment)
    context = {
        "check": short_check(),
        "assessment": assessment,
        "project": assessment.project,
        "questions": asked,
        "crumbs": _crumbs(assessment, _("Ergebnis des Kurzchecks")),
    }
    return render(request, "assessments/short_check/result.html", context)
