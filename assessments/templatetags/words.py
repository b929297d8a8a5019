"""Tags of the assessments' pages: texts with their changed words marked, the list to jump by, the state of an answer."""

from collections.abc import Collection, Iterable, Sized
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from assessments import sentences
from assessments.models import Assessment, Score
from assessments.queries.people import with_former
from assessments.scoring import Counts
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
    return reverse("assessments:score", args=[assessment.public_id, "x"]).removesuffix("x/")


@register.simple_tag
def score_state(score: Score) -> SafeString:
    """The state of an answer, as every row of a list shows it. There are few different ones, so each is drawn once."""
    return _score_state(get_language(), score.state, score.level, score.confirmed)


@lru_cache(maxsize=128)
def _score_state(_language: str | None, state: str, level: int | None, confirmed: bool) -> SafeString:
    return render_to_string("assessments/_score_state.html", {"score": Score(state=state, level=level, confirmed=confirmed)})


@register.simple_tag
def jump_list(scores: Iterable[Score], current: Score, assessment: Assessment, suffix: str = "") -> SafeString:
    """A list of links to all criteria of a round, each with its answer in words; ``current`` is marked.

    Written without a template: it has a line per criterion, and stands on every criterion's page.
    """
    start = score_addresses(assessment)
    unconfirmed = gettext("noch nicht bestätigt")
    lines = []
    for score in scores:
        here = ' aria-current="page"' if score.pk == current.pk else ""
        answer = score.short_answer if score.confirmed else f"{score.short_answer}, {unconfirmed}"
        lines.append(
            f'<li><a href="{start}{score.criterion.key}/{escape(suffix)}"{here}>{escape(score.criterion.title)}</a> '
            f'<span class="small muted">{escape(answer)}</span></li>'
        )
    return mark_safe("<ol>" + "".join(lines) + "</ol>")  # noqa: S308 – every text in it is escaped above
