"""Giving all that one member has in hand to another, who stays or not: before a holiday, after a lock, with a new post."""

from typing import Any

from django.db.models import QuerySet

from scaling.accounts.belongings import hand_over
from scaling.accounts.models import Membership, Municipality, Role, User
from scaling.common.transactions import atomic


class NobodyToTakeOver(Exception):
    """The other one has left since, is locked, or only reads by now."""


def who_takes_over(municipality: Municipality, *, but: User) -> QuerySet[User]:
    """Members who can work on something; by name. Who only reads cannot."""
    places = Membership.objects.filter(municipality=municipality, role__in=(Role.MANAGER, Role.TEAM))
    return User.objects.filter(pk__in=places.values("user"), is_active=True).exclude(pk=but.pk).order_by("name", "email")


@atomic
def hand_over_everything(*, membership: Membership, to: User, by: Any) -> None:
    """Open criteria, measures, places on teams and invitations go to another member; histories name who did it.

    Whoever has nothing in hand any more has nothing to give, which is no error. Raises NobodyToTakeOver, and
    Membership.DoesNotExist where the person has left a moment ago.
    """
    municipality = Municipality.objects.select_for_update().get(pk=membership.municipality_id)
    person = Membership.objects.select_related("user").get(pk=membership.pk).user
    if not who_takes_over(municipality, but=person).filter(pk=to.pk).exists():
        raise NobodyToTakeOver
    hand_over(person=person, to=to, municipality=municipality, by=by)
