"""The phone of a participant, over HTTP: who gets in, what they may see, and what a stranger gets."""

import re
from datetime import timedelta
from difflib import unified_diff

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from assessments.models import Ballot, Participant, Vote, Workshop
from assessments.services import workflow, workshops
from assessments.services.votes import hash_of, introduce
from assessments.views import voting
from tests.assessments.workshop_room import people, say
from tests.factories import make_project

WORDS = "Ein halber Satz, den niemand kennt"


@pytest.fixture
def workshop(assessment, score, alice):
    cache.clear()
    return workshops.open_workshop(assessment=assessment, by=alice, first=score)


def address(workshop, rest=""):
    return f"/w/{workshop.code}/{rest}"


def phone(workshop, role="it", **more):
    client = Client()
    response = client.post(address(workshop), {"role": role, "einmal": f"{role}{Participant.objects.count()}", **more})
    assert (response.status_code, response["Location"]) == (302, address(workshop))
    return client


def form(ballot, choice="2", version=0, words=""):
    return {"ballot": ballot.pk, "version": version, "choice": choice, "words": words}


def vote(client, workshop, ballot, **more):
    return client.post(address(workshop, "stimme/"), form(ballot, **more))


def by_script(client, workshop, ballot, **more):
    return client.post(address(workshop, "stimme/"), form(ballot, **more), headers={"accept": "application/json"})


def test_join_vote_and_change_without_a_script(workshop):
    client = phone(workshop, name="Petra Weber")
    ballot = Ballot.objects.get()
    page = client.get(address(workshop)).text
    assert 'value="not_applicable"' in page
    assert vote(client, workshop, ballot, choice="3", words=WORDS).status_code == 302
    assert "Gespeichert: 3 – umgesetzt." in client.get(address(workshop)).text
    assert vote(client, workshop, ballot, choice="unknown", version=1).status_code == 302
    assert Vote.objects.get().state == "unknown"
    assert Participant.objects.get().name == "Petra Weber"


def test_cookie_is_closed_to_scripts_and_to_everything_else(workshop):
    client = phone(workshop)
    cookie = client.cookies[voting.COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", address(workshop))
    assert 0 < int(cookie["max-age"]) <= 18 * 3600
    token, _at, _signature = cookie.value.split(":")
    [participant] = Participant.objects.all()
    assert (participant.token_hash == hash_of(token), participant.token_hash == token) == (True, False)
    client.cookies[voting.COOKIE] = cookie.value[:-1] + ("A" if cookie.value[-1] != "A" else "B")
    assert client.get(address(workshop, "stand/")).status_code == 404


def test_second_click_on_joining_is_one_person(workshop):
    """Neither click has the cookie yet that the first is answered with."""
    clients = [Client(), Client()]
    for client in clients:
        client.post(address(workshop), {"role": "it", "einmal": "derselbe"})
    assert Participant.objects.count() == 1
    assert len({client.cookies[voting.COOKIE].value.split(":")[0] for client in clients}) == 1


@pytest.mark.parametrize("data", [{}, {"role": ""}, {"role": "bürgermeister"}, {"role": "it", "name": "x" * 61}])
def test_joining_asks_for_a_role(workshop, data):
    response = Client().post(address(workshop), data)
    assert response.status_code == 422
    assert not Participant.objects.exists()


def test_form_without_an_answer_comes_back_with_its_words(workshop):
    client = phone(workshop)
    response = vote(client, workshop, Ballot.objects.get(), choice="", words=WORDS)
    assert response.status_code == 422
    assert "Bitte wählen Sie eine Antwort." in response.text
    assert WORDS in response.text


def test_late_vote_is_told_and_its_words_are_shown(workshop):
    client = phone(workshop)
    ballot = Ballot.objects.get()
    workshops.reveal(workshop=workshop, seen=ballot.pk)
    response = vote(client, workshop, ballot, words=WORDS)
    assert response.status_code == 409
    assert "nicht mehr gezählt" in response.text
    assert WORDS in response.text
    assert not Vote.objects.exists()


@pytest.mark.parametrize("step", ["reveal", "next"])
def test_late_form_without_an_answer_gives_its_words_back_and_puts_them_under_no_other_question(workshop, assessment, step):
    client = phone(workshop)
    ballot = Ballot.objects.get()
    if step == "reveal":
        workshops.reveal(workshop=workshop, seen=ballot.pk)
    else:
        workshops.show(workshop=workshop, score=assessment.scores.get(criterion__key="kriterium-2"))
    response = vote(client, workshop, ballot, choice="", words=WORDS)
    assert (response.status_code, response.text.count(WORDS)) == (409, 1)
    assert f'value="{WORDS}"' not in response.text


def test_words_of_somebody_who_left_in_another_tab_come_back(workshop, alice):
    client = phone(workshop)
    ballot, cookie = Ballot.objects.get(), client.cookies[voting.COOKIE].value
    client.post(address(workshop, "verlassen/"))
    client.cookies[voting.COOKIE] = cookie
    response = vote(client, workshop, ballot, words=WORDS)
    assert (response.status_code, WORDS in response.text, "Mitmachen" in response.text) == (409, True, True)
    assert vote(client, workshop, ballot).status_code == 302
    workshops.close_workshop(workshop=workshop, by=alice)
    response = vote(client, workshop, ballot, words=WORDS)
    assert (response.status_code, WORDS in response.text) == (404, True)
    assert not Vote.objects.exists()


def test_joining_in_two_tabs_is_one_person_and_the_last_word_counts(workshop):
    client = Client()
    client.post(address(workshop), {"role": "it", "einmal": "ein Reiter"})
    client.post(address(workshop), {"role": "treasury", "name": "Petra Weber", "einmal": "ein anderer"})
    participant = Participant.objects.get()
    assert (participant.role, participant.name) == ("treasury", "Petra Weber")
    vote(client, workshop, Ballot.objects.get(), choice="3")
    client.post(address(workshop), {"role": "legal", "einmal": "noch einer"})
    vote(client, workshop, Ballot.objects.get(), choice="1", version=1)
    participant = Participant.objects.get()
    assert (participant.role, participant.name) == ("treasury", "Petra Weber")  # a vote was cast in that role
    assert Vote.objects.get().level == 1


def test_script_is_told_what_became_of_a_vote(workshop):
    client = phone(workshop)
    ballot = Ballot.objects.get()
    said = by_script(client, workshop, ballot, choice="1").json()
    assert by_script(client, workshop, ballot, choice="1").json() == said
    page = client.get(address(workshop)).text
    assert said == {
        "gespeichert": True,
        "version": 1,
        "ort": re.findall(r'data-place="(\w+)"', page)[0],  # so that the page is not loaded again
        "text": "Gespeichert: 1 – geplant. Bis zum Aufdecken können Sie Ihre Antwort ändern.",
        "knopf": "Ändern",
    }
    assert said["text"] in " ".join(page.split())
    assert client.get(address(workshop, "stand/")).json()["ort"] == said["ort"]
    stale = by_script(client, workshop, ballot, choice="4")
    assert (stale.status_code, stale.json()["version"]) == (409, 1)
    assert by_script(client, workshop, ballot, choice="9").status_code == 422
    workshops.reveal(workshop=workshop, seen=ballot.pk)
    assert by_script(client, workshop, ballot, choice="4", version=1).json() == {"gespeichert": False, "grund": "zu"}
    assert Vote.objects.get().level == 1


# --- Strangers --------------------------------------------------------------------------------------------------------------


def everything(client, workshop, ballot):
    """Every address of a workshop, asked by somebody: status and text."""
    yield client.get(address(workshop))
    yield client.get(address(workshop, "stand/"))
    yield client.get(address(workshop, "kriterium/kriterium-1/"))
    yield vote(client, workshop, ballot)
    yield by_script(client, workshop, ballot)


def test_code_of_an_ended_workshop_is_one_there_never_was(workshop, alice):
    ballot = Ballot.objects.get()
    workshops.close_workshop(workshop=workshop, by=alice)
    stranger = Client()
    ended, unknown = stranger.get(address(workshop)), stranger.get("/w/bcdfghjk/")
    assert ended.status_code == unknown.status_code == 404
    assert stranger.post(address(workshop), {"role": "it"}).status_code == 404
    assert [one.status_code for one in everything(stranger, workshop, ballot)] == [404, 404, 302, 302, 404]
    assert not Participant.objects.exists()
    assert not Vote.objects.exists()


def test_participant_of_an_ended_workshop_is_thanked_and_forgotten(workshop, alice):
    client = phone(workshop)
    workshops.close_workshop(workshop=workshop, by=alice)
    response = client.get(address(workshop))
    assert "Der Workshop ist beendet" in response.text
    assert response.cookies[voting.COOKIE].value == ""
    assert client.get(address(workshop)).status_code == 404


def test_cookie_of_another_workshop_opens_nothing(workshop, elsewhere, charlie, edition):
    other = workflow.start_assessment(project=make_project(elsewhere, team=[charlie]), by=charlie)
    theirs = workshops.open_workshop(assessment=other, by=charlie, first=other.scores.first())
    client = phone(theirs)
    value = client.cookies[voting.COOKIE].value
    stranger = Client()
    stranger.cookies[voting.COOKIE] = value
    mine, foreign = Ballot.objects.get(workshop=workshop), Ballot.objects.get(workshop=theirs)
    assert [one.status_code for one in everything(stranger, workshop, mine)] == [200, 404, 302, 302, 404]
    assert "Am Workshop teilnehmen" in stranger.get(address(workshop)).text
    # A ballot of one workshop, sent to the other.
    assert vote(client, theirs, mine).status_code == 409
    assert vote(phone(workshop), workshop, foreign).status_code == 409
    assert not Vote.objects.exists()


@pytest.mark.parametrize("value", ["", "x", "geheim-it-0", "eyJ.x:y:z", "'; DROP", "\U0001f600"])
def test_forged_cookie_opens_nothing(workshop, value):
    people(workshop, it=1)
    client = Client()
    client.cookies[voting.COOKIE] = value.encode("ascii", "ignore").decode()
    assert [one.status_code for one in everything(client, workshop, Ballot.objects.get())] == [200, 404, 302, 302, 404]
    assert not Vote.objects.exists()


def test_replayed_vote_changes_nothing(workshop):
    client = phone(workshop)
    ballot = Ballot.objects.get()
    vote(client, workshop, ballot, choice="1")
    vote(client, workshop, ballot, choice="4", version=1)
    replayed = vote(client, workshop, ballot, choice="1")
    assert replayed.status_code == 409
    assert (Vote.objects.count(), Vote.objects.get().level) == (1, 4)


def test_another_site_cannot_vote(workshop):
    client = phone(workshop)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert vote(strict, workshop, Ballot.objects.get()).status_code == 403
    assert not Vote.objects.exists()


def test_guessing_codes_is_limited_over_all_workers(workshop, monkeypatch):
    monkeypatch.setattr(voting, "MAX_FAILURES", 3)
    inside = phone(workshop)
    guesser = Client()
    assert [guesser.get(f"/w/bcdfghj{sign}/").status_code for sign in "23456"] == [404, 404, 404, 429, 429]
    assert guesser.get(address(workshop)).status_code == 429  # not even the right one
    assert inside.get(address(workshop)).status_code == 200  # who takes part stays


def test_codes_are_drawn_from_a_large_space():
    codes = {Workshop._meta.get_field("code").get_default() for _ in range(500)}
    assert len(codes) == 500
    assert all(len(code) == 8 and not set(code) & set("01loaeiuy") for code in codes)


def test_typed_code_leads_in(workshop):
    client = Client()
    for typed in (workshop.shown_code, workshop.code.upper(), f" {workshop.shown_code} "):
        assert client.get("/w/", {"code": typed})["Location"] == address(workshop)
    assert client.get("/w/", {"code": "abc"}).status_code == 422
    assert client.get("/w/---/").status_code == 404
    assert client.get(f"/w/{workshop.shown_code.upper()}/")["Location"] == address(workshop)


# --- Secrecy ----------------------------------------------------------------------------------------------------------------


def test_nothing_of_a_vote_is_seen_before_the_reveal(workshop, assessment, alice, client):
    one, other = phone(workshop, role="legal"), phone(workshop)
    ballot = Ballot.objects.get()
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    wall = f"/bewertungen/{assessment.public_id}/wand/"
    pages = [(client, wall), (client, f"{wall}stand/"), (client, assessment.get_absolute_url())]
    pages += [
        (client, f"/bewertungen/{assessment.public_id}/profil.json"),
        (client, f"/bewertungen/{assessment.public_id}/profil/"),
    ]
    pages += [(other, address(workshop)), (other, address(workshop, "stand/")), (Client(), address(workshop))]

    def seen(levels):
        for number, (person, level) in enumerate(zip((one,), levels, strict=True)):
            vote(person, workshop, ballot, choice=level, version=number, words=f"{WORDS} {level}")
        texts = [without_tokens(who.get(path).text) for who, path in pages]
        Vote.objects.all().delete()
        return texts

    low, high = seen(["0"]), seen(["4"])
    assert [changes(one, other) for one, other in zip(low, high, strict=True)] == [[]] * len(pages)  # whatever was voted
    assert not any(WORDS in text for text in low)
    assert [changes(one, other) for one, other in zip(low, seen(["unknown"]), strict=True)] == [[]] * len(pages)


def changes(one, other):
    return [
        line for line in unified_diff(one.splitlines(), other.splitlines(), n=0) if not line.startswith(("---", "+++", "@@"))
    ]


def without_tokens(text):
    """Nor without how long the session lasts."""
    return re.sub(r'data-seconds="\d+"', "", re.sub(r'(value|content)="[\w-]{16,}"', "", text))


def test_half_sentences_come_without_names_and_in_no_order_of_arrival(workshop, assessment, alice, client):
    ballot = Ballot.objects.get()
    for role, name, level, words in [("it", "Zoe", 4, "zuletzt"), ("legal", "Ada", 0, "zuerst"), ("it", "Ben", 2, "mittig")]:
        vote(phone(workshop, role, name=name), workshop, ballot, choice=str(level), words=words)
    workshops.reveal(workshop=workshop, seen=ballot.pk)
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/bewertungen/{assessment.public_id}/wand/").text
    said = page[page.index("wall__said") : page.index("wall__agree")]
    assert said.index("zuerst") < said.index("mittig") < said.index("zuletzt")
    assert not any(name in said for name in ("Zoe", "Ada", "Ben"))
    assert "Rechtsamt" not in page[: page.index("Wer ist dabei?")]  # one vote: no role is named


def test_reworded_question_is_waited_for_and_not_asked_of_a_phone(workshop):
    """As after a move to an edition that words it anew: a phone that offered the form would be refused without a word."""
    client, ballot = phone(workshop), Ballot.objects.get()
    before = client.get(address(workshop, "stand/")).json()["ort"]
    Ballot.objects.update(question="0" * 64)
    assert client.get(address(workshop, "stand/")).json()["ort"] != before
    page = client.get(address(workshop)).text
    assert "Gleich geht es weiter" in page
    assert "data-ballot" not in page
    assert f'data-place="{client.get(address(workshop, "stand/")).json()["ort"]}"' in page
    late = vote(client, workshop, ballot, words=WORDS)
    assert late.status_code == 409
    assert WORDS in late.text
    again = workshops.vote_again(workshop=workshop, seen=ballot.pk)
    assert f'data-ballot="{again.pk}"' in client.get(address(workshop)).text


def test_somebody_else_on_a_phone_whose_round_was_approved_a_moment_ago(workshop):
    one = Participant.objects.get(pk=people(workshop, it=1)[0].pk)
    Participant.objects.all().delete()
    with pytest.raises(workshops.WorkshopOver):
        introduce(participant=one, role="treasury")


# --- Asking again and again -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 3])
def test_asking_costs_one_query_and_nothing_while_nothing_is_new(workshop, number, django_assert_num_queries):
    clients = [phone(workshop) for _ in range(number)]
    with django_assert_num_queries(1):
        first = clients[0].get(address(workshop, "stand/"))
    with django_assert_num_queries(1):
        again = clients[0].get(address(workshop, "stand/"), headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    for client in clients[1:]:  # what others do changes nothing here
        vote(client, workshop, Ballot.objects.get())
    assert clients[0].get(address(workshop, "stand/"), headers={"if-none-match": first["ETag"]}).status_code == 304
    workshops.reveal(workshop=workshop, seen=Ballot.objects.get().pk)
    assert clients[0].get(address(workshop, "stand/"), headers={"if-none-match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize("number", [1, 3])
def test_page_and_vote_cost_a_fixed_number_of_queries(workshop, number, django_assert_num_queries):
    clients = [phone(workshop) for _ in range(number)]
    clients[0].get(address(workshop))
    with django_assert_num_queries(2):
        clients[0].get(address(workshop))
    with django_assert_num_queries(8):
        by_script(clients[0], workshop, Ballot.objects.get(), choice="2")


# --- Apart, over days -------------------------------------------------------------------------------------------------------


@pytest.fixture
def ahead(assessment, alice):
    return workshops.open_workshop(assessment=assessment, by=alice, alone_until=timezone.localdate() + timedelta(days=7))


def test_rating_alone_leads_through_all_criteria(ahead):
    client = phone(ahead)
    assert "0 von 3 eingeschätzt" in client.get(address(ahead)).text
    first, second, third = Ballot.objects.order_by("score__criterion__order")
    page = client.get(address(ahead, "kriterium/kriterium-2/"))
    assert "Kriterium 2 von 3" in page.text
    assert vote(client, ahead, second)["Location"] == address(ahead, "kriterium/kriterium-3/")
    assert by_script(client, ahead, third).json()["weiter"] == address(ahead, "kriterium/kriterium-1/")
    assert vote(client, ahead, first)["Location"] == address(ahead)
    assert "Sie haben alles eingeschätzt." in client.get(address(ahead)).text
    assert vote(client, ahead, first, choice="4", version=1).status_code == 302
    assert client.get(address(ahead, "kriterium/gibt-es-nicht/")).status_code == 404


def test_after_the_day_the_phone_waits_for_the_meeting(ahead):
    client = phone(ahead)
    Workshop.objects.update(alone_until=timezone.now() - timedelta(seconds=1))
    assert "Gleich geht es weiter" in client.get(address(ahead)).text
    assert client.get(address(ahead, "kriterium/kriterium-1/"))["Location"] == address(ahead)
    workshops.show(workshop=ahead, score=Ballot.objects.all()[0].score)
    assert "Abstimmen" in client.get(address(ahead)).text


def test_leaving_ends_it_for_this_phone_and_keeps_the_vote(workshop):
    client = phone(workshop)
    say_with = Ballot.objects.get()
    vote(client, workshop, say_with)
    assert client.post(address(workshop, "verlassen/")).status_code == 302
    assert Vote.objects.count() == 1
    assert client.get(address(workshop, "stand/")).status_code == 404


def test_approved_round_leaves_nothing_to_see(workshop, assessment, alice, bob):
    client = phone(workshop)
    vote(client, workshop, Ballot.objects.get())
    workflow.submit(assessment=assessment, by=alice)
    assert "Die Bewertung ist eingereicht" in client.get(address(workshop)).text
    workflow.approve(assessment=assessment, by=bob)
    assert client.get(address(workshop)).status_code == 404
    assert client.get(address(workshop, "stand/")).status_code == 404


def test_other_person_of_the_room_is_nobodys_business(workshop):
    """Names stand on the wall of the team, and on no phone."""
    phone(workshop, name="Petra Weber")
    other = phone(workshop, role="legal")
    ballot = Ballot.objects.get()
    assert "Petra" not in other.get(address(workshop)).text
    for participant in people(workshop, treasury=3):
        say(participant, ballot, 2)
    workshops.reveal(workshop=workshop, seen=ballot.pk)
    assert "Petra" not in other.get(address(workshop)).text
