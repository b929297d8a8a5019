"""The short check's PDF by address."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from assessments.queries.short_check import questions_of
from assessments.reports.rendering.orders import PdfOrder, short_check_order
from assessments.reports.views.downloads import requested_language
from assessments.reports.views.pdf_answer import pdf_answer
from assessments.views.access import get_assessment
from scaling.common.text import german_slug


@login_required
@require_safe
@cache_control(private=True, no_cache=True)
def pdf(request: HttpRequest, public_id: str) -> HttpResponse:
    """``?sprache=``. 202 with a page that waits, 503 with one that says why there is no PDF. Two queries for the order."""
    assessment = get_assessment(request.user, public_id)
    language = requested_language(request)

    def wanted() -> tuple[PdfOrder, str]:
        with translation.override(language):
            word = _("Kurzcheck")  # not inside the f-string, where gettext does not look
            name = f"{german_slug(word)}-{assessment.project.slug}-{assessment.round}.pdf"
            return short_check_order(assessment, questions_of(assessment)), name

    return pdf_answer(
        request,
        wanted,
        back=(_("Zurück zum Kurzcheck"), reverse("assessments:short_check_result", args=[assessment.public_id])),
        assessment=assessment,
    )
