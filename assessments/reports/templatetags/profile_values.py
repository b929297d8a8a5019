"""How the profile's values are written; what they are, the profile has decided."""

from collections.abc import Iterable, Sequence, Sized
from datetime import date
from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from assessments import sentences
from assessments.reports.pdf.limits import shorten
from assessments.reports.profile import texts
from assessments.reports.profile.model import CriterionResult, MaturityProfile, MeasureItem, PriorityItem
from assessments.scoring import GroupChange
from assessments.validity import ageing_sentence
from catalogue.levels import HIGHEST
from scaling.common.drawings import drawn
from scaling.common.sentences import at_least_one_sentence, whole_sentences

register = template.Library()

_STEPS = {
    level: format_html(
        '<span class="level__steps" aria-hidden="true">{}</span>',
        format_html_join(
            "",
            '<span class="level__step{}"></span>',
            ((" level__step--on" if step <= level else "",) for step in range(1, HIGHEST + 1)),
        ),
    )
    for level in range(HIGHEST + 1)
}


@register.filter
def steps(level: int) -> SafeString:
    """The level as a picture, as in components/level.html but made once: a profile shows it for every criterion."""
    return _STEPS[level]


@register.filter
def mean(value: float | None) -> str:
    """An average: „2,4“, „–“ without one."""
    return "–" if value is None else sentences.decimal(value)


@register.filter
def signed_mean(value: float | None) -> str:
    """A difference of averages: „+0,3“, „−0,2“, „±0“, „–“ without one."""
    return "–" if value is None else sentences.signed(value, 1)


@register.filter
def signed(value: int | None) -> str:
    """A difference of levels: „+1“, „−1“, „±0“, „–“ without one."""
    return "–" if value is None else sentences.signed(value)


@register.filter
def number_of(profile: MaturityProfile, key: str) -> int | None:
    """The number of the criterion of that key in this report, None where it has none."""
    return next((one.number for one in profile.criteria if one.key == key), None)


@register.filter
def numbers(criteria: Sequence[CriterionResult]) -> str:
    """The numbers of criteria that stand in their order: „3, 22 bis 49“."""
    return texts.numbers([one.number for one in criteria])


@register.filter
def in_phases(profile: MaturityProfile, criteria: Sequence[CriterionResult]) -> list[tuple[str, list[CriterionResult]]]:
    """The criteria by phase, each phase once and in the catalogue's order, which need not be that of the criteria."""
    found: dict[str, list[CriterionResult]] = {phase.name: [] for phase in profile.phases}
    for one in criteria:
        found[one.phase_label].append(one)
    return [(phase, results) for phase, results in found.items() if results]


@register.filter
def with_evidence(criteria: Sequence[CriterionResult]) -> str:
    """How many of the levels something shows: „17 von 19 Einschätzungen mit Nachweis“, "" without a level."""
    return texts.with_evidence(criteria)


register.filter("ageing_sentence", ageing_sentence)


@register.filter
def none_fell(criteria: Sequence[CriterionResult]) -> str:
    """That no criterion fell, of how many that were looked at; "" where one did or none can be compared."""
    return texts.nothing_fell(criteria)


@register.filter
def unplanned(priorities: Sequence[PriorityItem]) -> str:
    """That somebody has to be found for those without a measure, "" where all have one."""
    return texts.unplanned(priorities)


@register.filter
def has_comments(profile: MaturityProfile) -> bool:
    return any(one.comments for one in profile.criteria)


@register.filter
def shortened(text: str, limit: int) -> str:
    """The text, shortened after a whole word and ending in „…“ where it has more than ``limit`` characters."""
    return shorten(str(text), limit).text


@register.filter(name="whole_sentences")
def whole_sentences_of(text: str, limit: int) -> str:
    """As many whole sentences of the text as fit into ``limit`` characters."""
    return whole_sentences(str(text), limit)


@register.filter
def first_sentences(text: str, limit: int) -> str:
    """As many whole sentences as fit into ``limit`` characters, and one at least: no sentence is ever cut."""
    return at_least_one_sentence(str(text), limit)


@register.filter
def lang(language: str) -> SafeString:
    """The attribute that names a passage's language, nothing where it is that of the document."""
    return format_html(' lang="{}"', language) if language else SafeString()


@register.filter
def answered(result: CriterionResult) -> str:
    """Who answered and when, and whether the answer was only carried over."""
    return texts.answered(result)


@register.filter
def since(result: CriterionResult, compared: str) -> str:
    """What became of it since the round of that name: „seit Runde 2: von Stufe 1 auf 2“, "" where there is none."""
    return texts.since(result, compared)


@register.filter
def without_level(result: CriterionResult, compared: str) -> str:
    """What is known of a criterion nobody has said anything about: „weiß nicht; Ziel 3, bis Juni 2027“, "" for nothing."""
    return texts.without_level(result, compared)


@register.filter
def full_stop(text: str) -> str:
    """The text as a sentence; what was cut has its „…“ already."""
    return text if text.endswith("…") else f"{text}."


@register.filter
def assigned(measure: MeasureItem | None) -> str:
    """Who does it and until when, or that nobody has planned it."""
    return texts.assigned(measure)


@register.filter
def in_charge(measure: MeasureItem) -> str:
    """Who does it and until when."""
    return texts.in_charge(measure)


@register.filter
def more_measures(measures: Sized, shown: int) -> str:
    """How many measures follow after the first ``shown``: „und 6 weitere“, "" for none."""
    return texts.further_measures(len(measures) - shown)


@register.filter
def further_measures(n: int) -> str:
    """„und 2 weitere“."""
    return texts.further_measures(n)


@register.filter
def median(value: float | None) -> str:
    """A median: a level as it is, the half between two with its decimal, „–“ without one."""
    return "–" if value is None else str(int(value)) if value == int(value) else sentences.decimal(value)


@register.filter
def like_for_like(change: GroupChange | None) -> str:
    """What a change stands on: „aus 12“."""
    return "" if change is None else sentences.like_for_like(change)


@register.filter
def short_day(day: date | None) -> str:
    """„30.04.2027“, "" without a day."""
    return texts.short_day(day)


@register.simple_tag
def changed_criteria(title: str, criteria: Iterable[CriterionResult]) -> SafeString:
    """The criteria of one kind of change, each with what changed."""
    results = tuple((one.key, one.title, one.change.text if one.change else "") for one in criteria)
    return drawn("report/sections/changes.html", title=title, results=results)


@register.simple_tag
def criterion(result: CriterionResult, own_language: str, round_id: str = "", may_edit: bool = False) -> SafeString:
    """One criterion with its answer. ``round_id`` is the round's public id, empty on a shared page, which links to nothing."""
    return _criterion(result, own_language, round_id, bool(may_edit), get_language())


# What is drawn follows from what is given, and a profile is mostly the same from one look to the next: an answer that changes
# is drawn anew, the others are not. 1,024 of them take about six megabytes.
@lru_cache(maxsize=1024)
def _criterion(result: CriterionResult, own_language: str, round_id: str, may_edit: bool, language: str | None) -> SafeString:
    context = {"result": result, "own_language": own_language, "round_id": round_id, "may_edit": may_edit}
    return render_to_string("report/sections/criterion.html", context)
