"""The collected report of a municipality, for a committee: an overview of all projects first, then a page for each.

Where there are many it has volumes, each a report of its own: so the memory of whoever draws one is bounded.
"""

import gc
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from assessments import sentences
from assessments.reports.charts import profile_charts as charts
from assessments.reports.counted import Counted, counted_note
from assessments.reports.pdf import limits
from assessments.reports.pdf.content import HYPHENATED
from assessments.reports.pdf.engine import html_to_pdf
from assessments.reports.profile.model import (
    CriterionResult,
    DroppedMilestone,
    GateBlocker,
    MaturityProfile,
    MeasureItem,
    PriorityItem,
)

STYLES = ("css/print-report.css", "css/print-collected.css")
ANCHOR = "projekt-"
#: So many projects stand in one volume at most. Each takes 1.2 MB of a worker's memory while the volume is drawn.
VOLUME = 20
Item = TypeVar("Item")
_BETWEEN_SENTENCES = re.compile(r"(?<=\w{3}[.)!?]) (?=[A-ZÄÖÜ„‘])")


@dataclass(frozen=True)
class Volume:
    """``number`` of ``count``; ``total`` is how many projects all of them hold."""

    number: int
    count: int
    total: int


def volumes_of(items: Sequence[Item]) -> list[tuple[Volume, Sequence[Item]]]:
    """What stands in which volume, in the order of ``items``: as few as there can be, and none much thinner than another."""
    count = max(math.ceil(len(items) / VOLUME), 1)
    ends = [round(len(items) * number / count) for number in range(count + 1)]
    return [(Volume(place + 1, count, len(items)), items[ends[place] : ends[place + 1]]) for place in range(count)]


@dataclass(frozen=True)
class Shown:
    """How much of each list a project's page holds; how many follow is said."""

    blockers: int
    dropped: int
    changes: int
    overdue: int
    proposals: int


#: Tighter ones follow for a project until it has one page.
LIMITS = (Shown(4, 4, 4, 2, 3), Shown(3, 3, 3, 2, 2), Shown(2, 2, 2, 1, 1), Shown(1, 1, 1, 1, 1), Shown(1, 1, 0, 1, 1))


@dataclass(frozen=True)
class ProjectPage:
    """One project on one page. The ``more_…`` say how many follow after a list that was cut, "" for none."""

    profile: MaturityProfile
    chart: SafeString
    blockers: Sequence[GateBlocker]
    more_blockers: str
    dropped: Sequence[DroppedMilestone]
    more_dropped: str
    changed: Sequence[CriterionResult]
    more_changed: str
    overdue: Sequence[MeasureItem]
    more_overdue: str
    proposals: Sequence[PriorityItem]
    more_proposals: str

    @property
    def anchor(self) -> str:
        return f"{ANCHOR}{self.profile.meta.public_id}"

    @property
    def beside_gate(self) -> str:
        """„5 fehlen, 4 entfallen“; "" where neither is so."""
        gate = self.profile.current_gate
        missing, dropped = (len(gate.blockers), len(gate.dropped)) if gate else (0, 0)
        said = (
            ngettext("%(n)s fehlt", "%(n)s fehlen", missing) % {"n": missing} if missing else "",
            ngettext("%(n)s entfällt", "%(n)s entfallen", dropped) % {"n": dropped} if dropped else "",
        )
        return ", ".join(filter(None, said))


def page_of(profile: MaturityProfile, shown: Shown = LIMITS[0]) -> ProjectPage:
    gate = profile.current_gate
    blockers, dropped = (gate.blockers, gate.dropped) if gate else ((), ())
    changed = profile.changes.criteria_moved if profile.changes else ()
    return ProjectPage(
        profile=profile,
        chart=charts.figures_strips((*profile.workstreams, charts.named_overall(profile))),
        blockers=blockers[: shown.blockers],
        more_blockers=sentences.and_more(len(blockers) - shown.blockers),
        dropped=dropped[: shown.dropped],
        more_dropped=_more_dropped(len(dropped) - shown.dropped),
        changed=changed[: shown.changes],
        more_changed=sentences.and_more(len(changed) - shown.changes),
        overdue=profile.overdue[: shown.overdue],
        more_overdue=sentences.and_more(len(profile.overdue) - shown.overdue),
        proposals=profile.priorities[: shown.proposals],
        more_proposals=sentences.and_more(len(profile.priorities) - shown.proposals),
    )


def _more_dropped(n: int) -> str:
    return ngettext("%(n)s weiterer entfällt.", "%(n)s weitere entfallen.", n) % {"n": n} if n > 0 else ""


def collected_html(
    profiles: Sequence[MaturityProfile],
    *,
    language: str,
    counted: Counted = Counted.ALL,
    shown: Sequence[Shown] = (),
    volume: Volume | None = None,
) -> str:
    """``profiles`` of one municipality, at least one, each from its record, in the order they are to stand in.

    ``counted`` are the projects they were taken from. ``shown`` is how much each page holds, by default as much as there is
    room for as a rule. Without a ``volume``, it is the only one.
    """
    shown = shown or [LIMITS[0]] * len(profiles)
    with override(language):
        meta = profiles[0].meta
        title = _("Sammelbericht %(municipality)s") % {"municipality": meta.municipality}
        named = volume_name(volume) if volume else ""
        context: dict[str, Any] = {
            "pages": [page_of(profile, limit) for profile, limit in zip(profiles, shown, strict=True)],
            "municipality": meta.municipality,
            # With the role that sees what is approved, it is all that anybody could put together.
            "note": counted_note(counted) if counted == Counted.OWN else "",
            "has_whole": any(one.meta.is_municipality_wide for one in profiles),
            "is_fictional": meta.is_fictional,
            "confidentiality": sorted({one.meta.confidentiality_label for one in profiles} - {""}),
            "scale": profiles[0].scale,
            "latest": latest(profiles),
            "definitions": profiles[0].definitions,
            "notices": distinct_sentences(one.meta.level_scale_notice for one in profiles),
            "attributions": distinct_sentences(one.meta.attribution for one in profiles),
            "language_tag": HYPHENATED[language],
            "own_language": HYPHENATED.get(meta.own_language, meta.own_language),
            "title": f"{title}, {named}" if named else title,
            "volume": volume,
            "volume_name": named,
            "first": profiles[0].meta.project,
            "last": profiles[-1].meta.project,
        }
        return limits.drawable(render_to_string("report/collected/collected.html", context))


def volume_name(volume: Volume) -> str:
    """„Band 2 von 5“, "" where there is only one."""
    return _("Band %(number)s von %(count)s") % {"number": volume.number, "count": volume.count} if volume.count > 1 else ""


def distinct_sentences(texts: Iterable[str]) -> list[str]:
    """Editions of the catalogue say nearly the same of where they come from: each sentence stands once."""
    return list(dict.fromkeys(sentence for text in texts for sentence in _BETWEEN_SENTENCES.split(text)))


def latest(profiles: Sequence[MaturityProfile]) -> date:
    """The day of the latest approval: what the report says is as of the approvals, and of no later day."""
    return max(one.meta.approved_on or one.meta.as_of for one in profiles)


def render_collected(
    profiles: Sequence[MaturityProfile], *, language: str, counted: Counted = Counted.ALL, volume: Volume | None = None
) -> bytes:
    """The same profiles give the same bytes. Raises PdfUnavailable.

    A project whose lists are too long for its page shows fewer, and how many follow.
    """
    steps = [0] * len(profiles)
    longer: list[int] = []

    def is_one_page_each(pages: Sequence[Any]) -> bool:
        begins = [number for number, page in enumerate(pages) if any(name.startswith(ANCHOR) for name in page.anchors)]
        lengths = [end - begin for begin, end in zip(begins, [*begins[1:], len(pages)], strict=True)]
        longer[:] = [place for place, length in enumerate(lengths) if length > 1 and steps[place] + 1 < len(LIMITS)]
        return not longer

    while True:
        gc.collect()  # as in render_pdf: the layout before this one would stay beside it
        room = [LIMITS[step] for step in steps]
        html = collected_html(profiles, language=language, counted=counted, shown=room, volume=volume)
        pdf = html_to_pdf(html, STYLES, accept=is_one_page_each)
        if pdf is not None:
            return pdf
        for place in longer:
            steps[place] += 1
