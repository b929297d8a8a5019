"""A project in the archive: out of all lists, still readable, finished if something runs, and taken out again."""

import pytest
from django.utils import timezone

from assessments.mail.digest import digest_for
from assessments.models import Measure, Project, Vote, Workshop
from assessments.services import workflow, workshops
from assessments.services.answers import Answer, save_score
from assessments.services.projects import archive_project, standing_project
from tests.assessments.workshop_room import join, people, say, vote_all


@pytest.fixture
def url(project):
    return f"/projekte/{project.public_id}/archiv/"


@pytest.fixture
def archived(project, assessment, bob, alice):
    """With a round that runs and a measure of Alice's."""
    Measure.objects.create(project=project, text="Stelle ausschreiben", owner=alice, due_on=timezone.localdate())
    return archive_project(project=project, by=bob)


def test_manager_archives_and_takes_it_out_again(client, project, assessment, bob, url):
    client.force_login(bob)
    page = client.get(project.get_absolute_url()).text
    assert "Projekt archivieren" in page
    assert client.post(url)["Location"] == project.get_absolute_url()
    stored = Project.objects.get(pk=project.pk)
    assert stored.archived_at is not None
    assert stored.history.first().history_user == bob
    before = (stored.archived_at, stored.version)
    client.post(url)  # a second click
    stored.refresh_from_db()
    assert (stored.archived_at, stored.version) == before
    page = client.get(project.get_absolute_url()).text
    assert "Archiviert am" in page
    assert "Projekt archivieren" not in page
    client.post(url, {"zurueck": "1"})
    assert Project.objects.get(pk=project.pk).archived_at is None
    assert "Archiviert am" not in client.get(project.get_absolute_url()).text


def test_archived_project_stands_in_no_list(client, archived, municipality, alice, bob):
    for person in (alice, bob):
        client.force_login(person)
        assert archived.name not in client.get("/").text
        assert archived.name not in client.get("/kurzcheck/").text
        found = client.get(municipality.get_absolute_url())
        assert [row.project for row in found.context["projects"]] == []
        assert found.context["archived"] == [archived]
        digest = digest_for(person, timezone.localdate())
        assert [*digest.to_edit, *digest.to_approve, *digest.overdue, *digest.due] == []


def test_archived_project_stays_readable_and_its_round_can_be_finished(client, archived, assessment, alice, bob):
    client.force_login(alice)
    for path in (archived.get_absolute_url(), assessment.get_absolute_url(), f"{archived.get_absolute_url()}massnahmen/"):
        assert client.get(path).status_code == 200
    score = assessment.scores.get(criterion__key="kriterium-1")
    save_score(score=score, version=1, by=alice, answer=Answer("rated", 2, "Zu Ende gebracht"))
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    assert client.get(f"/bewertungen/{assessment.public_id}/profil/").status_code == 200
    start = f"{archived.get_absolute_url()}bewertung-beginnen/"
    assert client.get(start)["Location"] == client.post(start)["Location"] == archived.get_absolute_url()
    assert "Nächste Runde beginnen" not in client.get(archived.get_absolute_url()).text
    assert archived.assessments.count() == 1


def test_standing_project_is_never_archived(client, municipality, edition, bob):
    project = standing_project(municipality=municipality, by=bob)
    client.force_login(bob)
    assert client.post(f"/projekte/{project.public_id}/archiv/").status_code == 403
    with pytest.raises(ValueError, match="stays"):
        archive_project(project=project, by=bob)


def test_archiving_by_others(client, project, alice, rita, charlie, url):
    for person, status in ((alice, 403), (rita, 404), (charlie, 404)):
        client.force_login(person)
        assert client.post(url).status_code == status
    assert Project.objects.get(pk=project.pk).archived_at is None


LEFT_OPEN = "Der Workshop zur laufenden Runde bleibt offen, bis das Team ihn beendet oder er abläuft."


def test_room_that_rates_while_its_project_is_archived_loses_nothing(client, project, assessment, score, alice, bob, url):
    """The manager is told of it; the room votes on, agrees, and hands the round in."""
    workshop = workshops.open_workshop(assessment=assessment, by=alice, first=score)
    ballot = workshop.current
    assert ballot is not None
    say(join(workshop, "it", 1), ballot, 1)
    client.force_login(bob)
    assert LEFT_OPEN in client.post(url, follow=True).text
    room = [join(workshop, "legal", number) for number in (2, 3)]  # who comes later finds the door open
    for person in room:
        say(person, ballot, 3)
    assert client.get(f"/w/{workshop.code}/").status_code == 200
    wall = f"/bewertungen/{assessment.public_id}/wand/"
    client.force_login(alice)
    assert "3 von 3 haben abgestimmt" in client.get(wall).text
    workshops.reveal(workshop=workshop, seen=ballot.pk)
    agreed = {"ballot": ballot.pk, "version": score.version, "choice": "2", "rationale": "Im Raum besprochen"}
    client.post(f"{wall}einigung/", agreed)
    score.refresh_from_db()
    assert (score.level, score.rationale, score.spread.n) == (2, "Im Raum besprochen", 3)
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    assert not Vote.objects.exists()
    assert not Workshop.objects.running().exists()


def test_running_round_of_an_archived_project_is_rated_in_a_new_workshop(client, archived, assessment, alice):
    client.force_login(alice)
    wall = f"/bewertungen/{assessment.public_id}/wand/"
    client.post(wall, {"mode": "live"})
    workshop = Workshop.objects.running().get(assessment=assessment)
    vote_all(workshop, people(workshop, it=3), [1, 2, 3])
    assert "3 von 3 haben abgestimmt" in client.get(wall).text


def test_workshop_that_is_over_is_not_said_to_stay_open(client, project, assessment, score, alice, bob, url):
    workshop = workshops.open_workshop(assessment=assessment, by=alice, first=score)
    workshops.close_workshop(workshop=workshop, by=alice)
    client.force_login(bob)
    assert LEFT_OPEN not in client.post(url, follow=True).text
