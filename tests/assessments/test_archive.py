"""A project in the archive: out of all lists, still readable, finished if something runs, and taken out again."""

import pytest
from django.utils import timezone

from assessments.mail.digest import digest_for
from assessments.models import Measure, Project
from assessments.services import workflow
from assessments.services.answers import Answer, save_score
from assessments.services.projects import archive_project, standing_project


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
