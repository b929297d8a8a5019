"""The offline sheet: out as XLSX, and in again by way of a preview."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from assessments.forms.workbook import SheetForm
from assessments.models import Assessment, WorkbookUpload
from assessments.queries.neighbours import answer_label, in_order
from assessments.services.answers import NotEditable
from assessments.views.access import get_assessment, require
from assessments.views.assessment import render_overview
from assessments.views.breadcrumbs import crumbs_to
from assessments.workbook.cells import UnreadableFile
from assessments.workbook.decisions import Decision, decisions
from assessments.workbook.export import CONTENT_TYPE, export_sheet
from assessments.workbook.importing import (
    BOTH,
    THEIRS,
    PreviewOutdated,
    import_upload,
    plan_of,
    read_upload,
    store_upload,
    to_be_seen,
)
from assessments.workbook.plan import ImportPlan
from assessments.workbook.preview import shown
from assessments.workbook.reading import CellProblem
from catalogue.edition_cache import cached_edition
from scaling.common.text import german_slug, tidy_text


@login_required
@require_safe
def sheet(request: HttpRequest, public_id: str) -> HttpResponse:
    """The round as a sheet to fill in. Two queries beside session and person, however many criteria."""
    assessment = get_assessment(request.user, public_id)
    scores = in_order(assessment.scores.prefetch_related("evidence"), cached_edition(assessment.edition))
    content = export_sheet(assessment, scores, on=timezone.localdate())
    word = _("Bogen")  # not inside the f-string, where gettext does not look
    name = f"{german_slug(word)}-{assessment.project.slug}-{assessment.round}.xlsx"
    return HttpResponse(
        content,
        content_type=CONTENT_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sheet_import(request: HttpRequest, public_id: str) -> HttpResponse:
    """Bring a sheet back: it is read and kept, and the preview says what it would change."""
    assessment = get_assessment(request.user, public_id)
    require(request.user, "assessments.work_on_assessment", assessment)
    if request.method != "POST" or not assessment.is_editable:
        return _page(request, assessment, SheetForm(), status=409 if request.method == "POST" else 200)
    form = SheetForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, assessment, form, status=422)
    file = form.cleaned_data["file"]
    try:
        found = read_upload(file.read(), assessment)
    except UnreadableFile as error:
        form.add_error("file", str(error))
        return _page(request, assessment, form, status=422)
    if found.problems:
        return _page(request, assessment, form, status=422, problems=found.problems)
    upload = store_upload(sheet=found, assessment=assessment, by=request.user, file_name=file.name)
    return redirect("assessments:sheet_preview", public_id, upload.public_id)


def _page(
    request: HttpRequest, assessment: Assessment, form: SheetForm, *, status: int, problems: list[CellProblem] | None = None
) -> HttpResponse:
    context = {
        "assessment": assessment,
        "crumbs": _crumbs(assessment),
        "form": form,
        "problems": problems or [],
    }
    return render(request, "assessments/workbook/import.html", context, status=status)


def _crumbs(assessment: Assessment) -> list[tuple[str, str]]:
    crumbs: list[tuple[str, str]] = crumbs_to(
        assessment.project, (str(assessment.round_label), assessment.get_absolute_url()), (_("Bogen einlesen"), "")
    )
    return crumbs


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sheet_preview(request: HttpRequest, public_id: str, upload_id: str) -> HttpResponse:
    """What the sheet would change, computed anew each time it is looked at; a POST makes it so, or drops it."""
    assessment = get_assessment(request.user, public_id)
    require(request.user, "assessments.work_on_assessment", assessment)
    user: Any = request.user
    upload = WorkbookUpload.objects.waiting().filter(assessment=assessment, user=user, public_id=upload_id).first()
    if upload is None:
        if request.method != "POST":
            raise Http404
        return _gone(request, assessment)
    upload.assessment = assessment
    if request.method != "POST":
        return _preview(request, upload, plan_of(upload))
    if "verwerfen" in request.POST:
        upload.delete()
        messages.success(request, _("Der Bogen ist verworfen; es hat sich nichts geändert."))
        return redirect("assessments:sheet_import", public_id)
    return _import(request, upload)


def _import(request: HttpRequest, upload: WorkbookUpload) -> HttpResponse:
    assessment = upload.assessment
    plan = plan_of(upload)
    decided = decisions(plan, request.POST)
    if _seen(request, plan) and any(decision.error for decision in decided.values()):
        return _preview(request, upload, plan, decided=decided, status=422)
    choices = {key: decision.choice for key, decision in decided.items()}
    reasons = {key: decision.reason or "" for key, decision in decided.items()}
    seen = {key.removeprefix("gesehen-"): int(value) for key, value in _shown_versions(request)}
    try:
        done = import_upload(upload=upload, by=request.user, seen=seen, choices=choices, reasons=reasons)
    except PreviewOutdated:
        messages.warning(
            request, _("Inzwischen hat jemand gespeichert. Es ist noch nichts übernommen; bitte sehen Sie noch einmal durch.")
        )
        return _preview(request, upload, plan_of(upload), decided=decided, status=409)
    except NotEditable:
        return _gone(request, assessment, _("Die Bewertung ist inzwischen eingereicht. Es ist nichts übernommen."))
    except WorkbookUpload.DoesNotExist:
        return _gone(request, assessment)
    number = len(done.changes) + sum(choice != THEIRS for choice in choices.values())
    text = ngettext("%(number)s Kriterium ist geändert", "%(number)s Kriterien sind geändert", number) % {"number": number}
    if done.additions:
        added = len(done.additions)
        text += ngettext(", %(number)s Nachweis ist neu", ", %(number)s Nachweise sind neu", added) % {"number": added}
    messages.success(request, f"{text}.")
    return redirect(assessment)


def _gone(request: HttpRequest, assessment: Assessment, why: str = "") -> HttpResponse:
    """There is nothing to import any more: back to the round; a reason that was made of two is given back."""
    sent = {name: str(value) for name, value in request.POST.items()}
    merged = [name.removeprefix("wahl-") for name, choice in sent.items() if name.startswith("wahl-") and choice == BOTH]
    written = [text for text in (tidy_text(sent.get(f"beide-{key}", "")).strip() for key in merged) if text]
    if why:
        messages.error(request, why)
    else:
        messages.info(request, _("Dieser Bogen ist schon eingelesen oder verworfen."))
    if not written:
        return redirect(assessment)
    return render_overview(request, get_assessment(request.user, assessment.public_id), status=409, not_stored=written)


def _shown_versions(request: HttpRequest) -> list[tuple[str, str]]:
    values = ((key, str(value)) for key, value in request.POST.items() if key.startswith("gesehen-"))
    return [(key, value) for key, value in values if value.isascii() and value.isdigit() and len(value) < 10]


def _seen(request: HttpRequest, plan: ImportPlan) -> bool:
    """Whether the plan as it is now is the one the person saw."""
    seen = {key.removeprefix("gesehen-"): int(value) for key, value in _shown_versions(request)}
    return seen == to_be_seen(plan)


def _preview(
    request: HttpRequest,
    upload: WorkbookUpload,
    plan: ImportPlan,
    *,
    decided: Mapping[str, Decision] | None = None,
    status: int = 200,
) -> HttpResponse:
    """With what was decided, and with the complaints about it where they are why the page comes back."""
    nothing = Decision("", None, "")
    found = [(change, (decided or {}).get(change.row.key, nothing)) for change in plan.conflicts]
    complains = status == 422
    # Where the stored answer moved on, a reason nobody chose is made anew from it.
    kept = {change.row.key: one.reason if complains or one.choice == BOTH else None for change, one in found}
    context: dict[str, Any] = {
        "assessment": upload.assessment,
        "crumbs": _crumbs(upload.assessment),
        "upload": upload,
        "plan": plan,
        "asked_again": complains,
        "changes": [shown(change) for change in plan.changes],
        "left": [(one, answer_label(one.row.answer.state, one.row.answer.level)) for one in plan.left],
        "conflicts": [
            shown(change, choice=one.choice, error=one.error if complains else "", typed=kept[change.row.key])
            for change, one in found
        ],
    }
    return render(request, "assessments/workbook/preview.html", context, status=status)
