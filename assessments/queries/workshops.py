"""What the wall of a workshop shows, and what a participant's phone does. Nothing of a vote before its ballot is revealed."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, FilteredRelation, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments import scoring, sentences
from assessments.models import Assessment, Ballot, Participant, Score, ScoreState, Vote, Workshop
from assessments.models.states import EDITABLE, AssessmentState
from assessments.models.workshop import ROLES, role_label
from assessments.queries.neighbours import answer_label
from assessments.services.workshops import question_of, question_of_score, spread_of
from catalogue.edition_cache import cached_edition_of
from catalogue.levels import Level

#: Shapes by which the wall tells roles apart (static/css/workshop.css).
SHAPES = 12


@dataclass(frozen=True)
class Turnout:
    """How many have voted, of how many: those who take part, and those who left after they had voted."""

    voted: int
    of: int


@dataclass(frozen=True)
class Dot:
    """One vote. ``shape`` counts from 1 by role, 0 for roles that may not be told apart."""

    shape: int


@dataclass(frozen=True)
class DotColumn:
    """The votes for one answer; ``level`` is None for the two that are none."""

    level: int | None
    label: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True)
class LegendEntry:
    """``shape`` 0 stands for all roles that may not be told apart."""

    shape: int
    label: str
    votes: int


@dataclass(frozen=True)
class SaidWords:
    """A half sentence with the answer it belongs to; whose it is, nobody learns."""

    answer: str
    text: str


@dataclass(frozen=True)
class BallotResult:
    """What a revealed ballot shows. ``levels`` are the five columns, ``apart`` the other two answers where they were chosen."""

    levels: tuple[DotColumn, ...]
    apart: tuple[DotColumn, ...]
    legend: tuple[LegendEntry, ...]
    words: tuple[SaidWords, ...]
    sentences: tuple[str, ...]
    spread: scoring.Spread | None
    n: int


def running_workshop(assessment: Assessment) -> Workshop | None:
    """The round's workshop with the ballot on its wall and that one's score. One query."""
    return Workshop.objects.running().filter(assessment=assessment).select_related("current__score").first()


def turnout(workshop: Workshop) -> Turnout:
    """Of the ballot on the wall. One query."""
    people = Participant.objects.filter(workshop=workshop)
    said = FilteredRelation("votes", condition=Q(votes__ballot=workshop.current_id or 0))
    found = people.annotate(said=said).aggregate(
        voted=Count("said"), of=Count("pk", filter=Q(left_at=None) | Q(said__isnull=False))
    )
    return Turnout(found["voted"], found["of"])


def turnout_sentence(found: Turnout) -> str:
    if not found.of:
        return _("Noch ist niemand dabei.")
    return ngettext("%(voted)s von %(of)s hat abgestimmt", "%(voted)s von %(of)s haben abgestimmt", found.voted) % {
        "voted": found.voted,
        "of": found.of,
    }


def timer_of(ends_at: datetime | None) -> int | None:
    """When a ballot's timer runs out, as pages are told it: in seconds since 1970; None without one."""
    return int(ends_at.timestamp()) if ends_at else None


def asks_the_same(ballot: Ballot, score: Score) -> bool:
    """Whether what was asked is what the round asks now; not after a move to an edition that words it anew."""
    return ballot.question == question_of_score(score)


def result_of(ballot: Ballot) -> BallotResult | None:
    """None until it is revealed. One query."""
    if ballot.revealed_at is None:
        return None
    votes = list(Vote.objects.filter(ballot=ballot).select_related("participant"))
    order = [role for role, _name in ROLES]
    told = scoring.told_roles([scoring.CastVote(vote.participant.role, vote.level) for vote in votes])
    shapes = {role: number % SHAPES + 1 for number, role in enumerate(role for role in order if role in told)}
    counted = Counter(vote.participant.role if vote.participant.role in told else "" for vote in votes)
    legend = [LegendEntry(shape, role_label(role), counted[role]) for role, shape in shapes.items()]
    if legend and counted[""]:
        legend.append(LegendEntry(0, _others(), counted[""]))
    by_answer: dict[tuple[str, int | None], list[Dot]] = {}
    for vote in sorted(votes, key=lambda vote: shapes.get(vote.participant.role, SHAPES + 1)):
        by_answer.setdefault((vote.state, vote.level), []).append(Dot(shapes.get(vote.participant.role, 0)))
    found = spread_of(votes)
    return BallotResult(
        levels=tuple(
            DotColumn(level.value, str(level.label), tuple(by_answer.get((ScoreState.RATED, level.value), ())))
            for level in Level
        ),
        apart=tuple(
            DotColumn(None, str(state.label), tuple(by_answer[state, None]))
            for state in (ScoreState.UNKNOWN, ScoreState.NOT_APPLICABLE)
            if (state, None) in by_answer
        ),
        legend=tuple(legend),
        # By answer and text: the order in which people came says nothing.
        words=tuple(
            SaidWords(answer_label(vote.state, vote.level), vote.words)
            for vote in sorted(votes, key=lambda vote: (9 if vote.level is None else vote.level, vote.state, vote.words))
            if vote.words
        ),
        sentences=tuple(_said(found, len(votes))),
        spread=found,
        n=len(votes),
    )


def _others() -> str:
    return _("übrige Stellen")


def _said(spread: scoring.Spread | None, n: int) -> list[str]:
    if spread is None:
        return [_("Niemand hat abgestimmt.")] if not n else [_("Für ein Wort zur Einigkeit sind es zu wenige Stufen: ab drei.")]
    labels = {role: role_label(role) for role, _name in ROLES}
    return [text for text in (sentences.spread_sentence(spread), sentences.roles_apart(spread, labels)) if text]


# --- Who is there -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RolePresence:
    label: str
    number: int
    names: tuple[str, ...]


def who_is_there(workshop: Workshop) -> list[RolePresence]:
    """By role, in their order, with the names of those who gave one. One query."""
    people = list(Participant.objects.filter(workshop=workshop, left_at=None).values_list("role", "name"))
    found = []
    for role, _name in ROLES:
        own = [name for one, name in people if one == role]
        if own:
            found.append(RolePresence(role_label(role), len(own), tuple(sorted(filter(None, own)))))
    return found


def counts(workshop: Workshop) -> list[int]:
    """How many votes there are and how many people are there, of the whole workshop. One query."""
    people = Participant.objects.filter(workshop=workshop)
    found = people.aggregate(
        votes=Count("votes"), people=Count("pk", distinct=True), left=Count("pk", distinct=True, filter=~Q(left_at=None))
    )
    return [found["votes"], found["people"], found["left"]]


@dataclass(frozen=True)
class AloneRow:
    """How many have rated a criterion by themselves; never what."""

    score: Score
    voted: int


def alone_rows(workshop: Workshop, scores: Sequence[Score]) -> list[AloneRow]:
    """In the order of ``scores``. One query."""
    counted = dict(
        Ballot.objects.filter(workshop=workshop, number=1).annotate(n=Count("votes")).values_list("score", "n").order_by()
    )
    return [AloneRow(score, counted.get(score.pk, 0)) for score in scores]


# --- A participant ----------------------------------------------------------------------------------------------------------


def taking_part(code: str, token_hash: str) -> Participant | None:
    """Who holds the secret, with workshop, round and the ballot on the wall. One query."""
    related = (
        "workshop__current__score",
        "workshop__assessment__project__municipality",
        "workshop__assessment__edition",
    )
    people = Participant.objects.filter(workshop__code=code, token_hash=token_hash, left_at=None)
    return people.select_related(*related).first()


def voter(code: str, token_hash: str) -> Participant | None:
    """Who holds the secret, with the workshop alone: what it takes to vote. One query, the smallest."""
    people = Participant.objects.filter(workshop__code=code, token_hash=token_hash, left_at=None)
    return people.select_related("workshop").first()


@dataclass(frozen=True)
class PhoneState:
    """What a participant's page shows: ``over``, ``paused`` (the round is with its managers), ``alone``, ``vote``, ``revealed``
    or ``wait``. ``ballot`` and ``version`` (of the own vote) are 0 without one; ``until`` is the timer's end.
    """

    state: str
    ballot: int
    version: int
    until: int | None

    @property
    def place(self) -> str:
        """The same as long as the page shows the same."""
        return hashlib.sha256(f"{self.state}:{self.ballot}:{self.version}".encode()).hexdigest()[:16]


# Written out: sixty phones ask it every two seconds.
_PHONE_STATE = """
    SELECT assessment.state, workshop.closed_at IS NOT NULL OR workshop.ends_at <= %(now)s,
           workshop.meeting_at IS NULL AND workshop.alone_until > %(now)s,
           ballot.id, ballot.revealed_at IS NOT NULL, ballot.ends_at, score.set_aside_at IS NOT NULL,
           ballot.question, score.criterion_id, edition.id, edition.state, project.is_municipality_wide, vote.version
    FROM assessments_participant AS participant
    JOIN assessments_workshop AS workshop ON workshop.id = participant.workshop_id
    JOIN assessments_assessment AS assessment ON assessment.id = workshop.assessment_id
    JOIN assessments_project AS project ON project.id = assessment.project_id
    JOIN catalogue_edition AS edition ON edition.id = assessment.edition_id
    LEFT JOIN assessments_ballot AS ballot ON ballot.id = workshop.current_id
    LEFT JOIN assessments_score AS score ON score.id = ballot.score_id
    LEFT JOIN assessments_vote AS vote ON vote.ballot_id = ballot.id AND vote.participant_id = participant.id
    WHERE workshop.code = %(code)s AND participant.token_hash = %(token)s AND participant.left_at IS NULL
"""


def phone_state(code: str, token_hash: str) -> PhoneState | None:
    """None for whoever takes no part. One query, and those of an edition that this process does not know yet."""
    with connection.cursor() as cursor:
        row = cursor.execute(_PHONE_STATE, {"now": timezone.now(), "code": code, "token": token_hash}).fetchone()
    if not row:
        return None
    *shown, is_set_aside, question, criterion, edition, edition_state, wide, version = row
    is_asked = not is_set_aside and question is not None and _is_asked(question, criterion, edition, edition_state, wide)
    return _phone_state(*shown, is_asked=is_asked, version=version)


def _is_asked(question: str, criterion: int, edition: int, edition_state: str, municipality_wide: bool) -> bool:
    """Whether the round still asks it so: a move to another edition may word it anew, or leave it out."""
    found = cached_edition_of(edition, edition_state).by_id.get(criterion)
    return found is not None and question == question_of(found, municipality_wide=municipality_wide)


def phone_state_of(participant: Participant, own: Vote | None = None) -> PhoneState:
    """The same from rows at hand (``taking_part``), so that a page says of itself what it shows. No query."""
    workshop = participant.workshop
    ballot, assessment = workshop.current, workshop.assessment
    edition, wide = assessment.edition, assessment.project.is_municipality_wide
    return _phone_state(
        assessment.state,
        workshop.is_over(),
        workshop.is_alone(),
        ballot.pk if ballot else None,
        ballot is not None and ballot.revealed_at is not None,
        ballot.ends_at if ballot else None,
        is_asked=ballot is not None
        and ballot.score.set_aside_at is None
        and _is_asked(ballot.question, ballot.score.criterion_id, edition.pk, edition.state, wide),
        version=own.version if own else 0,
    )


def _phone_state(
    assessment: str,
    is_over: bool,
    is_alone: bool,
    ballot: int | None,
    is_revealed: bool,
    ends_at: datetime | None,
    *,
    is_asked: bool,
    version: int | None,
) -> PhoneState:
    until = timer_of(ends_at)
    if is_over or assessment == AssessmentState.APPROVED:
        return PhoneState("over", 0, 0, None)
    if assessment not in EDITABLE:
        return PhoneState("paused", 0, 0, None)
    if is_alone:
        return PhoneState("alone", 0, 0, None)
    if ballot is None or not is_asked:
        return PhoneState("wait", 0, 0, None)
    return PhoneState("revealed" if is_revealed else "vote", ballot, version or 0, until)


def vote_of(participant: Participant, ballot: Any) -> Vote | None:
    """One query, none without a ballot."""
    return Vote.objects.filter(ballot=ballot, participant=participant).first() if ballot else None


@dataclass(frozen=True)
class AloneItem:
    """One criterion a participant rates by themselves, with what they said; ``label`` is empty until then."""

    score: Score
    ballot: Ballot
    vote: Vote | None

    @property
    def label(self) -> str:
        return answer_label(self.vote.state, self.vote.level) if self.vote else ""


def alone_items(participant: Participant, scores: Sequence[Score]) -> list[AloneItem]:
    """In the order of ``scores`` (with their round at hand), those that can be voted on. Two queries.

    What a move of the edition has changed or brought waits for the meeting.
    """
    ballots = {}
    for ballot in Ballot.objects.filter(workshop=participant.workshop_id).order_by("number"):
        ballots[ballot.score_id] = ballot
    votes = {vote.ballot_id: vote for vote in Vote.objects.filter(participant=participant)}
    return [
        AloneItem(score, ballots[score.pk], votes.get(ballots[score.pk].pk))
        for score in scores
        if score.pk in ballots and ballots[score.pk].revealed_at is None and asks_the_same(ballots[score.pk], score)
    ]
