"""A passkey's answer opens the account only if that key signed this very question, unlocked and for this site."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.passkeys import FLAG, Passkey, new_key
from tests.accounts.test_sign_ins import is_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def passkey(alice, settings):
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False  # as in operation; the demo on this machine speaks no https
    return Passkey(alice)


def test_right_answer_opens(client, passkey):
    assert passkey.sign_in(client).status_code == 302
    assert is_in(client)


@pytest.mark.parametrize(
    "amiss",
    [
        {"signer": new_key},
        {"other_data": True},
        {"host": "evil.example"},
        {"origin": "https://evil.example"},
        {"origin": "http://testserver"},
        {"flags": FLAG.UP},
        {"flags": FLAG.UV},
    ],
    ids=["another key", "signature of other data", "another host", "another origin", "unsafe origin", "locked", "nobody there"],
)
def test_forged_answer_opens_nothing(client, passkey, amiss):
    amiss = {name: value() if value is new_key else value for name, value in amiss.items()}
    assert passkey.sign_in(client, **amiss).status_code == 302
    assert not is_in(client)
    page = client.get(reverse("account_login")).text
    assert "Dienstrechner" not in page


def test_answer_is_good_once_and_in_one_browser(passkey):
    own, attacker = Client(), Client()
    answer = passkey.answer(passkey.asked(own))
    there = reverse("mfa_login_webauthn")
    passkey.asked(attacker)
    attacker.post(there, {"credential": answer})
    assert not is_in(attacker)
    own.post(there, {"credential": answer})
    assert is_in(own)
    own.post(reverse("account_logout"))
    passkey.asked(own)
    own.post(there, {"credential": answer})
    assert not is_in(own)


def test_key_of_one_person_opens_nobody_elses_account(client, passkey, bob):
    theirs = Passkey(bob)
    passkey.handle = theirs.handle
    passkey.sign_in(client)
    assert not is_in(client)
    theirs.sign_in(client)
    assert is_in(client)
