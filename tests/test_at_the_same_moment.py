"""What a stranger could try in one moment, and what changes while a request is under way: on real connections, by the pages."""

from datetime import timedelta
from functools import partial
from threading import Event
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.models import AssessmentState, Measure, Score, Vote
from assessments.services import share_links, workflow, workshops
from scaling.accounts import invitations
from scaling.accounts.models import AttemptCount, Invitation, Membership, Role, User
from scaling.api.tokens import end_token
from tests.accounts.codes import code_of
from tests.accounts.test_second_factor import CODE, is_in, secret_of, set_up, sign_in
from tests.factories import make_catalogue, make_project
from tests.races import at_once, until_somebody_waits
from tests.scaling.api import ask, make_key
from tests.sent_forms import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 5


@pytest.fixture
def draft(municipality, alice):
    make_catalogue(3)
    return workflow.start_assessment(project=make_project(municipality, team=[alice]), by=alice)


@pytest.fixture
def approved(draft, alice, bob):
    workflow.submit(assessment=draft, by=alice)
    workflow.approve(assessment=draft, by=bob)
    draft.refresh_from_db()
    return draft


def test_two_strangers_with_one_invitation_make_one_account(municipality, mailoutbox):
    """Whoever else got hold of the link: one of both is in, and the other one's password opens nothing."""
    for number in range(ROUNDS):
        email = f"neu{number}@example.org"
        invitations.invite(municipality=municipality, email=email, role=Role.TEAM, by=None)
        path = "/einladung/" + mailoutbox[-1].body.split("/einladung/")[1].split()[0]
        words = ("Fahrradklingel-Regenmond", "Gartenzaun-Sternschnuppe")
        forms = [{"name": f"Wer {word[:4]}", "password": word, "repeated": word} for word in words]
        clients = [Client(), Client()]
        answers: list[Any] = at_once(*(partial(one.post, path, form) for one, form in zip(clients, forms, strict=True)))
        # The other one is told that there is an account by now, or that the link opens nothing.
        assert [answer.status_code for answer in answers].count(302) == 1, answers
        assert sorted(is_in(one) for one in clients) == [False, True]
        user = User.objects.get(email=email)
        assert [user.check_password(word) for word in words].count(True) == 1
        assert Membership.objects.filter(user=user).count() == 1


def test_invitation_that_is_taken_back_and_accepted_at_once_ends_one_way(municipality, bob, mailoutbox):
    for number in range(ROUNDS):
        invitation = invitations.invite(municipality=municipality, email=f"neu{number}@example.org", role=Role.MANAGER, by=None)
        path = "/einladung/" + mailoutbox[-1].body.split("/einladung/")[1].split()[0]
        word = "Fahrradklingel-Regenmond"
        accept = partial(Client().post, path, {"name": "Neu", "password": word, "repeated": word})
        answer, told = at_once(accept, partial(invitations.revoke, invitation=invitation, by=bob))
        assert told is None
        joined = Membership.objects.filter(user__email=invitation.email).exists()
        assert answer.status_code == (302 if joined else 404)  # type: ignore[attr-defined]
        assert not Invitation.objects.open().filter(pk=invitation.pk).exists()


@pytest.mark.parametrize("kind", ["totp", "recovery_codes"])
def test_code_used_by_two_at_once_lets_one_in(alice, kind):
    set_up(Client(), alice)
    for number in range(ROUNDS if kind == "recovery_codes" else 1):
        AttemptCount.objects.all().delete()  # two of three are wrong each time, and few wrong codes are let pass
        clients = [Client(), Client(), Client()]
        for client in clients:
            sign_in(client, alice)
        codes = Authenticator.objects.get(user=alice, type="recovery_codes").wrap()
        code = code_of(secret_of(alice)) if kind == "totp" else codes.get_unused_codes()[number]
        answers: list[Any] = at_once(*(partial(client.post, CODE, {"code": code}) for client in clients))
        assert {answer.status_code for answer in answers} == {200, 302}
        assert sorted(is_in(client) for client in clients) == [False, False, True]


def waiting_for(row: Any, job: Any, meanwhile: Any) -> Any:
    """What the job answers, which comes to a row that is locked by then; ``meanwhile`` happens while it waits there."""
    holds, done = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            type(row).objects.select_for_update().get(pk=row.pk)
            holds.set()
            assert done.wait(20)

    def act() -> Any:
        assert holds.wait(20)
        return job()

    def change() -> None:
        try:
            assert holds.wait(20)
            until_somebody_waits()
            meanwhile()
        finally:
            done.set()

    _held, answer, changed = at_once(hold, act, change)
    assert changed is None, changed
    return answer


def test_role_taken_away_while_a_save_is_under_way(draft, municipality, alice, bob):
    """The save that was let in before it ends as one of before, and names its author; the next one finds nothing."""
    score = draft.scores.order_by("pk")[0]
    client = signed_in(alice)
    path = reverse("assessments:score", args=[draft.public_id, score.criterion.key])
    form = {"version": score.version, "choice": "2", "rationale": "gerade noch", "einmal": "a"}
    answer = waiting_for(
        score, lambda: client.post(path, form), lambda: invitations.remove(membership=alice.memberships.get(), by=bob)
    )
    assert answer.status_code == 302
    kept = Score.objects.get(pk=score.pk)
    assert (kept.rationale, kept.history.first().history_user) == ("gerade noch", alice)
    assert client.get(path).status_code == 404
    late = client.post(path, {**form, "version": kept.version, "rationale": "zu spät", "einmal": "b"})
    assert late.status_code == 404
    assert Score.objects.get(pk=score.pk).rationale == "gerade noch"


def test_role_taken_away_and_step_at_once_agree(draft, municipality, alice, bob):
    workflow.submit(assessment=draft, by=alice)
    other = User.objects.create_user("mona@example.org", "x", name="Mona")
    membership = Membership.objects.create(user=other, municipality=municipality, role=Role.MANAGER)
    client = signed_in(other)
    draft.refresh_from_db()
    seen = {"step": str(draft.transitions.latest("pk").pk), "einmal": "a"}
    approve = partial(client.post, reverse("assessments:approve", args=[draft.public_id]), seen)
    answer, told = at_once(approve, partial(invitations.remove, membership=membership, by=bob))
    assert told is None
    draft.refresh_from_db()
    assert answer.status_code in (302, 404, 409, 422)  # type: ignore[attr-defined]
    assert answer.status_code != 404 or draft.state == AssessmentState.SUBMITTED  # type: ignore[attr-defined]
    assert client.post(reverse("assessments:return", args=[draft.public_id]), {"comment": "x"}).status_code == 404


def test_share_link_withdrawn_while_it_is_read_opens_nothing_afterwards(approved, bob):
    for number in range(ROUNDS):
        today = timezone.localdate()
        link = share_links.create_link(assessment=approved, by=bob, purpose=f"Rat {number}", expires_on=today)
        page, pdf = reverse("reports:shared", args=[link.token]), reverse("reports:shared_pdf", args=[link.token])
        answers = at_once(
            partial(Client().get, page), partial(Client().get, pdf), partial(share_links.revoke_link, link=link, by=bob)
        )
        assert {answer.status_code for answer in answers[:2]} <= {200, 404}  # type: ignore[attr-defined]
        for path in (page, pdf, f"{pdf}?warten=1", f"{pdf}?warten=1&nochmal=1"):
            assert Client().get(path).status_code == 404


def test_key_ended_while_it_reads_opens_nothing_afterwards(approved, municipality, bob):
    for _round in range(ROUNDS):
        key = make_key(municipality, bob)
        token = municipality.api_tokens.latest("pk")
        answer, _ended = at_once(partial(ask, key, "projects"), partial(end_token, token=token, by=bob))
        assert answer.status_code in (200, 401)  # type: ignore[attr-defined]
        assert ask(key, "projects").status_code == 401


def test_one_phone_voting_by_two_forms_at_once_has_one_vote(draft, alice):
    workshop = workshops.open_workshop(assessment=draft, by=alice, first=draft.scores.order_by("pk")[0])
    joined = Client()
    joined.post(reverse("assessments:vote", args=[workshop.code]), {"role": "it", "einmal": "x"})

    def phone() -> Client:
        one = Client()
        one.cookies = joined.cookies
        return one

    fields = {"ballot": workshop.current_id, "version": 0, "words": ""}
    path = reverse("assessments:vote_cast", args=[workshop.code])
    forms = [fields | {"choice": str(level), "einmal": f"n{level}"} for level in (0, 1, 2, 3)]
    answers: list[Any] = at_once(*(partial(phone().post, path, form) for form in forms))
    assert {answer.status_code for answer in answers} <= {302, 409, 422}
    assert Vote.objects.count() == 1


def test_person_who_is_locked_while_a_step_is_under_way_takes_no_other(draft, alice, bob):
    client = signed_in(bob)
    path = reverse("assessments:measure_add", args=[draft.project.public_id])
    form = {"text": "Stelle", "status": "planned", "owner": "", "owner_text": "", "due_on": "", "criterion_key": ""}
    answer, _locked = at_once(
        partial(client.post, path, form | {"einmal": "a"}), lambda: User.objects.filter(pk=bob.pk).update(is_active=False)
    )
    assert answer.status_code in (302, 401)  # type: ignore[attr-defined]
    kept = Measure.objects.count()
    assert kept == (answer.status_code == 302)  # type: ignore[attr-defined]
    assert client.post(path, form | {"text": "Noch eine", "einmal": "b"}).status_code == 401
    assert Measure.objects.count() == kept


def test_link_that_ends_at_midnight_opens_nothing_from_then_on(approved, bob, monkeypatch):
    link = share_links.create_link(assessment=approved, by=bob, purpose="Rat", expires_on=timezone.localdate())
    path = reverse("reports:shared", args=[link.token])
    assert Client().get(path).status_code == 200
    tomorrow = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda *args: tomorrow)
    assert Client().get(path).status_code == 404
