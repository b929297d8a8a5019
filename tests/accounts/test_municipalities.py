"""The operator makes a municipality in the app and invites whoever manages it; and the frame of the admin is ours."""

import pytest
from django.core import mail
from django.urls import reverse

from scaling.accounts.models import Invitation, Municipality
from scaling.accounts.views.municipalities import MAX_NEWEST
from tests.conftest import make_user

pytestmark = pytest.mark.django_db
URL = "/kommunen/neu/"
VALID = {"name": "Stadt Neuhafen", "ags": "03999077", "manager": "Leitung@Example.org"}


@pytest.fixture
def operator(client):
    user = make_user("Otto", is_staff=True, is_superuser=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user


@pytest.mark.django_db(transaction=True)  # the mail goes out after the commit
def test_operator_makes_a_municipality_and_invites_its_manager(client, operator):
    assert URL in client.get("/").text
    response = client.post(URL, VALID, follow=True)
    assert response.redirect_chain == [(URL, 302)]
    municipality = Municipality.objects.get()
    assert (municipality.name, municipality.ags) == ("Stadt Neuhafen", "03999077")
    assert municipality.history.get().history_user == operator
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role, invitation.invited_by) == ("leitung@example.org", "manager", operator)
    assert mail.outbox[0].to == ["leitung@example.org"]
    assert "Stadt Neuhafen" in response.text


@pytest.mark.django_db(transaction=True)
def test_same_form_later_sends_the_invitation_once_more(client, operator):
    client.post(URL, VALID)
    client.post(URL, VALID)
    assert (Municipality.objects.count(), Invitation.objects.count()) == (1, 1)
    assert len(mail.outbox) == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ags": "99000000"}, "ags"),
        ({"ags": "123"}, "ags"),
        ({"manager": "keine-adresse"}, "manager"),
        ({"name": ""}, "name"),
        ({"name": "\u200b"}, "name"),
    ],
)
def test_bad_input_makes_nothing_and_keeps_what_was_typed(client, operator, changes, field):
    response = client.post(URL, VALID | changes)
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not Municipality.objects.exists()
    if field != "name":
        assert "Stadt Neuhafen" in response.text


@pytest.mark.parametrize(("changes", "field"), [({"name": "Stadt Musterhafen"}, "name"), ({"ags": "03999001"}, "ags")])
def test_municipality_that_is_there_already_is_told(client, operator, bob, municipality, changes, field):
    response = client.post(URL, VALID | changes)
    assert response.status_code == 422
    assert response.context["form"].errors
    assert Municipality.objects.count() == 1


def test_of_a_nation_only_the_newest_stand_beside_the_form(client, operator, django_assert_num_queries):
    for number in range(MAX_NEWEST + 2):
        Municipality.objects.create(name=f"Gemeinde {number}", ags=f"03{number:06d}")
    with django_assert_num_queries(4):
        page = client.get(URL).text
    assert "Gemeinde 21<" in page
    assert "Gemeinde 2<" in page
    assert "Gemeinde 1<" not in page


def test_nobody_else_makes_one(client, alice, bob, dora):
    staff = make_user("Stefan", is_staff=True)
    for person in (alice, bob, dora, staff):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get(URL).status_code == client.post(URL, VALID).status_code == 403
    assert Municipality.objects.count() == 1


@pytest.mark.parametrize("name", ["admin:index", "admin:accounts_user_changelist", "admin:accounts_user_add"])
def test_admin_stands_in_our_frame(client, operator, name):
    response = client.get(reverse(name))
    page = response.text
    assert response.status_code == 200
    for part in ('class="skip-link" href="#inhalt"', "site-header", "site-footer", "css/admin.css", "kern.min.css"):
        assert part in page
    assert "<style" not in page
    assert "onclick" not in page
