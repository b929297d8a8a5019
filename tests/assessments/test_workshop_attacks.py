"""What clumsy and hostile people do to a workshop over HTTP, and what of it has an effect: nothing, or what they were told."""

from functools import partial

import pytest
from django.core.cache import cache
from django.test import Client

from assessments.models import Assessment, Ballot, Participant, Score, Vote, Workshop
from assessments.services import edition_switch, projects, workflow, workshops
from assessments.services.answers import Answer, StaleScore, save_score
from assessments.services.workshops import WallMovedOn
from scaling.accounts.models import Role
from tests.assessments.workshop_room import people, vote_all
from tests.factories import make_catalogue
from tests.races import at_once

HOSTILE = "<img src=x onerror=a()>\"'{{ 7*7 }}\u202egnp\n\n{}&lt;"


@pytest.fixture
def workshop(assessment, score, alice):
    cache.clear()
    return workshops.open_workshop(assessment=assessment, by=alice, first=score)


@pytest.fixture
def wall(assessment):
    return f"/bewertungen/{assessment.public_id}/wand/"


def signed_in(person):
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def phone(workshop, role="it", **more):
    client = Client()
    joining = {"role": role, "einmal": f"{role}-{Participant.objects.count()}", **more}
    assert client.post(f"/w/{workshop.code}/", joining).status_code == 302
    return client


def cast(client, workshop, ballot, choice="2", version=0, words="", **headers):
    data = {"ballot": ballot.pk, "version": version, "choice": choice, "words": words}
    return client.post(f"/w/{workshop.code}/stimme/", data, **headers)


def on_the_wall(workshop):
    workshop.refresh_from_db()
    return workshop.current


def kriterium(assessment, number):
    return Score.objects.select_related("criterion").get(assessment=assessment, criterion__key=f"kriterium-{number}")


@pytest.mark.django_db
def test_vote_for_another_criterion_than_the_one_on_the_wall_is_none(workshop, assessment):
    """Neither for the one before, nor for one that was only ever shown, nor for one whose number is guessed."""
    one, first = phone(workshop), on_the_wall(workshop)
    workshops.show(workshop=workshop, score=kriterium(assessment, 2))
    second = on_the_wall(workshop)
    workshops.show(workshop=workshop, score=kriterium(assessment, 3))
    for ballot in (first, second, Ballot(pk=10**8)):
        page = cast(one, workshop, ballot, words="Zu spät gekommen")
        assert page.status_code == 409
        assert "Zu spät gekommen" in page.text
        assert cast(one, workshop, ballot, headers={"accept": "application/json"}).json()["grund"] == "zu"
    assert not Vote.objects.exists()


@pytest.mark.django_db
def test_phone_that_slept_through_three_criteria_sees_the_fourth(workshop, assessment, score):
    one = phone(workshop)
    place = one.get(f"/w/{workshop.code}/stand/").json()["ort"]
    for number in (2, 3, 1, 2):
        ballot = on_the_wall(workshop)
        workshops.reveal(workshop=workshop, seen=ballot.pk)
        workshops.show(workshop=workshop, score=kriterium(assessment, number), seen=ballot.pk)
    assert one.get(f"/w/{workshop.code}/stand/").json()["ort"] != place
    page = one.get(f"/w/{workshop.code}/")
    assert "Kriterium kriterium-2" in page.text
    assert "Aufgedeckt" in page.text  # it was shown before, and is not voted on anew by itself


@pytest.mark.django_db
def test_cleared_cookies_make_a_new_person_who_cannot_touch_the_first_vote(workshop):
    one, ballot = phone(workshop), on_the_wall(workshop)
    cast(one, workshop, ballot, choice="4", words="Mein Satz")
    one.cookies.clear()
    page = one.get(f"/w/{workshop.code}/")
    assert "Mein Satz" not in page.text
    assert 'name="role"' in page.text
    one.post(f"/w/{workshop.code}/", {"role": "it", "einmal": "neu"})
    cast(one, workshop, ballot, choice="0", version=1)
    assert list(Vote.objects.order_by("level").values_list("level", flat=True)) == [0, 4]


@pytest.mark.django_db
def test_hostile_names_and_half_sentences_are_words(workshop, assessment, alice, wall):
    ballot = on_the_wall(workshop)
    for number in range(3):
        one = phone(workshop, name=f"{number}{HOSTILE}")
        assert cast(one, workshop, ballot, choice=str(number), words=f"{number}{HOSTILE}").status_code == 302
    team = signed_in(alice)
    before = team.get(wall).text
    workshops.reveal(workshop=workshop, seen=ballot.pk)
    shown = team.get(wall).text
    assert "&lt;img src=x onerror=a()&gt;&quot;&#x27;{{ 7*7 }}gnp {}&amp;lt;" in shown
    for page in (before, shown, one.get(f"/w/{workshop.code}/").text):
        assert "<img src=x" not in page
        assert "\u202e" not in page
    stored = Vote.objects.earliest("pk").words
    assert "\n" not in stored
    assert "\u202e" not in stored


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["removed from the team", "reader", "no member"])
def test_facilitator_who_loses_the_right_leads_no_more_and_the_workshop_goes_on(workshop, assessment, wall, alice, bob, what):
    """Alice opened it. Her wall, its questions and steps are gone at once; the room's votes are not, and Bob leads on."""
    leads, ballot, one = signed_in(alice), on_the_wall(workshop), phone(workshop)
    assert leads.get(wall).status_code == 200
    if what == "removed from the team":
        assessment.project.team.clear()
    elif what == "reader":
        alice.memberships.update(role=Role.READER)
    else:
        alice.memberships.all().delete()
    for ask in (
        lambda: leads.get(wall),
        lambda: leads.get(f"{wall}stand/"),
        lambda: leads.post(f"{wall}schritt/", {"schritt": "aufdecken", "abstimmung": ballot.pk}),
        lambda: leads.post(f"{wall}schritt/", {"schritt": "beenden", "abstimmung": ballot.pk}),
        lambda: leads.post(f"{wall}einigung/", {"ballot": ballot.pk, "version": 1, "choice": "4"}),
    ):
        assert ask().status_code in (403, 404)
    assert on_the_wall(workshop).revealed_at is None
    assert cast(one, workshop, ballot).status_code == 302
    manager = signed_in(bob)
    manager.post(f"{wall}schritt/", {"schritt": "aufdecken", "abstimmung": ballot.pk})
    assert on_the_wall(workshop).revealed_at is not None


@pytest.mark.django_db
def test_archived_project_ends_no_workshop(workshop, assessment, wall, alice, bob):
    """A round that runs can be finished in the archive, and so can its workshop."""
    one, ballot = phone(workshop), on_the_wall(workshop)
    projects.archive_project(project=assessment.project, by=bob)
    assert cast(one, workshop, ballot).status_code == 302
    leads = signed_in(alice)
    assert leads.get(wall).status_code == 200
    leads.post(f"{wall}schritt/", {"schritt": "aufdecken", "abstimmung": ballot.pk})
    assert on_the_wall(workshop).revealed_at is not None


@pytest.mark.django_db
def test_phone_of_a_submitted_round_is_told_to_wait_and_its_vote_is_given_back(workshop, assessment, alice):
    one, ballot = phone(workshop), on_the_wall(workshop)
    workflow.submit(assessment=assessment, by=alice)
    page = cast(one, workshop, ballot, words="Kurz vor Schluss")
    assert page.status_code == 409
    assert "Kurz vor Schluss" in page.text
    assert "eingereicht" in page.text
    assert not Vote.objects.exists()
    workflow.withdraw(assessment=Assessment.objects.get(pk=assessment.pk), by=alice)
    assert cast(one, workshop, ballot).status_code == 302


@pytest.mark.django_db
def test_reopened_round_has_no_workshop_left(workshop, assessment, wall, alice, bob):
    one, ballot = phone(workshop), on_the_wall(workshop)
    cast(one, workshop, ballot)
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=Assessment.objects.get(pk=assessment.pk), by=bob)
    workflow.reopen(assessment=Assessment.objects.get(pk=assessment.pk), by=bob, reason="Noch einmal")
    assert cast(one, workshop, ballot).status_code in (302, 404)
    assert one.get(f"/w/{workshop.code}/").status_code == 404
    assert Client().get(f"/w/{workshop.code}/").status_code == 404
    assert "Workshop öffnen" in signed_in(alice).get(wall).text
    assert not Vote.objects.exists()


@pytest.mark.django_db
def test_agreement_outlives_a_move_of_the_edition_and_its_undoing(workshop, assessment, score, alice):
    ballot = vote_all(workshop, people(workshop, it=3), [1, 2, 3])
    workshops.reveal(workshop=workshop, seen=ballot.pk)
    edition_switch.move(assessment=assessment, edition=make_catalogue(3, major=2), by=alice)
    stored = workshops.agree(
        workshop=workshop, seen=ballot.pk, version=score.version, answer=Answer("rated", 2, "Gemeinsam gesagt"), by=alice
    )
    edition_switch.undo(assessment=Assessment.objects.get(pk=assessment.pk), by=alice)
    stored = Score.objects.get(pk=score.pk)
    assert (stored.level, stored.rationale, stored.spread.n) == (2, "Gemeinsam gesagt", 3)
    assert on_the_wall(workshop) == ballot


@pytest.mark.django_db(transaction=True)
def test_two_facilitators_press_reveal_next_and_save_at_once(workshop, assessment, score, alice, bob):
    """In 15 rounds: whatever comes first, a wall is where one of them led it, and an answer is of one of them or of none."""
    for number in range(15):
        workshops.show(workshop=workshop, score=score)
        workshops.vote_again(workshop=workshop, seen=on_the_wall(workshop).pk)
        ballot = vote_all(workshop, people(workshop, it=3), [0, 2, 4])
        if number % 2:
            workshops.reveal(workshop=workshop, seen=ballot.pk)
        before = Score.objects.get(pk=score.pk)
        save = partial(workshops.agree, workshop=workshop, seen=ballot.pk, version=before.version)
        told = at_once(
            partial(workshops.reveal, workshop=workshop, seen=ballot.pk),
            partial(workshops.show, workshop=workshop, score=kriterium(assessment, 2), seen=ballot.pk),
            partial(save, answer=Answer("rated", 1, f"Alice {number}"), by=alice),
            partial(save, answer=Answer("rated", 3, f"Bob {number}"), by=bob),
        )
        unexpected = [one for one in told if isinstance(one, Exception) and not isinstance(one, WallMovedOn | StaleScore)]
        assert not unexpected
        saved = [one for one in told[2:] if isinstance(one, Score)]
        assert len(saved) <= 1
        stored = Score.objects.get(pk=score.pk)
        assert stored.version == before.version + len(saved)
        if saved:
            assert (stored.level, stored.rationale) == (saved[0].level, saved[0].rationale)
        assert isinstance(told[1], Workshop) == (on_the_wall(workshop).pk != ballot.pk)
        assert not Ballot.objects.filter(score=kriterium(assessment, 2)).exclude(revealed_at=None).exists()


@pytest.mark.django_db
def test_answer_saved_on_the_page_of_the_criterion_meanwhile_is_shown_and_not_overwritten(workshop, score, wall, alice, bob):
    ballot = vote_all(workshop, people(workshop, it=3), [1, 2, 3])
    workshops.reveal(workshop=workshop, seen=ballot.pk)
    leads = signed_in(alice)
    save_score(score=score, version=score.version, by=bob, answer=Answer("rated", 4, "Von Bob, nebenan"))
    data = {"ballot": ballot.pk, "version": 1, "choice": "2", "rationale": "Vom Raum"}
    page = leads.post(f"{wall}einigung/", data)
    assert page.status_code == 409
    assert "Von Bob, nebenan" in page.text
    assert "Vom Raum" in page.text
    assert Score.objects.get(pk=score.pk).level == 4
