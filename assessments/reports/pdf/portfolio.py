"""A portfolio as a PDF, across the page: what is asked first, then projects × workstreams as a heat table."""

from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from assessments.reports.pdf import limits
from assessments.reports.pdf.content import HYPHENATED
from assessments.reports.portfolio.model import Portfolio
from assessments.reports.profile.statements import active_language
from scaling.common.addresses import absolute_url

STYLES = ("css/print-report.css", "css/print-portfolio.css")
#: So many entries of a list stand before the table; how many follow is said, and each row of the table says it of its own.
MAX_ENTRIES = 8


def portfolio_html(portfolio: Portfolio) -> str:
    """In the active language. No query."""
    context: dict[str, Any] = {
        "portfolio": portfolio,
        "most": MAX_ENTRIES,
        "language_tag": HYPHENATED[active_language()],
        # People write in German, and the portfolio names their measures as they stand.
        "own_language": "" if active_language() == "de" else HYPHENATED["de"],
        "title": _("Portfolio: %(municipality)s") % {"municipality": portfolio.municipality},
        "site": absolute_url(""),
        # The municipality as a whole first, as on the page.
        "rows": sorted(portfolio.listed, key=lambda row: not row.is_municipality_wide),
        "any_dropped": any(row.gate is not None and row.gate.dropped for row in portfolio.listed),
    }
    return limits.drawable(render_to_string("report/portfolio/pdf/portfolio.html", context))
