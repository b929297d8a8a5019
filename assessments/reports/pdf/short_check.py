"""The short check as a PDF: the answers, the next steps, and what so few answers cannot say."""

import hashlib
from collections.abc import Sequence
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from assessments.models import Assessment
from assessments.queries.short_check import ShortQuestion
from assessments.reports.pdf import limits
from assessments.reports.pdf.engine import html_to_pdf
from assessments.reports.pdf.store import fetch_pdf, render_version, store_pdf
from assessments.reports.pdf.workshop_form import STYLE
from assessments.short_check import short_check
from catalogue.wording import ladder_rule


def short_check_pdf(assessment: Assessment, questions: Sequence[ShortQuestion]) -> bytes:
    """In the active language, from the store if it was made before. Raises PdfUnavailable. No query."""
    html = short_check_html(assessment, questions)
    key = hashlib.sha256(render_version().encode() + html.encode()).hexdigest()
    pdf = fetch_pdf(key)
    if pdf is None:
        pdf = html_to_pdf(html, (STYLE,))
        assert pdf is not None  # noqa: S101 – nobody was asked to count the pages
        store_pdf(key, pdf)
    return pdf


def short_check_html(assessment: Assessment, questions: Sequence[ShortQuestion]) -> str:
    context: dict[str, Any] = {
        "assessment": assessment,
        "project": assessment.project,
        "municipality": assessment.project.municipality,
        "language": get_language(),
        "title": _("Kurzcheck %(assessment)s") % {"assessment": assessment},
        "check": short_check(),
        "ladder_rule": ladder_rule(),
        "questions": questions,
    }
    return limits.drawable(render_to_string("report/short_check/pdf.html", context))
