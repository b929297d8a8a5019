"""The overview of a round: its criteria in groups, with the one figure of progress for each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Count, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.models import Assessment, Evidence, Score
from assessments.queries.neighbours import RoundAnswer, in_order
from assessments.scoring import Counts, Rating, counts
from catalogue.edition_cache import cached_edition
from scaling.common.offices import Office
from scaling.common.prepared import Prepared


def rating_of(score: Score | RoundAnswer) -> Rating:
    """The score as the figures want it. Needs the criterion with phase and workstreams at hand."""
    return Rating(
        key=score.criterion.key,
        state=score.state,
        level=score.level,
        target=score.target_level,
        confirmed=score.confirmed,
        workstreams=score.criterion.workstream_keys,
        phase=score.criterion.phase.key,
    )


@dataclass(frozen=True)
class Group:
    """The criteria of one phase or one workstream."""

    key: str
    name: str
    scores: tuple[Score, ...]
    counts: Counts


@dataclass(frozen=True)
class Overview:
    """``scores`` in catalogue order, with their criteria at hand. A criterion of two workstreams counts fully in both.

    What a page does not ask for is not reckoned. No query.
    """

    scores: tuple[Score, ...]

    @property
    def pending(self) -> list[Score]:
        return [score for score in self.scores if score.is_pending]

    @property
    def open(self) -> list[Score]:
        return [score for score in self.scores if score.state == "open"]

    @property
    def unconfirmed(self) -> list[Score]:
        return [score for score in self.scores if not score.confirmed]

    @cached_property
    def _ratings(self) -> dict[int, Rating]:
        return {score.pk: rating_of(score) for score in self.scores}

    @cached_property
    def counts(self) -> Counts:
        return counts(self._ratings.values())

    @cached_property
    def phases(self) -> tuple[Group, ...]:
        """In the order in which their first criteria come."""
        found: dict[str, list[Score]] = {}
        for score in self.scores:
            found.setdefault(score.criterion.phase.key, []).append(score)
        return tuple(self._group(key, members[0].criterion.phase.label, members) for key, members in found.items())

    @cached_property
    def workstreams(self) -> tuple[Group, ...]:
        """In their own order."""
        found: dict[str, list[Score]] = {}
        streams = {}
        for score in self.scores:
            for stream in score.criterion.own_workstreams:
                streams[stream.key] = stream
                found.setdefault(stream.key, []).append(score)
        ordered = sorted(streams.values(), key=lambda stream: (stream.order, stream.key))
        return tuple(self._group(stream.key, stream.name, found[stream.key]) for stream in ordered)

    def _group(self, key: str, name: str, members: list[Score]) -> Group:
        return Group(key, name, tuple(members), counts(self._ratings[score.pk] for score in members))


def _of_round(round_: int) -> Any:
    open_comments = Count("comments", filter=Q(comments__resolved_at__isnull=True, comments__isnull=False))
    proofs = Evidence.objects.filter(score=OuterRef("pk")).order_by().values("score")
    last_end = Subquery(proofs.annotate(end=Max(Coalesce("valid_until", NEVER_ENDS))).values("end"))
    return Score.objects.filter(assessment=round_).annotate(open_comments=open_comments, last_end=last_end)


NEVER_ENDS = date.max
_OF_ROUND = Prepared(_of_round, "assigned_to", added={"open_comments": None, "last_end": None})


def scores_for_overview(assessment: Assessment) -> list[Score]:
    """All of a round with who looks after each, ``open_comments``, how many remarks nobody has resolved, and whether it
    ``rests_on_expired`` evidence alone today; in the catalogue's order, with their criteria at hand. One query.
    """
    today = timezone.localdate()
    scores = _OF_ROUND.rows(round_=assessment.pk)
    for score in scores:
        score.rests_on_expired = score.rests_on_something and score.last_end is not None and score.last_end < today
    return in_order(scores, cached_edition(assessment.edition))


def overview_of(scores: Iterable[Score]) -> Overview:
    return Overview(tuple(scores))


#: What a list of criteria can be narrowed to, besides phase and workstream. The words are those of the address.
SHOWS = {
    "offen": _("noch offen"),
    "unbestaetigt": _("noch nicht bestätigt"),
    "weiss-nicht": _("„weiß nicht“"),
    "unter-ziel": _("unter dem Ziel"),
    "meine": _("mir zugewiesen"),
    "abgelaufen": _("nur abgelaufene Nachweise"),
}


@dataclass(frozen=True)
class Narrowed:
    """Which criteria of a round to show; empty words mean all."""

    show: str = ""
    phase: str = ""
    workstream: str = ""
    office: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Narrowed":
        """Unknown words are no error: an old bookmark shows everything."""
        show = query.get("zeige", "")
        office = query.get("stelle", "")
        return cls(
            show if show in SHOWS else "",
            query.get("phase", ""),
            query.get("workstream", ""),
            office if office in Office.values else "",
        )

    def __bool__(self) -> bool:
        return bool(self.show or self.phase or self.workstream or self.office)

    def matches(self, score: Score, user_id: int | None) -> bool:
        below = score.level is not None and score.target_level is not None and score.level < score.target_level
        wanted = {
            "": True,
            "offen": score.state == "open",
            "unbestaetigt": not score.confirmed,
            "weiss-nicht": score.state == "unknown",
            "unter-ziel": below,
            "abgelaufen": score.rests_on_expired,
            "meine": score.assigned_to_id is not None and score.assigned_to_id == user_id,
        }[self.show]
        return (
            wanted
            and (not self.phase or score.criterion.phase.key == self.phase)
            and (not self.workstream or self.workstream in score.criterion.workstream_keys)
            and (not self.office or self.office in score.criterion.offices)
        )
