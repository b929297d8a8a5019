"""Files as evidence: bringing one, and handing it to those who may see the answer; and the days of any evidence."""

import logging

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from assessments.forms.evidence import EvidenceDaysForm, EvidenceFileForm
from assessments.models import Evidence, Score
from assessments.services.answers import NotEditable, date_evidence
from assessments.services.evidence_files import UploadRejected, add_file, content_type_of, open_file, room_left
from assessments.views.access import get_score, require
from assessments.views.breadcrumbs import crumbs_to
from catalogue.edition_cache import cached_edition
from scaling.common.stored_files import StorageUnavailable
from scaling.common.versions import StaleRecord, two_versions

logger = logging.getLogger(__name__)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def evidence_file_add(request: HttpRequest, public_id: str, key: str) -> HttpResponse:
    score = get_score(request.user, public_id, key)
    assessment = score.assessment
    require(request.user, "assessments.work_on_assessment", assessment)
    criterion = cached_edition(assessment.edition).by_id[score.criterion_id]
    closed = _("Die Bewertung ist eingereicht; Nachweise lassen sich nicht mehr ändern.")
    if not assessment.is_editable and request.method != "POST":
        messages.error(request, closed)
        return redirect("assessments:score", public_id, key)
    form = EvidenceFileForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    is_late = False
    if request.method == "POST" and form.is_valid():
        try:
            add_file(score=score, by=request.user, **form.cleaned_data)
        except NotEditable:
            is_late = True
            form.add_error(None, closed)
        except UploadRejected as error:
            form.add_error("file", str(error))
        except StorageUnavailable as error:
            logger.exception("A file could not be stored.")
            form.add_error("file", str(error))
        else:
            messages.success(request, _("Die Datei ist als Nachweis gespeichert."))
            return redirect(reverse("assessments:score", args=[public_id, key]) + "#nachweise")
    used, most = room_left(assessment.project)
    context = {
        "assessment": assessment,
        "criterion": criterion,
        "form": form,
        "crumbs": [*_crumbs(score), (_("Datei als Nachweis"), "")],
        "room": _("Dieses Projekt hat %(used)s von %(most)s MB für Dateien belegt.") % {"used": used, "most": most},
    }
    return render(request, "assessments/evidence_file.html", context, status=409 if is_late else 422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def evidence_days(request: HttpRequest, public_id: str, key: str, pk: int) -> HttpResponse:
    """Which day an evidence bears and until when it counts: for what was added without, or runs on."""
    score = get_score(request.user, public_id, key)
    require(request.user, "assessments.work_on_assessment", score.assessment)
    evidence = get_object_or_404(Evidence, score=score, pk=pk)
    back = reverse("assessments:score", args=[public_id, key]) + "#nachweise"
    form = EvidenceDaysForm(request.POST or None, evidence=evidence)
    crumbs = _crumbs(score)
    is_late = False
    if request.method == "POST" and form.is_valid():
        try:
            date_evidence(evidence=evidence, by=request.user, **form.cleaned_data)
        except NotEditable:
            is_late = True
            form.add_error(None, _("Die Bewertung ist eingereicht; Nachweise lassen sich nicht mehr ändern."))
        except StaleRecord as error:
            last = error.current.history.select_related("history_user").first()
            who = str(last.history_user or "") if last else ""
            return two_versions(request, form, error, back=request.get_full_path(), crumbs=crumbs, who=who)
        else:
            messages.success(request, _("Das Datum des Nachweises ist gespeichert."))
            return redirect(back)
    elif not score.assessment.is_editable:
        messages.error(request, _("Die Bewertung ist eingereicht; Nachweise lassen sich nicht mehr ändern."))
        return redirect(back)
    context = {
        "assessment": score.assessment,
        "criterion": cached_edition(score.assessment.edition).by_id[score.criterion_id],
        "evidence": evidence,
        "form": form,
        "crumbs": [*crumbs, (_("Datum und Gültigkeit"), "")],
    }
    return render(request, "assessments/evidence_days.html", context, status=409 if is_late else 422 if form.errors else 200)


def _crumbs(score: Score) -> list[tuple[str, str]]:
    assessment = score.assessment
    criterion = cached_edition(assessment.edition).by_id[score.criterion_id]
    found: list[tuple[str, str]] = crumbs_to(
        assessment.project,
        (str(assessment.round_label), assessment.get_absolute_url()),
        (criterion.title, reverse("assessments:score", args=[assessment.public_id, criterion.key])),
    )
    return found


@login_required
@require_safe
def evidence_file(request: HttpRequest, public_id: str, key: str, pk: int) -> HttpResponseBase:
    """Always as a download, with our own word on its type, and in a sandbox should a browser show it all the same."""
    score = get_score(request.user, public_id, key)
    evidence = Evidence.objects.filter(score=score, pk=pk).exclude(file="").first()
    if evidence is None:
        raise Http404
    try:
        content = open_file(evidence)
    except FileNotFoundError as error:
        logger.error("The file %s of evidence %s is missing.", evidence.file.name, evidence.pk)
        raise Http404 from error
    return FileResponse(
        content,
        as_attachment=True,
        filename=evidence.file_name,
        content_type=content_type_of(evidence),
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
            "Cache-Control": "private, no-store",
        },
    )
