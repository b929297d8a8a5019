"""What pages with several answers in one form share: the rows that have left the round.

The fields of a row carry the prefix ``s`` and the id of its answer.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import QueryDict

from assessments.forms.answer import choice_of, chosen
from assessments.forms.table import CHOICES
from assessments.models import Assessment, Score
from assessments.queries.neighbours import answer_label
from scaling.common.text import tidy_text

_ROW = re.compile(r"s([0-9]{1,18})-version")


@dataclass(frozen=True)
class LeftRow:
    """What somebody typed about a criterion that the round does not ask any more, in words."""

    title: str
    answer: str
    rationale: str


def left_rows(assessment: Assessment, sent: QueryDict, rows: Iterable[Score]) -> list[LeftRow]:
    """The rows of a form that say something new of answers set aside since it was opened: they have no place left, so they
    are shown to be copied. ``rows`` are those the round has. One query, or none.
    """
    here = {score.pk for score in rows}
    gone = {int(found[1]) for name in sent if (found := _ROW.fullmatch(name))} - here
    if not gone:
        return []
    left: list[LeftRow] = []
    away = Score.with_set_aside.filter(assessment=assessment, pk__in=gone).select_related("criterion")
    for score in away.order_by("criterion__order"):
        choice = sent.get(f"s{score.pk}-choice", "")
        text = tidy_text(sent.get(f"s{score.pk}-rationale", "")).strip()
        if choice not in dict(CHOICES) or (choice, text) == (choice_of(score.state, score.level), score.rationale):
            continue
        left.append(LeftRow(score.criterion.title, answer_label(*chosen(choice)), text))
    return left
