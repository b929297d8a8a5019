"""The overview of a round: its criteria in groups, with the one figure of progress for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from assessments.models import Score
from assessments.scoring import Counts, Rating, counts
from scaling.common.offices import Office


def rating_of(score: Score) -> Rating:
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
    """``scores`` in catalogue order. A criterion of two workstreams counts fully in both."""

    scores: tuple[Score, ...]
    counts: Counts
    phases: tuple[Group, ...]
    workstreams: tuple[Group, ...]

    @property
    def pending(self) -> list[Score]:
        return [score for score in self.scores if score.is_pending]

    @property
    def open(self) -> list[Score]:
        return [score for score in self.scores if score.state == "open"]

    @property
    def unconfirmed(self) -> list[Score]:
        return [score for score in self.scores if not score.confirmed]


def overview_of(scores: Sequence[Score]) -> Overview:
    """No query with the criteria at hand (``neighbours.in_order``)."""
    phases: dict[str, tuple[str, list[Score]]] = {}
    workstreams: dict[tuple[int, str], tuple[str, list[Score]]] = {}
    for score in scores:
        phase = score.criterion.phase
        phases.setdefault(phase.key, (phase.label, []))[1].append(score)
        for workstream in score.criterion.workstreams.all():
            workstreams.setdefault((workstream.order, workstream.key), (workstream.name, []))[1].append(score)
    ratings = {score.pk: rating_of(score) for score in scores}

    def group(key: str, name: str, members: list[Score]) -> Group:
        return Group(key, name, tuple(members), counts(ratings[score.pk] for score in members))

    return Overview(
        scores=tuple(scores),
        counts=counts(ratings.values()),
        phases=tuple(group(key, name, members) for key, (name, members) in phases.items()),
        workstreams=tuple(group(key, name, members) for (_, key), (name, members) in sorted(workstreams.items())),
    )


#: What a list of criteria can be narrowed to, besides phase and workstream. The words are those of the address.
SHOWS = {
    "offen": _("noch offen"),
    "unbestaetigt": _("noch nicht bestätigt"),
    "weiss-nicht": _("„weiß nicht“"),
    "unter-ziel": _("unter dem Ziel"),
    "meine": _("mir zugewiesen"),
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
            "meine": score.assigned_to_id is not None and score.assigned_to_id == user_id,
        }[self.show]
        return (
            wanted
            and (not self.phase or score.criterion.phase.key == self.phase)
            and (not self.workstream or self.workstream in score.criterion.workstream_keys)
            and (not self.office or self.office in score.criterion.offices)
        )
