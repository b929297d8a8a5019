"""Two people at the same moment, on two real connections: a municipality keeps a manager, an invitation makes one member."""

from collections.abc import Callable
from functools import partial
from threading import Barrier, Thread

import pytest
from django.db import connections

from scaling.accounts import invitations
from scaling.accounts.models import Invitation, Membership, Role
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
