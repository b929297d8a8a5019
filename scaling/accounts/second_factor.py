"""The second factor: who has to have one and by when, and what allauth asks us about it.

An operator (settings) and a municipality's managers (its page) demand it per role. What that means for a person is reckoned
when something about it changes and kept with the person, so that a request asks nothing: ``User.second_factor_due``.
"""

import base64
import hashlib
import logging
import secrets
from collections.abc import Callable, Collection, Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from allauth.account.signals import user_logged_in
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.conf import settings
from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scaling.accounts.models import Membership, Municipality, User
from scaling.accounts.profile import write_down_credential
from scaling.accounts.single_sign_on.only import forbidding_provider
from scaling.common.history import attribute_to
from scaling.common.locks import delete
from scaling.common.qr_code import qr_code
from scaling.common.transactions import atomic
from scaling.common.versions import change_part

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

logger = logging.getLogger(__name__)

#: What protects a sign-in; codes for emergencies alone do not.
REAL = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
#: Days that somebody has at least who has not known of it before: a new member, a new role, a new demand.
GRACE = 14
#: Roles beside those of a municipality, for the operator's setting.
OPERATOR, CURATOR = "operator", "curator"


def demanded_of(user: User, places: Iterable[Membership] | None = None) -> date | None:
    """The first day by which anybody demands it of the person, whether or not they have one.

    One query, none for who brings all their ``places`` with the municipalities.
    """
    if places is None:
        places = Membership.objects.filter(user=user).select_related("municipality")
    roles = {place.role for place in places}
    roles |= {OPERATOR} if user.is_superuser or user.is_staff else set()
    roles |= {CURATOR} if user.is_curator else set()
    days = [
        place.municipality.second_factor_due
        for place in places
        if place.role in place.municipality.second_factor_roles and place.municipality.second_factor_due
    ]
    if settings.SECOND_FACTOR_DUE and roles & set(settings.SECOND_FACTOR_ROLES):
        days.append(settings.SECOND_FACTOR_DUE)
    return min(days, default=None)


def settle(user: User, *, grace: int = GRACE, places: Iterable[Membership] | None = None) -> None:
    """Reckon until when the person has to set one up, and keep it. Three queries at most, one less with their ``places``.

    Nobody is asked for it sooner than ``grace`` days after they could know; and what they know is not put off by asking again.
    A provider that is asked at each sign-in sees to it, too (two queries more where one is strict).
    """
    own = Exists(Authenticator.objects.filter(user=OuterRef("pk"), type__in=REAL))
    before, has_own = User.objects.annotate(has_own=own).values_list("second_factor_due", "has_own").get(pk=user.pk)
    is_safe = not user.is_active or has_own or forbidding_provider(user, places) is not None
    wanted = None if is_safe else demanded_of(user, places)
    due = None
    if wanted is not None:
        earliest = timezone.localdate() + timedelta(days=grace)
        due = max(wanted, min(before, earliest) if before else earliest)
    user.second_factor_due = due
    if due != before:
        User.objects.filter(pk=user.pk).update(second_factor_due=due)


def settle_all() -> None:
    """After the settings have changed, say: everybody of whom it is or was demanded. Some queries a person."""
    people = User.objects.filter(is_active=True)
    if not (settings.SECOND_FACTOR_DUE and settings.SECOND_FACTOR_ROLES):
        people = people.exclude(second_factor_due=None)
    for user in people:
        settle(user)


@atomic
def demand(
    *, municipality: Municipality, roles: Collection[str], due: date | None, by: Any, version: int | None = None
) -> None:
    """Demand a second factor of these roles by that day; of nobody without roles. Raises StaleRecord."""
    municipality = Municipality.objects.select_for_update().get(pk=municipality.pk)
    wanted = {"second_factor_roles": sorted(roles), "second_factor_due": due if roles else None}
    stored = {name: getattr(municipality, name) for name in wanted}
    if not change_part(municipality, version, stored=stored, wanted=wanted):
        return
    for name, value in wanted.items():
        setattr(municipality, name, value)
    attribute_to(municipality, by)
    municipality.save()
    for user in User.objects.filter(memberships__municipality=municipality).order_by("pk"):
        settle(user)


def take_away(user: User, *, by: User) -> bool:
    """The operator helps somebody who has lost everything: they sign in by password alone and have time to set up another.

    Whether there was one. The person has to be told by whoever calls this.
    """
    theirs = Authenticator.objects.filter(user=user)
    kinds = sorted(set(theirs.values_list("type", flat=True)))
    delete(theirs)
    for kind in kinds:
        write_down_credential(user, kind, "removed", by=by)
    settle(user)
    return bool(kinds)


@receiver([authenticator_added, authenticator_removed])
def settle_anew(user: User, **kwargs: Any) -> None:
    """Who gives away the one they had knew that they have to have one: no time of grace."""
    settle(user, grace=0)


@receiver(user_logged_in)
def remind(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """At each sign-in until it is done. No query."""
    if user.second_factor_due and not user.second_factor_missing:
        text = _("Richten Sie bitte bis zum %(day)s einen zweiten Faktor ein, unter „Mein Konto“.")
        messages.warning(request, text % {"day": date_format(user.second_factor_due)})


class SecondFactorMiddleware:
    """Whose time is over gets no page before they have a second factor. No query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        name = (request.resolver_match and request.resolver_match.url_name) or ""
        if name in settings.OPEN_WITHOUT_SECOND_FACTOR or name.startswith(("account_", "mfa_")):
            return None
        if not request.user.is_authenticated or not request.user.second_factor_missing:
            return None
        return render(request, "accounts/second_factor_missing.html", status=403)


class MfaAdapter(DefaultMFAAdapter):
    """Secrets lie in the database in a form that a copy of it alone does not open."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("Der Code stimmt nicht. Geben Sie den ein, der gerade gilt."),
        "cannot_delete_authenticator": gettext_lazy(
            "Für Ihr Konto ist ein zweiter Faktor vorgeschrieben. Richten Sie zuerst einen anderen ein."
        ),
    }

    def encrypt(self, text: str) -> str:
        return _ciphers().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        from cryptography.fernet import InvalidToken  # six megabytes that a worker never needs

        try:
            return _ciphers().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            # Written under a SECRET_KEY that is gone: no code is right then, and the log says why.
            logger.error("A second factor was set up under another SECRET_KEY and cannot be read (docs/operation.md).")
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def build_totp_svg(self, url: str) -> str:
        return qr_code(url, title=_("QR-Code mit dem Schlüssel für Ihre App"))

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not the last one of somebody who has to have one."""
        others = Authenticator.objects.filter(user=authenticator.user, type__in=REAL).exclude(pk=authenticator.pk)
        return others.exists() or demanded_of(authenticator.user) is None

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:  # noqa: A002 – allauth's name
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("Schlüssel %(number)s") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": "Skalierungscheck"}


def _ciphers() -> "MultiFernet":
    """The first one writes; the others read what was written under an earlier SECRET_KEY."""
    from cryptography.fernet import Fernet, MultiFernet

    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    digests = (hashlib.sha256(b"scaling.accounts.second_factor" + key.encode()).digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
