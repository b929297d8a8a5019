"""Who leaves: what they have in hand is listed and handed over in one step, and nothing later erases their name."""

import pytest
from django.urls import reverse

from assessments.models import Measure, Score
from assessments.services.assignment import assign
from scaling.accounts import invitations
from scaling.accounts.belongings import belongings_of
from scaling.accounts.models import Invitation, Membership
from tests.conftest import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def assessment(municipality, alice):
    from assessments.services import workflow
    from tests.factories import make_catalogue, make_project

    make_catalogue(3)
    return workflow.start_assessment(project=make_project(municipality, team=[alice]), by=alice)


@pytest.fixture
def in_hand(assessment, alice, bob, municipality):
    """Alice looks after a criterion and two measures, one of them done; she invited somebody when she managed."""
    assign(assessment=assessment, scores=[assessment.scores.get(criterion__key="kriterium-1").pk], to=alice, by=bob)
    for text, status in (("Stelle ausschreiben", "running"), ("Vertrag", "done")):
        Measure.objects.create(project=assessment.project, text=text, owner=alice, status=status, criterion_key="kriterium-1")
    invitations.invite(municipality=municipality, email="neu@example.org", role="team", by=alice)
    return assessment


def sign_in(client, person):
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")


def url(municipality, person):
    return reverse("people_remove", args=[municipality.public_id, person.memberships.get().pk])


def test_page_lists_what_the_person_has_in_hand(client, in_hand, municipality, alice, bob):
    found = {kind.label: kind.items for kind in belongings_of(alice, municipality)}
    assert found == {
        "Kriterien": ("Kriterium kriterium-1 (Parkraum-App)",),
        "Maßnahmen": ("Stelle ausschreiben (Parkraum-App)",),
        "Projektteams": ("Parkraum-App",),
        "Offene Einladungen": ("neu@example.org",),
    }
    sign_in(client, bob)
    page = client.get(url(municipality, alice)).text
    for items in found.values():
        assert items[0] in page
    assert "Übergeben an" in page


def test_everything_is_handed_over_in_one_step(client, in_hand, municipality, alice, bob):
    successor = make_user("Sina")
    Membership.objects.create(user=successor, municipality=municipality, role="team")
    sign_in(client, bob)
    response = client.post(url(municipality, alice), {"to": successor.pk}, follow=True)
    assert "Alles Offene hat jetzt Sina" in response.text
    score = Score.objects.get(assigned_to=successor)
    assert score.criterion.key == "kriterium-1"
    assert score.history.first().history_user == bob
    assert {m.text: m.owner for m in Measure.objects.all()} == {"Stelle ausschreiben": successor, "Vertrag": alice}
    assert list(in_hand.project.team.all()) == [successor]
    assert Invitation.objects.get().invited_by == successor
    assert not alice.memberships.exists()


@pytest.mark.parametrize("role", ["manager", "reader"])
def test_only_a_team_member_joins_the_teams(in_hand, municipality, alice, bob, role):
    successor = make_user("Sina")
    Membership.objects.create(user=successor, municipality=municipality, role=role)
    invitations.remove(membership=alice.memberships.get(), by=bob, to=successor)
    assert list(in_hand.project.team.all()) == []
    assert Score.objects.get(assigned_to=successor)


def test_stranger_gets_nothing(client, in_hand, municipality, alice, bob, charlie):
    sign_in(client, bob)
    assert client.post(url(municipality, alice), {"to": charlie.pk}).status_code == 422
    assert alice.memberships.exists()


def test_owner_stays_when_only_the_status_is_changed(client, in_hand, municipality, alice, bob):
    """L12."""
    sign_in(client, bob)
    assert client.post(url(municipality, alice), {}).status_code == 302
    measure = Measure.objects.get(text="Stelle ausschreiben")
    page = client.get(f"/projekte/{in_hand.project.public_id}/massnahmen/{measure.public_id}/")
    assert "Alice (nicht mehr dabei)" in page.text
    form = page.context["form"]
    data = {bound.html_name: bound.value() for bound in form if bound.value() is not None} | {"status": "done"}
    assert client.post(page.wsgi_request.path, data).status_code == 302
    measure.refresh_from_db()
    assert (measure.owner, measure.status) == (alice, "done")


def test_overview_and_criterion_say_the_same(client, in_hand, municipality, alice, bob):
    invitations.remove(membership=alice.memberships.get(), by=bob)
    sign_in(client, bob)
    path = reverse("assessments:score", args=[in_hand.public_id, "kriterium-1"])
    for page in (in_hand.get_absolute_url(), path):
        assert "Alice (nicht mehr dabei)" in client.get(page).text, page
    assign_url = reverse("assessments:assign_one", args=[in_hand.public_id, "kriterium-1"])
    client.post(assign_url, {"person": alice.pk})
    assert Score.objects.get(assigned_to=alice)
    client.post(assign_url, {"person": bob.pk})
    assert Score.objects.get(assigned_to=bob)
    client.post(assign_url, {"person": alice.pk})  # who is gone gets nothing new
    assert not Score.objects.filter(assigned_to=alice).exists()


def test_two_managers_removing_the_same_person_both_succeed(client, in_hand, municipality, alice, bob, monkeypatch):
    membership = alice.memberships.get()
    path = url(municipality, alice)
    real = invitations.remove

    def meanwhile(**kwargs):
        Membership.objects.filter(pk=membership.pk).delete()
        return real(**kwargs)

    monkeypatch.setattr(invitations, "remove", meanwhile)
    sign_in(client, bob)
    response = client.post(path, {}, follow=True)
    assert response.status_code == 200
    assert "gehört nicht mehr dazu" in response.text
