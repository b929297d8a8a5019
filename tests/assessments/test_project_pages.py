import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.formats import date_format

from assessments.mail.digest import compose_digest, digest_for
from assessments.models import Project, TeamChange
from assessments.services import projects, workflow
from assessments.services.answers import Answer, save_score
from catalogue.models import Phase
from scaling.accounts.models import Membership, Role
from tests.conftest import make_user
from tests.factories import make_phases_and_workstreams, make_project
from tests.races import at_once


@pytest.fixture
def url(municipality):
    return f"/kommunen/{municipality.public_id}/"


def test_municipality_shows_projects_to_a_manager(client, url, project, bob):
    client.force_login(bob)
    response = client.get(url)
    assert response.status_code == 200
    for text in ("Stadt Musterhafen", "Niedersachsen", "Parkraum-App", "P3 Pilot", "Noch keine Bewertung", "Projekt anlegen"):
        assert text in response.text, text


def test_municipality_shows_each_person_only_what_is_theirs(client, url, municipality, project, alice, rita, charlie):
    make_project(municipality, "Geheimes Projekt")
    client.force_login(alice)
    text = client.get(url).text
    assert "Parkraum-App" in text
    assert "Geheimes" not in text
    assert "Projekt anlegen" not in text
    client.force_login(rita)
    assert "Parkraum-App" not in client.get(url).text
    client.force_login(charlie)
    assert client.get(url).status_code == 404
    client.logout()
    assert client.get(url)["Location"].startswith("/konto/login/")


def test_municipality_shows_the_latest_visible_round(client, url, assessment, project, alice, bob, rita):
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    workflow.start_assessment(project=project, by=alice)
    client.force_login(alice)
    assert "Runde 2" in client.get(url).text
    client.force_login(rita)
    text = client.get(url).text
    assert "Runde 1" in text
    assert "Runde 2" not in text


# --- Standing project ------------------------------------------------------------------------------------------------------


def test_many_projects_come_in_pages(client, url, municipality, bob):
    for number in range(25):
        make_project(municipality, f"Projekt {number}")
    client.force_login(bob)
    pages = [client.get(municipality.get_absolute_url(), {"seite": number}).context["projects"] for number in (1, 2)]
    assert [len(page) for page in pages] == [15, 10]


def test_standing_project_is_created_once(client, url, edition, municipality, bob):
    client.force_login(bob)
    assert "Kommune insgesamt bewerten" in client.get(url).text
    assert not Project.objects.exists()
    first = client.post(f"{url}verwaltung/")
    project = Project.objects.get()
    assert project.is_municipality_wide
    assert first["Location"] == f"/projekte/{project.public_id}/"
    assert client.post(f"{url}verwaltung/")["Location"] == first["Location"]
    assert Project.objects.count() == 1
    assert client.get(f"{url}verwaltung/").status_code == 405


def test_standing_project_by_others(client, url, edition, alice, charlie):
    client.force_login(alice)
    assert client.post(f"{url}verwaltung/").status_code == 403
    client.force_login(charlie)
    assert client.post(f"{url}verwaltung/").status_code == 404
    assert not Project.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_standing_project_asked_for_twice_at_once(municipality, bob):
    make_phases_and_workstreams()
    results = at_once(*[lambda: projects.standing_project(municipality=municipality, by=bob)] * 3)
    assert len({getattr(result, "pk", result) for result in results}) == 1
    assert connection.vendor == "postgresql"


# --- Creating and changing -------------------------------------------------------------------------------------------------


def valid(alice, **changes):
    phase = Phase.objects.get(key="p2")
    return {"name": "Straßenbäume", "summary": "Sensoren.", "phase": phase.pk, "team": [alice.pk], "version": 1, **changes}


def test_project_is_created_with_its_team(client, url, municipality, alice, bob):
    make_phases_and_workstreams()
    client.force_login(bob)
    assert client.get(f"{url}projekte/neu/").status_code == 200
    response = client.post(f"{url}projekte/neu/", valid(alice))
    project = Project.objects.get()
    assert response["Location"] == f"/projekte/{project.public_id}/"
    assert (project.name, project.slug, project.phase.key, project.municipality) == (
        "Straßenbäume",
        "strassenbaeume",
        "p2",
        municipality,
    )
    assert list(project.team.all()) == [alice]
    assert project.history.first().history_user == bob


def test_project_with_bad_input_keeps_what_was_typed(client, url, municipality, elsewhere, alice, bob, charlie):
    make_phases_and_workstreams()
    make_project(municipality, "Schon da")
    stranger = make_user("Stella")
    Membership.objects.create(user=stranger, municipality=elsewhere, role=Role.TEAM)
    client.force_login(bob)
    for wrong in ({"name": ""}, {"name": "schon DA"}, {"phase": ""}, {"team": [stranger.pk]}, {"team": [bob.pk]}):
        response = client.post(f"{url}projekte/neu/", valid(alice, **wrong))
        assert response.status_code == 422, wrong
        assert "Sensoren." in response.text
    assert Project.objects.count() == 1
    assert Phase.objects.get(key="durchgehend").pk not in dict(response.context["form"].fields["phase"].choices)


def test_project_is_created_by_managers_only(client, url, alice, charlie, rita):
    make_phases_and_workstreams()
    for person, status in ((alice, 403), (rita, 403), (charlie, 404)):
        client.force_login(person)
        assert client.get(f"{url}projekte/neu/").status_code == status
        assert client.post(f"{url}projekte/neu/", valid(alice)).status_code == status
    assert not Project.objects.exists()


def test_projects_of_similar_names_get_two_short_names(municipality, elsewhere, bob):
    make_phases_and_workstreams()
    phase = Phase.objects.get(key="p1")
    slugs = [
        projects.create_project(municipality=place, by=bob, name=name, phase=phase).slug
        for place, name in ((municipality, "Ampel!"), (municipality, "Ampel?"), (elsewhere, "Ampel!"))
    ]
    assert slugs == ["ampel", "ampel-2", "ampel"]
    assert projects.create_project(municipality=municipality, by=bob, name="???", phase=phase).slug == "projekt"


def test_project_is_changed(client, project, alice, bob):
    client.force_login(bob)
    url = f"/projekte/{project.public_id}/bearbeiten/"
    assert client.get(url).context["form"]["team"].value() == [alice.pk]
    response = client.post(url, valid(alice, name="Neuer Name", team=[], version=project.version))
    assert response["Location"] == f"/projekte/{project.public_id}/"
    project.refresh_from_db()
    assert (project.name, project.slug, project.phase.key, project.team.count()) == ("Neuer Name", "parkraum-app", "p2", 0)


def test_project_is_changed_by_managers_only(client, project, alice, charlie):
    url = f"/projekte/{project.public_id}/bearbeiten/"
    for person, status in ((alice, 403), (charlie, 404)):
        client.force_login(person)
        assert client.get(url).status_code == status
        assert client.post(url, valid(alice)).status_code == status


# --- The project's page ----------------------------------------------------------------------------------------------------


def test_project_page_offers_the_next_step(client, project, alice, bob):
    url = f"/projekte/{project.public_id}/"
    client.force_login(alice)
    assert "Bewertung beginnen" in client.get(url).text
    assessment = workflow.start_assessment(project=project, by=alice)
    response = client.get(url)
    assert "Bewertung fortsetzen" in response.text
    assert f"/bewertungen/{assessment.public_id}/kriterien/kriterium-1/" in response.text
    workflow.submit(assessment=assessment, by=alice)
    assert "Zur laufenden Bewertung" in client.get(url).text
    workflow.approve(assessment=assessment, by=bob)
    assert "Nächste Runde beginnen" in client.get(url).text


def test_project_page_by_others(client, assessment, project, alice, bob, rita, charlie):
    url = f"/projekte/{project.public_id}/"
    assert client.get(url)["Location"].startswith("/konto/login/")
    for person in (rita, charlie):
        client.force_login(person)
        assert client.get(url).status_code == 404
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    client.force_login(rita)
    text = client.get(url).text
    assert "Nächste Runde beginnen" not in text
    assert "Projekt und Team bearbeiten" not in text


# --- History of a project ----------------------------------------------------------------------------------------------------


def history_of(client, project):
    response = client.get(f"/projekte/{project.public_id}/verlauf/")
    assert response.status_code == 200
    return [
        (entry.what, entry.who, [(field.label, field.before, field.after) for field in entry.changes])
        for entry in response.context["page"].entries
    ]


def test_team_that_changed_is_told_with_who_and_by_whom(client, project, municipality, alice, bob):
    anna = make_user("Anna")
    Membership.objects.create(user=anna, municipality=municipality, role=Role.TEAM)
    fields = {"name": project.name, "phase": project.phase_id, "summary": "", "confidentiality": "", "version": project.version}
    client.force_login(bob)
    assert client.post(f"/projekte/{project.public_id}/bearbeiten/", fields | {"team": [anna.pk]}).status_code == 302
    found = history_of(client, project)
    assert found[0][:2] == ("Projektteam geändert", "Bob")
    assert set(found[0][2]) == {("dazugekommen", "", "Anna"), ("ausgeschieden", "", "Alice")}
    assert [entry[0] for entry in found].count("Projekt geändert") == 0


def test_each_change_of_a_project_is_told(client, project, alice, bob):
    p4 = Phase.objects.get(key="p4")
    projects.change_project(project=project, by=bob, name="Parkraum", phase=p4, summary="Neu", team=[alice])
    client.force_login(alice)
    assert history_of(client, project)[0] == (
        "Projekt geändert",
        "Bob",
        [("Name", "Parkraum-App", "Parkraum"), ("Phase", "P3 Pilot", "P4 Verstetigung"), ("Worum es geht", "", "Neu")],
    )


def test_who_leaves_the_municipality_is_told_in_its_projects(client, project, municipality, alice, bob):
    client.force_login(bob)
    client.post(f"/kommunen/{municipality.public_id}/personen/{alice.memberships.get().pk}/entfernen/")
    assert history_of(client, project)[0] == ("Projektteam geändert", "Bob", [("ausgeschieden", "", "Alice")])


def test_reader_does_not_see_a_projects_history(client, assessment, project, alice, bob, rita):
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    client.force_login(rita)
    assert client.get(f"/projekte/{project.public_id}/verlauf/").status_code == 403


def test_change_of_a_team_stays(project, alice):
    with pytest.raises(IntegrityError), transaction.atomic():
        TeamChange.objects.update(joined=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        TeamChange.objects.all().delete()
    alice.memberships.get().delete()
    alice.delete()
    assert TeamChange.objects.filter(person=None).count() == 2


# --- One truth per moment ----------------------------------------------------------------------------------------------------


@pytest.fixture
def worse_draft(assessment, project, alice, bob):
    """Round 1 approved with its one milestone reached; round 2, running, has it at level 1."""
    for number in (1, 2, 3):
        score = assessment.scores.get(criterion__key=f"kriterium-{number}")
        save_score(score=score, version=score.version, by=alice, answer=Answer("rated", 4, "Erreicht"))
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    running = workflow.start_assessment(project=project, by=alice)
    score = running.scores.get(criterion__key="kriterium-1")
    save_score(score=score, version=score.version, by=alice, answer=Answer("rated", 1, "Zurückgefallen"))
    return running


@pytest.mark.parametrize("who", ["alice", "bob", "rita"])
def test_what_is_approved_speaks_for_everyone(client, request, worse_draft, project, municipality, who):
    client.force_login(request.getfixturevalue(who))
    start = client.get("/")
    row = start.context["rows"][0]
    first = project.assessments.get(round=1)
    day = date_format(timezone.localtime(first.approval.at), "DATE_FORMAT")
    assert row.speaking_round == first
    assert row.gate.passed == row.gate.total == 1
    assert f"laut Runde 1 vom {day}" in start.text
    page = client.get(project.get_absolute_url())
    assert page.context["speaking"] == first
    assert f"Phasentore laut Runde 1, freigegeben am {day}" in page.text
    card = client.get(municipality.get_absolute_url()).text
    assert f"Reifeprofil: Runde 1, freigegeben am {day}" in card
    sees_draft = who != "rita"
    assert ("Runde 2 läuft" in page.text) == sees_draft
    assert ("Läuft: Runde 2" in card) == sees_draft
    assert (row.open_round is not None) == sees_draft
    assert ("mit Ihrer Rolle nicht zu sehen" in start.text) == (not sees_draft)
    assert ">keine<" not in start.text


def test_phase_entered_since_does_not_move_the_gate_that_was_approved(client, worse_draft, project, bob):
    projects.change_project(project=project, by=bob, name=project.name, phase=Phase.objects.get(key="p4"))
    client.force_login(bob)
    assert client.get("/").context["rows"][0].gate.label == "P3 Pilot"
    page = client.get(project.get_absolute_url())
    road = {phase["name"]: phase for phase in page.context["road"]}
    assert road["P3 Pilot"]["here"] == "Hier stand das Projekt bei der Freigabe"
    assert (road["P3 Pilot"]["state"], road["P4 Verstetigung"]["state"]) == ("not_examined", "current")
    assert road["P4 Verstetigung"]["note"] == "Phasentor steht noch an."
    ahead = [phase.split("</li>")[0] for phase in page.text.split('<li class="phase phase--open"')[1:]]
    assert ahead
    assert all("steht noch an" in phase for phase in ahead)  # no card is empty
    assert "Hier stehen Sie jetzt" in page.text
    assert page.text.count('aria-current="step"') == 1


def test_digest_tells_what_speaks_beside_the_running_round(worse_draft, project, alice):
    mail = compose_digest(digest_for(alice, timezone.localdate()))
    day = date_format(timezone.localtime(project.assessments.get(round=1).approval.at), "DATE_FORMAT")
    assert f"Zuletzt freigegeben: Runde 1 am {day}." in mail.body
