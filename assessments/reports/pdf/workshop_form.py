"""The blank form for a workshop on paper: a page a criterion, with levels to tick and lines to write on."""

import hashlib
from collections.abc import Sequence
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from assessments.models import Assessment
from assessments.reports.pdf import limits
from assessments.reports.pdf.engine import html_to_pdf
from assessments.reports.pdf.store import fetch_pdf, render_version, store_pdf
from catalogue.levels import Level
from catalogue.models import Criterion

STYLE = "css/print-form.css"


def form_pdf(assessment: Assessment, criteria: Sequence[Criterion]) -> bytes:
    """The form in the active language, from the store if it was made before. Holds no answer. Raises PdfUnavailable.

    No query with the criteria's levels, phase and workstreams at hand.
    """
    html = form_html(assessment, criteria)
    key = hashlib.sha256(render_version().encode() + html.encode()).hexdigest()
    pdf = fetch_pdf(key)
    if pdf is None:
        pdf = html_to_pdf(html, (STYLE,))
        assert pdf is not None  # noqa: S101 – nobody was asked to count the pages
        store_pdf(key, pdf)
    return pdf


def form_html(assessment: Assessment, criteria: Sequence[Criterion]) -> str:
    context: dict[str, Any] = {
        "assessment": assessment,
        "project": assessment.project,
        "municipality": assessment.project.municipality,
        "language": get_language(),
        "title": _("Arbeitsbogen %(assessment)s") % {"assessment": assessment},
        "entries": [(criterion, _levels(criterion)) for criterion in criteria],
        "levels": list(Level),
    }
    return limits.drawable(render_to_string("report/form/form.html", context))


def _levels(criterion: Criterion) -> list[tuple[Level, str]]:
    return [(Level(descriptor.level), descriptor.description) for descriptor in criterion.levels.all()]
