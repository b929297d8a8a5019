"""Another SECRET_KEY: whoever is signed in stays so, and what was signed stays good, while the old key stands beside it."""

import pytest
from django.urls import reverse

from scaling.accounts.unsubscribe import unsubscribe_path
from scaling.common.environment import Env
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def under_the_old_key(client, world, alice):
    """A session, a known device, a workshop on a phone, a mail's link."""
    client.post(reverse("account_login"), {"login": alice.email, "password": PASSWORD})
    client.post(reverse("assessments:vote", args=[world.ids["workshop_code"]]), {"role": "it", "einmal": "x"})
    return unsubscribe_path(alice, "digest")


def what_holds(client, world, path):
    phone = client.get(reverse("assessments:vote_state", args=[world.ids["workshop_code"]]))
    return {
        "session": client.get(reverse("account")).status_code == 200,
        "workshop": phone.status_code == 200,
        "link": "Link ist unvollständig" not in (page := client.get(path)).text and page.status_code == 200,
        "shared": client.get(reverse("reports:shared", args=[world.ids["link_token"]])).status_code == 200,
    }


def test_all_goes_on_with_the_old_key_beside_the_new_one(client, world, alice, settings, under_the_old_key):
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 60, ["z" * 60, old]
    assert what_holds(client, world, under_the_old_key) == dict.fromkeys(("session", "workshop", "link", "shared"), True)
    # What was renewed meanwhile needs the old one no more.
    settings.SECRET_KEY_FALLBACKS = []
    assert what_holds(client, world, under_the_old_key)["session"]


def test_nothing_signed_holds_without_it(client, world, alice, settings, under_the_old_key):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 60, []
    held = what_holds(client, world, under_the_old_key)
    assert held == {"session": False, "workshop": False, "link": False, "shared": True}  # its token lies in the database


def test_keys_come_from_files(tmp_path):
    (tmp_path / "keys").write_text("erster\nzweiter\n\n")
    (tmp_path / "list").write_text("erster, zweiter")
    for name in ("keys", "list"):
        assert Env({"SECRET_KEY_FALLBACKS_FILE": str(tmp_path / name)}).words("SECRET_KEY_FALLBACKS") == ["erster", "zweiter"]
