"""An invitation names the projects it leads to, and whoever joins lands in them."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from assessments.services import invited
from scaling.accounts.models import Invitation, User
from tests.factories import make_project

NEW = "neu@example.org"
JOIN = {"name": "Nora Neu", "password": "vier Birken am Hafen", "repeated": "vier Birken am Hafen"}


def link_in(letter: mail.EmailMessage) -> str:
    (link,) = re.findall(r"http://[^/]+(/einladung/\S+)", str(letter.body))
    return link


@pytest.fixture
def projects(municipality):
    return [make_project(municipality, name) for name in ("Mängelmelder", "Parkraum-App")]


def invite_to(client, municipality, *projects, role="team"):
    data = {"email": NEW, "role": role, "workplaces": [project.public_id for project in projects]}
    return client.post(reverse("people", args=[municipality.public_id]), data)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [1, 2])
def test_invitation_names_its_projects_and_a_new_member_lands_in_them(client, bob, municipality, projects, number):
    client.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")
    assert invite_to(client, municipality, *projects[:number]).status_code == 302
    names = ", ".join(project.name for project in projects[:number])
    assert names in str(mail.outbox[0].body)
    client.logout()
    link = link_in(mail.outbox[0])
    assert names in client.get(link).text
    response = client.post(link, JOIN)
    assert response["Location"] == (projects[0].get_absolute_url() if number == 1 else "/")
    person = User.objects.get(email=NEW)
    assert [project.team.filter(pk=person.pk).exists() for project in projects] == [True, number == 2]
    assert projects[0].team_changes.get().by == bob
    page = client.get("/").text
    assert all(project.name in page for project in projects[:number])


@pytest.mark.django_db(transaction=True)
def test_reader_invited_to_a_project_is_on_no_team(client, bob, municipality, projects):
    client.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")
    invite_to(client, municipality, projects[0], role="reader")
    client.logout()
    assert client.post(link_in(mail.outbox[0]), JOIN)["Location"] == "/"
    assert not projects[0].team.exists()


@pytest.mark.django_db(transaction=True)
def test_invitation_to_projects_elsewhere_or_archived_is_refused(client, bob, municipality, elsewhere, projects):
    client.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")
    foreign = make_project(elsewhere, "Fremd")
    projects[1].archived_at = timezone.now()
    projects[1].save()
    for project in (foreign, projects[1]):
        assert invite_to(client, municipality, project).status_code == 422
    assert not mail.outbox


@pytest.mark.django_db(transaction=True)
def test_renewed_invitation_takes_the_projects_chosen_last(client, bob, municipality, projects):
    client.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")
    invite_to(client, municipality, projects[0])
    invite_to(client, municipality, projects[1])
    client.logout()
    client.post(link_in(mail.outbox[1]), JOIN)
    assert [project.team.exists() for project in projects] == [False, True]


def test_standing_project_is_not_kept_with_an_invitation(municipality, projects):
    """It is everybody's, and not offered: an id that was put in by hand names nothing."""
    standing = make_project(municipality, "Ganzes", is_municipality_wide=True)
    invitation = Invitation.objects.create(
        municipality=municipality, email=NEW, token_hash="x", expires_at=timezone.now() + timedelta(days=1)
    )
    invited.keep(invitation, [standing.public_id, projects[0].public_id])
    assert invited.names(invitation) == ["Mängelmelder"]
