"""The wall over HTTP: what the team sees and does, and what it does not get to see."""

from datetime import timedelta

import pytest
from django.utils import timezone

from assessments.models import Ballot, Score, Workshop
from assessments.services import edition_switch, workflow, workshops
from assessments.services.answers import Answer, save_score
from tests.assessments.workshop_room import join, people, say, vote_all
from tests.factories import make_catalogue


@pytest.fixture
def workshop(assessment, score, alice):
    return workshops.open_workshop(assessment=assessment, by=alice, first=score)


@pytest.fixture
def team(client, alice):
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def wall(assessment):
    return f"/bewertungen/{assessment.public_id}/wand/"


def step(team, wall, name, ballot=None, **more):
    return team.post(f"{wall}schritt/", {"schritt": name, "abstimmung": ballot.pk if ballot else 0, **more}, follow=True)


def revealed(workshop, levels=(1, 2, 4)):
    ballot = vote_all(workshop, people(workshop, it=len(levels)), levels)
    workshops.reveal(workshop=workshop, seen=ballot.pk)
    return ballot


def agreement(ballot, **more):
    return {
        "ballot": ballot.pk,
        "version": ballot.score.version,
        "choice": "2",
        "rationale": "Der Beschluss liegt vor.",
        **more,
    }


def test_team_opens_a_workshop(team, wall):
    assert "Workshop öffnen" in team.get(wall).text
    page = team.post(wall, {"mode": "live"}, follow=True).text
    workshop = Workshop.objects.get()
    assert workshop.shown_code in page
    assert f"/w/{workshop.code}/" in page
    assert "Noch ist niemand dabei." in page
    assert "Der Workshop läuft schon." in team.post(wall, {"mode": "live"}, follow=True).text


def test_team_opens_a_workshop_over_days(team, wall):
    assert team.post(wall, {"mode": "ahead"}).status_code == 422
    far = team.post(wall, {"mode": "ahead", "alone_until": "2099-01-01"})
    assert far.status_code == 422
    assert "höchstens in 60 Tagen" in far.text
    until = timezone.localdate() + timedelta(days=7)
    page = team.post(wall, {"mode": "ahead", "alone_until": until.isoformat()}, follow=True).text
    assert "Treffen beginnen" in page
    workshop = Workshop.objects.get()
    say(join(workshop), Ballot.objects.order_by("score__criterion__order")[0], 2, "geheim")
    page = team.get(wall).text
    assert "1 Stimme" in page
    assert "geheim" not in page
    page = step(team, wall, "zeigen:kriterium-1").text
    assert "1 von 1 hat abgestimmt" in page


def test_wall_counts_and_shows_the_result_after_the_reveal(team, wall, workshop):
    ballot = vote_all(workshop, people(workshop, it=3, treasury=3), [1, 1, 1, 3, 3, 4])
    page = team.get(wall).text
    assert "6 von 6 haben abgestimmt" in page
    assert "dot--" not in page
    page = step(team, wall, "aufdecken", ballot).text
    assert "Verschieden gesehen: 6 Stimmen von Stufe 1 bis 4, in der Mitte 2." in page
    assert "IT und Kämmerei liegen 2 Stufen auseinander." in page
    assert page.count('class="dot dot--1"') == 3 + 1  # and in the legend
    assert "Gesprächsanlass" in page


def test_agreement_is_saved_and_leads_on(team, wall, workshop):
    ballot = revealed(workshop)
    response = team.post(f"{wall}einigung/", {**agreement(ballot), "weiter": "1"}, follow=True)
    assert "Kriterium kriterium-2" in response.text
    score = Score.objects.get(pk=ballot.score_id)
    assert (score.level, score.rationale, score.confirmed) == (2, "Der Beschluss liegt vor.", True)


def test_agreement_on_what_does_not_apply_asks_for_a_reason(team, wall, workshop):
    ballot = revealed(workshop)
    response = team.post(f"{wall}einigung/", agreement(ballot, choice="not_applicable", rationale="…"))
    assert response.status_code == 422
    assert "Bitte begründen Sie, warum das Kriterium nicht zutrifft." in response.text
    assert team.post(f"{wall}einigung/", agreement(ballot, choice="")).status_code == 422


def test_agreement_meets_a_newer_answer(team, wall, workshop, bob):
    ballot = revealed(workshop)
    save_score(score=ballot.score, version=1, by=bob, answer=Answer("rated", 4, "Bobs Satz"))
    response = team.post(f"{wall}einigung/", agreement(ballot))
    assert response.status_code == 409
    assert "Bobs Satz" in response.text
    assert "Der Beschluss liegt vor." in response.text


def test_agreement_that_comes_too_late_is_shown_to_be_copied(team, wall, workshop, assessment, alice):
    ballot = revealed(workshop)
    workshops.vote_again(workshop=workshop, seen=ballot.pk)
    response = team.post(f"{wall}einigung/", agreement(ballot))
    assert (response.status_code, "Der Beschluss liegt vor." in response.text) == (409, True)
    workshops.close_workshop(workshop=workshop, by=alice)
    response = team.post(f"{wall}einigung/", agreement(ballot))
    assert (response.status_code, "Der Beschluss liegt vor." in response.text) == (409, True)
    assert Score.objects.get(pk=ballot.score_id).level is None


@pytest.mark.parametrize("state", ["open", "revealed", "nothing"])
def test_half_an_agreement_that_comes_too_late_is_shown_to_be_copied(team, wall, workshop, assessment, state):
    """It has an error of its own, but belongs to another criterion than the wall shows by now."""
    ballot = revealed(workshop)
    workshops.show(workshop=workshop, score=assessment.scores.get(criterion__key="kriterium-2"))
    if state == "revealed":
        workshops.reveal(workshop=workshop, seen=Workshop.objects.get().current_id or 0)
    if state == "nothing":
        workshops.show(workshop=workshop, score=assessment.scores.get(criterion__key="kriterium-1"))
        workshops.vote_again(workshop=workshop, seen=ballot.pk)
    response = team.post(f"{wall}einigung/", agreement(ballot, choice="not_applicable", rationale="12, 13, 14"))
    assert (response.status_code, "zum Kopieren" in response.text, "12, 13, 14" in response.text) == (409, True, True)
    assert "12, 13, 14</textarea>" not in response.text


def test_every_step_of_the_bar(team, wall, workshop):
    ballot = Ballot.objects.get()
    assert 'data-timer=""' in team.get(wall).text
    step(team, wall, "zeit:2", ballot)
    assert Ballot.objects.get().ends_at is not None
    step(team, wall, "zeit:0", ballot)
    assert Ballot.objects.get().ends_at is None
    step(team, wall, "zeigen", ballot, kriterium="kriterium-3")
    assert "Kriterium kriterium-3" in team.get(wall).text
    assert "inzwischen etwas geändert" in step(team, wall, "aufdecken", ballot).text  # from an older page
    assert step(team, wall, "zeigen:gibt-es-nicht", Workshop.objects.get().current).status_code == 404
    assert step(team, wall, "tanzen", ballot).status_code == 400
    assert "beendet" in step(team, wall, "beenden").text
    assert "Der Workshop ist beendet." in step(team, wall, "aufdecken", ballot).text


def test_submitted_round_has_no_wall(team, wall, workshop, assessment, alice):
    workflow.submit(assessment=assessment, by=alice)
    assert "Ein Workshop ist nur möglich, solange das Team an ihr arbeitet." in team.get(wall).text
    assert "abgestimmt wird erst wieder" in step(team, wall, "aufdecken", Ballot.objects.get()).text
    assert Ballot.objects.get().revealed_at is None


def test_reworded_criterion_asks_to_vote_anew(team, wall, workshop):
    ballot = Ballot.objects.get()
    Ballot.objects.update(question="0" * 64)
    page = team.get(wall).text
    assert "Bitte stimmen Sie neu ab." in page
    assert 'value="aufdecken"' not in page
    step(team, wall, "erneut", ballot)
    assert "Bitte stimmen Sie neu ab." not in team.get(wall).text


def test_wall_is_loaded_anew_after_a_move_of_the_edition(team, wall, workshop, assessment, alice):
    before = team.get(f"{wall}stand/").json()["ort"]
    edition_switch.move(assessment=assessment, edition=make_catalogue(3, major=2), by=alice)
    after = team.get(f"{wall}stand/").json()["ort"]
    assert after != before
    assert f'data-place="{after}"' in team.get(wall).text


@pytest.mark.parametrize("number", [1, 3])
def test_wall_costs_a_fixed_number_of_queries(team, wall, workshop, number, django_assert_num_queries):
    vote_all(workshop, people(workshop, it=number, treasury=number), [1] * (2 * number))
    team.get(wall)
    with django_assert_num_queries(8):
        team.get(wall)
    with django_assert_num_queries(6):
        state = team.get(f"{wall}stand/")
    assert state.json()["text"] == f"{2 * number} von {2 * number} haben abgestimmt"
    assert team.get(f"{wall}stand/", headers={"if-none-match": state["ETag"]}).status_code == 304


def test_english_wall(team, wall, workshop):
    ballot = revealed(workshop)
    team.cookies["django_language"] = "en"
    page = team.get(wall, headers={"accept-language": "en"}).text
    assert "Record and go on" in page
    assert ballot.number == 1
