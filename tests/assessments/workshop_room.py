"""A room full of people for tests: they join and vote by ``services.votes``."""

from collections.abc import Sequence
from typing import Any

from assessments.models import Ballot, Participant, ScoreState, Vote, Workshop
from assessments.services import votes


def join(workshop: Workshop, role: str = "it", number: int = 0, name: str = "") -> Participant:
    return votes.join(workshop=workshop, role=role, name=name, token=f"geheim-{role}-{number}")


def people(workshop: Workshop, **roles: int) -> list[Participant]:
    """So many of each role, in the order given."""
    return [join(workshop, role, number) for role, n in roles.items() for number in range(n)]


def say(participant: Participant, ballot: Ballot, level: int | None, words: str = "", version: int = 0) -> Vote:
    state = ScoreState.UNKNOWN if level is None else ScoreState.RATED
    return votes.cast_vote(
        participant=participant, ballot=ballot.pk, version=version, state=state.value, level=level, words=words
    )


def vote_all(workshop: Workshop, participants: Sequence[Any], levels: Sequence[int | None]) -> Ballot:
    """Everybody votes in the ballot on the wall."""
    workshop.refresh_from_db()
    ballot = workshop.current
    assert ballot is not None
    for participant, level in zip(participants, levels, strict=True):
        say(participant, ballot, level)
    return ballot
