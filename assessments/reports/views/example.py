"""The example profile, for anyone: visitors see what comes out at the end before they ask for an account."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.reports.pdf import PdfUnavailable, pdf_of
from assessments.reports.profile.example import example_profile
from assessments.reports.views.downloads import file_name, requested_language
from assessments.reports.views.pdf import requested_variant
from assessments.reports.views.profile import charts_of, own_language
from scaling.common.addresses import start_page


@require_safe
def example_page(request: HttpRequest) -> HttpResponse:
    """No query of its own."""
    profile = example_profile()
    context = {
        "profile": profile,
        "charts": charts_of(profile),
        "own_language": own_language(profile),
        "pdf_url": reverse("reports:example_pdf"),
        "crumbs": [(_("Start"), start_page()), (_("Beispiel eines Reifeprofils"), "")],
    }
    return render(request, "report/example.html", context)


@require_safe
def example_pdf(request: HttpRequest) -> HttpResponse:
    """``?umfang=`` and ``?sprache=`` as for any profile; rendered once per variant and language, then from the store."""
    variant = requested_variant(request)
    with translation.override(requested_language(request)):
        profile = example_profile()
    try:
        pdf = pdf_of(profile, variant=variant)
    except PdfUnavailable:
        context = {"back_url": reverse("reports:example")}
        return render(request, "report/shared_pdf_unavailable.html", context, status=503)
    name = f"beispiel-{file_name(profile, f'{variant}fassung.pdf')}"
    return HttpResponse(pdf, content_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'})
