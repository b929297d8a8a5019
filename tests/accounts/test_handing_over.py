"""A member's tasks go to somebody else while both stay: shown first, in one step, with who did it in the histories."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.models import Measure, Score, TeamChange
from assessments.services import workflow
from assessments.services.assignment import assign
from scaling.accounts import handing_over, invitations
from scaling.accounts.models import Invitation, Membership, Role, User
from tests.cast import make_member
from tests.factories import make_catalogue, make_project
from tests.sent_forms import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_hand(municipality, alice, bob):
    """Alice looks after a criterion and two measures, one of them done; she invited somebody when she managed."""
    make_catalogue(3)
    project = make_project(municipality, team=[alice])
    assessment = workflow.start_assessment(project=project, by=alice)
    assign(assessment=assessment, scores=[assessment.scores.get(criterion__key="kriterium-1").pk], to=alice, by=bob)
    for text, status in (("Stelle ausschreiben", "running"), ("Vertrag", "done")):
        Measure.objects.create(project=project, text=text, owner=alice, status=status, criterion_key="kriterium-1")
    invitations.invite(municipality=municipality, email="neu@example.org", role="team", by=alice)
    return assessment


@pytest.fixture
def sina(municipality):
    return make_member("Sina", municipality, Role.TEAM)


def url(municipality, person):
    return reverse("people_hand_over", args=[municipality.public_id, person.memberships.get().pk])


@pytest.mark.parametrize("is_active", [True, False])
def test_all_is_shown_first_and_goes_over_in_one_step(in_hand, municipality, alice, bob, sina, is_active):
    alice.is_active = is_active  # locked: offered all the same
    alice.save()
    client, path = signed_in(bob), url(municipality, alice)
    assert path in client.get(reverse("people", args=[municipality.public_id])).text
    page = client.get(path).text
    for text in ("Kriterium kriterium-1 (Parkraum-App)", "Stelle ausschreiben (Parkraum-App)", "neu@example.org"):
        assert text in page
    assert "Vertrag" not in page
    assert Score.objects.get(assigned_to=alice)
    answer = client.post(path, {"to": sina.pk}, follow=True)
    assert "Was Alice in der Hand hatte, hat jetzt Sina." in answer.text
    score = Score.objects.get(assigned_to=sina)
    assert (score.criterion.key, score.history.first().history_user) == ("kriterium-1", bob)
    measures = {measure.text: measure for measure in Measure.objects.all()}
    assert {text: measure.owner for text, measure in measures.items()} == {"Stelle ausschreiben": sina, "Vertrag": alice}
    assert measures["Stelle ausschreiben"].history.first().history_user == bob
    assert list(in_hand.project.team.all()) == [sina]
    changes = TeamChange.objects.filter(by=bob).values_list("person__name", "joined")
    assert set(changes) == {("Sina", True), ("Alice", False)}
    assert Invitation.objects.get().invited_by == sina
    assert alice.memberships.get().role == "team"
    assert "Alice hat nichts Offenes" in client.get(path).text
    assert client.post(path, {"to": sina.pk}).status_code == 302


def test_manager_who_takes_over_needs_no_place_on_a_team(in_hand, municipality, alice, bob):
    handing_over.hand_over_everything(membership=alice.memberships.get(), to=bob, by=bob)
    assert list(in_hand.project.team.all()) == []
    assert Score.objects.get(assigned_to=bob)
    assert signed_in(bob).get(in_hand.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("who", ["alice", "rita", "charlie", "locked", ""])
def test_who_cannot_work_there_takes_nothing_over(request, in_hand, municipality, alice, bob, who):
    to: User | None
    if who == "locked":
        to = make_member("Lars", municipality, Role.TEAM)
        to.is_active = False
        to.save()
    else:
        to = request.getfixturevalue(who) if who else None
    response = signed_in(bob).post(url(municipality, alice), {"to": to.pk if to else ""})
    assert response.status_code == 422
    assert Score.objects.get(assigned_to=alice)
    if to:
        with pytest.raises(handing_over.NobodyToTakeOver):
            handing_over.hand_over_everything(membership=alice.memberships.get(), to=to, by=bob)


def test_who_left_a_moment_ago(in_hand, municipality, alice, bob, sina):
    path, membership = url(municipality, alice), alice.memberships.get()
    Membership.objects.filter(user=sina).update(role="reader")
    response = signed_in(bob).post(path, {"to": sina.pk})
    assert response.status_code == 422
    invitations.remove(membership=alice.memberships.get(), by=bob)
    with pytest.raises(Membership.DoesNotExist):
        handing_over.hand_over_everything(membership=membership, to=bob, by=bob)
    assert signed_in(bob).post(path, {"to": bob.pk}).status_code == 404


def test_list_costs_the_same_for_one_and_three(in_hand, municipality, alice, bob):
    def cost():
        client = signed_in(bob)
        client.get(url(municipality, alice))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url(municipality, alice)).status_code == 200
        return len(queries)

    one = cost()
    for text in ("Zwei", "Drei"):
        Measure.objects.create(project=in_hand.project, text=text, owner=alice, status="running", criterion_key="kriterium-1")
        make_member(text, municipality, Role.TEAM)
    assert cost() == one
