"""Two people at the same moment, on two real connections: a municipality keeps a manager, an invitation makes one member."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier, Thread

import pytest
from django.db import connections, transaction

from scaling.accounts import attempts, invitations
from scaling.accounts.models import AttemptCount, Invitation, Membership, Role
from tests import races
from tests.conftest import make_user

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 15


def at_once(*acts: Callable[[], object]) -> list[Exception | None]:
    """Run all at the same moment; what each raised, in their order."""
    barrier = Barrier(len(acts))
    raised: list[Exception | None] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            barrier.wait()
            act()
        except Exception as error:  # looked at by the test
            raised[place] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


@pytest.mark.parametrize("way", ["remove each other", "step down", "one of each"])
def test_two_managers_leaving_at_once_leave_one(municipality, way):
    people = [make_user(name) for name in ("Mona", "Max")]
    for _round in range(ROUNDS):
        Membership.objects.filter(municipality=municipality).delete()
        mona, max_ = (Membership.objects.create(user=p, municipality=municipality, role=Role.MANAGER) for p in people)
        remove = [partial(invitations.remove, membership=membership, by=None) for membership in (mona, max_)]
        leave = [
            partial(invitations.change_role, membership=membership, role=Role.READER, by=None) for membership in (mona, max_)
        ]
        acts = {"remove each other": remove, "step down": leave, "one of each": [remove[0], leave[1]]}[way]
        raised = at_once(*acts)
        assert [type(error) for error in raised if error] == [invitations.LastManager]
        assert Membership.objects.filter(municipality=municipality, role=Role.MANAGER).count() == 1


def test_invitation_accepted_twice_at_once_makes_one_member(municipality, mailoutbox):
    for number in range(ROUNDS):
        user = make_user(f"Neu{number}")
        invitations.invite(municipality=municipality, email=user.email, role=Role.TEAM, by=None)
        token = mailoutbox[-1].body.split("/einladung/")[1].split("/")[0].split()[0]
        accept = partial(invitations.accept, token=token, user=user)
        raised = at_once(accept, accept)
        assert [type(error) for error in raised if error] == [invitations.NoInvitation]
        assert Membership.objects.filter(user=user).count() == 1


def test_address_invited_twice_at_once_gets_one_invitation(municipality):
    for number in range(ROUNDS):
        email = f"neu{number}@example.org"
        invite = partial(invitations.invite, municipality=municipality, email=email, role=Role.TEAM, by=None)
        assert at_once(invite, invite) == [None, None]
        assert Invitation.objects.filter(email=email).count() == 1


@pytest.mark.parametrize("act", [attempts.count, attempts.take_back, attempts.forget])
def test_counts_are_locked_in_one_order_however_they_lie(act):
    """Whoever waits for the first of two counts holds none of the others: two that want both cannot wait for each other."""
    limits = sorted((attempts.Limit("code", str(number), 9, 60) for number in range(4)), key=lambda limit: limit.key)
    for limit in reversed(limits):  # they lie in the table the other way round
        attempts.count([limit])
    rows = AttemptCount.objects.filter(key__in=[limit.key for limit in limits[1:]])

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            AttemptCount.objects.select_for_update().get(key=limits[0].key)
            acting = pool.submit(lambda: at_once(partial(act, limits)))
            races.until_somebody_waits()
            assert len(rows.select_for_update(skip_locked=True)) == len(limits) - 1
        assert acting.result(timeout=20) == [None]
    left = {attempts.count: {2}, attempts.take_back: {0}, attempts.forget: set()}
    assert set(rows.values_list("count", flat=True)) == left[act]
