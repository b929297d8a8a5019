"""Members of a municipality: roles, leaving, how they are found."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils import timezone

from scaling.accounts import invitations
from scaling.accounts.models import Invitation, Membership, Role, User
from tests.accounts.people import JOIN, NEW, sign_in
from tests.conftest import make_user
from tests.factories import make_project


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
