"""Workshops across everything else that happens to a round: submitted, withdrawn, approved, reopened, moved, undone, shared."""

from functools import partial

import pytest
from django.db import connection, transaction

from assessments.models import Assessment, Ballot, Participant, Score, ScoreSpread, Vote, Workshop
from assessments.reports.profile.anonymise import without_names
from assessments.reports.profile.load import load_profile
from assessments.reports.records.keeping import record_profile
from assessments.services import edition_switch, votes, workflow, workshops
from assessments.services.answers import Answer, NotEditable
from tests.assessments.workshop_room import join, people, say, vote_all
from tests.factories import make_catalogue
from tests.races import at_once


@pytest.fixture
def workshop(assessment, score, alice):
    return workshops.open_workshop(assessment=assessment, by=alice, first=score)


def spread_in(profile, key="kriterium-1"):
    return next(result.spread for result in profile.criteria if result.key == key)


def held(workshop, levels=(0, 2, 4)):
    ballot = vote_all(workshop, people(workshop, it=len(levels)), levels)
    workshops.reveal(workshop=workshop, seen=ballot.pk)
    return ballot


@pytest.mark.django_db
def test_submitted_round_waits_and_goes_on_where_it_was(workshop, assessment, alice):
    one = join(workshop)
    ballot = Ballot.objects.get()
    say(one, ballot, 1)
    workflow.submit(assessment=assessment, by=alice)
    with pytest.raises(NotEditable):
        say(one, ballot, 2, version=1)
    with pytest.raises(NotEditable):
        workshops.reveal(workshop=workshop, seen=ballot.pk)
    workflow.withdraw(assessment=assessment, by=alice)
    assert say(one, ballot, 2, version=1).level == 2
    assert not Workshop.objects.exclude(closed_at=None).exists()


@pytest.mark.django_db
def test_approval_deletes_votes_and_people_and_keeps_the_spread(workshop, assessment, score, alice, bob):
    held(workshop)
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    assert not Vote.objects.exists()
    assert not Participant.objects.exists()
    assert not Ballot.objects.exists()
    assert Workshop.objects.get().closed_at is not None
    assert ScoreSpread.objects.get(score=score).n == 3
    record = assessment.records.with_parts().get()
    kept = spread_in(record_profile(record))
    assert (kept.n, kept.lowest, kept.highest, kept.is_wide) == (3, 0, 4, True)
    workflow.reopen(assessment=assessment, by=bob, reason="Ein Fehler")
    assert ScoreSpread.objects.exists()
    assert workshops.open_workshop(assessment=assessment, by=alice).code != workshop.code


@pytest.mark.django_db
def test_record_from_before_workshops_is_read(assessment, alice, bob):
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    record = assessment.records.with_parts().get()
    for answer in record.document["facts"]["answers"]:
        del answer["spread"]
    profile = record_profile(record)
    assert spread_in(profile) is None
    assert profile.spread_summary == ""


@pytest.mark.django_db
def test_next_round_starts_without_a_spread(workshop, assessment, project, alice, bob):
    held(workshop)
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    following = workflow.start_assessment(project=project, by=alice)
    assert spread_in(load_profile(following)) is None


@pytest.mark.django_db
def test_reworded_question_is_voted_anew_and_its_spread_rests(workshop, assessment, score, alice):
    ballot = held(workshop)
    newer = make_catalogue(3, major=2)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # as a curator would have, before it was published
        newer.criteria.filter(key="kriterium-1").update(title_de="Ganz anders gefragt")
    edition_switch.move(assessment=assessment, edition=newer, by=alice)
    assessment = Assessment.objects.get(pk=assessment.pk)
    assert spread_in(load_profile(assessment)) is None
    workshop.refresh_from_db()
    again = workshops.vote_again(workshop=workshop, seen=ballot.pk)
    assert (again.number, again.score_id) == (2, score.pk)
    edition_switch.undo(assessment=assessment, by=alice)
    assert spread_in(load_profile(Assessment.objects.get(pk=assessment.pk))).n == 3
    with pytest.raises(votes.BallotClosed):  # asks what is not asked any more
        say(join(workshop, number=9), again, 2)


@pytest.mark.django_db
def test_move_that_changes_no_text_changes_no_vote(workshop, assessment, alice):
    one = join(workshop)
    ballot = Ballot.objects.get()
    say(one, ballot, 1)
    edition_switch.move(assessment=assessment, edition=make_catalogue(3, major=2), by=alice)
    assert say(one, ballot, 2, version=1).level == 2
    workshops.reveal(workshop=workshop, seen=ballot.pk)


@pytest.mark.django_db
def test_dropped_criterion_leaves_the_wall_and_comes_back(workshop, assessment, alice):
    last = assessment.scores.get(criterion__key="kriterium-3")
    one = join(workshop)
    workshops.show(workshop=workshop, score=last)
    ballot = Ballot.objects.get(score=last)
    say(one, ballot, 1)
    edition_switch.move(assessment=assessment, edition=make_catalogue(2, major=2), by=alice)
    with pytest.raises(votes.BallotClosed):
        say(one, ballot, 2, version=1)
    with pytest.raises(workshops.WallMovedOn):
        workshops.reveal(workshop=workshop, seen=ballot.pk)
    edition_switch.undo(assessment=Assessment.objects.get(pk=assessment.pk), by=alice)
    assert say(one, ballot, 2, version=1).level == 2


@pytest.mark.django_db
def test_shared_profile_names_roles_and_nobody(workshop, assessment):
    ballot = vote_all(workshop, [join(workshop, "it", n, name=f"Frau Geheim {n}") for n in range(3)], [0, 2, 4])
    workshops.reveal(workshop=workshop, seen=ballot.pk)
    profile = without_names(load_profile(Assessment.objects.with_context().get(pk=assessment.pk)))
    assert [role.label for role in spread_in(profile).roles] == ["IT"]
    assert "Geheim" not in repr(profile)


@pytest.mark.django_db
def test_facilitator_who_is_deleted_leaves_the_workshop(workshop, alice, bob):
    Workshop.objects.update(opened_by=bob)
    bob.memberships.all().delete()
    bob.delete()
    workshop.refresh_from_db()
    assert workshop.opened_by is None


@pytest.mark.django_db(transaction=True)
def test_sixty_votes_and_a_reveal_at_once_agree(workshop, score):
    """Every vote is in what was revealed, or was refused: in 12 rounds of 8 people."""
    room = people(workshop, it=8)
    for number in range(12):
        workshop.refresh_from_db()
        ballot = workshop.current
        jobs = [partial(say, one, ballot, number % 5) for one in room]
        *told, _shown = at_once(*jobs, partial(workshops.reveal, workshop=workshop, seen=ballot.pk))
        taken = sum(isinstance(one, Vote) for one in told)
        assert taken + sum(isinstance(one, votes.BallotClosed) for one in told) == len(room), told
        assert Vote.objects.filter(ballot=ballot).count() == taken
        if taken >= 3:
            spread = ScoreSpread.objects.get(score=score)
            assert (spread.n, spread.ballot) == (taken, ballot.number)
        workshops.vote_again(workshop=workshop, seen=ballot.pk)


@pytest.mark.django_db(transaction=True)
def test_votes_and_approval_at_once_leave_no_vote_behind(workshop, assessment, alice, bob):
    room = people(workshop, it=6)
    ballot = Ballot.objects.get()
    workflow.submit(assessment=assessment, by=alice)
    at_once(
        *(partial(say, one, ballot, 2) for one in room),
        lambda: workflow.approve(assessment=Assessment.objects.get(pk=assessment.pk), by=bob),
    )
    assert not Vote.objects.exists()
    assert Assessment.objects.get(pk=assessment.pk).is_approved


@pytest.mark.django_db(transaction=True)
def test_one_person_voting_twice_at_once_has_one_vote_in_20_rounds(workshop):
    ballot = Ballot.objects.get()
    for number in range(20):  # one round alone rarely meets itself
        one = join(workshop, "it", number)
        told = at_once(*(partial(say, one, ballot, level) for level in (0, 1, 2, 3)))
        assert sorted(type(answer).__name__ for answer in told) == ["StaleVote"] * 3 + ["Vote"], told
        assert Vote.objects.filter(participant=one).count() == 1


@pytest.mark.django_db(transaction=True)
def test_agreement_and_submission_at_once_agree(workshop, assessment, score, alice, bob):
    ballot = held(workshop)
    before = Score.objects.get(pk=score.pk)
    saved, _submitted = at_once(
        partial(
            workshops.agree,
            workshop=workshop,
            seen=ballot.pk,
            version=before.version,
            answer=Answer("rated", 2, "Neuer Satz"),
            by=alice,
        ),
        lambda: workflow.submit(assessment=Assessment.objects.get(pk=assessment.pk), by=bob),
    )
    stored = Score.objects.get(pk=score.pk)
    assert (stored.version == before.version) == isinstance(saved, NotEditable)
