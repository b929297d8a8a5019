"""The blank form for a workshop, to be filled in on paper or on a screen: a page a criterion, levels to tick, room to write."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from assessments.limits import RATIONALE
from assessments.models import Assessment
from assessments.reports.pdf import limits
from assessments.reports.pdf.content import HYPHENATED
from assessments.workbook.form_fields import FIELDS, field_name
from catalogue.levels import Level
from catalogue.models import Criterion
from catalogue.wording import Wording, ladder_rule, wording_of
from scaling.common.offices import Office

STYLE = "css/print-form.css"


def form_html(assessment: Assessment, criteria: Sequence[tuple[int, Criterion, int]], *, office: str = "") -> str:
    """The form in the active language, for one ``office`` (its code) where there is one. Holds no answer.

    ``criteria`` come between their numbers in the reports of the round, so that a part of the form speaks of the same ones, and
    the versions of their answers, so that a form filled in on a screen can be read back (``assessments.workbook.pdf_form``).

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
        "entries": [_entry(assessment, *one) for one in criteria],
        "ladder_rule": ladder_rule(),
        "levels": list(Level),
        "longest_reason": RATIONALE.characters,
    }
    return limits.drawable(render_to_string("report/form/form.html", context))


@dataclass(frozen=True)
class FormEntry:
    """One criterion on its page. ``names`` are those of its fields, by what they ask for."""

    number: int
    criterion: Criterion
    wording: Wording
    levels: list[tuple[Level, str]]
    names: dict[str, str]


def _entry(assessment: Assessment, number: int, criterion: Criterion, version: int) -> FormEntry:
    wording = wording_of(criterion, municipality_wide=assessment.project.is_municipality_wide)
    levels = [(Level(text.level), text.shown) for text in wording.levels]
    names = {field: field_name(assessment.public_id, criterion.key, version, field) for field in FIELDS}
    return FormEntry(number, criterion, wording, levels, names)
