"""The profile of a municipality as a PDF: the Kurzfassung for a committee, the Langfassung with every criterion and project."""

from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from assessments.reports.development.model import Development
from assessments.reports.municipal import texts
from assessments.reports.municipal.model import MunicipalProfile
from assessments.reports.pdf import limits
from assessments.reports.pdf.content import HYPHENATED
from assessments.reports.profile.statements import active_language

STYLES = ("css/print-report.css", "css/print-municipal.css")
#: So many entries of a list stand in the Kurzfassung; how many follow is said.
MAX_ENTRIES = 6
#: As many quarters back: a year and the running one, three years.
QUARTERS = {"kurz": 5, "lang": 13}


def municipal_html(profile: MunicipalProfile, development: Development, *, variant: str) -> str:
    """In the active language. No query."""
    most = MAX_ENTRIES if variant == "kurz" else len(profile.criteria)
    context: dict[str, Any] = {
        "profile": profile,
        "variant": variant,
        "most": most,
        "disagreeing": profile.disagreeing[:most],
        "holding_up": profile.holding_up[:most],
        "lowest": profile.lowest[:most],
        "quarters": development.quarters[: QUARTERS[variant]],
        "own_rounds": next((one.rounds for one in development.with_rounds if one.is_municipality_wide), ()),
        "others": texts.other_editions(profile),
        "language_tag": HYPHENATED[active_language()],
        "title": _("%(municipality)s: Kommune insgesamt") % {"municipality": profile.municipality},
    }
    return limits.drawable(render_to_string("report/municipal/pdf/municipal.html", context))
