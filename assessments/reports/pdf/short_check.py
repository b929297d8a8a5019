"""The short check as a PDF: the answers, the next steps, and what so few answers cannot say."""

from collections.abc import Sequence
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from assessments.models import Assessment
from assessments.queries.short_check import ShortQuestion
from assessments.reports.pdf import limits
from assessments.reports.pdf.content import HYPHENATED
from assessments.short_check import short_check
from catalogue.wording import ladder_rule


def short_check_html(assessment: Assessment, questions: Sequence[ShortQuestion]) -> str:
    """In the active language. No query."""
    context: dict[str, Any] = {
        "assessment": assessment,
        "project": assessment.project,
        "municipality": assessment.project.municipality,
        "language_tag": HYPHENATED[get_language() or "de"],
        "title": _("Kurzcheck %(assessment)s") % {"assessment": assessment},
        "check": short_check(),
        "ladder_rule": ladder_rule(),
        "questions": questions,
    }
    return limits.drawable(render_to_string("report/short_check/pdf.html", context))
