"""Offices: what somebody can answer for, asked with the invitation and changed on their page."""

import pytest
from django.core import mail
from django.db import IntegrityError
from django.urls import reverse
from django.utils.translation import override

from scaling.accounts import invitations
from scaling.accounts.models import Membership, Role
from scaling.common.offices import Office
from tests.accounts.people import JOIN, NEW, link_in, sign_in


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


def test_offices_stand_in_a_row_in_english():
    """No office begins with a capital as if it were a heading, though a page's title may be the same German word."""
    with override("en"):
        assert [label for label in map(str, Office.labels) if label[0].isupper()] == ["IT"]
