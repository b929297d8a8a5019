"""Who a provider's account is here, and in which municipalities, each time somebody comes from there."""

import logging
from collections.abc import Mapping
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import get_language

from scaling.accounts import invitations, sign_ins
from scaling.accounts.models import Invitation, Membership, Municipality, User, normal_email
from scaling.accounts.second_factor import settle
from scaling.common.identity_providers import IdentityProvider
from scaling.common.text import tidy_line
from scaling.common.transactions import atomic

logger = logging.getLogger("signin")


class NotAdmitted(Exception):
    """The provider knows the person, but they have no access here. ``reason`` is one of the words below."""

    ADDRESS, TAKEN, NO_ACCESS = "address", "taken", "no_access"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def admit(*, provider: IdentityProvider, known: User | None, claims: Mapping[str, Any]) -> User:
    """The person, made where they are new, with the roles that their groups give them. Raises NotAdmitted.

    ``known`` is who this account of the provider's was the last time. Whoever has lost the last group is signed out everywhere.
    """
    user, stays = _admit(provider=provider, known=known, claims=claims)
    if not stays:
        if user is not None:
            sign_ins.end_all_of(user)
        raise NotAdmitted(NotAdmitted.NO_ACCESS)
    assert user is not None  # noqa: S101 – for mypy
    return user


@atomic
def _admit(*, provider: IdentityProvider, known: User | None, claims: Mapping[str, Any]) -> tuple[User | None, bool]:
    """The person, if any, and whether they have access: what was taken from them is stored either way.

    Two queries for who comes again as they were.
    """
    user = known or _person(provider, claims)
    places = _places(user) if user else {}
    wanted = provider.roles_of(_groups(claims.get(provider.groups_claim)))
    new = wanted.keys() - places.keys()
    homes = {home.ags: home for home in Municipality.objects.filter(ags__in=new)} if new else {}
    wanted = {ags: role for ags, role in wanted.items() if ags in places or ags in homes}
    email = normal_email(str(claims.get("email") or ""))
    if user is None:
        if not wanted and not Invitation.objects.valid().filter(email=email).exists():
            return None, False
        user = User.objects.create_user(email, None, name=_name(claims, email), language=get_language() or "de")
    before = {ags: place.role for ags, place in places.items() if ags in provider.municipalities}
    numbers = {ags: place.municipality_id for ags, place in places.items()} | {ags: home.pk for ags, home in homes.items()}
    for ags in sorted(before.keys() | wanted.keys(), key=lambda one: numbers[one]):  # the one order of locks
        membership, role = places.get(ags), wanted.get(ags)
        try:
            if membership is None and role:
                invitations.enrol(municipality=homes[ags], user=user, role=role)
            elif membership is not None and role and membership.role != role:
                invitations.change_role(membership=membership, role=role, by=user)
            elif membership is not None and not role:
                invitations.remove(membership=membership, by=user)
        except invitations.LastManager:
            logger.warning("Person %s stays the manager of %s, which would have none.", user.pk, ags)
    if before != wanted:
        places = _places(user)
    settle(user, places=places.values())
    belongs = bool(places) or user.is_curator or Invitation.objects.valid().filter(email=user.email).exists()
    return user, belongs


def _places(user: User) -> dict[str, Membership]:
    """By number of the municipality. One query."""
    found = Membership.objects.filter(user=user).select_related("user", "municipality")
    return {place.municipality.ags: place for place in found}


def _person(provider: IdentityProvider, claims: Mapping[str, Any]) -> User | None:
    """Who comes from there for the first time, by the address. Later it is the provider's own number for them that counts,
    which stays when an address changes.
    """
    email = normal_email(str(claims.get("email") or ""))
    try:
        validate_email(email)
    except ValidationError:
        raise NotAdmitted(NotAdmitted.ADDRESS) from None
    if not provider.speaks_for(email):
        raise NotAdmitted(NotAdmitted.ADDRESS)
    user = User.objects.with_email(email)
    if user is None:
        return None
    # A provider opens no operator's account; and an address that was given to somebody else there is somebody else.
    if user.is_staff or user.is_superuser or SocialAccount.objects.filter(user=user, provider=provider.id).exists():
        raise NotAdmitted(NotAdmitted.TAKEN)
    return user


def _groups(claim: Any) -> list[str]:
    """A list, or words in a text, as providers have it; without the slash before a group's path."""
    words = claim.split() if isinstance(claim, str) else claim if isinstance(claim, list) else []
    return [str(word).removeprefix("/") for word in words]


def _name(claims: Mapping[str, Any], email: str) -> str:
    return tidy_line(str(claims.get("name") or ""))[:120] or email.partition("@")[0]
