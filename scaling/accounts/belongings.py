"""What a person has in hand in a municipality, and handing it over when they leave.

Accounts know nothing of projects: whoever gives people something to look after registers how to list it and to hand it over.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from scaling.accounts.models import Invitation, Municipality, User
from scaling.common.history import attribute_to


@dataclass(frozen=True)
class Belongings:
    """One kind of thing a person looks after: its name in the plural, and what there is, in words. Never empty."""

    label: str
    items: tuple[str, ...]


List = Callable[[User, Municipality], list[Belongings]]
HandOver = Callable[..., None]
_KEEPERS: list[tuple[List, HandOver]] = []


def register_belongings(list_all: List, hand_over_all: HandOver) -> None:
    """``list_all(person, municipality)`` tells what a person has; ``hand_over_all(person=, to=, municipality=, by=)`` gives it
    to another member, within the caller's transaction, which holds the municipality's lock.
    """
    _KEEPERS.append((list_all, hand_over_all))


def belongings_of(person: User, municipality: Municipality) -> list[Belongings]:
    """A constant number of queries per kind."""
    found = [belongings for list_all, _hand_over in _KEEPERS for belongings in list_all(person, municipality)]
    invitations = tuple(_invitations(person, municipality).values_list("email", flat=True))
    return [*found, Belongings(_("Offene Einladungen"), invitations)] if invitations else found


def hand_over(*, person: User, to: User, municipality: Municipality, by: Any) -> None:
    """Give everything a person has in hand to another member. To be called within a transaction."""
    for _list_all, hand_over_all in _KEEPERS:
        hand_over_all(person=person, to=to, municipality=municipality, by=by)
    for invitation in _invitations(person, municipality):
        invitation.invited_by = to
        attribute_to(invitation, by)
        invitation.save(update_fields=["invited_by"])


def _invitations(person: User, municipality: Municipality) -> Any:
    return Invitation.objects.open().filter(municipality=municipality, invited_by=person).order_by("email")
