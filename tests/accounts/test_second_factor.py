"""The second factor: setting it up, signing in with it, and whoever has to have one."""

import re
from datetime import timedelta
from functools import partial

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from django.contrib.messages import get_messages
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.services import workflow
from scaling.accounts import invitations, second_factor
from scaling.accounts.models import Role
from scaling.common.environment import Env
from scaling.common.versions import StaleRecord
from tests.accounts.codes import code_of
from tests.accounts.people import sign_in as force
from tests.cast import make_user
from tests.conftest import PASSWORD
from tests.factories import make_catalogue, make_project
from tests.mails import mails_leave
from tests.races import at_once

pytestmark = pytest.mark.django_db

LOGIN = "/konto/login/"
CODE = "/konto/zweiter-faktor/authenticate/"
TODAY = timezone.localdate
#: The shape of an answer of a key, with nothing right in it.
PLAUSIBLE = (
    '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "e30", "attestationObject": "oA", '
    '"authenticatorData": "AA", "signature": "AA", "userHandle": "MQ"}}'
)


def sign_in(client, person):
    return client.post(LOGIN, {"login": person.email, "password": PASSWORD})


def is_in(client):
    return client.get(reverse("account")).status_code == 200


def confirm(client):
    """Shows again that it is them, as before everything dangerous."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def secret_of(person):
    return decrypt(Authenticator.objects.get(user=person, type="totp").data["secret"])


def set_up(client, person):
    sign_in(client, person)
    confirm(client)
    page = client.get(reverse("mfa_activate_totp")).text
    [secret] = re.findall(r"<code[^>]*>([A-Z2-7 ]+)</code>", page)
    with mails_leave():
        answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)}, follow=True)
        if not Authenticator.objects.filter(user=person, type="totp").exists():  # the code's thirty seconds were over meanwhile
            answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)}, follow=True)
    return answer


@pytest.fixture
def protected(alice):
    set_up(Client(), alice)
    mail.outbox.clear()
    return alice


# --- Setting it up and signing in


def test_setting_up_asks_for_the_password_again(client, alice):
    sign_in(client, alice)
    response = client.get(reverse("mfa_activate_totp"))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_reauthenticate"))


def test_person_sets_up_an_app_gets_emergency_codes_and_a_mail(client, alice):
    page = set_up(client, alice)
    assert len(re.findall(r"<li><code>\d{8}</code></li>", page.text)) == 10
    [letter] = mail.outbox
    assert letter.to == [alice.email]
    assert letter.subject == "Eine App mit Codes wurde eingerichtet"
    assert "127.0.0.1" not in letter.body.replace("http://127.0.0.1:8000", "")


def test_wrong_code_sets_nothing_up(client, alice):
    sign_in(client, alice)
    confirm(client)
    client.get(reverse("mfa_activate_totp"))
    page = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert "Der Code stimmt nicht" in page.text
    assert not Authenticator.objects.exists()


def test_password_alone_is_not_enough(client, protected):
    response = sign_in(client, protected)
    assert (response.status_code, response["Location"]) == (302, CODE)
    assert not is_in(client)
    assert client.post(CODE, {"code": code_of(secret_of(protected))}).status_code == 302
    assert is_in(client)


def test_code_is_good_once(protected):
    code = code_of(secret_of(protected))
    first, second = Client(), Client()
    sign_in(first, protected)
    sign_in(second, protected)
    first.post(CODE, {"code": code})
    page = second.post(CODE, {"code": code})
    assert "Der Code stimmt nicht" in page.text
    assert (is_in(first), is_in(second)) == (True, False)


def test_emergency_code_is_good_once(protected):
    code = Authenticator.objects.get(user=protected, type="recovery_codes").wrap().get_unused_codes()[3]
    first, second = Client(), Client()
    for client in (first, second):
        sign_in(client, protected)
        client.post(CODE, {"code": code})
    assert (is_in(first), is_in(second)) == (True, False)


def test_codes_cannot_be_guessed(client, protected):
    sign_in(client, protected)
    pages = [client.post(CODE, {"code": f"00000{n}"}).text for n in range(6)]
    assert "zu viele Versuche" in pages[-1]
    for elsewhere in (client, Client(REMOTE_ADDR="192.0.2.9")):
        sign_in(elsewhere, protected)
        page = elsewhere.post(CODE, {"code": code_of(secret_of(protected))})
        assert "zu viele Versuche" in page.text


def test_right_code_takes_only_its_own_try_back(client, protected):
    """Or whoever knows one code of a person's could guess on for ever."""
    sign_in(client, protected)
    for n in range(4):
        client.post(CODE, {"code": f"00000{n}"})
    own = Client(REMOTE_ADDR="192.0.2.9")
    sign_in(own, protected)
    own.post(CODE, {"code": code_of(secret_of(protected))})
    assert is_in(own)
    pages = [client.post(CODE, {"code": f"00001{n}"}).text for n in range(2)]
    assert ["zu viele Versuche" in page for page in pages] == [False, True]
    assert not is_in(client)


@pytest.mark.parametrize("name", ["mfa_authenticate", "mfa_login_webauthn", "mfa_reauthenticate_webauthn", "mfa_add_webauthn"])
@pytest.mark.parametrize(
    "credential", ["", "x", "{}", "[]", "null", '{"id": 1}', '{"rawId": "AA", "response": {}, "type": "x"}']
)
def test_made_up_key_is_no_error_of_ours_and_opens_nothing(protected, name, credential):
    visitor = Client()
    sign_in(visitor, protected)
    for _ in range(2):
        visitor.get(reverse(name))
        assert visitor.post(reverse(name), {"credential": credential}).status_code < 500
    assert not is_in(visitor)
    known = Client()
    sign_in(known, protected)
    known.post(CODE, {"code": code_of(secret_of(protected))})
    confirm(known)
    known.get(reverse(name))
    assert known.post(reverse(name), {"credential": credential}).status_code < 500
    assert not Authenticator.objects.filter(type="webauthn").exists()


def test_secrets_are_not_kept_in_clear(protected):
    kept = str([row.data for row in Authenticator.objects.all()])
    assert secret_of(protected) not in kept
    assert Authenticator.objects.get(type="totp").data["secret"] != secret_of(protected)


def test_secret_survives_another_key_of_the_installation(client, protected, settings):
    secret = secret_of(protected)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "k" * 60
    assert secret_of(protected) == secret


def test_secret_whose_key_is_gone_opens_nothing_and_says_so_in_the_log(client, protected, settings, caplog):
    code = code_of(secret_of(protected))
    sign_in(client, protected)
    settings.SECRET_KEY_FALLBACKS = []
    old, settings.SECRET_KEY = settings.SECRET_KEY, "k" * 60
    assert second_factor.MfaAdapter().decrypt(Authenticator.objects.get(type="totp").data["secret"]) != code
    assert "another SECRET_KEY" in caplog.text
    settings.SECRET_KEY = old


@pytest.mark.parametrize(
    "name",
    [
        "mfa_index",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
    ],
)
def test_pages_are_for_who_is_signed_in(client, db, name):
    response = client.get(reverse(name))
    assert response.status_code in (302, 404)
    assert "<h1" not in response.text


def test_nobody_touches_somebody_elses_keys(client, protected, bob):
    key = Authenticator.objects.create(user=protected, type="webauthn", data={"name": "Schlüssel", "credential": {}})
    sign_in(client, bob)
    confirm(client)
    for name in ("mfa_remove_webauthn", "mfa_edit_webauthn"):
        assert client.get(reverse(name, args=[key.pk])).status_code == 404
        assert client.post(reverse(name, args=[key.pk]), {"name": "Meiner"}).status_code == 404


# --- Who has to have one


def due_of(person):
    person.refresh_from_db()
    return person.second_factor_due


def in_days(days):
    return TODAY() + timedelta(days=days)


def test_demand_reaches_members_of_the_role_alone(municipality, alice, bob, rita):
    second_factor.demand(municipality=municipality, roles=["team"], due=in_days(30), by=bob)
    assert (due_of(alice), due_of(bob), due_of(rita)) == (in_days(30), None, None)
    second_factor.demand(municipality=municipality, roles=[], due=in_days(30), by=bob)
    assert due_of(alice) is None


def test_demand_spares_who_has_one(municipality, protected, bob):
    second_factor.demand(municipality=municipality, roles=["team"], due=in_days(30), by=bob)
    assert due_of(protected) is None


def test_new_member_and_new_role_have_two_weeks(municipality, alice, bob, rita):
    second_factor.demand(municipality=municipality, roles=["team"], due=in_days(30), by=bob)
    type(municipality).objects.update(second_factor_due=in_days(-100))
    membership = rita.memberships.get()
    invitations.change_role(membership=membership, role=Role.TEAM, by=bob)
    assert due_of(rita) == in_days(14)
    second_factor.settle(rita)
    assert due_of(rita) == in_days(14)
    invitations.remove(membership=membership, by=bob)
    assert due_of(rita) is None


def test_asking_again_puts_nothing_off_but_a_later_day_does(municipality, alice, bob):
    second_factor.demand(municipality=municipality, roles=["team"], due=in_days(20), by=bob)
    type(alice).objects.filter(pk=alice.pk).update(second_factor_due=in_days(-1))
    type(municipality).objects.update(second_factor_due=in_days(-1))
    second_factor.settle(alice)
    assert due_of(alice) == in_days(-1)
    municipality.refresh_from_db()
    second_factor.demand(municipality=municipality, roles=["team"], due=in_days(40), by=bob)
    assert due_of(alice) == in_days(40)


def test_operator_demands_by_setting(settings, alice, bob, dora):
    settings.SECOND_FACTOR_ROLES, settings.SECOND_FACTOR_DUE = ["manager", "curator", "operator"], in_days(60)
    otto = make_user("Otto", is_superuser=True)
    second_factor.settle_all()
    assert [due_of(person) for person in (alice, bob, dora, otto)] == [None, in_days(60), in_days(60), in_days(60)]
    settings.SECOND_FACTOR_ROLES, settings.SECOND_FACTOR_DUE = [], None
    second_factor.settle_all()
    assert [due_of(person) for person in (bob, dora, otto)] == [None, None, None]


def test_settings_are_checked():
    with pytest.raises(ImproperlyConfigured, match="boss"):
        Env({"SECOND_FACTOR_ROLES": "boss"}).some_of("SECOND_FACTOR_ROLES", ["manager"])
    with pytest.raises(ImproperlyConfigured, match="2026-12-31"):
        Env({"SECOND_FACTOR_DUE": "bald"}).day("SECOND_FACTOR_DUE")


def test_until_the_day_a_sign_in_reminds(client, alice):
    type(alice).objects.update(second_factor_due=TODAY())
    page = client.post(LOGIN, {"login": alice.email, "password": PASSWORD}, follow=True)
    assert "einen zweiten Faktor ein" in page.text
    assert client.get("/").status_code == 200
    assert "Für Ihr Konto ist ein zweiter Faktor vorgeschrieben" in client.get(reverse("account")).text


def test_after_the_day_nothing_but_setting_it_up_is_open(client, alice, municipality):
    make_catalogue(1)
    assessment = workflow.start_assessment(project=make_project(municipality, team=[alice]), by=alice)
    type(alice).objects.update(second_factor_due=in_days(-1))
    sign_in(client, alice)
    path = reverse("assessments:score", args=[assessment.public_id, "kriterium-1"])
    assert client.get("/").status_code == 403
    assert client.get(path).status_code == 403
    sent = client.post(path, {"rationale": "Der Rat hat es beschlossen"}, headers={"origin": "http://testserver"})
    assert sent.status_code == 403
    assert "Der Rat hat es beschlossen" in sent.text  # to be copied
    for name in ("mfa_index", "account", "sign_ins", "imprint"):
        assert client.get(reverse(name)).status_code == 200
    page = set_up(client, alice)
    assert page.status_code == 200
    assert client.get("/").status_code == 200


def test_who_has_to_have_one_does_not_give_the_last_one_up(client, municipality, protected, bob):
    second_factor.demand(municipality=municipality, roles=["team"], due=in_days(30), by=bob)
    sign_in(client, protected)
    client.post(CODE, {"code": code_of(secret_of(protected))})
    confirm(client)
    assert "vorgeschrieben" in client.get(reverse("mfa_deactivate_totp")).text
    client.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(user=protected, type="totp").exists()


def test_last_key_of_who_has_to_have_one_stays_too(client, municipality, alice, bob):
    second_factor.demand(municipality=municipality, roles=["team"], due=in_days(30), by=bob)
    key = Authenticator.objects.create(user=alice, type="webauthn", data={"name": "Schlüssel", "credential": {}})
    force(client, alice)
    confirm(client)
    client.post(reverse("mfa_remove_webauthn", args=[key.pk]))
    assert Authenticator.objects.filter(pk=key.pk).exists()


def test_who_gives_it_up_freely_can(client, protected):
    sign_in(client, protected)
    client.post(CODE, {"code": code_of(secret_of(protected))})
    confirm(client)
    with mails_leave():
        client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=protected).exists()  # the emergency codes went with it
    assert mail.outbox[-1].subject == "Eine App mit Codes wurde abgemeldet"


# --- The managers' page


@pytest.fixture
def demand_page(municipality):
    return reverse("people_second_factor", args=[municipality.public_id])


def test_manager_shows_that_it_is_them_and_demands_it(client, demand_page, municipality, alice, bob):
    sign_in(client, bob)
    asked = client.get(demand_page)
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    confirm(client)
    assert client.get(demand_page).status_code == 200
    day = in_days(21).isoformat()
    page = client.post(demand_page, {"roles": ["team"], "due": day, "version": municipality.version}, follow=True)
    assert "vorgeschrieben für: Projektteam" in page.text
    assert page.text.count("ohne zweiten Faktor") == 1
    assert due_of(alice) == in_days(21)
    assert municipality.history.first().history_user == bob


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"roles": ["team"], "due": ""}, "Bitte nennen Sie einen Tag"),
        ({"roles": ["team"], "due": "2026-01-01"}, "mindestens 14 Tage"),
        ({"roles": ["chef"], "due": "2099-01-01"}, "chef"),
        ({"roles": ["team"], "due": "bald"}, "ein Datum ein, etwa"),
    ],
)
def test_manager_is_told_what_is_wrong(client, demand_page, bob, municipality, fields, words):
    sign_in(client, bob)
    confirm(client)
    page = client.post(demand_page, fields | {"version": municipality.version})
    assert page.status_code == 422
    assert words in page.text


@pytest.mark.django_db(transaction=True)
def test_two_managers_at_once_overwrite_nothing(municipality, alice, bob):
    ask = partial(second_factor.demand, municipality=municipality, due=in_days(30), by=bob, version=municipality.version)
    results = at_once(partial(ask, roles=["team"]), partial(ask, roles=["reader"]))
    assert sorted(type(result).__name__ for result in results) == ["NoneType", StaleRecord.__name__]


# --- The operator helps


def test_operator_takes_a_lost_one_away_and_the_person_is_told(client, protected):
    otto = make_user("Otto", is_staff=True, is_superuser=True)
    sign_in(client, otto)
    action = {"action": "take_second_factor_away", "_selected_action": [protected.pk]}
    assert client.post("/verwaltung/accounts/user/", action)["Location"].startswith(reverse("account_reauthenticate"))
    assert Authenticator.objects.exists()
    confirm(client)
    with mails_leave():
        response = client.post("/verwaltung/accounts/user/", action)
    assert "Entfernt bei einer Person." in [str(message) for message in get_messages(response.wsgi_request)]
    assert not Authenticator.objects.filter(user=protected).exists()
    [letter] = mail.outbox
    assert letter.to == [protected.email]
    assert letter.subject == "Ihr zweiter Faktor wurde entfernt"


def test_account_that_is_locked_is_signed_out_at_once(client, alice, rita):
    otto = make_user("Otto", is_staff=True, is_superuser=True)
    there = Client()
    sign_in(there, rita)
    sign_in(client, otto)
    fields = {"name": "Rita", "email": rita.email, "language": "de", "seen_version": rita.version}
    assert client.post(f"/verwaltung/accounts/user/{rita.pk}/change/", fields).status_code == 302
    assert rita.sign_ins.count() == 0
    assert not is_in(there)
