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

from assessments import scoring, sentences
from assessments.models import ScoreState
from assessments.reports.charts import profile_charts as charts
from assessments.reports.pdf import limits
from assessments.reports.pdf.engine import COAT_OF_ARMS
from assessments.reports.profile.model import CriterionResult, MaturityProfile
from scaling.accounts.coats_of_arms import fetch_png
from scaling.common.glossary import glossary
from scaling.common.qr_code import qr_code

logger = logging.getLogger(__name__)

Variant = Literal["kurz", "lang"]
_INDENTATION = re.compile(r">\s*\n\s*<")  # between blocks, where it would be laid out like any text
#: A line break in the template between two pieces of one sentence is a blank.
_BETWEEN_WORDS = re.compile(r"(</(?:a|b|i|em|strong|span)>)\s*\n\s*(?=<(?:a|b|i|em|strong|span)\b)")
_TAG = re.compile(r"<[^>]*>")  # of our own making: no attribute holds a „>“ that is not escaped
SHOWN_ROUNDS = 4  # as many columns as the table of all criteria has room for
SHOWN_PRIORITIES = 10
#: The kinds of change that are listed; what rose or stayed is to be seen in the table of all criteria.
BAD_NEWS = (scoring.DOWN, scoring.NO_LONGER_RATED, scoring.NEW)
GLOSSARY, END_OF_GLOSSARY = "<!-- glossary -->", "<!-- end of the glossary -->"
#: So many of its terms stay with the sources where these end the document: the last page is never nearly empty.
LAST_TERMS = 4
#: With their countries: to „de“ alone, hyphenation takes the first of its dictionaries, which is Austria's, and charts ours.
HYPHENATED = {"de": "de-DE", "en": "en-GB"}
VARIANTS: tuple[Variant, ...] = ("kurz", "lang")


@dataclass(frozen=True)
class ListLimits:
    """How much of each list the Kurzfassung shows. Tighter ones follow until it has four pages at most."""

    criteria: int
    blockers: int
    measures: int

    @property
    def criteria_slice(self) -> str:
        return f":{self.criteria}"


@dataclass(frozen=True)
class FirstPage:
    """How much of each list stands on the page to decide by, of both variants. Tighter ones follow until it is one page."""

    blockers: int
    dropped: int
    changes: int
    priorities: int


LIST_LIMITS = (
    ListLimits(60, 8, 8),
    ListLimits(60, 5, 5),
    ListLimits(28, 5, 5),
    ListLimits(12, 3, 3),
    ListLimits(6, 2, 2),
)
FIRST_PAGES = (
    FirstPage(4, 2, 4, 3),
    FirstPage(3, 1, 3, 3),
    FirstPage(3, 1, 3, 2),
    FirstPage(2, 1, 2, 2),
    FirstPage(2, 1, 2, 1),
    FirstPage(1, 1, 1, 1),
)


def report_html(
    profile: MaturityProfile,
    *,
    variant: Variant,
    with_comments: bool = False,
    list_limits: ListLimits = LIST_LIMITS[0],
    first_page: FirstPage = FIRST_PAGES[0],
    is_tight: bool = False,
    only_first: bool = False,
) -> str:
    """The document, in the language of the profile; ``only_first``: nothing but the page to decide by."""
    with override(profile.meta.language):
        context = _context(profile, list_limits, first_page) | {"variant": variant, "is_tight": is_tight}
        context |= {"only_first": True} if only_first else _rest(profile, variant)
        if variant == "lang" and not only_first:
            context |= _details(profile, with_comments)
        html: str = render_to_string(f"report/pdf/{variant}.html", context)
        if variant == "lang" and not only_first:
            html = _with_glossary(html, profile)
    return limits.drawable(_INDENTATION.sub("><", _BETWEEN_WORDS.sub("\\1 ", html)))


def _context(profile: MaturityProfile, list_limits: ListLimits, first_page: FirstPage) -> dict[str, Any]:
    """What the frame and the page to decide by need."""
    meta = profile.meta
    compared = meta.compared.label if meta.compared else ""
    blockers = profile.current_gate.blockers if profile.current_gate else ()
    dropped = profile.current_gate.dropped if profile.current_gate else ()
    changed = profile.changes.criteria_moved if profile.changes else ()
    return {
        "profile": profile,
        "meta": meta,
        "coat_of_arms": COAT_OF_ARMS + meta.coat_of_arms if _has_picture(meta.coat_of_arms) else "",
        "list_limits": list_limits,
        "compared": compared,
        "title": _("Reifeprofil %(project)s, %(round)s") % {"project": meta.project, "round": meta.round_label},
        "language_tag": HYPHENATED[meta.language],
        "own_language": HYPHENATED.get(meta.own_language, meta.own_language),
        # The same as an attribute: what people typed is in their language.
        "written_lang": format_html(' lang="{}"', HYPHENATED[meta.own_language]) if meta.own_language else "",
        "levels": charts.figures_strips((*profile.workstreams, charts.named_overall(profile)), compared=compared),
        "top": profile.priorities[: first_page.priorities],
        "more_top": sentences.and_more(len(profile.priorities) - first_page.priorities),
        "blockers": blockers,
        "first_blockers": blockers[: first_page.blockers],
        "more_blockers": sentences.and_more(len(blockers) - first_page.blockers),
        "first_dropped": dropped[: first_page.dropped],
        "more_dropped": sentences.and_more(len(dropped) - first_page.dropped),
        "overdue": profile.overdue,
        "changed": changed[: first_page.changes],
        "more_changed": sentences.and_more(len(changed) - first_page.changes),
    }


def _rest(profile: MaturityProfile, variant: Variant) -> dict[str, Any]:
    """What follows in both variants."""
    record = profile.meta.record
    rows = _overview(profile)
    has_trend = sum(point.average.value is not None for point in profile.trend.points) > 1
    return {
        "has_targets": profile.overall.planned.value is not None,
        "road": charts.gates_road(profile) if len(profile.gates) > 1 else "",
        "trend": charts.trend_chart(profile, height=96 if variant == "kurz" else 112) if has_trend else "",
        "dropped": {one.key: one for gate in profile.gates for one in gate.dropped}.values(),
        "overview": [row for row in rows if variant == "lang" or not row.is_empty],
        "unsaid": [row.one for row in rows if variant == "kurz" and row.is_empty],
        "shown_rounds": profile.trend.points[-SHOWN_ROUNDS:],
        "open_measures": [measure for measure in profile.measures if measure.is_open],
        "qr": qr_code(record.address, title=_("QR-Code: Adresse zum Prüfen dieses Dokuments")) if record else "",
    }


def _details(profile: MaturityProfile, with_comments: bool) -> dict[str, Any]:
    """What the Langfassung has beyond."""
    entries = limits.entries(profile, with_comments=with_comments)
    changes = profile.changes
    return {
        "entries": [(entry, charts.criterion_bar(profile, entry.result)) for entry in entries if not entry.is_empty],
        "unanswered": [entry.result for entry in entries if entry.is_empty],
        "bad_news": [one for one in changes.lists if one.kind in BAD_NEWS] if changes else [],
        "key": charts.criteria_key(profile),
        "name_size": _name_size(profile.meta.project),
        "measures": profile.measures[: limits.LISTED_MEASURES],
        "more_measures": max(len(profile.measures) - limits.LISTED_MEASURES, 0),
        "priorities": profile.priorities[:SHOWN_PRIORITIES],
    }


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


def _with_glossary(html: str, profile: MaturityProfile) -> str:
    """Explain the terms this report uses, and only those."""
    text = _TAG.sub(" ", html).lower()
    known = [term for term in glossary(profile.meta.language) if term.in_reports]
    terms = [term for term in known if _has_word(text, term.term.lower())]
    first = len(terms) if profile.meta.record else max(len(terms) - LAST_TERMS, 0)
    for mark, part in ((GLOSSARY, terms[:first]), (END_OF_GLOSSARY, terms[first:])):
        html = html.replace(mark, render_to_string("report/pdf/sections/glossary.html", {"terms": part}))
    return html


def _has_word(text: str, beginning: str) -> bool:
    """Whether a word of the text begins so. Most do not occur at all, which is told much quicker."""
    return beginning in text and bool(re.search(rf"\b{re.escape(beginning)}", text))


@dataclass(frozen=True)
class OverviewRow:
    """A criterion and what it had in the rounds shown: a level, „?“ for not known, „–“ without one."""

    one: CriterionResult
    cells: Sequence[str]

    @property
    def is_empty(self) -> bool:
        """Nobody has said anything yet: in the Kurzfassung, such criteria share a paragraph."""
        return self.one.state == ScoreState.OPEN and self.one.target_level is None and set(self.cells) <= {"–"}


def _overview(profile: MaturityProfile) -> list[OverviewRow]:
    history = {row.key: row.cells[-SHOWN_ROUNDS:] for row in profile.history}
    return [OverviewRow(one, [_cell(cell) for cell in history[one.key]]) for one in profile.criteria]


def _cell(cell: int | str | None) -> str:
    return str(cell) if isinstance(cell, int) else "?" if cell == "unknown" else "–"
