"""Measures, projects, roles and settings: who comes second chooses between mine, theirs and both; nothing is overwritten."""

import io
import re
from functools import partial
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from assessments.models import Measure, Project
from assessments.services.measures import save_measure
from assessments.services.projects import change_project
from scaling.accounts import invitations
from scaling.accounts.coats_of_arms import fetch_png, offer_picture
from scaling.accounts.models import Membership, Municipality, User
from scaling.common.versions import StaleRecord
from tests.conftest import make_user
from tests.races import at_once

pytestmark = pytest.mark.django_db

LONG = "Stelle ausschreiben, mit Personalrat und Kämmerei abgestimmt"


@pytest.fixture
def measure(project, alice):
    return save_measure(project=project, by=alice, text="Stelle ausschreiben", owner_text="Personalamt")


def opened(page):
    """What the page's form holds, as a browser reads it."""
    form = page.context["form"]
    return {bound.html_name: bound.field.prepare_value(bound.value()) for bound in form if bound.value() not in (None, [])}


def buttons(page):
    """The forms of the page of two versions, each as its fields; by the words of its button."""
    found = {}
    for form in re.findall(r'<form method="post" action="[^"]*"[^>]*>.*?</form>', page, re.S):
        fields: dict[str, list[str]] = {}
        for name, value in re.findall(r'<input[^>]*\bname="([\w-]+)"\s+value="([^"]*)"', form):
            fields.setdefault(name, []).append(unescape(value))
        for name, value in re.findall(r'<textarea[^>]*\bname="([\w-]+)"[^>]*>\n(.*?)</textarea>', form, re.S):
            fields.setdefault(name, []).append(unescape(value))
        found[re.findall(r'kern-label">(.*?)</span>', form)[0]] = fields
    return found


@pytest.fixture
def conflict(client, measure, project, alice, bob):
    """L10: the manager lengthens the text, the team saves the status from an older page."""
    url = f"/projekte/{project.public_id}/massnahmen/{measure.public_id}/"
    client.force_login(alice)
    data = opened(client.get(url)) | {"status": "running"}
    save_measure(project=project, by=bob, measure=measure, version=1, text=LONG, owner_text="Personalamt")
    return client, url, client.post(url, data)


def test_older_page_overwrites_nothing(conflict, measure):
    _client, _url, response = conflict
    measure.refresh_from_db()
    assert (measure.text, measure.status, measure.version) == (LONG, "planned", 2)
    assert response.status_code == 409
    for words in (LONG, "Stelle ausschreiben", "läuft", "Fassung von Bob", "Meine Fassung speichern", "Beides speichern"):
        assert words in response.text, words


def test_mine(conflict, measure):
    client, url, response = conflict
    assert client.post(url, buttons(response.text)["Meine Fassung speichern"]).status_code == 302
    measure.refresh_from_db()
    assert (measure.text, measure.status, measure.version) == ("Stelle ausschreiben", "running", 3)


def test_theirs(conflict, measure):
    _client, url, response = conflict
    assert f'href="{url}"' in response.text
    measure.refresh_from_db()
    assert measure.text == LONG


def test_both(conflict, measure):
    client, url, response = conflict
    fields = buttons(response.text)["Beides speichern"]
    assert fields["text"] == [f"{LONG}; Stelle ausschreiben"]
    assert client.post(url, fields | {"text": LONG}).status_code == 302
    measure.refresh_from_db()
    assert (measure.text, measure.status) == (LONG, "running")


def test_the_same_twice_is_no_conflict(client, measure, project, alice):
    url = f"/projekte/{project.public_id}/massnahmen/{measure.public_id}/"
    client.force_login(alice)
    data = opened(client.get(url)) | {"status": "running"}
    for _ in range(2):
        assert client.post(url, data).status_code == 302
    assert measure.history.count() == 2


def test_older_form_brings_no_member_back(client, project, alice, bob):
    """L11: manager A removes a member, B saves an older form."""
    url = f"/projekte/{project.public_id}/bearbeiten/"
    client.force_login(bob)
    data = opened(client.get(url)) | {"summary": "Neu beschrieben"}
    assert data["team"] == [alice.pk]
    change_project(project=project, by=bob, name=project.name, phase=project.phase, version=1)
    response = client.post(url, data)
    assert response.status_code == 409
    assert list(project.team.all()) == []
    assert "Alice" in response.text
    fields = buttons(response.text)["Meine Fassung speichern"]
    assert fields["team"] == [str(alice.pk)]
    assert client.post(url, fields).status_code == 302
    project.refresh_from_db()
    assert (project.summary, list(project.team.all())) == ("Neu beschrieben", [alice])


def test_older_form_renames_nothing_back(client, project, bob):
    url = f"/projekte/{project.public_id}/bearbeiten/"
    client.force_login(bob)
    data = opened(client.get(url)) | {"summary": "Zweiter Satz."}
    change_project(project=project, by=bob, name="Neuer Name", phase=project.phase, summary="Erster Satz.", version=1)
    fields = buttons(client.post(url, data).text)["Beides speichern"]
    assert fields["summary"] == ["Erster Satz.\n\nZweiter Satz."]
    assert fields["name"] == [f"Neuer Name; {project.name}"]
    assert client.post(url, fields | {"name": "Neuer Name"}).status_code == 302
    project.refresh_from_db()
    assert (project.name, project.summary.replace("\r\n", "\n")) == ("Neuer Name", "Erster Satz.\n\nZweiter Satz.")


def test_older_table_of_people_sets_no_role_back(client, municipality, alice, bob):
    membership = alice.memberships.get()
    client.force_login(bob)
    invitations.change_role(membership=membership, role="manager", by=bob, version=1)
    url = f"/kommunen/{municipality.public_id}/personen/{membership.pk}/rolle/"
    response = client.post(url, {"role": "reader", "version": "1"})
    assert response.status_code == 409
    assert Membership.objects.get(pk=membership.pk).role == "manager"
    assert client.post(url, buttons(response.text)["Meine Fassung speichern"]).status_code == 302
    assert Membership.objects.get(pk=membership.pk).role == "reader"


def test_older_tab_sets_no_account_back(client, alice):
    client.force_login(alice)
    data = opened(client.get("/konto/"))
    assert client.post("/konto/", {**data, "name": "Alice A."}).status_code == 302
    response = client.post("/konto/", {**data, "language": "en"})
    assert response.status_code == 409
    stored = User.objects.get(pk=alice.pk)
    assert (stored.name, stored.language) == ("Alice A.", "de")


@pytest.mark.parametrize("path", ["massnahmen/{measure}/", "bearbeiten/"])
def test_form_without_its_version_is_refused(client, measure, project, bob, path):
    url = f"/projekte/{project.public_id}/" + path.format(measure=measure.public_id)
    client.force_login(bob)
    data = opened(client.get(url))
    data.pop("version")
    response = client.post(url, data)
    assert response.status_code == 422
    assert "Bitte laden Sie die Seite neu" in response.text


@pytest.mark.django_db(transaction=True)
def test_one_of_two_at_once_is_asked_in_20_rounds(measure, project, alice, bob):
    phase = project.phase
    for number in range(1, 21):
        texts = [f"{person} {number}" for person in (alice, bob)]
        results = at_once(
            *(partial(save_measure, project=project, by=alice, measure=measure, version=number, text=text) for text in texts)
        )
        assert {type(result) for result in results} == {Measure, StaleRecord}
        results = at_once(
            *(
                partial(change_project, project=project, by=bob, version=number, name=project.name, phase=phase, summary=text)
                for text in texts
            )
        )
        assert {type(result) for result in results} == {Project, StaleRecord}
    measure.refresh_from_db()
    assert (measure.version, measure.history.count()) == (21, 21)


# --- The municipality


def shield(colour):
    from tests.assessments.test_municipality_settings import picture

    return SimpleUploadedFile("wappen.png", picture(size=(3, 4), colour=colour))


def colour_of(png):
    return Image.open(io.BytesIO(png)).getpixel((1, 1))


RED, BLUE = (255, 0, 0), (0, 0, 255)


@pytest.fixture
def settings_url(client, municipality, bob):
    client.force_login(bob)
    return f"/kommunen/{municipality.public_id}/einstellungen/"


@pytest.fixture
def second_manager(municipality):
    mona = make_user("Mona")
    Membership.objects.create(user=mona, municipality=municipality, role="manager")
    other = Client()
    other.force_login(mona)
    return other


def seen(client, url):
    return {"version": client.get(url).context["version"]}


def coat(municipality):
    name = Municipality.objects.get(pk=municipality.pk).coat_of_arms.name
    return colour_of(fetch_png(name)) if name else None


def test_two_coats_of_arms_ask_which_and_mine_needs_no_second_upload(client, settings_url, municipality, second_manager):
    older = seen(client, settings_url)
    assert second_manager.post(settings_url, {**older, "picture": shield("red")}).status_code == 302
    page = client.post(settings_url, {**older, "picture": shield("blue")})
    assert page.status_code == 409
    assert coat(municipality) == RED
    assert "Fassung von Mona" in page.text
    mine, theirs = (unescape(src) for src in re.findall(r'<img class="coat-of-arms" src="([^"]+)"', page.text))
    assert colour_of(client.get(mine).content) == BLUE
    assert colour_of(client.get(theirs).content) == RED
    assert client.post(settings_url, buttons(page.text)["Meine Fassung speichern"]).status_code == 302
    assert coat(municipality) == BLUE


def test_picture_that_is_offered_is_for_the_managers_own_municipality(client, settings_url, municipality, charlie, elsewhere):
    offer = offer_picture(municipality=municipality, png=b"PNG")
    for where in (municipality, elsewhere):
        client.force_login(charlie)
        assert client.get(f"/kommunen/{where.public_id}/wappen.png", {"bild": offer}).status_code == 404
    elsewhere_url = f"/kommunen/{elsewhere.public_id}/einstellungen/"
    response = client.post(elsewhere_url, {**seen(client, elsewhere_url), "offered": offer})
    assert response.status_code == 422
    assert "Das Bild ist nicht mehr da." in response.text


def test_removed_by_one_and_replaced_by_another(client, settings_url, municipality, second_manager):
    client.post(settings_url, {**seen(client, settings_url), "picture": shield("red")})
    older = seen(client, settings_url)
    assert second_manager.post(settings_url, {**older, "picture": shield("blue")}).status_code == 302
    page = client.post(settings_url, {**older, "entfernen": "1"})
    assert page.status_code == 409
    assert "kein Wappen" in page.text
    assert coat(municipality) == BLUE
    assert client.post(settings_url, buttons(page.text)["Meine Fassung speichern"]).status_code == 302
    assert coat(municipality) is None


def test_older_page_sets_no_short_code_back(client, settings_url, municipality, second_manager):
    older = seen(client, settings_url)
    assert second_manager.post(settings_url, {**older, "kuerzel": "1", "code": "HAFEN"}).status_code == 302
    page = client.post(settings_url, {**older, "kuerzel": "1", "code": "MUSTER"})
    assert page.status_code == 409
    assert {"HAFEN", "MUSTER"} <= set(re.findall(r"[A-Z]{5,}", page.text))
    assert "Beides speichern" not in buttons(page.text)  # two codes make no third
    assert Municipality.objects.get(pk=municipality.pk).code == "HAFEN"
    assert client.post(settings_url, buttons(page.text)["Meine Fassung speichern"]).status_code == 302
    assert Municipality.objects.get(pk=municipality.pk).code == "MUSTER"


def test_another_part_of_the_settings_is_no_conflict(client, settings_url, municipality, second_manager):
    older = seen(client, settings_url)
    assert second_manager.post(settings_url, {**older, "kuerzel": "1", "code": "HAFEN"}).status_code == 302
    assert client.post(settings_url, {**older, "picture": shield("red")}).status_code == 302
    assert (coat(municipality), Municipality.objects.get(pk=municipality.pk).code) == (RED, "HAFEN")


@pytest.mark.parametrize("data", [{"entfernen": "1"}, {"kuerzel": "1", "code": "HAFEN"}, {"picture": shield("red")}])
def test_settings_without_a_version_are_refused(client, settings_url, municipality, data):
    before = Municipality.objects.get(pk=municipality.pk).code
    response = client.post(settings_url, data)
    assert response.status_code == 422
    assert "Bitte laden Sie die Seite neu" in response.text
    assert Municipality.objects.get(pk=municipality.pk).code == before
