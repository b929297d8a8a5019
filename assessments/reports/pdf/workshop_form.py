"""The blank form for a workshop on paper: a page a criterion, with levels to tick and lines to write on."""

from collections.abc import Sequence
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from assessments.models import Assessment
from assessments.reports.pdf import limits
from assessments.reports.pdf.content import HYPHENATED
from catalogue.levels import Level
from catalogue.models import Criterion
from catalogue.wording import Wording, ladder_rule, wording_of
from scaling.common.offices import Office

STYLE = "css/print-form.css"


def form_html(assessment: Assessment, criteria: Sequence[Criterion], *, office: str = "") -> str:
    """The form in the active language, for one ``office`` (its code) where there is one. Holds no answer.

    No query with the criteria's levels, phase and workstreams at hand.
    """
    title = _("Arbeitsbogen %(assessment)s") % {"assessment": assessment}
    whose = str(Office(office).label) if office else ""
    context: dict[str, Any] = {
        "assessment": assessment,
        "project": assessment.project,
        "municipality": assessment.project.municipality,
        "language_tag": HYPHENATED[get_language() or "de"],
        "title": f"{title}, {whose}" if whose else title,
        "office": whose,
        "entries": [(criterion, wording := _wording(assessment, criterion), _levels(wording)) for criterion in criteria],
        "ladder_rule": ladder_rule(),
        "levels": list(Level),
    }
    return limits.drawable(render_to_string("report/form/form.html", context))


def _wording(assessment: Assessment, criterion: Criterion) -> Wording:
    return wording_of(criterion, municipality_wide=assessment.project.is_municipality_wide)


def _levels(wording: Wording) -> list[tuple[Level, str]]:
    return [(Level(text.level), text.shown) for text in wording.levels]
