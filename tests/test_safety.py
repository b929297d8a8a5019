"""Doors that stay shut: forms of other sites, ways to other sites, signing in. Every address is attacked in test_hostile.py."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.conftest import PASSWORD
from tests.hostile import written
from tests.test_permissions import TABLE
from tests.world import World

pytestmark = pytest.mark.django_db

BACKEND = "django.contrib.auth.backends.ModelBackend"


def addresses(world: World) -> Iterator[tuple[str, str]]:
    for name, ids, _method, _expected in TABLE:
        yield name, reverse(name, args=[world.ids[word] for word in ids.split()])


class TestEveryAddress:
    def test_every_change_asks_for_the_token_of_the_form(self, world, bob, dora):
        """Without it, a page elsewhere could send the form in the name of whoever is signed in here."""
        #: The signed link in the mail is the authority (RFC 8058), and so is the provider's signed token.
        without = {"unsubscribe", "provider_ended"}
        taken = []
        for person in (bob, dora):
            client = Client(enforce_csrf_checks=True)
            client.force_login(person, backend=BACKEND)
            for name, path in dict(addresses(world)).items():
                with transaction.atomic():
                    with written() as writes:
                        status = client.post(path).status_code
                    transaction.set_rollback(True)
                if name not in without and (status not in (403, 405) or writes):
                    taken.append(f"{name}: {status}")
        assert taken == []

    @pytest.mark.parametrize(
        "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "https:evil.example"]
    )
    def test_no_way_leads_to_another_site(self, client, alice, world, bob, target):
        signing_in = client.post(
            f"{reverse('account_login')}?next={target}", {"login": alice.email, "password": PASSWORD, "next": target}
        )
        assert signing_in.headers["Location"] == "/"
        for path, data in [
            (reverse("theme"), {"theme": "dark", "next": target}),
            (reverse("set_language"), {"language": "en", "next": target}),
        ]:
            assert client.post(path, data).headers["Location"] in ("/", "")
        client.force_login(bob, backend=BACKEND)
        add = reverse("assessments:measure_add", args=[world.ids["project"]])
        measure = {"text": "Stelle", "status": "planned", "owner": "", "owner_text": "", "due_on": "", "criterion_key": ""}
        response = client.post(f"{add}?zurueck={target}", measure)
        assert response.status_code in (302, 422)
        assert "evil" not in response.headers.get("Location", "")


# --- Signing in


@pytest.mark.parametrize(
    "path", ["/konto/email/", "/konto/confirm-email/", "/konto/confirm-email/abc/", "/konto/login/code/confirm/"]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_changes_the_address_they_are_known_by(client, alice, path, method):
    """Invitations and mails go by the address; whoever could take another's would be taken for them."""
    client.force_login(alice, backend=BACKEND)
    data = {"action_add": "", "action_primary": "", "email": "leitung@example.org"}
    assert getattr(client, method)(path, data).status_code == 404
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"


def test_admin_sends_to_the_sign_in_page_that_counts_attempts(client, alice):
    response = client.get("/verwaltung/login/?next=/verwaltung/")
    assert response.status_code == 302
    assert response.headers["Location"].startswith(reverse("account_login"))
    assert client.post("/verwaltung/login/", {"username": alice.email, "password": PASSWORD}).status_code == 302
    assert "_auth_user_id" not in client.session


def test_signing_in_makes_a_new_session_and_signing_out_ends_it(client, alice):
    client.get("/")
    client.session["x"] = 1
    before = client.session.session_key
    client.post(reverse("account_login"), {"login": alice.email, "password": PASSWORD})
    signed_in = client.session.session_key
    assert signed_in not in (None, before)
    response = client.post(reverse("account_logout"))
    assert response.headers["Clear-Site-Data"] == '"cache"'
    client.cookies["sessionid"] = signed_in
    assert client.get(reverse("account")).status_code == 302


def test_cookies_closed_to_scripts_and_other_sites(client, alice):
    client.get(reverse("account_login"))
    client.post(reverse("account_login"), {"login": alice.email, "password": PASSWORD})
    client.post(reverse("theme"), {"theme": "dark", "next": "/"})
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    seen = {name: (bool(cookie["httponly"]), cookie["samesite"]) for name, cookie in client.cookies.items()}
    assert set(seen) >= {"sessionid", "csrftoken", "theme", "django_language"}
    assert set(seen.values()) == {(True, "Lax")}


def test_host_that_is_not_ours_is_refused(client):
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400
