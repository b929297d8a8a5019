"""The profile as a PDF: rendered once per state of the data, or once for ever from a record, then taken from the store."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from assessments.reports.pdf import VARIANTS, Variant
from assessments.reports.rendering.orders import PdfOrder
from assessments.reports.views.damaged import tells_damage
from assessments.reports.views.downloads import requested_language
from assessments.reports.views.pdf_answer import pdf_answer
from assessments.reports.views.requested import requested_pdf
from assessments.views.access import get_assessment, require


def requested_variant(request: HttpRequest) -> Variant:
    """``?umfang=kurz`` or ``lang``, which is also what nothing means. 404 for anything else."""
    variant = request.GET.get("umfang") or "lang"
    if variant not in VARIANTS:
        raise Http404
    return variant


@login_required
@require_safe
@cache_control(private=True, no_cache=True)
@tells_damage(lambda public_id: reverse("reports:profile", args=[public_id]))
def profile_pdf(request: HttpRequest, public_id: str) -> HttpResponse:
    """``?umfang=``, ``?sprache=``, ``?vergleich=`` as for the other files; ``?kommentare=1`` adds comments to the Langfassung,
    for those who work on the assessment.

    202 with a page that comes back by itself while it is rendered; 503 with one that says why where it cannot be.
    """
    assessment = get_assessment(request.user, public_id, papers=True)
    with_comments = request.GET.get("kommentare") == "1"
    if with_comments:
        require(request.user, "assessments.work_on_assessment", assessment)
    variant = requested_variant(request)
    language = requested_language(request)

    def wanted() -> tuple[PdfOrder, str]:
        with translation.override(language):
            return requested_pdf(request, assessment, variant=variant, comments=with_comments)

    return pdf_answer(
        request,
        wanted,
        back=(_("Zurück zum Reifeprofil"), reverse("reports:profile", args=[assessment.public_id])),
        assessment=assessment,
    )
