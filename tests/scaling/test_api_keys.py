"""Keys of the API: made, shown once, listed and ended by a municipality's managers."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from scaling.accounts.models import Membership
from scaling.api.models import ApiToken
from scaling.api.tokens import create_token, end_token, hash_of
from tests.scaling.api import ask, make_key

KEY = re.compile(r"skc_[\w-]{43}")


def page_of(municipality):
    return reverse("api_tokens", args=[municipality.public_id])


def made(client, municipality, **changes):
    fields = {"purpose": "Dashboard", "role": "reader", "expires_on": timezone.localdate().isoformat()} | changes
    return client.post(page_of(municipality), fields)


def test_key_is_shown_once_and_kept_as_a_hash(client, bob, municipality):
    client.force_login(bob)
    assert made(client, municipality).status_code == 302
    assert not KEY.search(str(dict(client.session)))  # on its way it is encrypted
    [key, again] = KEY.findall(client.get(page_of(municipality)).text)
    assert key == again  # in its field, and in the line to copy
    assert not KEY.search(client.get(page_of(municipality)).text)
    token = ApiToken.objects.get()
    assert token.token_hash == hash_of(key)
    rows = [str(row) for table in (ApiToken.objects, ApiToken.history) for row in table.values()]
    assert not any(key in row for row in rows)
    assert ask(key, "municipality").json()["key"]["role"] == "reader"


def test_key_of_one_municipality_is_not_shown_on_anothers_page(client, bob, municipality, elsewhere):
    Membership.objects.create(user=bob, municipality=elsewhere, role="manager")
    client.force_login(bob)
    made(client, municipality)
    assert not KEY.search(client.get(page_of(elsewhere)).text)
    assert KEY.search(client.get(page_of(municipality)).text)


@pytest.mark.parametrize("days", [-1, 367])
def test_end_lies_between_today_and_a_year(client, bob, municipality, days):
    client.force_login(bob)
    response = made(client, municipality, expires_on=(timezone.localdate() + timedelta(days=days)).isoformat())
    assert response.status_code == 422
    assert "Bitte wählen Sie einen Tag von heute an bis in einem Jahr." in response.text
    assert 'value="Dashboard"' in response.text  # nothing typed is lost
    assert not ApiToken.objects.exists()


def test_role_of_a_team_is_for_people_alone(client, bob, municipality):
    client.force_login(bob)
    assert made(client, municipality, role="team").status_code == 422
    with pytest.raises(Exception, match="api_token_role_known"):
        create_token(municipality=municipality, by=bob, purpose="X", role="team", expires_on=timezone.localdate())


def test_end_of_the_service_is_the_same(bob, municipality):
    with pytest.raises(ValidationError):
        create_token(
            municipality=municipality,
            by=bob,
            purpose="X",
            role="reader",
            expires_on=timezone.localdate() - timedelta(days=1),
        )


def test_list_says_what_holds(client, bob, municipality, charlie):
    keys = {name: make_key(municipality, bob) for name in ("valid", "expired", "ended")}
    rows = dict(zip(keys, ApiToken.objects.order_by("pk"), strict=True))
    ApiToken.objects.filter(pk=rows["expired"].pk).update(expires_on=timezone.localdate() - timedelta(days=1))
    end_token(token=rows["ended"], by=bob)
    ask(keys["valid"], "municipality")
    make_key(municipality, charlie)  # whose place is elsewhere
    client.force_login(bob)
    page = client.get(page_of(municipality)).text
    for word in ("gültig", "abgelaufen", "beendet", "ruht", "noch nie"):
        assert word in page
    assert [row.state for row in ApiToken.objects.of(municipality)] == ["idle", "ended", "expired", "active"]


def test_ended_key_opens_nothing_and_ending_again_changes_nothing(client, bob, municipality):
    key = make_key(municipality, bob)
    token = ApiToken.objects.get()
    client.force_login(bob)
    address = reverse("api_token_end", args=[municipality.public_id, token.pk])
    assert ask(key, "projects").status_code == 200
    client.post(address)
    assert ask(key, "projects").status_code == 401
    ended_at = ApiToken.objects.get().ended_at
    client.post(address)
    assert ApiToken.objects.get().ended_at == ended_at
    assert token.history.count() == 2


def test_key_of_another_municipality_cannot_be_ended(client, bob, municipality, elsewhere, charlie):
    make_key(elsewhere, charlie)
    client.force_login(bob)
    address = reverse("api_token_end", args=[municipality.public_id, ApiToken.objects.get().pk])
    assert client.post(address).status_code == 404
    assert ApiToken.objects.get().ended_at is None


def test_trail_tells_who_made_and_ended_it_and_that_it_was_used(client, bob, municipality):
    key = make_key(municipality, bob)
    ask(key, "projects")
    end_token(token=ApiToken.objects.get(), by=bob)
    client.force_login(bob)
    page = client.get(reverse("trail", args=[municipality.public_id])).text
    assert "Zugangsschlüssel: angelegt" in page
    assert "Zugangsschlüssel: geändert" in page
    assert "über die Schnittstelle gelesen" in page
    narrowed = client.get(reverse("trail", args=[municipality.public_id]), {"art": "schluessel"})
    assert narrowed.status_code == 200
    assert hash_of(key) not in page


def test_queries_stay_the_same_with_more_keys(client, bob, municipality, django_assert_num_queries):
    client.force_login(bob)
    make_key(municipality, bob)
    client.get(page_of(municipality))
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        client.get(page_of(municipality))
    for _ in range(3):
        make_key(municipality, bob)
    with django_assert_num_queries(len(one)):
        client.get(page_of(municipality))


def test_settings_lead_to_it(client, bob, municipality):
    client.force_login(bob)
    page = client.get(reverse("assessments:municipality_settings", args=[municipality.public_id])).text
    assert page_of(municipality) in page
