"""Tags of the assessments' pages: texts with their changed words marked, the list to jump by, the state of an answer."""

from collections.abc import Collection, Iterable, Sized
from functools import lru_cache
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from assessments import sentences
from assessments.models import Assessment, Score, ScoreState
from assessments.queries.neighbours import RoundAnswer
from assessments.queries.offices import OfficeShare
from assessments.queries.overview import SHOWS, Narrowed, Overview
from assessments.scoring import Counts
from assessments.sentences import with_former
from assessments.validity import ageing_sentence, days_in_words
from catalogue.models import Criterion
from catalogue.said import said
from catalogue.wording import Wording
from scaling.common.addresses import address
from scaling.common.drawings import drawn
from scaling.common.word_diff import diff_html

register = template.Library()


@register.filter
def answered_parts(counts: Counts) -> str:
    """„12 eingeschätzt · 1 „weiß nicht“ · 0 „trifft nicht zu“ · 8 offen“."""
    return sentences.answered_parts(counts)


@register.filter
def carried_over(counts: Counts) -> str:
    """„0 in dieser Runde bestätigt, 21 nur übernommen“, "" where nothing is."""
    return sentences.carried_over(counts)


@register.filter
def progress(counts: Counts) -> str:
    """Both in one line of a mail."""
    return "; ".join(filter(None, (sentences.answered_parts(counts), sentences.carried_over(counts))))


@register.filter
def and_more(items: Sized, shown: int) -> str:
    """How many criteria follow after the first ``shown``: „und 6 weitere“, "" for none."""
    return sentences.and_more(len(items) - shown)


register.filter("ageing_sentence", ageing_sentence)


@register.filter
def evidence_days(evidence: Any) -> str:
    """Of a new evidence: „(vom 1. Mai 2026, gilt bis 31. Dezember 2027)“ as of today, "" where it names no day."""
    said = days_in_words(evidence.dated_on, evidence.valid_until, timezone.localdate())
    return f"({said})" if said else ""


@register.simple_tag
def worddiff(before: str, after: str) -> SafeString:
    """``after`` with the words marked that came and went since ``before``; both are escaped."""
    return diff_html(before, after)


@register.simple_tag
def named_person(person: Any, there: Collection[int]) -> str:
    """A person's name, marked for who has left the project's people; ``there`` are the primary keys of those who are in."""
    return with_former(person, is_there=person.pk in there)


@register.simple_tag
def score_addresses(assessment: Assessment) -> str:
    """What the addresses of a round's criteria begin with; their last part is the key. One reversed address serves them all."""
    return address("assessments:score", assessment.public_id, "x").removesuffix("x/")


@register.filter
def score_state_label(state: str) -> str:
    """„offen“, „weiß nicht“ …"""
    return str(ScoreState(state).label)


@register.simple_tag
def score_state(score: Score) -> SafeString:
    """The state of an answer, as every row of a list shows it. There are few different ones, so each is drawn once."""
    return drawn("assessments/_score_state.html", state=score.state, level=score.level, confirmed=score.confirmed)


@register.simple_tag(takes_context=True)
def guidance(context: Any) -> SafeString:
    """What helps to answer a criterion, of the values of its page (``views.criterion``): drawn once for all that it says."""
    criterion: Criterion = context["criterion"]
    wording: Wording = context["wording"]
    return drawn(
        "assessments/_guidance_tabs.html",
        tabs=tuple(context["help_tabs"]),
        tab=context["help_tab"],
        note=said(criterion, "note"),
        questions=wording.questions,
        who=", ".join(map(str, context["who_knows"])),
        not_here=said(criterion, "not_here"),
        why=said(criterion, "why"),
        url=criterion.get_absolute_url(),
        earlier=context["earlier"],
        municipality_answer=context["municipality_answer"],
        levels=wording.levels,
        only=context["help_level"],
        examples=wording.evidence_examples,
    )


@register.simple_tag(takes_context=True)
def tasks(context: Any) -> SafeString:
    """What follows an answer, of the values of its page; drawn once for all that it says."""
    criterion, assessment = context["criterion"], context["assessment"]
    return drawn(
        "assessments/_task_list.html",
        measures=tuple(context["measures"]),
        add_url=address("assessments:measure_add", context["project"].public_id),
        here=address("assessments:score", assessment.public_id, criterion.key),
        key=criterion.key,
        people=tuple(context["people"]),
        assigned_to=context["score"].assigned_to_id,
        read_only=context["form"].read_only,
    )


#: Of titles, which come again on every page of a round.
_escaped = lru_cache(maxsize=1024)(escape)


def criterion_link(base: str, criterion: Criterion) -> SafeString:
    """A link to the criterion's page in a round (``base`` as ``score_addresses`` gives it). Written without a template: it
    stands in every row of every list.
    """
    return mark_safe(f'<a href="{base}{criterion.key}/">{_escaped(said(criterion, "title"))}</a>')  # noqa: S308 – escaped


@register.simple_tag
def criterion_links(base: str, scores: Iterable[Score]) -> SafeString:
    """Such a link in each line of a list."""
    return mark_safe("".join(f"<li>{criterion_link(base, score.criterion)}</li>" for score in scores))  # noqa: S308 – escaped


@register.simple_tag
def criterion_boxes(scores: Iterable[Score]) -> SafeString:
    """The criteria of a round as boxes to tick."""
    criteria = tuple((score.criterion.key, said(score.criterion, "title")) for score in scores)
    return drawn("assessments/workbook/_boxes.html", criteria=criteria)


@register.simple_tag
def filter_bar(narrowed: Narrowed, overview: Overview, offices: Iterable[OfficeShare]) -> SafeString:
    """What narrows the list of criteria; a plain form, so that it can be bookmarked."""
    return drawn(
        "assessments/_filter_bar.html",
        narrowed=narrowed,
        shows=tuple((word, str(label)) for word, label in SHOWS.items()),
        phases=tuple((group.key, group.name) for group in overview.phases),
        workstreams=tuple((group.key, group.name) for group in overview.workstreams),
        offices=tuple((share.office.value, str(share.office.label)) for share in offices),
    )


@register.simple_tag
def office_list(offices: Iterable[OfficeShare], path: str, form_url: str, team_url: str, people_url: str) -> SafeString:
    """The offices of a round, each with the people who hold it. ``team_url`` and ``people_url`` are empty for who may not."""
    shares = tuple(
        (
            one.office.value,
            str(one.office.label),
            one.named,
            ", ".join(map(str, one.holders)),
            ", ".join(map(str, one.elsewhere)),
        )
        for one in offices
    )
    return drawn(
        "assessments/_office_list.html", shares=shares, path=path, form_url=form_url, team_url=team_url, people_url=people_url
    )


@register.simple_tag
def jump_list(scores: Iterable[Score | RoundAnswer], current: Score, assessment: Assessment, suffix: str = "") -> SafeString:
    """A list of links to all criteria of a round, each with its answer in words; ``current`` is marked.

    Written without a template: it has a line per criterion, and stands on every criterion's page.
    """
    start, end = score_addresses(assessment), escape(suffix)
    unconfirmed = gettext("noch nicht bestätigt")
    known: dict[tuple[str, int | None, bool], str] = {}  # there are more rows than different answers
    lines = []
    for score in scores:
        here = ' aria-current="page"' if score.pk == current.pk else ""
        key = (score.state, score.level, score.confirmed)
        answer = known.get(key)
        if answer is None:
            answer = known[key] = escape(score.short_answer if score.confirmed else f"{score.short_answer}, {unconfirmed}")
        lines.append(
            f'<li><a href="{start}{score.criterion.key}/{end}"{here}>{_escaped(said(score.criterion, "title"))}</a> '
            f'<span class="small muted">{answer}</span></li>'
        )
    return mark_safe("<ol>" + "".join(lines) + "</ol>")  # noqa: S308 – every text in it is escaped above
