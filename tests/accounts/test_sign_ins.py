"""Where somebody is signed in, what a sign-in costs, and who is told of it."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from scaling.accounts import attempts, sign_ins
from scaling.accounts.attempts import Limit
from scaling.accounts.browsers import browser_in_words
from scaling.accounts.models import AttemptCount, SignIn
from tests.accounts.people import JOIN
from tests.conftest import PASSWORD
from tests.mails import mails_leave
from tests.races import at_once

pytestmark = pytest.mark.django_db

LOGIN = "/konto/login/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Safari/537.36 Edg/150.0"


def sign_in(client, person, password=PASSWORD, browser=FIREFOX):
    return client.post(LOGIN, {"login": person.email, "password": password}, headers={"user-agent": browser})


def is_in(client):
    return client.get(reverse("account")).status_code == 200


@pytest.fixture
def seen_before(alice):
    alice.last_login = timezone.now() - timedelta(days=1)
    alice.save()
    return alice


# --- What it costs


@pytest.mark.parametrize("earlier", [0, 1, 3])
@pytest.mark.parametrize("known", [True, False])
def test_sign_in_costs_fifteen_queries_at_most(seen_before, earlier, known):
    client = Client()
    for _ in range(earlier):
        sign_in(Client(), seen_before)
    if known:
        sign_in(client, seen_before)
        client.post(reverse("account_logout"))
    with CaptureQueriesContext(connection) as queries:
        assert sign_in(client, seen_before).status_code == 302
    assert len(queries) <= 15, "\n".join(query["sql"][:200] for query in queries)


# --- Limits


@pytest.mark.django_db(transaction=True)
def test_limit_holds_for_tries_at_the_same_moment_over_several_connections(alice):
    """As over several workers: nothing is counted in a process."""
    tries = [partial(sign_in, Client(), alice, "falsch-geraten-123") for _ in range(8)]
    answers: list[Any] = at_once(*tries)
    pages = [answer.text for answer in answers]
    assert sum("Passwort stimmen nicht" in page for page in pages) == 5
    assert sum("zu viele Versuche" in page for page in pages) == 3
    assert "zu viele Versuche" in sign_in(Client(), alice).text


def test_time_of_a_limit_runs_from_the_first_try_and_later_ones_do_not_prolong_it(db):
    limit = Limit("test", "somebody", most=2, seconds=60)
    assert [bool(attempts.count([limit])) for _ in range(4)] == [False, False, True, True]
    AttemptCount.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert attempts.count([limit]) == []


def test_try_that_succeeded_is_taken_back(db):
    limit = Limit("test", "somebody", most=1, seconds=60)
    for _ in range(3):
        assert attempts.count([limit]) == []
        attempts.take_back([limit])


def test_outdated_counts_are_swept_away_and_no_others(db):
    for number in range(5):
        attempts.count([Limit("test", str(number), most=1, seconds=60)])
    AttemptCount.objects.filter(key=Limit("test", "4", 1, 60).key).update(until=timezone.now() + timedelta(days=1))
    AttemptCount.objects.exclude(key=Limit("test", "4", 1, 60).key).update(until=timezone.now() - timedelta(days=1))
    attempts.count([Limit("test", "0", most=1, seconds=60)])
    assert set(AttemptCount.objects.values_list("key", flat=True)) == {Limit("test", n, 1, 60).key for n in ("0", "4")}


def test_few_outdated_counts_are_swept_at_a_time_however_the_database_goes_about_it(db):
    with connection.cursor() as cursor:
        for way in ("hashjoin", "mergejoin", "hashagg", "sort", "material"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    at = timezone.now() - timedelta(days=1)
    AttemptCount.objects.bulk_create([AttemptCount(key=f"{number:064}", count=1, until=at) for number in range(25)])
    for left in (5, 0):
        attempts.count([Limit("test", "somebody", most=9, seconds=60)])
        assert AttemptCount.objects.filter(until=at).count() == left


def test_successful_sign_ins_are_not_counted_as_failures(alice):
    for _ in range(12):
        assert sign_in(Client(), alice).status_code == 302


def test_addresses_and_persons_are_not_kept_in_clear(alice):
    sign_in(Client(), alice, "falsch-geraten-123")
    kept = " ".join(AttemptCount.objects.values_list("key", flat=True))
    assert kept
    assert "alice" not in kept
    assert "127.0.0.1" not in kept


# --- Where somebody is signed in


def test_page_names_browsers_and_marks_this_one(alice):
    here, there = Client(), Client()
    sign_in(here, alice)
    sign_in(there, alice, browser=EDGE)
    page = here.get(reverse("sign_ins")).text
    assert page.index("Firefox auf Linux") < page.rindex("dieser Browser") < page.index("Microsoft Edge auf Windows")


def test_page_costs_the_same_for_one_and_for_three(alice):
    here = Client()
    sign_in(here, alice)

    def queries():
        with CaptureQueriesContext(connection) as found:
            here.get(reverse("sign_ins"))
        return len(found)

    one = queries()
    for _ in range(2):
        sign_in(Client(), alice)
    assert queries() == one


def test_person_signs_out_another_browser(alice):
    here, there = Client(), Client()
    sign_in(here, alice)
    sign_in(there, alice, browser=EDGE)
    row = SignIn.objects.get(browser=EDGE)
    page = here.post(reverse("sign_in_end", args=[row.pk]), follow=True).text
    assert "Dort sind Sie jetzt abgemeldet." in page
    assert (is_in(here), is_in(there)) == (True, False)
    again = here.post(reverse("sign_in_end", args=[row.pk]), follow=True).text
    assert "Diese Anmeldung gibt es nicht mehr." in again


def test_nobody_signs_out_somebody_else(alice, bob):
    theirs, own = Client(), Client()
    sign_in(theirs, alice)
    sign_in(own, bob)
    assert own.post(reverse("sign_in_end", args=[alice.sign_ins.get().pk]), follow=True).status_code == 200
    own.post(reverse("sign_ins_end"))
    assert is_in(theirs)


def test_person_signs_out_everywhere_else(alice):
    here, there, elsewhere = Client(), Client(), Client()
    for client in (here, there, elsewhere):
        sign_in(client, alice)
    page = here.post(reverse("sign_ins_end"), follow=True).text
    assert "in 2 anderen Browsern abgemeldet" in page
    assert [is_in(client) for client in (here, there, elsewhere)] == [True, False, False]
    assert "nirgends sonst angemeldet" in here.post(reverse("sign_ins_end"), follow=True).text


def test_new_password_signs_out_everywhere_else(alice):
    here, there = Client(), Client()
    sign_in(here, alice)
    sign_in(there, alice)
    new = "Regenmond Fahrradklingel"
    here.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert (is_in(here), is_in(there)) == (True, False)
    assert [row.session_id for row in alice.sign_ins.all()] == [here.session.session_key]


def test_new_password_by_mail_signs_out_everywhere_and_lets_the_owner_in(alice):
    there, attacker, owner = Client(), Client(), Client()
    sign_in(there, alice)
    for _ in range(6):
        sign_in(attacker, alice, "falsch-geraten-123")
    with mails_leave():
        owner.post(reverse("account_reset_password"), {"email": alice.email})
    link = next(line for line in mail.outbox[-1].body.splitlines() if "/reset/key/" in line)
    path = link.split("127.0.0.1:8000")[-1] if "127.0.0.1:8000" in link else link.split("testserver")[-1]
    form = owner.get(path, follow=True)
    new = "Regenmond Fahrradklingel"
    owner.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
    assert not is_in(there)
    assert alice.sign_ins.count() == 0
    assert sign_in(owner, alice, new).status_code == 302


def test_row_goes_with_its_session(alice):
    client = Client()
    sign_in(client, alice)
    client.post(reverse("account_logout"))
    assert SignIn.objects.count() == 0
    sign_in(client, alice)
    Session.objects.all().delete()
    assert SignIn.objects.count() == 0


def test_signing_in_again_or_as_somebody_else_in_the_same_browser_is_one_row(client, alice, bob):
    for person in (alice, alice, bob):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        row = SignIn.objects.get()
        assert (row.user, row.session_id) == (person, client.session.session_key)


def test_session_that_ran_out_is_not_shown(alice):
    sign_in(Client(), alice)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert list(sign_ins.sign_ins_of(alice)) == []


def test_last_use_is_written_down_each_quarter_of_an_hour(alice):
    client = Client()
    sign_in(client, alice)
    long_ago = timezone.now() - timedelta(hours=3)
    SignIn.objects.update(seen_at=long_ago)
    client.get(reverse("account"))
    assert alice.sign_ins.get().seen_at == long_ago
    session = client.session
    session[sign_ins.SEEN] -= sign_ins.PAUSE + 1
    session.save()
    client.get(reverse("session"))
    assert alice.sign_ins.get().seen_at == long_ago  # an open page asks that by itself
    client.get(reverse("account"))
    assert alice.sign_ins.get().seen_at > timezone.now() - timedelta(minutes=1)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (FIREFOX, "Firefox auf Linux"),
        (EDGE, "Microsoft Edge auf Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19.0 Safari/604.1",
            "Safari auf iPhone",
        ),
        ("Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/150.0 Mobile Safari/537.36", "Chrome auf Android"),
        ("Eigenbau (Windows)", "Browser auf Windows"),
        ("curl/8", "Unbekannter Browser"),
        ("", "Unbekannter Browser"),
    ],
)
def test_browser_in_words(name, words):
    assert browser_in_words(name) == words


# --- Who is told


def test_sign_in_on_a_new_device_is_told_by_mail_once(seen_before):
    client = Client()
    with mails_leave():
        sign_in(client, seen_before)
        client.post(reverse("account_logout"))
        sign_in(client, seen_before)
    [letter] = mail.outbox
    assert letter.to == [seen_before.email]
    assert letter.subject == "Neue Anmeldung mit Ihrem Konto"
    assert "Firefox auf Linux" in letter.body
    assert reverse("sign_ins") in letter.body


def test_mail_about_a_new_device_is_in_the_persons_language(seen_before):
    seen_before.language = "en"
    seen_before.save()
    with mails_leave():
        sign_in(Client(), seen_before)
    assert "Firefox on Linux" in mail.outbox[0].body


def test_first_sign_in_and_the_browser_somebody_joined_with_are_no_news(client, invite, alice):
    with mails_leave():
        sign_in(Client(), alice)
    assert mail.outbox == []
    path = invite()
    mail.outbox.clear()
    with mails_leave():
        client.post(path, JOIN)
        client.post(reverse("account_logout"))
        client.post(LOGIN, {"login": "neu@example.org", "password": JOIN["password"]})
    assert mail.outbox == []
