"""The portfolio of a municipality by address: all its projects at a glance, on screen and as files."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from assessments.models.project import FieldOfAction
from assessments.reports.export.portfolio_book import portfolio_book
from assessments.reports.export.portfolio_json import render_portfolio_json
from assessments.reports.export.xlsx_file import MEDIA_TYPE as XLSX
from assessments.reports.export.xlsx_file import write_xlsx
from assessments.reports.portfolio.build import portfolio_of
from assessments.reports.portfolio.model import Portfolio
from assessments.reports.portfolio.narrowing import APPROVED, OF_RUNNING, ORDERS, STATES, Narrowing
from assessments.reports.rendering.orders import PdfOrder, portfolio_order
from assessments.reports.views.downloads import requested_language
from assessments.reports.views.pdf_answer import pdf_answer
from assessments.views.access import get_municipality
from scaling.accounts.models import Municipality
from scaling.common.text import german_slug

#: On a phone a project takes two thirds of a screen, and no page is higher than ten.
ROWS_PER_PAGE = 6


@login_required
@require_safe
def portfolio_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Eight queries and those of the request."""
    municipality = get_municipality(request.user, public_id)
    portfolio, narrowing = portfolio_of(request.user, municipality, request.GET)
    context = {
        "municipality": municipality,
        "portfolio": portfolio,
        "narrowing": narrowing,
        "rows": Paginator(portfolio.rows, ROWS_PER_PAGE).get_page(request.GET.get("seite")),
        "states": [
            (word, label) for word, (label, _matches) in STATES.items() if portfolio.sees_running or word not in OF_RUNNING
        ],
        "fields": [(str(word), label) for word, label in FieldOfAction.choices if word],
        "approved": [(word, label) for word, (label, _matches) in APPROVED.items()],
        "orders": [*((word, label) for word, (label, _place) in ORDERS.items()), *_stream_orders(portfolio)],
        "people": [(str(pk), name) for pk, name in portfolio.everybody],
        "crumbs": [(municipality.name, municipality.get_absolute_url()), (_("Portfolio"), "")],
    }
    return render(request, "report/portfolio/portfolio.html", context)


def _stream_orders(portfolio: Portfolio) -> list[tuple[str, str]]:
    return [(key, _("niedrigstes Mittel %(stream)s zuerst") % {"stream": name}) for key, name in portfolio.streams]


@login_required
@require_safe
@cache_control(private=True, no_cache=True)
def portfolio_file(request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
    """The portfolio as it is narrowed, as XLSX or JSON; ``?sprache=``."""
    municipality = get_municipality(request.user, public_id)
    with translation.override(requested_language(request)):
        portfolio, narrowing = portfolio_of(request.user, municipality, request.GET)
        content, media_type = _content(kind, portfolio, narrowing)
        name = file_name(municipality, portfolio, kind)
    return HttpResponse(content, content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@login_required
@require_safe
@cache_control(private=True, no_cache=True)
def portfolio_pdf(request: HttpRequest, public_id: str) -> HttpResponse:
    """As it is narrowed; ``?sprache=``. 404 without a project. 202 with a page that waits, 503 with one that says why."""
    municipality = get_municipality(request.user, public_id)
    language = requested_language(request)

    def wanted() -> tuple[PdfOrder, str]:
        with translation.override(language):
            portfolio, narrowing = portfolio_of(request.user, municipality, request.GET)
            if not portfolio.listed:
                raise Http404
            order = portfolio_order(
                portfolio, narrowing=narrowing.query, person=request.user.pk or 0, municipality=municipality.public_id
            )
            return order, file_name(municipality, portfolio, "pdf")

    back = (_("Zurück zum Portfolio"), reverse("reports:portfolio", args=[public_id]))
    return pdf_answer(request, wanted, back=back)


def _content(kind: str, portfolio: Portfolio, narrowing: Narrowing) -> tuple[bytes, str]:
    if kind == "xlsx":
        return write_xlsx(portfolio_book(portfolio)), XLSX
    return render_portfolio_json(portfolio, narrowing), "application/json"


def file_name(municipality: Municipality, portfolio: Portfolio, ending: str) -> str:
    """„portfolio-stadt-auenfurt-2026-11-28.xlsx“."""
    return f"portfolio-{german_slug(municipality.name)}-{portfolio.as_of.isoformat()}.{ending}"
