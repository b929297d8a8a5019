"""Service functions for the links to a profile: made for one approved round, with an end, changed, and revoked for good."""

from datetime import date
from typing import Any

from django.utils import timezone

from assessments.models import Assessment, AssessmentState, ShareLink
from scaling.common.history import attribute_to
from scaling.common.lifetime import check_end
from scaling.common.text import tidy_line
from scaling.common.transactions import atomic
from scaling.common.versions import change


class NotApproved(Exception):
    """Only an approved profile is shared; this one was not, or was reopened a moment ago."""


@atomic
def create_link(*, assessment: Assessment, by: Any, purpose: str, expires_on: date, with_names: bool = False) -> ShareLink:
    """Raises NotApproved, and ValidationError for an end in the past or more than a year away."""
    check_end(expires_on)
    # Locked: a reopening waits for this, or has happened and is seen.
    states = Assessment.objects.select_for_update(no_key=True).filter(pk=assessment.pk).values_list("state", flat=True)
    if states.get() != AssessmentState.APPROVED:
        raise NotApproved
    link = ShareLink(
        assessment=assessment, purpose=purpose.strip(), expires_on=expires_on, with_names=with_names, created_by=by
    )
    attribute_to(link, by)
    link.save()
    return link


class Revoked(Exception):
    """The link leads nowhere any more, and stays so."""


@atomic
def change_link(
    *, link: ShareLink, by: Any, purpose: str, expires_on: date, with_names: bool = False, version: int | None = None
) -> ShareLink:
    """Where ``version`` is still the current one; the address stays. Raises Revoked, StaleRecord, and ValidationError for a new
    end as ``create_link`` does.
    """
    current = ShareLink.objects.select_for_update().get(pk=link.pk)
    if current.revoked_at is not None:
        raise Revoked
    wanted = {"purpose": tidy_line(purpose), "expires_on": expires_on, "with_names": with_names}
    if change(current, version, stored={name: getattr(current, name) for name in wanted}, wanted=wanted):
        if expires_on != current.expires_on:
            check_end(expires_on)
        for name, value in wanted.items():
            setattr(current, name, value)
        attribute_to(current, by)
        current.save(update_fields=[*wanted, "version"])
    return current


@atomic
def revoke_link(*, link: ShareLink, by: Any) -> ShareLink:
    """From now on the link leads nowhere. Revoking it twice is no error; the first time stands."""
    current = ShareLink.objects.select_for_update().get(pk=link.pk)
    if current.revoked_at is None:
        current.revoked_at, current.revoked_by = timezone.now(), by
        current.version += 1
        attribute_to(current, by)
        current.save(update_fields=["revoked_at", "revoked_by", "version"])
    return current
