"""Inviting people, joining, changing roles and leaving."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils import timezone

from scaling.accounts import invitations
from scaling.accounts.models import Invitation, Membership, Municipality, Role, User
from tests.conftest import PASSWORD, make_user
from tests.factories import make_project
from tests.pages import without_chance

NEW = "neu@example.org"
JOIN = {"name": "Nora Neu", "password": "vier Birken am Hafen", "repeated": "vier Birken am Hafen"}


@pytest.fixture
def invite(client, bob, municipality, django_capture_on_commit_callbacks):
    """Bob invites through the page; the answer is the link in the mail, and nobody is signed in."""

    def invite(email: str = NEW, role: str = Role.TEAM) -> str:
        client.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")
        with django_capture_on_commit_callbacks(execute=True):
            response = client.post(reverse("people", args=[municipality.public_id]), {"email": email, "role": role})
        assert response.status_code == 302
        client.logout()
        return link_in(mail.outbox[-1])

    return invite


def link_in(letter: mail.EmailMessage) -> str:
    (link,) = re.findall(r"http://[^/]+(/einladung/\S+)", str(letter.body))
    return link


def sign_in(client, user):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")


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
    assert "E-Mail nicht verschickt" in client.get(address).content.decode()


def test_mail_speaks_the_known_persons_language(invite, charlie):
    charlie.language = "en"
    charlie.save()
    invite(charlie.email)
    assert "Guten Tag" not in mail.outbox[0].body


def test_manager_changes_a_role(client, bob, alice, municipality):
    sign_in(client, bob)
    membership = alice.memberships.get()
    client.post(reverse("people_role", args=[municipality.public_id, membership.pk]), {"role": "reader", "version": "1"})
    membership.refresh_from_db()
    assert membership.role == Role.READER
    assert membership.history.count() == 2


def test_unknown_role_changes_nothing(client, bob, alice, municipality):
    sign_in(client, bob)
    client.post(
        reverse("people_role", args=[municipality.public_id, alice.memberships.get().pk]), {"role": "king", "version": "1"}
    )
    assert alice.memberships.get().role == Role.TEAM


def test_last_manager_stays(client, bob, alice, municipality):
    sign_in(client, bob)
    pk = bob.memberships.get().pk
    page = client.post(reverse("people_role", args=[municipality.public_id, pk]), {"role": "team", "version": "1"}, follow=True)
    assert "Eine Person muss die Leitung behalten." in page.content.decode()
    client.post(reverse("people_remove", args=[municipality.public_id, pk]))
    assert bob.memberships.get().role == Role.MANAGER


def test_manager_with_a_locked_account_does_not_count(bob, municipality):
    other = make_user("Otto", is_active=False)
    Membership.objects.create(user=other, municipality=municipality, role=Role.MANAGER)
    with pytest.raises(invitations.LastManager):
        invitations.remove(membership=bob.memberships.get(), by=other)


def test_manager_may_leave_when_another_stays(client, bob, municipality):
    other = make_user("Olga")
    Membership.objects.create(user=other, municipality=municipality, role=Role.MANAGER)
    sign_in(client, bob)
    response = client.post(reverse("people_remove", args=[municipality.public_id, bob.memberships.get().pk]))
    assert response["Location"] == "/"
    assert not bob.memberships.exists()


def test_removed_person_sees_nothing_and_leaves_the_teams(client, bob, alice, municipality):
    project = make_project(municipality, team=[alice])
    sign_in(client, bob)
    client.post(reverse("people_remove", args=[municipality.public_id, alice.memberships.get().pk]))
    assert list(project.team.all()) == []
    sign_in(client, alice)
    assert client.get(municipality.get_absolute_url()).status_code == 404


def test_member_of_another_municipality_cannot_be_reached(client, bob, charlie, municipality):
    sign_in(client, bob)
    pk = charlie.memberships.get().pk
    assert (
        client.post(reverse("people_role", args=[municipality.public_id, pk]), {"role": "reader", "version": "1"}).status_code
        == 404
    )
    assert client.post(reverse("people_remove", args=[municipality.public_id, pk])).status_code == 404
    assert charlie.memberships.get().role == Role.MANAGER


@pytest.mark.parametrize("number", [1, 3])
def test_people_page_costs_the_same_for_one_and_three(client, bob, municipality, django_assert_num_queries, number):
    for index in range(number):
        Membership.objects.create(user=make_user(f"Person{index}"), municipality=municipality, role=Role.TEAM)
        Invitation.objects.create(
            municipality=municipality,
            email=f"{index}@example.org",
            invited_by=bob,
            token_hash=str(index),
            expires_at=timezone.now() + timedelta(days=1),
        )
    sign_in(client, bob)
    # Session, person, municipality, roles, members and their number, invitations, projects to invite to.
    with django_assert_num_queries(8):
        client.get(reverse("people", args=[municipality.public_id]))


def test_many_members_come_in_pages(client, bob, municipality):
    people = User.objects.bulk_create(User(email=f"{n:02}@example.org", name=f"Person {n:02}") for n in range(50))
    Membership.objects.bulk_create(Membership(user=user, municipality=municipality, role=Role.READER) for user in people)
    sign_in(client, bob)
    url = reverse("people", args=[municipality.public_id])
    first, second = client.get(url), client.get(url, {"seite": 2})
    assert [len(page.context["members"]) for page in (first, second)] == [50, 1]
    assert "?seite=2" in first.content.decode()


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


@pytest.mark.parametrize("written", ["Alice@Example.org", " alice@example.org "])
def test_address_found_by_the_index_however_it_is_written(alice, django_assert_num_queries, written):
    User.objects.filter(pk=alice.pk).update(email="alice@example.org")
    with django_assert_num_queries(2) as queries:
        assert User.objects.with_email(written) == alice
        assert User.objects.get_by_natural_key(written) == alice
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for query in queries.captured_queries:
            cursor.execute(f"EXPLAIN {query['sql']}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert re.search(r"Index Cond: \(+email\)?::text = 'alice@example\.org'", plan), plan


@pytest.mark.parametrize("model", [User, Invitation])
def test_address_in_capitals_refused_by_the_database(invite, model):
    invite()
    with pytest.raises(IntegrityError, match="email_lower_case"):
        model.objects.update(email=Upper("email"))


def test_history_names_who_changed_a_role_and_who_removed(client, bob, municipality, alice):
    sign_in(client, bob)
    membership = alice.memberships.get()
    client.post(reverse("people_role", args=[municipality.public_id, membership.pk]), {"role": Role.READER, "version": 1})
    client.post(reverse("people_remove", args=[municipality.public_id, membership.pk]))
    rows = Membership.history.filter(id=membership.pk, history_type__in="~-").order_by("history_id")
    assert [(row.history_type, row.role, row.history_user) for row in rows] == [("~", "reader", bob), ("-", "reader", bob)]


def test_history_names_who_invited_and_who_joined(client, invite, bob):
    client.post(invite(), JOIN)
    person = User.objects.get(email=NEW)
    rows = Invitation.history.order_by("history_id")
    assert [(row.history_type, row.history_user) for row in rows] == [("+", bob), ("~", person)]
    assert Membership.history.get(user_id=person.pk).history_user == person


# --- Offices: what somebody can answer for ---------------------------------------------------------------------------------


def test_invitation_carries_offices_into_the_membership(client, bob, municipality, django_capture_on_commit_callbacks):
    sign_in(client, bob)
    with django_capture_on_commit_callbacks(execute=True):
        data = {"email": NEW, "role": "team", "offices": ["it", "treasury"]}
        client.post(reverse("people", args=[municipality.public_id]), data)
    assert "Gefragt sind Sie für: IT, Kämmerei." in mail.outbox[0].body
    assert "(IT, Kämmerei)" in client.get(reverse("people", args=[municipality.public_id])).text
    client.logout()
    client.post(link_in(mail.outbox[0]), JOIN)
    assert Membership.objects.get(user__email=NEW).offices == ["it", "treasury"]


def test_invitation_without_offices_says_nothing_of_them(invite):
    invite()
    assert "Gefragt sind Sie" not in mail.outbox[0].body


def test_address_can_ask_for_offices(client, bob, municipality):
    sign_in(client, bob)
    url = reverse("people", args=[municipality.public_id])
    assert client.get(url, {"stelle": ["treasury", "mayor"]}).context["form"]["offices"].value() == ["treasury"]


def test_offices_of_a_member_are_changed_on_their_page(client, bob, alice, municipality):
    sign_in(client, bob)
    membership = alice.memberships.get()
    url = reverse("people_offices", args=[municipality.public_id, membership.pk])
    response = client.post(url, {"offices": ["legal", "it"], "version": 1}, follow=True)
    assert "Alice kann antworten für: IT, Rechtsamt." in response.text
    membership.refresh_from_db()
    assert (membership.offices, membership.role, membership.version) == (["it", "legal"], Role.TEAM, 2)
    assert membership.history.first().history_user == bob
    assert client.get(url).context["form"]["offices"].value() == ["it", "legal"]
    client.post(url, {"version": 2})
    membership.refresh_from_db()
    assert membership.offices == []


def test_unknown_office_keeps_what_was_ticked(client, bob, alice, municipality):
    sign_in(client, bob)
    membership = alice.memberships.get()
    url = reverse("people_offices", args=[municipality.public_id, membership.pk])
    response = client.post(url, {"offices": ["it", "mayor"], "version": 1})
    assert response.status_code == 422
    assert response.context["form"]["offices"].value() == ["it", "mayor"]
    with pytest.raises(IntegrityError, match="membership_offices_known"):
        Membership.objects.filter(pk=membership.pk).update(offices=["mayor"])


def test_second_invitation_to_an_address_says_what_the_first_was_for(client, bob, municipality):
    client.force_login(bob)
    url = reverse("people", args=[municipality.public_id])
    client.post(url, {"email": "neu@example.org", "role": "team", "offices": ["it", "legal"]})
    page = client.post(url, {"email": "Neu@Example.org", "role": "reader"}, follow=True).text
    assert "gab es schon eine Einladung (Projektteam, IT, Rechtsamt); jetzt gilt die neue (Lesen)" in page
    page = client.post(url, {"email": "neu@example.org", "role": "reader"}, follow=True).text
    assert "gab es schon eine Einladung" not in page


def test_role_and_offices_of_one_person_are_no_conflict_of_each_other(client, bob, alice, municipality):
    """Two forms show a part each of one row."""
    membership = alice.memberships.get()
    client.force_login(bob)
    offices, role = (reverse(f"people_{name}", args=[municipality.public_id, membership.pk]) for name in ("offices", "role"))
    assert client.post(offices, {"offices": ["it"], "version": 1}).status_code == 302
    assert client.post(role, {"role": Role.READER, "version": 1}).status_code == 302
    assert client.post(offices, {"offices": ["legal"], "version": 2}).status_code == 302
    assert client.post(role, {"role": Role.TEAM, "version": 1}).status_code == 409
    membership.refresh_from_db()
    assert (membership.offices, membership.role, membership.version) == (["legal"], Role.READER, 4)


def test_older_page_of_offices_shows_both_versions(client, bob, alice, municipality):
    sign_in(client, bob)
    membership = alice.memberships.get()
    invitations.change_offices(membership=membership, offices=["legal"], by=bob)
    url = reverse("people_offices", args=[municipality.public_id, membership.pk])
    response = client.post(url, {"offices": ["it"], "version": 1})
    assert response.status_code == 409
    assert "Rechtsamt" in response.text
    membership.refresh_from_db()
    assert membership.offices == ["legal"]
    invitations.change_role(membership=membership, role=Role.READER, by=bob)
    membership.refresh_from_db()
    assert membership.offices == ["legal"]
