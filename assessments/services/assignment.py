"""Assigning criteria: who looks after a criterion. The answer and its version stay as they are."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from simple_history.utils import bulk_update_with_history

from assessments.models import Assessment, Score
from assessments.queries.neighbours import in_order
from assessments.queries.offices import divided
from assessments.services.answers import NotEditable
from catalogue.edition_cache import cached_edition
from catalogue.models import Criterion
from scaling.accounts.models import User
from scaling.accounts.unsubscribe import unsubscribe_path
from scaling.common.addresses import absolute_url
from scaling.common.mail import compose, send_later
from scaling.common.prepared import Prepared
from scaling.common.transactions import atomic


@atomic
def assign(*, assessment: Assessment, scores: Collection[int], to: User | None, by: Any) -> int:
    """Hand the scores (primary keys, of ``assessment``) to a person or to nobody; return how many changed hands.

    The person is told by mail after the commit, unless they did it themselves. Raises NotEditable. The number of queries does
    not grow with the number of scores.
    """
    current = Assessment.objects.select_for_update().get(pk=assessment.pk)
    if not current.is_editable:
        raise NotEditable
    rows = Score.objects.select_for_update(of=("self",), no_key=True).filter(assessment=current, pk__in=scores).order_by("pk")
    changed = [score for score in rows.select_related("criterion") if score.assigned_to_id != (to.pk if to else None)]
    for score in changed:
        score.assigned_to = to
    bulk_update_with_history(changed, Score, ["assigned_to"], default_user=by)
    if changed and to is not None and to.pk != by.pk and to.wants_notices:
        criteria = [score.criterion for score in changed]
        _tell(assessment, to, by, criteria)
    return len(changed)


@atomic
def assign_by_office(*, assessment: Assessment, chosen: Mapping[str, User], by: Any) -> dict[User, int]:
    """Hand every criterion that nobody looks after to the person ``chosen`` for its office (``queries.offices.divided``).

    What somebody looks after already stays with them. Returns how many each person got. Raises NotEditable. Two queries and a
    mail per person more than ``assign``.
    """
    current = Assessment.objects.select_for_update().get(pk=assessment.pk)
    if not current.is_editable:
        raise NotEditable
    scores = list(in_order(current.scores.all(), cached_edition(assessment.edition)))
    by_criterion = {score.criterion_id: score.pk for score in scores}
    free = {score.criterion_id for score in scores if score.assigned_to_id is None}
    given = {}
    for person, criteria in divided((score.criterion for score in scores), chosen, free=free).items():
        pks = [by_criterion[pk] for pk in criteria]
        given[person] = assign(assessment=assessment, scores=pks, to=person, by=by)
    return given


@dataclass(frozen=True)
class Assigned:
    """What a person still has to look at in one round, in the catalogue's order. Never empty."""

    assessment: Assessment
    scores: tuple[Score, ...]


_OPEN_OF = Prepared(lambda rounds, person: Score.objects.filter(assessment__in=rounds, assigned_to=person).pending())


def assigned_to(person: User, assessments: Iterable[Assessment]) -> list[Assigned]:
    """The person's criteria that are open or not confirmed, by round, in the order of the rounds; rounds that cannot be edited
    are left out. At most one query, and none where no round can be edited.
    """
    rounds = {assessment.pk: assessment for assessment in assessments if assessment.is_editable}
    found: dict[int, list[Score]] = {pk: [] for pk in rounds}
    for score in _OPEN_OF.rows(rounds=list(rounds), person=person.pk):
        found[score.assessment_id].append(score)
    return [
        Assigned(rounds[pk], tuple(in_order(scores, cached_edition(rounds[pk].edition))))
        for pk, scores in found.items()
        if scores
    ]


def _tell(assessment: Assessment, to: User, by: Any, criteria: list[Criterion]) -> None:
    path = f"{assessment.get_absolute_url()}?zeige=meine"
    context = {
        "assessment": assessment,
        "project": assessment.project,
        "by": by,
        "criteria": criteria,
        "url": absolute_url(path),
    }
    unsubscribe = unsubscribe_path(to, "notices")
    send_later([compose(to=to, template="assessments/mail/assigned.txt", context=context, unsubscribe=unsubscribe)])
