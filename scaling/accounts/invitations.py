"""Inviting people into a municipality: the service functions that create and change invitations and memberships."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.core.mail import EmailMessage
from django.dispatch import receiver
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from scaling.accounts.belongings import hand_over
from scaling.accounts.models import INVITATION_TTL, Invitation, Membership, Municipality, Role, User, normal_email
from scaling.accounts.second_factor import settle
from scaling.accounts.workplaces import join_workplaces, keep_workplaces, names_of_workplaces
from scaling.common.addresses import absolute_url
from scaling.common.history import attribute_to
from scaling.common.mail import send_later, sent, tidy
from scaling.common.offices import in_order
from scaling.common.transactions import atomic
from scaling.common.versions import change_part

#: Mails a day: nobody's mailbox is flooded, and nobody uses an installation to send mail to the world.
MAX_PER_ADDRESS, MAX_PER_MUNICIPALITY = 3, 200


class TooManyInvitations(Exception):
    """No more mails today; the message says to whom or from whom."""


class NoInvitation(Exception):
    """Guessed, expired, taken back or used: all the same to whoever holds the link."""


class LastManager(Exception):
    """A municipality without a manager could invite nobody any more."""


class AlreadyMember(Exception):
    """The address belongs to someone who is in this municipality."""


class OtherAddress(Exception):
    """The invitation went to another address than that of the person who wants to accept it."""


def _hash(token: str) -> str:
    # Unsalted and fast is enough: the token has 256 random bits, so there is nothing to guess.
    return hashlib.sha256(token.encode()).hexdigest()


@atomic
def invite(
    *,
    municipality: Municipality,
    email: str,
    role: str,
    by: Any,
    offices: Collection[str] = (),
    workplaces: Collection[str] = (),
) -> Invitation:
    """Invite an address; an open invitation to it is renewed with the new role, offices and ``workplaces``. The mail
    goes out after the commit.

    ``by`` is a person, or None for the operator, who has no limit. Raises AlreadyMember, TooManyInvitations. Whether the
    address has an account makes no difference that anyone could see.
    """
    email = normal_email(email)
    # Held while we look, so that two managers at once make one invitation.
    Municipality.objects.select_for_update().get(pk=municipality.pk)
    if Membership.objects.filter(municipality=municipality, user__email=email).exists():
        raise AlreadyMember
    invitation = Invitation.objects.open().filter(municipality=municipality, email=email).first()
    if invitation is None:
        invitation = Invitation(municipality=municipality, email=email)
    if by is not None:
        _keep_the_limits(municipality, email)
    invitation.role, invitation.invited_by, invitation.offices = role, by, in_order(offices)
    token = _renew(invitation, by)
    keep_workplaces(invitation, workplaces)  # which the mail names
    _send(invitation, token)
    return invitation


@atomic
def resend(*, invitation: Invitation, by: Any) -> None:
    """A new link by mail; the old one stops working. Raises TooManyInvitations, and NoInvitation if it was accepted or taken
    back meanwhile.
    """
    locked = Invitation.objects.select_for_update().open().filter(pk=invitation.pk).first()
    if locked is None:
        raise NoInvitation
    _keep_the_limits(locked.municipality, locked.email)
    _send(locked, _renew(locked, by))


def revoke(*, invitation: Invitation, by: Any) -> None:
    """Take an open invitation back; its link stops working. The history keeps it."""
    for open_one in Invitation.objects.open().filter(pk=invitation.pk):
        attribute_to(open_one, by)
        open_one.delete()


def find(token: str) -> Invitation:
    """The valid invitation a link speaks of. Raises NoInvitation. One query."""
    found = Invitation.objects.valid().select_related("municipality", "invited_by").filter(token_hash=_hash(token)).first()
    if found is None:
        raise NoInvitation
    return found


@atomic
def accept(*, token: str, user: User) -> Membership:
    """Make the person a member, at work where they were invited to. Raises NoInvitation or OtherAddress; who is a member
    already keeps the role they have. ``membership.begin_at`` is the address to begin at, "" for the start page.
    """
    invitation = Invitation.objects.select_for_update().valid().filter(token_hash=_hash(token)).first()
    if invitation is None:
        raise NoInvitation
    if user.email != invitation.email:
        raise OtherAddress
    invitation.accepted_at = timezone.now()
    attribute_to(invitation, user)
    invitation.save()
    membership = Membership.objects.filter(user=user, municipality=invitation.municipality_id).first()
    if membership is None:
        membership = Membership(
            user=user, municipality_id=invitation.municipality_id, role=invitation.role, offices=invitation.offices
        )
        attribute_to(membership, user)
        membership.save()
        settle(user)
    membership.begin_at = join_workplaces(invitation, membership, invitation.invited_by or user)
    return membership


def joined_just_now(token: str, password: str) -> User | None:
    """Whoever joined by this link and with this password a moment ago: the same form, sent twice. Two queries."""
    since = timezone.now() - timedelta(minutes=1)
    accepted = Invitation.objects.filter(token_hash=_hash(token), accepted_at__gt=since).first()
    user = User.objects.filter(email=accepted.email, is_active=True).first() if accepted and password else None
    return user if user is not None and user.check_password(password) else None


@atomic
def accept_as_new(*, token: str, name: str, password: str, language: str) -> Membership:
    """Make an account for the invited address and the person a member. Raises NoInvitation; IntegrityError if one exists."""
    invitation = find(token)
    user = User.objects.create_user(invitation.email, password, name=name, language=language)
    return accept(token=token, user=user)


@atomic
def enrol(*, municipality: Municipality, user: User, role: str) -> Membership:
    """Make the person a member without an invitation: a provider that is believed says that they belong there."""
    Municipality.objects.select_for_update().get(pk=municipality.pk)
    membership = Membership(user=user, municipality=municipality, role=role)
    attribute_to(membership, user)
    membership.save()
    return membership


@atomic
def change_role(*, membership: Membership, role: str, by: Any, version: int | None = None) -> None:
    """Where ``version`` is still the current one. Raises LastManager, StaleRecord."""
    _keep_a_manager(membership, still_manages=role == Role.MANAGER)
    if change_part(membership, version, stored={"role": membership.role}, wanted={"role": role}):
        membership.role = role
        attribute_to(membership, by)
        membership.save()
        settle(membership.user)


@atomic
def change_offices(*, membership: Membership, offices: Collection[str], by: Any, version: int | None = None) -> None:
    """What the person can answer for, where ``version`` is still the current one. Raises StaleRecord.

    Criteria that are assigned already stay with whom they are.
    """
    Municipality.objects.select_for_update().get(pk=membership.municipality_id)
    membership.refresh_from_db(fields=["role", "offices", "version"])
    wanted = in_order(offices)
    if change_part(membership, version, stored={"offices": membership.offices}, wanted={"offices": wanted}):
        membership.offices = wanted
        attribute_to(membership, by)
        membership.save()


@atomic
def remove(*, membership: Membership, by: Any, to: User | None = None) -> None:
    """The person loses the municipality; what they wrote stays, and what they had in hand goes ``to`` another member, if any.

    Raises LastManager, and Membership.DoesNotExist where somebody else was faster.
    """
    _keep_a_manager(membership, still_manages=False)
    if to is not None:
        hand_over(person=membership.user, to=to, municipality=membership.municipality, by=by)
    attribute_to(membership, by)
    person = membership.user
    membership.delete()
    settle(person)


def _keep_a_manager(membership: Membership, *, still_manages: bool) -> None:
    # Held until the change is made: two managers removing each other would otherwise both succeed.
    Municipality.objects.select_for_update().get(pk=membership.municipality_id)
    membership.refresh_from_db(fields=["role", "offices", "version"])
    if still_manages or membership.role != Role.MANAGER:
        return
    others = Membership.objects.filter(municipality=membership.municipality_id, role=Role.MANAGER, user__is_active=True)
    if not others.exclude(pk=membership.pk).exists():
        raise LastManager


def _keep_the_limits(municipality: Municipality, email: str) -> None:
    """Each mail is a change of its invitation, so the history counts them. Two queries."""
    today = Invitation.history.filter(history_date__gt=timezone.now() - timedelta(days=1), accepted_at=None)
    today = today.exclude(history_type="-")
    if today.filter(email=email).count() >= MAX_PER_ADDRESS:
        text = _("An diese Adresse gingen heute schon %(number)s Einladungen. Mehr schicken wir an einem Tag nicht.")
        raise TooManyInvitations(text % {"number": MAX_PER_ADDRESS})
    if today.filter(municipality=municipality).count() >= MAX_PER_MUNICIPALITY:
        text = _("Heute sind von hier schon %(number)s Einladungen hinausgegangen. Mehr schicken wir an einem Tag nicht.")
        raise TooManyInvitations(text % {"number": MAX_PER_MUNICIPALITY})


def _renew(invitation: Invitation, by: Any) -> str:
    """Its new secret, of which only the hash is kept."""
    token = secrets.token_urlsafe(32)
    invitation.token_hash = _hash(token)
    invitation.expires_at = timezone.now() + INVITATION_TTL
    invitation.sent_at = None
    attribute_to(invitation, by)
    invitation.save()
    return token


def _send(invitation: Invitation, token: str) -> None:
    send_later([_mail(invitation, token)], about=f"{ABOUT}{invitation.pk}")


def _mail(invitation: Invitation, token: str) -> EmailMessage:
    context: dict[str, Any] = {
        "invitation": invitation,
        "url": absolute_url(reverse("invitation", args=[token])),
        "site_url": absolute_url("/"),
        "workplaces": names_of_workplaces(invitation),
    }
    # A known person's own language would tell the inviting manager nothing, but the mail itself goes to that person only.
    known = User.objects.with_email(invitation.email)
    with translation.override(known.language if known else translation.get_language() or "de"):
        text = render_to_string("accounts/mail/invitation.txt", context)
    subject, _gap, body = text.lstrip().partition("\n\n")
    return EmailMessage(
        " ".join(subject.split()), tidy(body), to=[invitation.email], headers={"Auto-Submitted": "auto-generated"}
    )


#: What an invitation's mail is about, before its number.
ABOUT = "invitation:"


@receiver(sent)
def note_that_it_was_sent(about: str, **kwargs: Any) -> None:
    """Until the mail server has taken the mail, the page says so, and offers to send again."""
    if about.startswith(ABOUT):
        Invitation.objects.filter(pk=about.removeprefix(ABOUT)).update(sent_at=timezone.now())
