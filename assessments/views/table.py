"""The table: every criterion a row, one button; each row is saved by itself, with its own version."""

from collections.abc import Sequence
from typing import Any

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
from assessments.queries.catalogue_cache import cached_edition
from assessments.queries.neighbours import in_order
from assessments.services.answers import Answer, NotEditable, StaleScore, save_score
from assessments.views.access import get_assessment, number_in, require
from assessments.views.breadcrumbs import crumbs_to


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
    rows = [RowForm(request.POST, score=score) for score in scores]
    # A row that is missing from the POST (a round that grew meanwhile) is left alone.
    sent = [row for row in rows if row.add_prefix("version") in request.POST]
    as_opened = _as_opened(sent)
    saved = 0
    try:
        for row in sent:
            if not row.is_valid():
                continue
            answer, current = row.answer, Answer.of(row.score)
            if answer == current or row.cleaned_data["keep_theirs"] or answer == as_opened.get(row.score.pk):
                continue
            try:
                save_score(score=row.score, version=row.cleaned_data["version"], by=request.user, answer=answer)
                saved += 1
            except StaleScore as error:
                row.conflict = error.current
    except NotEditable:
        assessment.refresh_from_db(fields=["state"])
        return _page(request, assessment, rows, status=409, too_late=True)
    if saved:
        text = ngettext("%(number)s Antwort ist gespeichert.", "%(number)s Antworten sind gespeichert.", saved)
        messages.success(request, text % {"number": saved})
    conflicts = [row for row in sent if row.conflict is not None]
    if conflicts or any(row.errors for row in sent):
        return _page(request, assessment, _refreshed(request, assessment, rows), status=409 if conflicts else 422)
    if not saved:
        messages.info(request, _("Es ist alles gespeichert."))
    return redirect("assessments:table", assessment.public_id)


def _as_opened(rows: Sequence[RowForm]) -> dict[int, Answer]:
    """What stood in the rows that are stale by now, so that a row nobody touched is no conflict. One query, or none."""
    stale = {}
    for row in rows:
        version = number_in(row["version"].value())
        if version and version != row.score.version:
            stale[row.score.pk] = version
    if not stale:
        return {}
    past = Score.history.filter(id__in=stale, version__in=set(stale.values())).order_by("history_id")
    return {row.id: _without_date(row, rows) for row in past if row.version == stale[row.id]}


def _without_date(past: Any, rows: Sequence[RowForm]) -> Answer:
    """The table does not send the target's date, so it is no part of the comparison."""
    date = next(row.score.target_date for row in rows if row.score.pk == past.id)
    return Answer(past.state, past.level, past.rationale, past.target_level, date)


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
    request: HttpRequest, assessment: Assessment, rows: Sequence[RowForm], *, status: int = 200, too_late: bool = False
) -> HttpResponse:
    context = {
        "assessment": assessment,
        "project": assessment.project,
        "rows": rows,
        "too_late": too_late,
        "conflicts": [row for row in rows if row.conflict is not None],
        "invalid": [row for row in rows if row.errors],
        "crumbs": crumbs_to(assessment.project, (assessment.round_label, assessment.get_absolute_url()), (_("Tabelle"), "")),
    }
    return render(request, "assessments/table.html", context, status=status)
