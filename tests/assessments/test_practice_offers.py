"""Good examples: offered by a municipality, decided by curators, shown with the criterion, taken back at once."""

import threading
from functools import partial

import pytest
from django.core import mail
from django.db import transaction
from django.urls import reverse

from assessments.models import Assessment, OfferState, PracticeOffer, Score
from assessments.models.practice_offer import MAX_OFFERED
from assessments.services import workflow
from assessments.services.practice_offers import (
    AlreadyOffered,
    NotOfferable,
    NotWaiting,
    decide_offer,
    offer_practice,
    withdraw_offer,
)
from scaling.accounts.models import Municipality, Role, User
from scaling.privacy.anonymising import anonymise
from scaling.privacy.erasing import erase
from scaling.privacy.rows import rows_of_municipality
from tests.cast import make_member
from tests.factories import make_catalogue
from tests.races import at_once, until_somebody_waits
from tests.world import make_world, put_world

TEXT = "Der Rat hat den Betrieb <b>für fünf Jahre</b> **gesichert**."


@pytest.fixture
def world(db):
    return make_world()


@pytest.fixture
def score(world):
    return with_reason(world.approved.scores.get(criterion__key="kriterium-1"))


def with_reason(score):
    type(score).objects.filter(pk=score.pk).update(rationale=TEXT)
    score.refresh_from_db()
    return score


@pytest.fixture
def offer(score, bob):
    return offer_practice(score=score, text=TEXT, shows_name=False, by=bob)


def accept(offer, dora, version=1):
    return decide_offer(offer=offer, accepted=True, note="", version=version, by=dora)


def public(client, key="kriterium-1"):
    return client.get(reverse("catalogue:criterion", args=[key])).text


def test_offer_goes_from_the_answer_to_the_public_page_and_back(client, score, municipality, bob, dora):
    client.force_login(bob)
    path = reverse("assessments:practice_offer", args=[score.assessment.public_id, "kriterium-1"])
    assert path in client.get(reverse("assessments:score", args=[score.assessment.public_id, "kriterium-1"])).text
    assert client.get(path).context["form"]["text"].value() == TEXT
    client.post(path, {"text": "Kürzer: der Betrieb ist gesichert.", "shows_name": "on"})
    offer = PracticeOffer.objects.get(score=score)
    client.logout()
    assert "Aus der Praxis" not in public(client)

    client.force_login(dora)
    assert "2 angebotene Beispiele warten" in client.get("/").text  # one is the world's
    decision = reverse("assessments:practice_decision", args=[offer.pk])
    assert decision in client.get(reverse("assessments:offered_practices")).text
    client.post(decision, {"version": "1", "note": "", "annehmen": "1"})
    client.logout()
    page = public(client)
    assert "Kürzer: der Betrieb ist gesichert." in page
    assert municipality.name in page

    client.force_login(bob)
    client.post(reverse("assessments:practice_withdraw", args=[municipality.public_id, offer.pk]))
    client.logout()
    assert "Kürzer: der Betrieb ist gesichert." not in public(client)
    by = [row.history_user for row in offer.history.order_by("history_id")]
    assert by == [bob, dora, bob]


def test_text_is_shown_as_it_was_typed_and_the_name_only_where_allowed(client, offer, municipality, dora):
    accept(offer, dora)
    page = public(client)
    assert "Der Rat hat den Betrieb &lt;b&gt;für fünf Jahre&lt;/b&gt; **gesichert**." in page
    assert municipality.name not in page


def test_only_an_approved_reason_is_offered_and_only_once(score, world, alice, bob):
    with pytest.raises(NotOfferable):
        offer_practice(score=with_reason(world.draft.scores.first()), text=TEXT, shows_name=False, by=bob)
    with pytest.raises(NotOfferable):
        offer_practice(score=score, text=" \u200b ", shows_name=False, by=bob)
    first = offer_practice(score=score, text=TEXT, shows_name=False, by=bob)
    with pytest.raises(AlreadyOffered):
        offer_practice(score=score, text=TEXT, shows_name=False, by=bob)
    withdraw_offer(offer=first, by=bob)
    offer_practice(score=score, text=TEXT, shows_name=False, by=bob)


def test_text_has_bounds(client, score, bob):
    client.force_login(bob)
    path = reverse("assessments:practice_offer", args=[score.assessment.public_id, "kriterium-1"])
    for text in ("", "x" * (MAX_OFFERED + 1)):
        assert client.post(path, {"text": text}).status_code == 422
    assert not PracticeOffer.objects.filter(score=score).exists()


def test_offer_stays_when_the_round_is_reopened(client, world, alice, bob, dora):
    score = with_reason(world.draft.scores.get(criterion__key="kriterium-1"))
    workflow.submit(assessment=world.draft, by=alice)
    workflow.approve(assessment=world.draft, by=bob)
    accept(offer_practice(score=score, text=TEXT, shows_name=False, by=bob), dora)
    workflow.reopen(assessment=world.draft, by=bob, reason="Ein Fehler")
    assert "Der Rat hat den Betrieb" in public(client)


def test_who_declines_says_why_and_who_is_late_is_told(client, offer, dora):
    client.force_login(dora)
    path = reverse("assessments:practice_decision", args=[offer.pk])
    assert client.post(path, {"version": "1", "note": "", "ablehnen": "1"}).status_code == 422
    assert client.post(path, {"version": "1", "note": "x"}).status_code == 422  # no button
    client.post(path, {"version": "1", "note": "Bitte ohne Namen.", "ablehnen": "1"})
    late = client.post(path, {"version": "1", "note": "", "annehmen": "1"}, follow=True)
    assert "Stand: abgelehnt" in late.text
    offer.refresh_from_db()
    assert (offer.state, offer.note) == (OfferState.DECLINED, "Bitte ohne Namen.")


def test_withdrawn_before_the_decision_stays_withdrawn(offer, bob, dora):
    withdraw_offer(offer=offer, by=bob)
    with pytest.raises(NotWaiting):
        accept(offer, dora)
    assert withdraw_offer(offer=offer, by=bob).version == 2  # twice is no error, and no second step


def test_managers_are_told_of_the_decision(offer, bob, dora, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        decide_offer(offer=offer, accepted=False, note="Bitte kürzer.", version=1, by=dora)
    assert [message.to for message in mail.outbox] == [[bob.email]]
    assert "Bitte kürzer." in mail.outbox[0].body


def test_another_municipality_neither_sees_nor_withdraws_it(client, offer, municipality, charlie):
    own = Municipality.objects.get(memberships__user=charlie)
    client.force_login(charlie)
    assert TEXT[:20] not in client.get(reverse("assessments:practice_offers", args=[own.public_id])).text
    path = reverse("assessments:practice_withdraw", args=[own.public_id, offer.pk])
    assert client.post(path).status_code == 404
    offer.refresh_from_db()
    assert offer.is_waiting


def test_erased_municipality_leaves_no_example(client, offer, municipality, dora):
    accept(offer, dora)
    assert offer.pk in rows_of_municipality(municipality)[PracticeOffer]
    erase(municipality=municipality, by=None)
    assert PracticeOffer.objects.count() == 0
    assert "Der Rat hat den Betrieb" not in public(client)


@pytest.mark.parametrize("number", [1, 3])
def test_lists_cost_the_same_for_one_and_three(
    client, world, municipality, bob, dora, number, django_assert_num_queries, django_assert_max_num_queries
):
    PracticeOffer.objects.all().delete()
    for score in Score.objects.filter(assessment__project__municipality=municipality)[:number]:
        PracticeOffer.objects.create(score=score, text=TEXT)
    counts = []
    for person, path in (
        (bob, reverse("assessments:practice_offers", args=[municipality.public_id])),
        (dora, reverse("assessments:offered_practices")),
    ):
        client.force_login(person)
        client.get(path)
        with django_assert_max_num_queries(8) as counted:
            assert len(client.get(path).context["page_obj"].object_list) == number
        counts.append(len(counted.captured_queries))
    assert counts == [6, 5]


@pytest.fixture
def stored(db, kept_rows):
    """An offer that other connections see, a manager and a curator."""
    world = put_world(kept_rows)
    score = with_reason(world.approved.scores.get(criterion__key="kriterium-1"))
    bob = world.cast.bob
    return offer_practice(score=score, text=TEXT, shows_name=False, by=bob), bob, world.cast.dora


@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_once_one_counts(stored):
    offer, _bob, dora = stored
    jobs = [
        lambda: decide_offer(offer=offer, accepted=True, note="", version=1, by=dora),
        lambda: decide_offer(offer=offer, accepted=False, note="Nein.", version=1, by=dora),
    ]
    outcomes = at_once(*jobs)
    assert sorted(type(one).__name__ for one in outcomes) == ["NotWaiting", "PracticeOffer"]
    assert offer.history.count() == 2


@pytest.mark.django_db(transaction=True)
def test_withdrawn_while_being_accepted_is_withdrawn(stored):
    """Whoever accepts meanwhile waits for the step under way, and meets what came of it."""
    offer, bob, dora = stored
    with_curator = threading.Event()

    def withdraw():
        with transaction.atomic():
            withdraw_offer(offer=offer, by=bob)
            with_curator.set()
            until_somebody_waits()

    def accept_meanwhile():
        assert with_curator.wait(20)
        return accept(offer, dora)

    withdrawn, accepted = at_once(withdraw, accept_meanwhile)
    assert withdrawn is None
    assert isinstance(accepted, NotWaiting)
    offer.refresh_from_db()
    assert offer.state == OfferState.WITHDRAWN
    assert offer.history.count() == 2


@pytest.mark.django_db(transaction=True)
def test_offered_twice_at_once_is_one_offer(stored):
    offer, bob, _dora = stored
    score = withdraw_offer(offer=offer, by=bob).score
    job = partial(offer_practice, score=score, text=TEXT, shows_name=False, by=bob)
    outcomes = at_once(job, job)
    assert sorted(type(one).__name__ for one in outcomes) == ["AlreadyOffered", "PracticeOffer"]
    assert PracticeOffer.objects.filter(score=score, state=OfferState.OFFERED).count() == 1


def test_the_same_words_from_the_next_round_are_not_offered_twice(client, world, offer, alice, bob, dora):
    """A reason is carried over from round to round; the public page would say it twice."""
    accept(offer, dora)
    later = with_reason(world.draft.scores.get(criterion__key="kriterium-1"))
    Assessment.objects.filter(pk=world.draft.pk).update(state="approved")
    with pytest.raises(AlreadyOffered):
        offer_practice(score=later, text=f" {TEXT} ", shows_name=True, by=bob)
    offer_practice(score=later, text="Andere Worte.", shows_name=True, by=bob)


def test_who_withdraws_what_was_declined_meanwhile_is_told_so(client, offer, municipality, bob, dora):
    decide_offer(offer=offer, accepted=False, note="Zu nah an einem Namen.", version=1, by=dora)
    client.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")
    page = client.post(reverse("assessments:practice_withdraw", args=[municipality.public_id, offer.pk]), follow=True).text
    assert "Hier ist nichts zurückzuziehen. Stand: abgelehnt." in page
    assert "Das Beispiel ist zurückgezogen" not in page


def test_the_whole_life_of_an_example(client, world, score, municipality, bob, dora):
    """Offered, accepted, shown under a new edition, its manager made anonymous, withdrawn, offered again, erased."""
    make_member("Nora", municipality, Role.MANAGER)
    offer = offer_practice(
        score=score, text="Wir haben <i>früh</i> gefragt. Bob Beispielmann weiß mehr.", shows_name=True, by=bob
    )
    accept(offer, dora)
    assert municipality.name in public(client)
    make_catalogue(2, major=7)
    assert "Wir haben &lt;i&gt;früh&lt;/i&gt; gefragt." in public(client), "by the criterion's key, in each edition"
    User.objects.filter(pk=bob.pk).update(name="Bob Beispielmann")
    bob.refresh_from_db()
    anonymise(user=bob)
    assert "Wir haben" in public(client)
    assert "Beispielmann" not in public(client)
    withdraw_offer(offer=offer, by=dora)
    assert "Wir haben" not in public(client)
    again = offer_practice(score=score, text="Wir haben früh gefragt.", shows_name=True, by=dora)
    accept(again, dora)
    assert "Wir haben" in public(client)
    erase(municipality=municipality, by=dora)
    assert "Wir haben" not in public(client)
    assert not PracticeOffer.objects.exists()
