"""What the trail tells operators alone: changes of accounts and what opens them, and of the installation's settings."""

import json

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from scaling.accounts.models import AccountChange
from scaling.accounts.profile import save_account
from scaling.accounts.second_factor import take_away
from scaling.common.environment import Env
from scaling.trail.environment import note_settings
from scaling.trail.models import TrailEvent
from scaling.trail.reading import Wanted, described, entries
from tests.accounts.people import sign_in as force
from tests.accounts.test_admin import change
from tests.accounts.test_second_factor import set_up, sign_in
from tests.cast import make_user
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
OLD, NEW = "a" * 50, "b" * 50
SECRET = "correct horse battery staple"


@pytest.fixture
def otto(db):
    return make_user("Otto", is_staff=True, is_superuser=True)


def trail(kind):
    return [
        (entry.who, entry.title, [(one.label, one.before, one.after) for one in entry.changes])
        for entry in described(entries(Wanted(kind=kind), most=1000))
    ]


class TestAccounts:
    def test_new_password_is_told_without_a_word_of_it(self, client, alice):
        sign_in(client, alice)
        words = {"oldpassword": PASSWORD, "password1": SECRET, "password2": SECRET}
        assert client.post(reverse("account_change_password"), words).status_code == 302
        assert trail("konten") == [("Alice", "Alice", [("Passwort", "", "geändert")])]
        page = client.get(reverse("account")).text
        assert "Passwort</dt>" in page
        assert SECRET not in json.dumps([AccountChange.objects.get().before, AccountChange.objects.get().after])

    def test_second_factors_that_come_and_go_are_told(self, client, alice, otto, django_capture_on_commit_callbacks):
        set_up(client, alice)
        assert ("Alice", "Alice", [("App für Einmalcodes", "", "eingerichtet")]) in trail("konten")
        with django_capture_on_commit_callbacks(execute=True):
            client.post(reverse("mfa_generate_recovery_codes"))
        assert trail("konten")[0][2] == [("Notfall-Codes", "", "geändert")]
        kinds = Authenticator.objects.filter(user=alice).count()
        assert take_away(alice, by=otto)
        told = trail("konten")[:kinds]
        assert {(who, title) for who, title, _changes in told} == {("Otto", "Alice")}
        assert {change for _who, _title, changes in told for change in changes} == {
            ("App für Einmalcodes", "", "entfernt"),
            ("Notfall-Codes", "", "entfernt"),
        }

    def test_what_the_operator_changes_in_an_account_is_told(self, client, alice, otto):
        force(client, otto)
        assert change(client, alice, email="alice2@example.org", is_curator=True).status_code == 302
        who, title, changes = trail("konten")[0]
        assert (who, title) == ("Otto", "Alice")
        assert {(before, after) for _label, before, after in changes} == {
            (alice.email, "alice2@example.org"),
            ("nein", "ja"),
        }

    def test_what_is_the_persons_own_is_not_the_operators_to_read(self, alice):
        save_account(alice, name="Alice Neu", language="en")
        ((_who, _title, changes),) = trail("konten")
        assert changes == [("Name", "Alice", "Alice Neu")]
        save_account(alice, language="de")
        assert len(trail("konten")) == 1

    def test_nobody_but_operators_sees_them(self, client, alice, bob, otto, municipality):
        save_account(alice, name="Alice Neu")
        url = reverse("trail", args=[municipality.public_id])
        client.force_login(bob)
        assert 'value="konten"' not in client.get(url).text
        assert client.get(url, {"art": "konten"}).status_code == 422
        assert "Konto: geändert" not in client.get(url).text
        client.force_login(otto)
        assert "Konto: geändert" in client.get(reverse("trail_of_all"), {"art": "konten"}).text


class TestSettings:
    @pytest.fixture
    def start(self, settings):
        """A start with these variables; what the trail's newest entry then says of them."""

        def run(**values):
            env = Env(values)
            for name in values:
                env.text(name.removesuffix("_FILE"))
            settings.SECRET_KEY = values["SECRET_KEY"]
            settings.SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
            settings.VARIABLES_MARKED = env.marked
            before = TrailEvent.objects.count()
            note_settings()
            if TrailEvent.objects.count() == before:
                return None
            return {label: after for label, _before, after in trail("betrieb")[0][2]}

        return run

    def test_each_start_tells_what_differs_from_the_last_one(self, start):
        assert start(SECRET_KEY=OLD, SITE_URL="https://a.example") == {"SECRET_KEY": "gesetzt", "SITE_URL": "gesetzt"}
        assert start(SECRET_KEY=OLD, SITE_URL="https://a.example") is None
        told = start(SECRET_KEY=OLD, SITE_URL="https://b.example", METRICS="1")
        assert told == {"SITE_URL": "geändert", "METRICS": "gesetzt"}
        assert start(SECRET_KEY=OLD, SITE_URL="https://b.example") == {"METRICS": "nicht mehr gesetzt"}

    def test_no_value_is_written_down_nor_can_be_tried_out(self, start):
        start(SECRET_KEY=OLD, DATABASE_URL=f"postgresql://app:{SECRET}@db/app", EMAIL_URL="smtp://x:kurz@mail")
        start(SECRET_KEY=OLD, DATABASE_URL="postgresql://app:anders@db/app", EMAIL_URL="smtp://x:kurz@mail")
        kept = json.dumps(list(TrailEvent.objects.filter(kind="settings").values_list("detail", flat=True)))
        assert not [word for word in (OLD, SECRET, "anders", "kurz", "mail") if word in kept]
        one, other = Env({"X_PASSWORD": "1"}), Env({"X_PASSWORD": "1"})
        one.text("X_PASSWORD")
        other.text("X_PASSWORD")
        assert one.marked(OLD) != other.marked(NEW)

    def test_secret_in_a_file_counts_by_what_the_file_says(self, start, tmp_path):
        path = tmp_path / "mail"
        path.write_text("smtp://x:eins@mail\n")
        start(SECRET_KEY=OLD, EMAIL_URL_FILE=str(path))
        assert start(SECRET_KEY=OLD, EMAIL_URL="smtp://x:eins@mail") is None
        path.write_text("smtp://x:zwei@mail\n")
        assert start(SECRET_KEY=OLD, EMAIL_URL_FILE=str(path)) == {"EMAIL_URL": "geändert"}

    def test_key_that_was_rotated_still_compares_all_others(self, start):
        start(SECRET_KEY=OLD, SITE_URL="https://a.example", LOG_LEVEL="INFO")
        told = start(SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=OLD, SITE_URL="https://b.example", LOG_LEVEL="INFO")
        assert told == {"SECRET_KEY": "geändert", "SITE_URL": "geändert", "SECRET_KEY_FALLBACKS": "gesetzt"}
        assert start(SECRET_KEY=NEW, SITE_URL="https://b.example", LOG_LEVEL="INFO") == {
            "SECRET_KEY_FALLBACKS": "nicht mehr gesetzt"
        }

    def test_key_that_was_replaced_is_all_that_can_be_told(self, start):
        start(SECRET_KEY=OLD, SITE_URL="https://a.example")
        assert start(SECRET_KEY=NEW, SITE_URL="https://b.example") == {"SECRET_KEY": "geändert"}
        assert start(SECRET_KEY=NEW, SITE_URL="https://a.example") == {"SITE_URL": "geändert"}

    def test_variables_of_a_real_start_are_marked(self, settings):
        marked = settings.VARIABLES_MARKED(OLD)
        assert set(marked) == set(settings.VARIABLES_SET)
        assert all(len(mark) == 16 for mark in marked.values())
        with pytest.raises(ImproperlyConfigured):
            Env({}).text("SITE_URL")
