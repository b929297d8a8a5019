"""Inviting people, by page and by command, and joining."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from scaling.accounts import invitations
from scaling.accounts.models import Invitation, Municipality, Role, User
from tests.accounts.people import JOIN, NEW, link_in, sign_in
from tests.conftest import PASSWORD
from tests.factories import make_project
from tests.pages import without_chance


def test_invited_person_makes_an_account_and_joins(client, invite, municipality, bob):
    link = invite()
    assert mail.outbox[0].to == [NEW]
    assert mail.outbox[0].subject == "Einladung zum Skalierungscheck: Stadt Musterhafen"
    assert "Bob" in mail.outbox[0].body
    page = client.get(link)
    assert page.status_code == 200
    assert NEW in page.content.decode()
    response = client.post(link, JOIN)
    assert response["Location"] == reverse("home")
    person = User.objects.get(email=NEW)
    assert (person.name, person.check_password(JOIN["password"])) == ("Nora Neu", True)
    assert person.roles == {municipality.pk: Role.TEAM}
    assert client.get(municipality.get_absolute_url()).status_code == 200
    assert Invitation.objects.get().accepted_at is not None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"password": "kurz", "repeated": "kurz"}, "password"),
        ({"password": "drei Möwen im Watt", "repeated": "etwas ganz anderes"}, "repeated"),
        ({"name": ""}, "name"),
    ],
)
def test_joining_with_bad_input_says_what_is_wrong(client, invite, wrong, field):
    link = invite()
    response = client.post(link, JOIN | wrong)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not User.objects.filter(email=NEW).exists()


def test_person_with_an_account_signs_in_first_and_then_joins(client, invite, municipality, charlie):
    link = invite(charlie.email, Role.READER)
    page = client.get(link).content.decode()
    assert f"{reverse('account_login')}?next={link}" in page
    assert 'name="password"' not in page
    assert client.post(link, JOIN).status_code == 200  # nothing to take over by a form that was not asked
    assert municipality.memberships.filter(user=charlie).count() == 0
    client.post(reverse("account_login"), {"login": charlie.email, "password": PASSWORD})
    assert client.get(link).status_code == 200
    assert client.post(link)["Location"] == reverse("home")
    assert municipality.memberships.get(user=charlie).role == Role.READER


def test_invitation_is_for_the_invited_address_only(client, invite, municipality, charlie):
    link = invite()
    sign_in(client, charlie)
    assert client.post(link).status_code == 200
    assert not municipality.memberships.filter(user=charlie).exists()
    with pytest.raises(invitations.OtherAddress):
        invitations.accept(token=link.rstrip("/").rsplit("/", 1)[1], user=charlie)


def test_link_works_once(client, invite):
    link = invite()
    client.post(link, JOIN)
    client.logout()
    assert client.get(link).status_code == 404
    assert client.post(link, {**JOIN, "password": "drei Möwen im Watt"}).status_code == 404
    Invitation.objects.update(accepted_at=timezone.now() - timedelta(minutes=2))  # longer than a second click takes
    assert client.post(link, JOIN).status_code == 404


def test_link_that_expired_was_taken_back_or_guessed_looks_the_same(client, invite, municipality, bob):
    expired = invite("a@example.org")
    Invitation.objects.filter(email="a@example.org").update(expires_at=timezone.now() - timedelta(seconds=1))
    revoked = invite("b@example.org")
    invitations.revoke(invitation=Invitation.objects.get(email="b@example.org"), by=bob)
    pages = [client.get(path) for path in (expired, revoked, "/einladung/geraten/")]
    assert [page.status_code for page in pages] == [404, 404, 404]
    bodies = {re.sub(r'value="[^"]*"', "", page.content.decode()) for page in pages}  # tokens of forms, address of this page
    assert len(bodies) == 1
    assert "Diese Einladung gilt nicht mehr</h1>" in bodies.pop()


def test_inviting_shows_nothing_of_accounts_elsewhere(client, bob, municipality, charlie, django_capture_on_commit_callbacks):
    sign_in(client, bob)
    pages = []
    for email in (charlie.email, "niemand@example.org"):
        with django_capture_on_commit_callbacks(execute=True):
            response = client.post(
                reverse("people", args=[municipality.public_id]), {"email": email, "role": "team"}, follow=True
            )
        page = response.content.decode().replace(email, "X")
        pages.append(re.sub(r"/einladungen/\d+/", "", without_chance(page)))
        Invitation.objects.all().delete()
    assert pages[0] == pages[1]


def test_inviting_a_member_is_refused(client, bob, municipality, alice):
    sign_in(client, bob)
    response = client.post(reverse("people", args=[municipality.public_id]), {"email": "ALICE@example.org", "role": "team"})
    assert response.status_code == 422
    assert "Diese Person gehört schon dazu." in response.content.decode()
    assert mail.outbox == []


def test_inviting_again_renews_the_one_open_invitation(client, invite):
    old = invite()
    new = invite("NEU@example.org", Role.MANAGER)
    assert Invitation.objects.count() == 1
    assert client.get(old).status_code == 404
    client.post(new, JOIN)
    assert User.objects.get(email=NEW).memberships.get().role == Role.MANAGER


def test_sending_again_makes_a_new_link(client, invite, bob, municipality, django_capture_on_commit_callbacks):
    old = invite()
    sign_in(client, bob)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("invitation_resend", args=[municipality.public_id, Invitation.objects.get().pk]))
    client.logout()
    assert client.get(old).status_code == 404
    assert client.get(link_in(mail.outbox[-1])).status_code == 200


def test_accepted_invitation_can_neither_be_sent_again_nor_taken_back(client, invite, bob, municipality):
    client.post(invite(), JOIN)
    sign_in(client, bob)
    pk = Invitation.objects.get().pk
    for name in ("invitation_resend", "invitation_revoke"):
        assert client.post(reverse(name, args=[municipality.public_id, pk])).status_code == 404
    assert Invitation.objects.count() == 1


def test_mail_server_away_keeps_the_invitation_and_says_so(
    client, bob, municipality, settings, django_capture_on_commit_callbacks
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    sign_in(client, bob)
    address = reverse("people", args=[municipality.public_id])
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address, {"email": NEW, "role": "team"})
    assert Invitation.objects.get().sent_at is None
    assert "unterwegs" in client.get(address).text
    Invitation.objects.update(expires_at=F("expires_at") - timedelta(minutes=6))
    assert "E-Mail nicht verschickt" in client.get(address).text


def test_mail_speaks_the_known_persons_language(invite, charlie):
    charlie.language = "en"
    charlie.save()
    invite(charlie.email)
    assert "Guten Tag" not in mail.outbox[0].body


def test_new_member_can_be_put_on_a_project(client, invite, bob, municipality):
    project = make_project(municipality)
    client.post(invite(), JOIN)
    person = User.objects.get(email=NEW)
    sign_in(client, bob)
    page = client.get(reverse("assessments:project_edit", args=[project.public_id])).content.decode()
    assert "Nora Neu" in page
    form = {"name": project.name, "phase": project.phase_id, "team": [person.pk], "version": 1}
    response = client.post(reverse("assessments:project_edit", args=[project.public_id]), form)
    assert response.status_code == 302
    assert list(project.team.all()) == [person]


@pytest.mark.django_db(transaction=True)
def test_command_makes_a_municipality_and_invites_its_manager(client, capsys):
    call_command("create_municipality", name="Stadt Beispiel", ags="09461000", manager=NEW)
    assert "the invitation to neu@example.org is on its way" in capsys.readouterr().out
    municipality = Municipality.objects.get(ags="09461000")
    client.post(link_in(mail.outbox[0]), JOIN)
    assert municipality.memberships.get().role == Role.MANAGER
    with pytest.raises(CommandError):
        call_command("create_municipality", name="Stadt Beispiel", ags="09461000", manager=NEW)


@pytest.mark.django_db(transaction=True)
def test_command_run_again_before_anyone_joined_sends_again(client):
    for _ in range(2):
        call_command("create_municipality", name="Stadt Beispiel", ags="09461000", manager=NEW)
    assert Municipality.objects.count() == 1
    assert [client.get(link_in(letter)).status_code for letter in mail.outbox] == [404, 200]


@pytest.mark.parametrize(("ags", "manager"), [("123", NEW), ("09461000", "niemand")])
def test_command_refuses_bad_input(db, ags, manager):
    with pytest.raises(CommandError):
        call_command("create_municipality", name="Stadt Beispiel", ags=ags, manager=manager)
    assert not Municipality.objects.exists()
