"""The collected report of a municipality, for a committee: an overview of all projects first, then a page for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import override

from assessments import sentences
from assessments.reports.charts import profile_charts as charts
from assessments.reports.pdf import limits
from assessments.reports.pdf.content import HYPHENATED
from assessments.reports.pdf.engine import html_to_pdf
from assessments.reports.profile.model import CriterionResult, GateBlocker, MaturityProfile, MeasureItem, PriorityItem

STYLES = ("css/print-report.css", "css/print-collected.css")
#: As many as a page has room for; how many follow is said.
BLOCKERS, CHANGES, OVERDUE, PROPOSALS = 4, 4, 2, 3


@dataclass(frozen=True)
class ProjectPage:
    """One project on one page. The ``more_…`` say how many follow after a list that was cut, "" for none."""

    profile: MaturityProfile
    chart: SafeString
    blockers: Sequence[GateBlocker]
    more_blockers: str
    changed: Sequence[CriterionResult]
    more_changed: str
    overdue: Sequence[MeasureItem]
    more_overdue: str
    proposals: Sequence[PriorityItem]

    @property
    def anchor(self) -> str:
        return f"projekt-{self.profile.meta.public_id}"


def page_of(profile: MaturityProfile) -> ProjectPage:
    blockers = profile.current_gate.blockers if profile.current_gate else ()
    changed = profile.changes.criteria_moved if profile.changes else ()
    return ProjectPage(
        profile=profile,
        chart=charts.figures_strips((*profile.workstreams, charts.named_overall(profile))),
        blockers=blockers[:BLOCKERS],
        more_blockers=sentences.and_more(len(blockers) - BLOCKERS),
        changed=changed[:CHANGES],
        more_changed=sentences.and_more(len(changed) - CHANGES),
        overdue=profile.overdue[:OVERDUE],
        more_overdue=sentences.and_more(len(profile.overdue) - OVERDUE),
        proposals=profile.priorities[:PROPOSALS],
    )


def collected_html(profiles: Sequence[MaturityProfile], *, language: str) -> str:
    """``profiles`` of one municipality, at least one, each from its record, in the order they are to stand in."""
    with override(language):
        meta = profiles[0].meta
        context: dict[str, Any] = {
            "pages": [page_of(profile) for profile in profiles],
            "municipality": meta.municipality,
            "has_whole": any(one.meta.is_municipality_wide for one in profiles),
            "is_fictional": meta.is_fictional,
            "confidentiality": sorted({one.meta.confidentiality_label for one in profiles} - {""}),
            "scale": profiles[0].scale,
            "latest": latest(profiles),
            "definitions": profiles[0].definitions,
            "notices": list(dict.fromkeys(one.meta.level_scale_notice for one in profiles)),
            "attributions": list(dict.fromkeys(one.meta.attribution for one in profiles)),
            "language_tag": HYPHENATED[language],
            "own_language": HYPHENATED.get(meta.own_language, meta.own_language),
            "title": _("Sammelbericht %(municipality)s") % {"municipality": meta.municipality},
        }
        return limits.drawable(render_to_string("report/collected/collected.html", context))


def latest(profiles: Sequence[MaturityProfile]) -> date:
    """The day of the latest approval: what the report says is as of the approvals, and of no later day."""
    return max(one.meta.approved_on or one.meta.as_of for one in profiles)


def render_collected(profiles: Sequence[MaturityProfile], *, language: str) -> bytes:
    """The same profiles give the same bytes. Raises PdfUnavailable."""
    pdf = html_to_pdf(collected_html(profiles, language=language), STYLES)
    assert pdf is not None  # noqa: S101 – nobody was asked to count the pages
    return pdf
