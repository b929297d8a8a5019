"""A workshop by its service functions: open, vote, reveal, vote again, agree, close. What each refuses, and what is kept."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from assessments.models import Ballot, Participant, Score, ScoreSpread, Vote, Workshop
from assessments.services import votes, workflow, workshops
from assessments.services.answers import Answer, NotEditable, StaleScore, save_score
from tests.assessments.workshop_room import join, people, say, vote_all


@pytest.fixture
def workshop(assessment, score, alice):
    return workshops.open_workshop(assessment=assessment, by=alice, first=score)


def fresh(workshop):
    return Workshop.objects.select_related("current").get(pk=workshop.pk)


def test_vote_reveal_and_agree(workshop, score, alice):
    room = people(workshop, it=3, treasury=3)
    ballot = vote_all(workshop, room, [1, 1, 2, 3, 3, 4])
    workshops.reveal(workshop=workshop, seen=ballot.pk)
    spread = ScoreSpread.objects.get(score=score)
    assert (spread.n, spread.lowest, spread.highest, spread.median, spread.ballot) == (6, 1, 4, 2.5, 1)
    assert [(one["role"], one["n"], one["median"]) for one in spread.roles] == [("it", 3, 1), ("treasury", 3, 3)]
    saved = workshops.agree(
        workshop=workshop, seen=ballot.pk, version=1, answer=Answer("rated", 2, "Der Beschluss liegt vor."), by=alice
    )
    assert (saved.level, saved.rationale, saved.updated_by) == (2, "Der Beschluss liegt vor.", alice)
    assert Score.history.filter(id=score.pk).count() == 2


def test_second_ballot_takes_the_place_of_the_first(workshop, score):
    room = people(workshop, it=3)
    first = vote_all(workshop, room, [0, 2, 4])
    workshops.reveal(workshop=workshop, seen=first.pk)
    again = workshops.vote_again(workshop=workshop, seen=first.pk)
    assert again.number == 2
    assert workshops.vote_again(workshop=workshop, seen=again.pk) == again  # still running
    with pytest.raises(votes.BallotClosed):
        say(room[0], first, 3)
    vote_all(workshop, room, [2, 2, 3])
    workshops.reveal(workshop=workshop, seen=again.pk)
    spread = ScoreSpread.objects.get(score=score)
    assert (spread.lowest, spread.highest, spread.ballot) == (2, 3, 2)


def test_second_ballot_of_too_few_votes_leaves_the_spread(workshop, score):
    room = people(workshop, it=3)
    first = vote_all(workshop, room, [0, 2, 4])
    workshops.reveal(workshop=workshop, seen=first.pk)
    again = workshops.vote_again(workshop=workshop, seen=first.pk)
    vote_all(workshop, room, [2, None, None])
    workshops.reveal(workshop=workshop, seen=again.pk)
    assert ScoreSpread.objects.get(score=score).ballot == 1


@pytest.mark.parametrize("levels", [[], [2], [2, 3], [2, None, None]])
def test_no_spread_below_three_levels(workshop, levels):
    ballot = vote_all(workshop, people(workshop, it=len(levels)), levels)
    workshops.reveal(workshop=workshop, seen=ballot.pk)
    assert not ScoreSpread.objects.exists()


def test_vote_can_be_changed_until_the_reveal(workshop):
    one = join(workshop)
    ballot = fresh(workshop).current
    assert say(one, ballot, 1, "weil es fehlt").version == 1
    assert say(one, ballot, 1, "weil es fehlt").version == 1  # sent twice
    assert say(one, ballot, 3, version=1).version == 2
    with pytest.raises(votes.StaleVote) as caught:  # an older form, sent again
        say(one, ballot, 1, "weil es fehlt", version=1)
    assert caught.value.current.level == 3
    workshops.reveal(workshop=workshop, seen=ballot.pk)
    with pytest.raises(votes.BallotClosed):
        say(one, ballot, 0, version=2)
    assert list(Vote.objects.values_list("level", flat=True)) == [3]


def test_skip_and_come_back(workshop, assessment):
    room = people(workshop, it=3)
    first = vote_all(workshop, room, [1, 2, 3])
    other = assessment.scores.get(criterion__key="kriterium-2")
    workshops.show(workshop=workshop, score=other, seen=first.pk)
    with pytest.raises(votes.BallotClosed):
        say(room[0], first, 4, version=1)
    second = vote_all(workshop, room, [0, 0, 0])
    workshops.show(workshop=workshop, score=first.score, seen=second.pk)
    assert fresh(workshop).current == first
    assert say(room[0], first, 4, version=1).level == 4
    assert first.votes.count() == 3


def test_step_from_an_older_wall_does_nothing(workshop, assessment):
    ballot = fresh(workshop).current
    workshops.show(workshop=workshop, score=assessment.scores.get(criterion__key="kriterium-2"), seen=ballot.pk)
    for step in (workshops.reveal, workshops.vote_again):
        with pytest.raises(workshops.WallMovedOn):
            step(workshop=workshop, seen=ballot.pk)
    with pytest.raises(workshops.WallMovedOn):
        workshops.set_timer(workshop=workshop, seen=ballot.pk, minutes=2)
    assert Ballot.objects.filter(revealed_at=None, ends_at=None).count() == 2


def test_nothing_is_agreed_before_the_reveal(workshop, score, alice):
    ballot = fresh(workshop).current
    with pytest.raises(workshops.WallMovedOn):
        workshops.agree(workshop=workshop, seen=ballot.pk, version=1, answer=Answer("rated", 2), by=alice)
    score.refresh_from_db()
    assert score.level is None


def test_agreement_overwrites_nobody(workshop, score, alice, bob):
    ballot = vote_all(workshop, people(workshop, it=3), [1, 2, 3])
    workshops.reveal(workshop=workshop, seen=ballot.pk)
    save_score(score=score, version=1, by=bob, answer=Answer("rated", 4, "Bobs Satz"))
    with pytest.raises(StaleScore):
        workshops.agree(workshop=workshop, seen=ballot.pk, version=1, answer=Answer("rated", 2, "Unser Satz"), by=alice)
    score.refresh_from_db()
    assert score.rationale == "Bobs Satz"
    assert ScoreSpread.objects.filter(score=score).exists()  # the vote was held all the same


def test_timer_counts_and_closes_nothing(workshop):
    one = join(workshop)
    ballot = fresh(workshop).current
    workshops.set_timer(workshop=workshop, seen=ballot.pk, minutes=1)
    Ballot.objects.update(ends_at=timezone.now() - timedelta(seconds=5))
    assert say(one, ballot, 2).level == 2
    assert workshops.set_timer(workshop=workshop, seen=ballot.pk, minutes=None).ends_at is None
    with pytest.raises(ValidationError):
        workshops.set_timer(workshop=workshop, seen=ballot.pk, minutes=99)


def test_one_workshop_a_round(workshop, assessment, alice, bob):
    with pytest.raises(workshops.WorkshopRuns):
        workshops.open_workshop(assessment=assessment, by=bob)
    workshops.close_workshop(workshop=workshop, by=alice)
    workshops.close_workshop(workshop=workshop, by=bob)
    assert fresh(workshop).closed_by == alice
    assert workshops.open_workshop(assessment=assessment, by=bob).code != workshop.code


def test_workshop_past_its_end_makes_room(workshop, assessment, bob):
    Workshop.objects.update(ends_at=timezone.now() - timedelta(minutes=1))
    workshops.open_workshop(assessment=assessment, by=bob)
    assert fresh(workshop).closed_at == fresh(workshop).ends_at


def test_nobody_votes_in_an_ended_workshop(workshop, alice):
    one = join(workshop)
    ballot = fresh(workshop).current
    workshops.close_workshop(workshop=workshop, by=alice)
    with pytest.raises(workshops.WorkshopOver):
        say(one, ballot, 2)
    with pytest.raises(workshops.WorkshopOver):
        join(workshop, number=1)
    with pytest.raises(workshops.WorkshopOver):
        workshops.reveal(workshop=workshop, seen=ballot.pk)
    assert not Vote.objects.exists()


@pytest.mark.parametrize("alone", [False, True], ids=["together", "alone"])
def test_ballot_of_another_workshop_takes_no_vote(workshop, assessment, alice, bob, alone):
    """Where all rate alone, every ballot of their own is open to them, whichever is on the wall."""
    ballot = fresh(workshop).current
    workshops.close_workshop(workshop=workshop, by=alice)
    way = {"alone_until": timezone.localdate() + timedelta(days=3)} if alone else {"first": ballot.score}
    other = workshops.open_workshop(assessment=assessment, by=bob, **way)
    stranger = join(other)
    with pytest.raises(votes.BallotClosed):
        say(stranger, ballot, 2)
    assert not Vote.objects.exists()


@pytest.mark.parametrize(
    ("state", "level"), [("rated", None), ("rated", 5), ("rated", -1), ("unknown", 2), ("open", None), ("", 2), ("x", None)]
)
def test_forged_vote_is_refused(workshop, state, level):
    one = join(workshop)
    with pytest.raises(ValidationError):
        votes.cast_vote(participant=one, ballot=fresh(workshop).current.pk, version=0, state=state, level=level)
    assert not Vote.objects.exists()


def test_half_sentence_is_tidied_and_limited(workshop):
    one = join(workshop)
    ballot = fresh(workshop).current
    assert say(one, ballot, 2, " zwei\u200b  Blanke\n").words == "zwei Blanke"
    with pytest.raises(ValidationError):
        say(one, ballot, 2, "x" * 201, version=1)


def test_joining_twice_is_one_person(workshop):
    first = votes.join(workshop=workshop, role="it", token="derselbe")
    votes.leave(participant=first)
    assert votes.join(workshop=workshop, role="it", token="derselbe") == first
    assert Participant.objects.get(pk=first.pk).left_at is None
    with pytest.raises(ValidationError):
        votes.join(workshop=workshop, role="bürgermeister", token="neu")


def test_room_has_an_end(workshop, monkeypatch):
    monkeypatch.setattr(votes, "MAX_PARTICIPANTS", 2)
    people(workshop, it=2)
    with pytest.raises(votes.RoomIsFull):
        join(workshop, number=2)


def test_rating_alone_until_a_day(assessment, alice):
    today = timezone.localdate()
    for day in (today - timedelta(days=1), today + timedelta(days=61)):
        with pytest.raises(ValidationError):
            workshops.open_workshop(assessment=assessment, by=alice, alone_until=day)
    workshop = workshops.open_workshop(assessment=assessment, by=alice, alone_until=today)
    assert workshop.is_alone()
    assert workshop.last_day == today
    room = people(workshop, it=3)
    ballots = list(Ballot.objects.order_by("score__criterion__order"))
    assert len(ballots) == 3
    for one, level in zip(room, (0, 2, 4), strict=True):
        say(one, ballots[0], level)
        say(one, ballots[1], 1)
    # The day is over: nobody rates alone any more, and nothing is lost.
    Workshop.objects.update(alone_until=timezone.now() - timedelta(minutes=1))
    with pytest.raises(votes.BallotClosed):
        say(room[0], ballots[2], 3)
    workshops.show(workshop=fresh(workshop), score=ballots[0].score, seen=0)
    assert fresh(workshop).current == ballots[0]
    assert say(room[0], ballots[0], 1, version=1).level == 1  # late, on the wall, before the reveal
    workshops.reveal(workshop=workshop, seen=ballots[0].pk)
    assert ScoreSpread.objects.get().lowest == 1


def test_meeting_before_its_day_ends_rating_alone(assessment, alice):
    workshop = workshops.open_workshop(assessment=assessment, by=alice, alone_until=timezone.localdate() + timedelta(days=3))
    one = join(workshop)
    first, second, _third = Ballot.objects.order_by("score__criterion__order")
    workshops.show(workshop=workshop, score=first.score, seen=0)
    with pytest.raises(votes.BallotClosed):
        say(one, second, 2)
    assert say(one, first, 2).level == 2


def test_no_workshop_on_a_submitted_round(assessment, alice):
    workflow.submit(assessment=assessment, by=alice)
    with pytest.raises(NotEditable):
        workshops.open_workshop(assessment=assessment, by=alice)
