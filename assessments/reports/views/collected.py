"""The collected report of a municipality by address: what was approved of the projects that the person may see."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from assessments.reports.records.keeping import speaking_records
from assessments.reports.rendering.orders import PdfOrder, collected_order
from assessments.reports.views.downloads import requested_language
from assessments.reports.views.pdf_answer import pdf_answer
from assessments.views.access import get_municipality


@login_required
@require_safe
@cache_control(private=True, no_cache=True)
def collected_pdf(request: HttpRequest, public_id: str) -> HttpResponse:
    """``?sprache=``. 404 while nothing is approved. 202 with a page that waits, 503 with one that says why there is no PDF."""
    municipality = get_municipality(request.user, public_id)
    records = speaking_records(request.user, municipality)
    if not records:
        raise Http404
    language = requested_language(request)

    def wanted() -> tuple[PdfOrder, str]:
        with translation.override(language):
            word = _("Sammelbericht")  # not inside the f-string, where gettext does not look
            return collected_order(records), f"{slugify(word)}-{slugify(municipality.name)}.pdf"

    back = (_("Zurück zu %(name)s") % {"name": municipality.name}, municipality.get_absolute_url())
    return pdf_answer(request, wanted, back=back)
