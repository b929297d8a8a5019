"""From the profile to the HTML of a report. Picks and bounds; every figure comes from the profile."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import override

from assessments import sentences
from assessments.reports.charts import profile_charts as charts
from assessments.reports.pdf import limits
from assessments.reports.pdf.engine import COAT_OF_ARMS
from assessments.reports.profile.model import CriterionResult, MaturityProfile
from scaling.accounts.coats_of_arms import fetch_png
from scaling.common.glossary import glossary
from scaling.common.qr_code import qr_code

logger = logging.getLogger(__name__)

Variant = Literal["kurz", "lang"]
_BETWEEN_BLOCKS = re.compile(r">\s*\n\s*<")  # indentation, which would be laid out like any text
_TAG = re.compile(r"<[^>]*>")  # of our own making: no attribute holds a „>“ that is not escaped
SHOWN_ROUNDS = 4  # as many columns as the table of all criteria has room for
FIRST_BLOCKERS = {"kurz": 2, "lang": 3}  # as many as the page of the four questions has room for
FIRST_DROPPED = {"kurz": 1, "lang": 1}  # milestones that do not apply, with their reasons
FIRST_CHANGES = {"kurz": 2, "lang": 2}  # falls first, then rises, as many as the same page has room for
FEW_MEASURES = 4  # as many as the third page of the Kurzfassung has room for beside 21 criteria
GLOSSARY = "<!-- glossary -->"
#: With their countries: to „de“ alone, hyphenation takes the first of its dictionaries, which is Austria's, and charts ours.
HYPHENATED = {"de": "de-DE", "en": "en-GB"}
VARIANTS: tuple[Variant, ...] = ("kurz", "lang")


@dataclass(frozen=True)
class ListLimits:
    """How much of each list the Kurzfassung shows. Tighter ones follow until it fits its four pages."""

    criteria: int
    blockers: int
    measures: int

    @property
    def criteria_slice(self) -> str:
        return f":{self.criteria}"


LIST_LIMITS = (ListLimits(60, 8, 8), ListLimits(28, 5, 5), ListLimits(12, 3, 3))


def report_html(
    profile: MaturityProfile, *, variant: Variant, with_comments: bool = False, list_limits: ListLimits = LIST_LIMITS[0]
) -> str:
    """The document, in the language of the profile."""
    with override(profile.meta.language):
        html: str = render_to_string(f"report/pdf/{variant}.html", _context(profile, variant, with_comments, list_limits))
        if variant == "lang":
            html = _with_glossary(html, profile.meta.language)
    return limits.drawable(_BETWEEN_BLOCKS.sub("><", html))


def _context(profile: MaturityProfile, variant: Variant, with_comments: bool, list_limits: ListLimits) -> dict[str, Any]:
    meta = profile.meta
    compared = meta.compared.label if meta.compared else ""
    blockers = profile.current_gate.blockers if profile.current_gate else ()
    dropped = profile.current_gate.dropped if profile.current_gate else ()
    first = FIRST_BLOCKERS[variant]
    open_measures = [measure for measure in profile.measures if measure.is_open]
    changed = profile.changes.criteria_moved if profile.changes else ()
    context: dict[str, Any] = {
        "profile": profile,
        "meta": meta,
        "coat_of_arms": COAT_OF_ARMS + meta.coat_of_arms if _has_picture(meta.coat_of_arms) else "",
        "variant": variant,
        "list_limits": list_limits,
        "compared": compared,
        "title": _("Reifeprofil %(project)s, %(round)s") % {"project": meta.project, "round": meta.round_label},
        "language_tag": HYPHENATED[meta.language],
        "own_language": HYPHENATED.get(meta.own_language, meta.own_language),
        # The same as an attribute: what people typed is in their language.
        "written_lang": format_html(' lang="{}"', HYPHENATED[meta.own_language]) if meta.own_language else "",
        "explains_early": len(profile.trend.points) == 1 and len(open_measures) <= FEW_MEASURES,
        "has_targets": profile.overall.planned.value is not None,
        "levels": charts.figures_strips((*profile.workstreams, charts.named_overall(profile))),
        "road": charts.gates_road(profile) if len(profile.gates) > 1 else "",
        "trend": charts.trend_chart(profile, height=96 if variant == "kurz" else 150)
        if len(profile.trend.points) > 1 or profile.trend.planned_on
        else "",
        "top": profile.priorities[:3],
        "blockers": blockers,
        "dropped": {one.key: one for gate in profile.gates for one in gate.dropped}.values(),
        "first_blockers": blockers[:first],
        "more_blockers_label": sentences.and_more(len(blockers) - first),
        "first_dropped": dropped[: FIRST_DROPPED[variant]],
        "more_dropped": sentences.and_more(len(dropped) - FIRST_DROPPED[variant]),
        "more_blockers": max(len(blockers) - first, 0),
        "overview": _overview(profile),
        "shown_rounds": profile.trend.points[-SHOWN_ROUNDS:],
        "open_measures": open_measures,
        "qr": qr_code(meta.record.address, title=_("QR-Code: Adresse zum Prüfen dieses Dokuments")) if meta.record else "",
        "overdue": profile.overdue,
        "changed": changed[: FIRST_CHANGES[variant]],
        "more_changed": sentences.and_more(len(changed) - FIRST_CHANGES[variant]),
    }
    if variant == "lang":
        context |= {
            "radar": charts.figures_radar(profile, profile.workstreams, width=560),
            "entries": [
                (entry, charts.criterion_bar(profile, entry.result))
                for entry in limits.entries(profile, with_comments=with_comments)
            ],
            "key": charts.criteria_key(profile),
            "name_size": _name_size(meta.project),
            "measures": profile.measures[: limits.LISTED_MEASURES],
            "more_measures": max(len(profile.measures) - limits.LISTED_MEASURES, 0),
            "priorities": profile.priorities[:10],
        }
    return context


def _name_size(name: str) -> str:
    """How a project's name is set on the cover: smaller where it is long, or where a word of it would not fit a line."""
    longest = max(map(len, name.split()), default=0)
    return "longest" if len(name) > 90 or longest > 34 else "long" if len(name) > 55 or longest > 25 else ""


def _has_picture(name: str) -> bool:
    """A picture whose file is gone is left out: no reason to withhold the report."""
    try:
        return bool(name and fetch_png(name))
    except FileNotFoundError:
        logger.error("The coat of arms %s is missing.", name)
        return False


def _with_glossary(html: str, language: str) -> str:
    """Explain the terms this report uses, and only those."""
    text = _TAG.sub(" ", html).lower()
    terms = [term for term in glossary(language) if re.search(rf"\b{re.escape(term.term.lower())}", text)]
    return html.replace(GLOSSARY, render_to_string("report/pdf/sections/glossary.html", {"terms": terms}))


@dataclass(frozen=True)
class OverviewRow:
    """A criterion and what it had in the rounds shown: a level, „?“ for not known, „–“ without one."""

    one: CriterionResult
    cells: Sequence[str]


def _overview(profile: MaturityProfile) -> list[OverviewRow]:
    history = {row.key: row.cells[-SHOWN_ROUNDS:] for row in profile.history}
    return [OverviewRow(one, [_cell(cell) for cell in history[one.key]]) for one in profile.criteria]


def _cell(cell: int | str | None) -> str:
    return str(cell) if isinstance(cell, int) else "?" if cell == "unknown" else "–"
