"""The example profile, for anyone: visitors see what comes out at the end before they ask for an account."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.reports.profile.example import example_profile
from assessments.reports.rendering.orders import PdfOrder, example_order
from assessments.reports.views.downloads import requested_language
from assessments.reports.views.pdf import requested_variant
from assessments.reports.views.pdf_answer import pdf_answer
from assessments.reports.views.profile import sections_of
from assessments.reports.views.requested import pdf_name
from catalogue.edition_cache import cached_edition
from catalogue.models import Edition
from scaling.common.addresses import start_page


@require_safe
def example_page(request: HttpRequest) -> HttpResponse:
    """No query of its own."""
    profile = example_profile()
    context = {
        "profile": profile,
        "sections": sections_of(profile),
        "pdf_url": reverse("reports:example_pdf"),
        "crumbs": [(_("Start"), start_page()), (_("Beispiel eines Reifeprofils"), "")],
    }
    return render(request, "report/example.html", context)


#: The criterion that shows how one is rated: its title says something to everybody in a town hall.
SHOWN = "flexible-agile-verwaltungsstrukturen"


@require_safe
def example_criterion(request: HttpRequest) -> HttpResponse:
    """How one criterion is rated, step by step, with the example's answer. One query, for the catalogue's plain words."""
    profile = example_profile()
    result = next(one for one in profile.criteria if one.key == SHOWN)
    edition = Edition.objects.current()
    criterion = cached_edition(edition).by_key.get(SHOWN) if edition else None
    context = {
        "profile": profile,
        "result": result,
        "note": criterion.note if criterion else "",
        "own_language": profile.meta.own_language,
        "start_page": start_page(),
        "crumbs": [(_("Start"), start_page()), (_("So bewerten Sie ein Kriterium"), "")],
    }
    return render(request, "report/example_criterion.html", context)


@require_safe
def example_pdf(request: HttpRequest) -> HttpResponse:
    """``?umfang=`` and ``?sprache=`` as for any profile; rendered once per variant and language, then from the store."""
    variant, language = requested_variant(request), requested_language(request)

    def wanted() -> tuple[PdfOrder, str]:
        with translation.override(language):
            name = pdf_name(example_profile().meta.file_name, variant)
        return example_order(variant=variant, language=language), f"beispiel-{name}"

    return pdf_answer(
        request,
        wanted,
        back=(_("Zurück zum Reifeprofil"), reverse("reports:example")),
    )
