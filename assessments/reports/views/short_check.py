"""The short check's PDF by address."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from assessments.queries.short_check import questions_of
from assessments.reports.pdf import PdfUnavailable
from assessments.reports.pdf.short_check import short_check_pdf
from assessments.reports.views.downloads import requested_language
from assessments.views.access import get_assessment
from assessments.views.breadcrumbs import crumbs_to


@login_required
@require_safe
@cache_control(private=True, no_cache=True)
def pdf(request: HttpRequest, public_id: str) -> HttpResponse:
    """``?sprache=``. 503 with a page that says why where the system libraries are missing. Two queries."""
    assessment = get_assessment(request.user, public_id)
    try:
        with translation.override(requested_language(request)):
            content = short_check_pdf(assessment, questions_of(assessment))
            word = _("Kurzcheck")  # not inside the f-string, where gettext does not look
            name = f"{slugify(word)}-{assessment.project.slug}-{assessment.round}.pdf"
    except PdfUnavailable:
        crumbs = crumbs_to(assessment.project, (str(assessment.round_label), assessment.get_absolute_url()), (_("PDF"), ""))
        return render(request, "report/pdf_unavailable.html", {"assessment": assessment, "crumbs": crumbs}, status=503)
    return HttpResponse(
        content, content_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
