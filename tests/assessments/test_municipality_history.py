"""What a manager reads of the municipality itself, and of measures and links in a project's history."""

from datetime import timedelta

import pytest
from django.utils import timezone

from assessments.models import ShareLink
from assessments.services import share_links, workflow
from assessments.services.measures import save_measure
from assessments.services.short_code import set_short_code
from scaling.accounts import invitations
from scaling.accounts.coats_of_arms import remove_coat_of_arms, set_coat_of_arms
from scaling.accounts.models import Invitation, Membership, Role
from tests.conftest import make_user

pytestmark = pytest.mark.django_db


def entries(client, url):
    response = client.get(url)
    assert response.status_code == 200
    return [
        (entry.what, entry.title, entry.who, [(field.label, field.before, field.after) for field in entry.changes])
        for entry in response.context["page"].entries
    ]


@pytest.fixture
def url(client, municipality, bob):
    client.force_login(bob)
    return f"/kommunen/{municipality.public_id}/verlauf/"


def test_settings_are_told_with_who_and_what_before(client, url, municipality, bob):
    code = municipality.code
    set_short_code(municipality=municipality, code="HAFEN", by=bob)
    set_coat_of_arms(municipality=municipality, png=b"PNG", by=bob)
    set_coat_of_arms(municipality=municipality, png=b"PNG2", by=bob)
    remove_coat_of_arms(municipality=municipality, by=bob)
    found = entries(client, url)
    assert [entry[0] for entry in found].count("Einstellungen geändert") == 4
    assert found[:4] == [
        ("Einstellungen geändert", "", "Bob", [("Wappen", "", word)]) for word in ("entfernt", "ersetzt", "neu")
    ] + [("Einstellungen geändert", "", "Bob", [("Kürzel", code, "HAFEN")])]
    assert f'href="{url}"' in client.get(municipality.get_absolute_url()).text


def test_people_are_told(client, url, municipality, alice, bob):
    invitations.invite(municipality=municipality, email="nina@example.org", role=Role.READER, by=bob)
    invitations.invite(municipality=municipality, email="nina@example.org", role=Role.TEAM, by=bob)
    nina = make_user("Nina")
    token = "ein-Zeichen"
    Invitation.objects.update(token_hash=invitations._hash(token))
    invitations.accept(token=token, user=nina)
    membership = Membership.objects.get(user=nina)
    invitations.change_role(membership=membership, role=Role.MANAGER, by=bob)
    invitations.change_offices(membership=membership, offices=["it", "treasury"], by=bob)
    invitations.change_offices(membership=membership, offices=[], by=bob)
    invitations.remove(membership=membership, by=bob)
    invitations.invite(municipality=municipality, email="weg@example.org", role=Role.READER, offices=["legal"], by=bob)
    invitations.revoke(invitation=Invitation.objects.open().get(), by=bob)
    found = entries(client, url)
    assert found[:10] == [
        ("Einladung zurückgezogen", "weg@example.org", "Bob", []),
        ("Eingeladen", "weg@example.org", "Bob", [("Rolle", "", "Lesen"), ("Stellen", "", "Rechtsamt")]),
        ("Person entfernt", "Nina", "Bob", []),
        ("Person geändert", "Nina", "Bob", [("Stellen", "IT, Kämmerei", "–")]),
        ("Person geändert", "Nina", "Bob", [("Stellen", "–", "IT, Kämmerei")]),
        ("Person geändert", "Nina", "Bob", [("Rolle", "Projektteam", "Leitung")]),
        ("Person dazugekommen", "Nina", "Nina", [("Rolle", "", "Projektteam")]),
        ("Einladung geändert", "nina@example.org", "Nina", [("Stand", "offen", "angenommen")]),
        (
            "Einladung geändert",
            "nina@example.org",
            "Bob",
            [("Rolle", "Lesen", "Projektteam"), ("Stand", "", "erneut geschickt")],
        ),
        ("Eingeladen", "nina@example.org", "Bob", [("Rolle", "", "Lesen")]),
    ]


def test_english_page_speaks_english(client, url, municipality, bob):
    set_short_code(municipality=municipality, code="HAFEN", by=bob)
    client.cookies["django_language"] = "en"
    page = client.get(url).text
    for words in ("History of the municipality", "Settings changed", "<dt>Code</dt>"):
        assert words in page, words


def test_another_municipality_is_not_told_of(client, url, elsewhere, charlie):
    set_short_code(municipality=elsewhere, code="FERN", by=charlie)
    assert "FERN" not in client.get(url).text
    assert client.get(f"/kommunen/{elsewhere.public_id}/verlauf/").status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_history_costs_the_same_for_1_and_3_people(client, url, municipality, bob, number, django_assert_num_queries):
    for n in range(number):
        person = make_user(f"Person{n}")
        Membership.objects.create(user=person, municipality=municipality, role=Role.READER)
        invitations.invite(municipality=municipality, email=f"neu{n}@example.org", role=Role.TEAM, by=bob)
    with django_assert_num_queries(10):
        client.get(url)


def test_measures_and_links_stand_in_the_projects_history(client, assessment, project, alice, bob):
    measure = save_measure(project=project, by=alice, text="Stelle ausschreiben", owner_text="Personalamt")
    save_measure(project=project, by=bob, measure=measure, version=1, text="Stelle besetzen", owner=alice, status="running")
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    today = timezone.localdate()
    link = share_links.create_link(assessment=assessment, by=bob, purpose="Rat", expires_on=today)
    share_links.change_link(link=link, by=bob, purpose="Rat", expires_on=today + timedelta(days=1), with_names=True)
    share_links.revoke_link(link=ShareLink.objects.get(), by=bob)
    url = f"/projekte/{project.public_id}/verlauf/"
    client.force_login(bob)
    found = entries(client, url)
    assert [entry[:3] for entry in found[:5]] == [
        ("Link geändert", "Rat", "Bob"),
        ("Link geändert", "Rat", "Bob"),
        ("Link angelegt", "Rat", "Bob"),
        ("Maßnahme geändert", "Stelle besetzen", "Bob"),
        ("Maßnahme hinzugefügt", "Stelle ausschreiben", "Alice"),
    ]
    assert found[0][3] == [("Stand", "gültig", "widerrufen")]
    assert found[1][3][1:] == [("Namen von Personen zeigen", "nein", "ja")]
    assert found[3][3] == [
        ("Was", "Stelle ausschreiben", "Stelle besetzen"),
        ("Wer", "Personalamt", "Alice"),
        ("Stand", "geplant", "läuft"),
    ]
    client.force_login(alice)
    team = [entry[0] for entry in entries(client, url)]
    assert "Maßnahme geändert" in team
    assert not any(what.startswith("Link") for what in team)
