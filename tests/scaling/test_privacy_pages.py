"""Ordering and fetching data on pages, and the end of a municipality there."""

import io
import zipfile

import pytest
from django.urls import reverse

from scaling.accounts.models import Municipality
from scaling.models import DataExport
from scaling.trail.models import TrailEvent
from tests.cast import PASSWORD, make_user
from tests.world import World


def entered(client, person):
    """Signed in, and shown a moment ago that it is them."""
    client.force_login(person)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


@pytest.fixture
def otto(db):
    return make_user("Otto", is_staff=True, is_superuser=True)


def ordered(client, path, callbacks, fields=None):
    with callbacks(execute=True):
        answer = client.post(path, fields or {})
    assert answer.status_code == 302
    return DataExport.objects.get()


def fetched(client, export):
    answer = client.get(reverse("data_export", args=[export.public_id]))
    return answer.status_code, b"".join(answer.streaming_content) if answer.streaming else b""


@pytest.mark.parametrize("path", ["own_data"])
def test_who_asks_shows_first_that_it_is_them(world, client, alice, path):
    client.force_login(alice)
    assert client.get(reverse(path))["Location"].startswith(reverse("account_reauthenticate"))
    assert not DataExport.objects.exists()


def test_own_data_is_ordered_made_and_fetched(world, client, alice, bob, django_capture_on_commit_callbacks):
    entered(client, alice)
    assert "Datei anfordern" in client.get(reverse("own_data")).text
    export = ordered(client, reverse("own_data"), django_capture_on_commit_callbacks)
    page = client.get(reverse("own_data")).text
    assert export.checksum in page
    status, content = fetched(client, export)
    assert status == 200
    assert alice.email.encode() in zipfile.ZipFile(io.BytesIO(content)).read("daten/accounts_user.json")
    assert TrailEvent.objects.filter(kind="exported", by=alice).count() == 1
    assert TrailEvent.objects.filter(kind="downloaded", by=alice).count() == 1
    client.post(reverse("own_data"))  # a second click
    assert DataExport.objects.count() == 1
    assert fetched(entered(client, bob), export)[0] == 404


def test_manager_fetches_what_the_municipality_holds_as_long_as_they_manage_it(
    world: World, client, alice, bob, municipality, django_capture_on_commit_callbacks
):
    entered(client, bob)
    path = reverse("data_of_member", args=[municipality.public_id, alice.memberships.get().pk])
    assert "Daten von Alice" in client.get(path).text
    export = ordered(client, path, django_capture_on_commit_callbacks)
    assert (export.person, export.municipality) == (alice, municipality)
    assert fetched(client, export)[0] == 200
    bob.memberships.update(role="reader")
    assert fetched(client, export)[0] == 404


def test_operator_exports_and_deletes_a_municipality(
    world, client, otto, municipality, bob, django_capture_on_commit_callbacks
):
    entered(client, otto)
    path = reverse("municipality_data", args=[municipality.public_id])
    page = client.get(path).text
    assert "Konten, die nur hierher gehören" in page
    assert world.project.name not in page
    export = ordered(client, path, django_capture_on_commit_callbacks, {"ausgeben": "1"})
    assert fetched(client, export)[0] == 200
    wrong = client.post(path, {"name": "Stadt Falsch"})
    assert (wrong.status_code, "Stadt Falsch" in wrong.text) == (422, True)
    assert Municipality.objects.filter(pk=municipality.pk).exists()
    done = client.post(path, {"name": municipality.name, "accounts": "on"}, follow=True)
    assert f"„{municipality.name}“ ist gelöscht." in done.text
    assert not Municipality.objects.filter(pk=municipality.pk).exists()
    bob.refresh_from_db()
    assert not bob.is_active
    assert client.get(path).status_code == 404


def test_order_that_failed_says_so(world, client, alice, django_capture_on_commit_callbacks):
    from django.utils import timezone

    entered(client, alice)
    DataExport.objects.create(person=alice, ordered_by=alice, failed_at=timezone.now())
    assert "noch einmal an" in client.get(reverse("own_data")).text
