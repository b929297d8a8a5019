"""Working keeps people signed in; asking how much is left does not."""

import time

import pytest
from django.urls import reverse

from scaling.session import UNTIL
from tests.conftest import PASSWORD

AGE = 600


@pytest.fixture
def signed_in(client, alice, settings):
    settings.SESSION_COOKIE_AGE = AGE
    client.post(reverse("account_login"), {"login": alice.email, "password": PASSWORD})
    return client


def set_left(client, seconds):
    session = client.session
    session[UNTIL] = int(time.time()) + seconds
    session.save()


def left(client):
    return client.get(reverse("session")).json()["seconds"]


def test_sign_in_starts_the_time(signed_in):
    assert AGE - 5 <= left(signed_in) <= AGE


def test_working_in_the_second_half_starts_the_time_anew(signed_in):
    set_left(signed_in, AGE // 2 - 10)
    signed_in.get(reverse("glossary"))
    assert left(signed_in) > AGE - 5


def test_working_in_the_first_half_writes_nothing(signed_in, django_assert_num_queries):
    set_left(signed_in, AGE // 2 + 10)
    with django_assert_num_queries(3):  # session, person, navigation
        signed_in.get(reverse("glossary"))
    assert left(signed_in) <= AGE // 2 + 10


def test_asking_how_much_is_left_does_not_extend(signed_in):
    set_left(signed_in, 20)
    left(signed_in)
    assert left(signed_in) <= 20


def test_one_press_extends(signed_in):
    set_left(signed_in, 20)
    assert signed_in.post(reverse("session")).json()["seconds"] > AGE - 5
    assert left(signed_in) > AGE - 5


def test_nobody_has_no_time_left_and_gets_no_cookie(client, db):
    response = client.post(reverse("session"))
    assert response.json() == {"seconds": 0}
    assert "sessionid" not in response.cookies


def test_page_tells_the_script_how_much_is_left(signed_in, client):
    page = signed_in.get(reverse("glossary")).content.decode()
    assert f'data-session="{reverse("session")}"' in page
    client.logout()
    assert "data-session" not in client.get(reverse("glossary")).content.decode()


def test_sign_in_page_says_that_nothing_saved_is_lost(client, db):
    response = client.get(reverse("account"), follow=True)
    assert "Was gespeichert war, ist noch da." in response.content.decode()
    assert "Was gespeichert war" not in client.get(reverse("account_login")).content.decode()
