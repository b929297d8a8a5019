"""Making a municipality: the operator's first step for each, which invites the person who manages it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from scaling.accounts.invitations import invite
from scaling.accounts.models import Invitation, Municipality, Role, normal_email
from scaling.common.history import attribute_to
from scaling.common.text import tidy_line
from scaling.common.transactions import atomic


@atomic
def create_municipality(*, name: str, ags: str, manager: str, by: Any) -> Invitation:
    """Create it and invite its first manager; the mail goes out after the commit. ``by`` is None for the command.

    Called again for a municipality that nobody joined yet, it sends the invitation once more. Raises ValidationError with the
    fields ``name``, ``ags`` and ``manager``, and TooManyInvitations.
    """
    name, ags, manager = tidy_line(name), tidy_line(ags), normal_email(manager)
    try:
        validate_email(manager)
    except ValidationError as error:
        raise ValidationError({"manager": error.messages}) from error
    municipality = Municipality.objects.filter(ags=ags, name=name, memberships=None).first()
    if municipality is None:
        municipality = Municipality(name=name, ags=ags)
        municipality.full_clean()
        attribute_to(municipality, by)
        municipality.save()
    return invite(municipality=municipality, email=manager, role=Role.MANAGER, by=by)
