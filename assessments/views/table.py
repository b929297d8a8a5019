"""The table: every criterion a row, one button; each row is saved by itself, with its own version."""

from collections.abc import Sequence
from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from assessments.forms.table import RowForm
from assessments.models import Assessment, Score
from assessments.queries.as_opened import as_opened
from assessments.queries.neighbours import in_order
from assessments.services.answers import Answer, NotEditable, StaleScore, save_score
from assessments.views.access import get_assessment, number_in, require
from assessments.views.breadcrumbs import crumbs_to
from assessments.views.several_answers import LeftRow, left_rows
from catalogue.edition_cache import cached_edition


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def table(request: HttpRequest, public_id: str) -> HttpResponse:
    assessment = get_assessment(request.user, public_id)
    scores = in_order(assessment.scores.select_related("updated_by"), cached_edition(assessment.edition))
    if request.method == "GET":
        return _page(request, assessment, [RowForm(score=score) for score in scores])
    require(request.user, "assessments.work_on_assessment", assessment)
    return _save(request, assessment, scores)


def _save(request: HttpRequest, assessment: Assessment, scores: Sequence[Score]) -> HttpResponse:
    """Save the rows that were changed; rows with an error or a conflict come back as they were typed, the others are stored."""
    rows = [_row(request, score) for score in scores]
    sent = [row for row in rows if row.is_bound]
    opened = as_opened((row.score, number_in(row["version"].value())) for row in sent)
    left = left_rows(assessment, request.POST, scores)
    saved = 0
    try:
        for row in sent:
            if not row.is_valid():
                continue
            answer, current = row.answer, Answer.of(row.score)
            # The table does not send the target's date, so it is no part of the comparison.
            untouched = row.score.pk in opened and answer == replace(opened[row.score.pk], target_date=answer.target_date)
            if answer == current or row.cleaned_data["keep_theirs"] or untouched:
                continue
            try:
                save_score(score=row.score, version=row.cleaned_data["version"], by=request.user, answer=answer)
                saved += 1
            except StaleScore as error:
                row.conflict = error.current
    except NotEditable:
        assessment.refresh_from_db(fields=["state"])
        return _page(request, assessment, rows, status=409, too_late=True, left=left)
    if saved:
        text = ngettext("%(number)s Antwort ist gespeichert.", "%(number)s Antworten sind gespeichert.", saved)
        messages.success(request, text % {"number": saved})
    conflicts = [row for row in sent if row.conflict is not None]
    if conflicts or left or any(row.errors for row in sent):
        status = 409 if conflicts or left else 422
        return _page(request, assessment, _refreshed(request, assessment, rows), status=status, left=left)
    if not saved:
        messages.info(request, _("Es ist alles gespeichert."))
    return redirect("assessments:table", assessment.public_id)


def _row(request: HttpRequest, score: Score) -> RowForm:
    """What was sent. A row that is missing from the POST (a round that grew meanwhile) is left alone."""
    stored = RowForm(score=score)
    return RowForm(request.POST, score=score) if stored.add_prefix("version") in request.POST else stored


def _refreshed(request: HttpRequest, assessment: Assessment, rows: Sequence[RowForm]) -> list[RowForm]:
    """The rows again: saved ones as stored, the others as typed, stale ones upon the version they were refused for."""
    stored = {score.pk: score for score in assessment.scores.select_related("updated_by")}
    result = []
    for row in rows:
        score = stored[row.score.pk]
        score.criterion = row.score.criterion
        if row.conflict is None and not row.errors:
            result.append(RowForm(score=score))
            continue
        data = request.POST.copy()
        if row.conflict is not None:
            data[row.add_prefix("version")] = str(row.conflict.version)
        again = RowForm(data, score=score)
        again.is_valid()
        again.conflict = row.conflict and score
        result.append(again)
    return result


def _page(
    request: HttpRequest,
    assessment: Assessment,
    rows: Sequence[RowForm],
    *,
    status: int = 200,
    too_late: bool = False,
    left: Sequence[LeftRow] = (),
) -> HttpResponse:
    context = {
        "assessment": assessment,
        "project": assessment.project,
        "rows": rows,
        "too_late": too_late,
        "left": left,
        "conflicts": [row for row in rows if row.conflict is not None],
        "invalid": [row for row in rows if row.errors],
        "crumbs": crumbs_to(assessment.project, (assessment.round_label, assessment.get_absolute_url()), (_("Tabelle"), "")),
    }
    return render(request, "assessments/table.html", context, status=status)
