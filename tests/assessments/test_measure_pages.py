import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.models import Measure
from assessments.services import workflow
from scaling.accounts.models import Membership, Role
from tests.conftest import make_user


@pytest.fixture
def url(project):
    return f"/projekte/{project.public_id}/massnahmen/"


def valid(**changes):
    return {
        "text": "Stelle ausschreiben",
        "criterion_key": "kriterium-1",
        "owner": "",
        "owner_text": "Personalamt",
        "due_on": "2027-03-31",
        "status": "planned",
        "version": "1",
        **changes,
    }


def test_list_is_sorted_by_date_and_marks_what_is_overdue(client, project, alice, url):
    for text, due, status in (
        ("Ohne Termin", None, "planned"),
        ("Später", datetime.date(2099, 1, 1), "running"),
        ("Zu spät", datetime.date(2020, 1, 1), "planned"),
        ("Fertig", datetime.date(2019, 1, 1), "done"),
    ):
        Measure.objects.create(project=project, text=text, due_on=due, status=status, criterion_key="kriterium-1")
    client.force_login(alice)
    response = client.get(url)
    assert response.status_code == 200
    assert [row.measure.text for row in response.context["running"]] == ["Zu spät", "Später", "Ohne Termin"]
    assert [row.measure.text for row in response.context["closed"]] == ["Fertig"]
    assert response.text.count("überfällig") == 1
    assert "Kriterium kriterium-1" in response.text


def test_many_measures_come_in_pages(client, project, alice, url):
    Measure.objects.bulk_create(Measure(project=project, text=f"Maßnahme {n}") for n in range(51))
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    pages = [client.get(url, {"seite": number}).context["running"] for number in (1, 2)]
    assert [len(page) for page in pages] == [50, 1]


def test_measure_is_added(client, project, alice, url):
    client.force_login(alice)
    page = client.get(f"{url}neu/?kriterium=kriterium-2")
    assert page.context["form"]["criterion_key"].value() == "kriterium-2"
    response = client.post(f"{url}neu/", valid())
    assert response["Location"] == url
    measure = Measure.objects.get()
    assert (measure.text, measure.criterion_key, measure.who, str(measure.due_on), measure.status) == (
        "Stelle ausschreiben",
        "kriterium-1",
        "Personalamt",
        "2027-03-31",
        "planned",
    )
    assert measure.history.get().history_user == alice


def test_measure_is_given_to_a_member_and_changed(client, project, alice, bob, url):
    measure = Measure.objects.create(project=project, text="Alt")
    client.force_login(bob)
    edit = f"{url}{measure.public_id}/"
    assert client.get(edit).context["form"]["text"].value() == "Alt"
    for version, owner in enumerate((alice, bob), 1):
        client.post(edit, valid(owner=owner.pk, owner_text="", status="done", version=version))
        measure.refresh_from_db()
        assert (measure.owner, measure.text, measure.status) == (owner, "Stelle ausschreiben", "done")


def test_measure_returns_to_the_page_it_came_from(client, alice, url):
    client.force_login(alice)
    assert client.post(f"{url}neu/?zurueck=/bewertungen/abc/", valid())["Location"] == "/bewertungen/abc/"
    for evil in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        assert client.post(f"{url}neu/?zurueck={evil}", valid())["Location"] == url


def test_measure_with_bad_input_keeps_what_was_typed(client, municipality, elsewhere, alice, rita, url):
    stranger = make_user("Stella")
    Membership.objects.create(user=stranger, municipality=elsewhere, role=Role.MANAGER)
    client.force_login(alice)
    for wrong in (
        {"text": ""},
        {"due_on": "bald"},
        {"status": "unsinn"},
        {"criterion_key": "gibt-es-nicht"},
        {"owner": stranger.pk},
        {"owner": rita.pk},
        {"owner": alice.pk},  # and a text: one of both
    ):
        response = client.post(f"{url}neu/", valid(**wrong))
        assert response.status_code == 422, wrong
        assert "Personalamt" in response.text
    assert not Measure.objects.exists()


def test_measures_by_others(client, project, assessment, alice, bob, rita, charlie, url):
    measure = Measure.objects.create(project=project, text="Alt")
    edit = f"{url}{measure.public_id}/"
    for address in (url, f"{url}neu/", edit):
        assert client.get(address)["Location"].startswith("/konto/login/")
    for person in (rita, charlie):
        client.force_login(person)
        assert [client.get(address).status_code for address in (url, f"{url}neu/", edit)] == [404, 404, 404]
        assert client.post(edit, valid()).status_code == 404
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    client.force_login(rita)
    assert [client.get(address).status_code for address in (url, f"{url}neu/", edit)] == [200, 403, 403]
    assert client.post(edit, valid()).status_code == 403
    assert "Bearbeiten" not in client.get(url).text
    assert Measure.objects.get().text == "Alt"


def test_measure_of_another_project(client, project, alice, municipality):
    from tests.factories import make_project

    other = make_project(municipality, "Anderes")
    measure = Measure.objects.create(project=other, text="Alt")
    client.force_login(alice)
    assert client.get(f"/projekte/{project.public_id}/massnahmen/{measure.public_id}/").status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_list_costs_the_same_for_one_and_three(client, project, assessment, alice, url, number):
    for n in range(number):
        Measure.objects.create(project=project, text=f"Maßnahme {n}", owner=alice)
    client.force_login(alice)
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    assert len(queries) == 7, [query["sql"][:80] for query in queries]


def ticked_off(client, measure, **data):
    path = f"/projekte/{measure.project.public_id}/massnahmen/{measure.public_id}/erledigt/"
    return client.post(path, {"version": str(measure.version), **data})


def test_measure_is_ticked_off_from_a_list(client, project, alice, url):
    measure = Measure.objects.create(project=project, text="Stelle ausschreiben", owner_text="Personalamt")
    client.force_login(alice)
    assert "/erledigt/" in client.get(url).text
    assert ticked_off(client, measure, zurueck="/")["Location"] == "/"
    stored = Measure.objects.get()
    assert (stored.status, stored.version, stored.owner_text) == ("done", 2, "Personalamt")
    assert stored.history.first().history_user == alice
    assert ticked_off(client, measure, zurueck="https://anderswo.example/")["Location"] == url  # done already: no conflict
    assert Measure.objects.get().version == 2
    assert "/erledigt/" not in client.get(url).text


@pytest.mark.parametrize("version", ["", "2", "x"])
def test_measure_changed_meanwhile_is_shown_and_not_ticked_off(client, project, alice, version):
    measure = Measure.objects.create(project=project, text="Stelle ausschreiben")
    client.force_login(alice)
    response = ticked_off(client, measure, version=version)
    assert response["Location"] == f"/projekte/{project.public_id}/massnahmen/{measure.public_id}/"
    assert Measure.objects.get().status == "planned"


def test_list_of_measures_costs_the_same_for_one_and_three(client, project, alice, url):
    client.force_login(alice)
    client.get(url)
    found = []
    for number in (1, 3):
        while Measure.objects.count() < number:
            Measure.objects.create(project=project, text="Stelle ausschreiben", owner=alice)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        found.append(len(queries))
    assert found[0] == found[1]
