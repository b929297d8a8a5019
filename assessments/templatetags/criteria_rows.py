"""The rows of a round's criteria, written without a template: the page of a round that is opened most has up to 62 of them."""

from collections.abc import Collection, Iterable
from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

from assessments.models import Assessment, Score
from assessments.sentences import with_former
from assessments.templatetags.words import criterion_link, score_addresses, score_state
from catalogue.models import Criterion
from catalogue.said import said
from scaling.common.addresses import address
from scaling.common.drawings import drawn

register = template.Library()


@register.simple_tag
def criteria_rows(
    scores: Iterable[Any], assessment: Assessment, tokens: str, sees_comments: bool, people_there: Collection[int]
) -> SafeString:
    """Each criterion with its answer, as ``scores_for_overview`` fetches it. ``tokens`` are those of a form that confirms what
    was carried over, "" for whoever may not; ``people_there`` the primary keys of those who still work on the project.
    """
    base, confirm = score_addresses(assessment), gettext("Stimmt noch")
    rows = []
    for score in scores:
        marks: list[str] = [score_state(score)]
        if tokens and not score.confirmed:
            marks.append(_confirming(score, assessment, tokens, confirm))
        if score.rests_on_expired:
            marks.append(drawn("assessments/_only_expired.html"))
        if sees_comments and (number := score.open_comments):
            marks.append(_aside(ngettext("%(number)s Kommentar", "%(number)s Kommentare", number) % {"number": number}))
        if score.assigned_to is not None:
            marks.append(_aside(with_former(score.assigned_to, is_there=score.assigned_to_id in people_there)))
        title = criterion_link(base, score.criterion) + _milestone(score.criterion)
        rows.append(
            f'<li><span class="criteria__title">{title}</span><span class="criteria__state">{"".join(marks)}</span></li>'
        )
    return mark_safe("".join(rows))  # noqa: S308 – every text in it is escaped


def _aside(text: str) -> str:
    return f'<span class="small muted">{escape(text)}</span>'


def _milestone(criterion: Criterion) -> str:
    if not criterion.is_milestone:
        return ""
    return f" {drawn('assessments/_milestone.html', levels=criterion.milestone.requirement)}"


def _confirming(score: Score, assessment: Assessment, tokens: str, confirm: str) -> str:
    path, title = address("assessments:confirm", assessment.public_id, score.criterion.key), said(score.criterion, "title")
    return (
        f'<form method="post" action="{path}">{tokens}<input type="hidden" name="version" value="{score.version}">'
        f'<input type="hidden" name="zurueck" value="1"><button class="text-button">{escape(confirm)}'
        f'<span class="kern-sr-only">: {escape(title)}</span></button></form>'
    )
