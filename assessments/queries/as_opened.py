"""What stood in an answer when a form for it was opened."""

from collections.abc import Iterable

from assessments.models import Score
from assessments.services.answers import Answer


def as_opened(rows: Iterable[tuple[Score, int]]) -> dict[int, Answer]:
    """Of each score whose form came with an older version, the answer of that version, by id. One query, or none.

    So an answer that only others have changed since is no conflict.
    """
    stale = {score.pk: version for score, version in rows if version and version != score.version}
    if not stale:
        return {}
    past = Score.history.filter(id__in=stale, version__in=set(stale.values())).order_by("history_id")
    return {row.id: Answer.of(row) for row in past if row.version == stale[row.id]}
