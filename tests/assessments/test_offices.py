"""„Wer weiß das?“ is used: to assign by office, to invite, and to print."""

import pytest
from django.urls import reverse

from assessments.models import Assessment, Score
from assessments.queries.offices import divided
from assessments.services import workflow
from assessments.services.assignment import assign
from catalogue.models import Criterion, EditionState
from scaling.accounts.models import Membership, Role
from tests.conftest import make_user
from tests.factories import make_criterion, make_edition, make_project


def criterion(pk, *offices):
    return Criterion(pk=pk, offices=list(offices))


@pytest.mark.parametrize(
    ("criteria", "chosen", "free", "expected"),
    [
        pytest.param([(1, "it")], {"it": "Ida"}, {1}, {"Ida": [1]}, id="one office"),
        pytest.param([(1, "it")], {}, {1}, {}, id="nobody chosen"),
        pytest.param([(1, "it")], {"it": "Ida"}, set(), {}, id="somebody has it"),
        pytest.param([(1,)], {"it": "Ida"}, {1}, {}, id="no office named"),
        pytest.param(
            [(1, "project_lead", "it"), (2, "project_lead"), (3, "project_lead", "legal")],
            {"project_lead": "Pia", "it": "Ida"},
            {1, 2, 3},
            {"Ida": [1], "Pia": [2, 3]},
            id="the rarest office that has a person",
        ),
        pytest.param(
            [(1, "it", "legal")], {"legal": "Lea", "it": "Ida"}, {1}, {"Ida": [1]}, id="a tie by the order of the list"
        ),
        pytest.param(
            [(1, "it"), (2, "legal")], {"it": "Ida", "legal": "Ida"}, {1, 2}, {"Ida": [1, 2]}, id="one person, two offices"
        ),
        pytest.param(
            [(1, "project_lead", "it"), (2, "it"), (3, "it")],
            {"project_lead": "Pia", "it": "Ida"},
            {1},
            {"Pia": [1]},
            id="rarity counts in the whole round, not in what is free",
        ),
    ],
)
def test_criteria_are_divided_by_office(criteria, chosen, free, expected):
    assert divided([criterion(*one) for one in criteria], chosen, free=free) == expected


@pytest.fixture
def edition(db):
    edition = make_edition(state=EditionState.DRAFT)
    make_criterion(edition, "haushalt", offices=["project_lead", "treasury"])
    make_criterion(edition, "betrieb", offices=["project_lead", "it"])
    make_criterion(edition, "zielbild", offices=["project_lead"])
    make_criterion(edition, "ohne-stelle", offices=[])
    edition.__class__.objects.filter(pk=edition.pk).update(state=EditionState.PUBLISHED, published_at="2026-01-01T00:00Z")
    edition.refresh_from_db()
    return edition


def hold(person, *offices):
    Membership.objects.filter(user=person).update(offices=list(offices))


@pytest.fixture
def round_(edition, municipality, alice, bob):
    """Alice leads the project, Bob manages and is the treasurer."""
    hold(alice, "project_lead")
    hold(bob, "treasury")
    return workflow.start_assessment(project=make_project(municipality, team=[alice]), by=alice)


def assigned(assessment):
    return {
        score.criterion.key: str(score.assigned_to or "")
        for score in assessment.scores.select_related("criterion", "assigned_to")
    }


def test_form_is_preset_to_whoever_holds_the_office(client, round_, alice, bob):
    client.force_login(alice)
    form = client.get(round_.get_absolute_url()).context["office_form"]
    assert {name: field.initial for name, field in form.fields.items()} == {
        "project_lead": str(alice.pk),
        "it": "",
        "treasury": str(bob.pk),
    }
    assert form.fields["project_lead"].label == "Projektleitung (3 Kriterien)"


def test_whole_round_is_assigned_in_one_step(client, round_, alice, bob, mailoutbox, django_capture_on_commit_callbacks):
    client.force_login(alice)
    url = reverse("assessments:assign_offices", args=[round_.public_id])
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(url, {"project_lead": alice.pk, "treasury": bob.pk, "it": ""}, follow=True)
    assert assigned(round_) == {"haushalt": "Bob", "betrieb": "Alice", "zielbild": "Alice", "ohne-stelle": ""}
    assert "3 Kriterien sind neu zugewiesen: Bob\u00a01, Alice\u00a02." in response.text
    assert [mail.to for mail in mailoutbox] == [[bob.email]]
    assert response.context["office_form"].fields == {}
    assert "hat schon Zuständige" in response.text


def test_what_somebody_has_stays_with_them(client, round_, alice, bob):
    score = round_.scores.get(criterion__key="haushalt")
    assign(assessment=round_, scores=[score.pk], to=alice, by=alice)
    client.force_login(bob)
    client.post(reverse("assessments:assign_offices", args=[round_.public_id]), {"treasury": bob.pk, "project_lead": bob.pk})
    assert assigned(round_) == {"haushalt": "Alice", "betrieb": "Bob", "zielbild": "Bob", "ohne-stelle": ""}


def test_person_of_elsewhere_is_refused_and_nothing_assigned(client, round_, alice, rita):
    client.force_login(alice)
    response = client.post(
        reverse("assessments:assign_offices", args=[round_.public_id]), {"treasury": rita.pk, "project_lead": alice.pk}
    )
    assert response.status_code == 422
    assert set(assigned(round_).values()) == {""}


def test_too_late_says_so(client, round_, alice):
    workflow.submit(assessment=round_, by=alice)
    client.force_login(alice)
    url = reverse("assessments:assign_offices", args=[round_.public_id])
    assert "nichts mehr ändern" in client.post(url, {"project_lead": alice.pk}, follow=True).text
    assert set(assigned(round_).values()) == {""}


def test_round_names_who_is_missing_and_how_to_get_them(client, round_, municipality, alice, bob):
    ida = make_user("Ida")
    Membership.objects.create(user=ida, municipality=municipality, role=Role.READER, offices=["project_lead"])
    people = reverse("people", args=[municipality.public_id])
    client.force_login(bob)
    page = client.get(round_.get_absolute_url()).text
    assert f"{people}?stelle=it#einladen" in page
    assert "nicht im Projektteam: Ida" in page
    client.force_login(alice)
    page = client.get(round_.get_absolute_url()).text
    assert "noch niemand eingetragen" in page
    assert people not in page


def test_locked_account_holds_no_office(client, round_, alice, bob):
    bob.is_active = False
    bob.save()
    client.force_login(alice)
    assert client.get(round_.get_absolute_url()).context["office_form"].fields["treasury"].initial == ""


def test_list_is_narrowed_to_an_office(client, round_, alice):
    client.force_login(alice)
    response = client.get(round_.get_absolute_url(), {"stelle": "it"})
    assert [score.criterion.key for score in response.context["shown"].scores] == ["betrieb"]
    assert len(client.get(round_.get_absolute_url(), {"stelle": "gibtesnicht"}).context["shown"].scores) == 4


@pytest.mark.parametrize("number", [1, 3])
def test_offices_cost_no_query_of_their_own_however_many_hold_them(
    client, round_, municipality, alice, django_assert_num_queries, number
):
    for index in range(number):
        person = make_user(f"Person{index}")
        Membership.objects.create(user=person, municipality=municipality, role=Role.TEAM, offices=["it", "legal"])
    client.force_login(alice)
    client.get(round_.get_absolute_url())
    with django_assert_num_queries(6):
        client.get(round_.get_absolute_url())


# --- At the start of a round -------------------------------------------------------------------------------------


@pytest.fixture
def fresh(edition, municipality, alice, bob):
    hold(alice, "project_lead", "it")
    hold(bob, "treasury")
    return make_project(municipality, "Mängelmelder", team=[alice])


def start_url(project):
    return reverse("assessments:start", args=[project.public_id])


def test_start_page_offers_to_assign_and_says_to_whom(client, fresh, alice):
    client.force_login(alice)
    response = client.get(start_url(fresh))
    assert response.context["form"]["by_office"].initial is True
    assert 'name="by_office"' in response.text
    lines = " ".join(response.text.split())
    assert "Projektleitung (3): Alice" in lines
    assert "Kämmerei (1): Bob" in lines


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"by_office": "on"}, {"haushalt": "Bob", "betrieb": "Alice", "zielbild": "Alice", "ohne-stelle": ""}),
        ({}, dict.fromkeys(("haushalt", "betrieb", "zielbild", "ohne-stelle"), "")),
    ],
)
def test_round_begins_assigned_where_it_is_wanted(client, fresh, alice, sent, expected):
    client.force_login(alice)
    assert client.post(start_url(fresh), sent).status_code == 302
    assert assigned(Assessment.objects.get(project=fresh)) == expected


def test_next_round_keeps_who_had_it(client, fresh, alice, bob):
    first = workflow.start_assessment(project=fresh, by=alice)
    Score.objects.filter(assessment=first, criterion__key="zielbild").update(assigned_to=bob)
    workflow.submit(assessment=first, by=alice)
    workflow.approve(assessment=first, by=bob)
    client.force_login(alice)
    client.post(start_url(fresh), {"by_office": "on"})
    second = fresh.assessments.get(round=2)
    assert assigned(second) == {"haushalt": "Bob", "betrieb": "Alice", "zielbild": "Bob", "ohne-stelle": ""}


def test_nobody_holds_an_office_nothing_is_offered(client, fresh, alice, bob):
    Membership.objects.update(offices=[])
    client.force_login(alice)
    response = client.get(start_url(fresh))
    assert 'name="by_office"' not in response.text
    assert "noch niemand eingetragen" in response.text
    client.post(start_url(fresh), {"by_office": "on"})
    assert set(assigned(Assessment.objects.get(project=fresh)).values()) == {""}


def test_pages_speak_english(client, round_, alice):
    client.force_login(alice)
    page = client.get(round_.get_absolute_url(), headers={"accept-language": "en"}).text
    assert "Assign by office: ‘Who knows?’" in page
    assert "treasurer’s office (1 criterion)" in page
