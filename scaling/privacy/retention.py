"""What is kept for how long: the periods of the settings, applied by a command that a timer calls every night."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.admin.models import LogEntry as AdminLogEntry
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from assessments.models import Participant, WorkbookUpload, Workshop
from catalogue.models import CatalogueUpload
from scaling.accounts.models import AccountChange, Invitation, PeopleList
from scaling.common.history import attribute_to
from scaling.common.locks import lock, sweep
from scaling.models import SubmittedForm
from scaling.privacy.exports import forget_exports
from scaling.trail.events import note
from scaling.trail.models import EventKind, TrailEvent
from scaling.trail.rewriting import forget_rows
from scaling.trail.sources import SEALED


def apply_retention() -> dict[str, int]:
    """Remove what is kept no longer; how many rows of each kind went. Each kind in a transaction of its own.

    A period of 0 keeps for good. Files that nothing points to go by ``delete_unused_files``.
    """
    done = {name: step(timezone.now()) for name, step in STEPS.items()}
    gone = {name: number for name, number in done.items() if number}
    if gone:
        note(EventKind.RETENTION, **gone)
    return done


def _before(now: datetime, days: int) -> datetime | None:
    return now - timedelta(days=days) if days else None


def histories(now: datetime) -> int:
    """Rows that were followed by another one before the period, and those of objects that were deleted before it. So what
    there is always has the row that says how it came to be as it was when the period began.
    """
    before = _before(now, settings.HISTORY_KEEP_DAYS)
    if before is None:
        return 0
    gone = 0
    for source in SEALED:
        if source.is_history:
            rows: Any = source.model._base_manager
            later = rows.filter(id=OuterRef("id"), history_id__gt=OuterRef("history_id"), history_date__lt=before)
            old = rows.filter(history_date__lt=before).filter(Q(history_type="-") | Exists(later))
            with transaction.atomic():
                gone += forget_rows(source.model, old.values_list("pk", flat=True))
    return gone


def sign_ins(now: datetime) -> int:
    return _events(_before(now, settings.SIGN_INS_KEEP_DAYS), Q(kind__in=[EventKind.SIGNED_IN, EventKind.SIGNED_OUT]))


def downloads(now: datetime) -> int:
    kinds = [EventKind.DOWNLOADED, EventKind.EXPORTED, EventKind.API_READ, EventKind.PEOPLE_LISTED]
    return _events(_before(now, settings.DOWNLOADS_KEEP_DAYS), Q(kind__in=kinds))


def _events(before: datetime | None, where: Q) -> int:
    if before is None:
        return 0
    with transaction.atomic():
        return forget_rows(TrailEvent, TrailEvent.objects.filter(where, at__lt=before).values_list("pk", flat=True))


def account_changes(now: datetime) -> int:
    before = _before(now, settings.DOWNLOADS_KEEP_DAYS)
    if before is None:
        return 0
    with transaction.atomic():
        return forget_rows(AccountChange, AccountChange.objects.filter(at__lt=before).values_list("pk", flat=True))


def admin_log(now: datetime) -> int:
    before = _before(now, settings.DOWNLOADS_KEEP_DAYS)
    return sweep(AdminLogEntry.objects.filter(action_time__lt=before)) if before else 0


def workshops(now: datetime) -> int:
    """Names, votes and half sentences of workshops that ended and were never approved; an approval deletes them at once."""
    before = now - timedelta(days=settings.WORKSHOPS_KEEP_DAYS)
    people = Participant.objects.filter(workshop=OuterRef("pk"))
    over = Workshop.objects.filter(Q(closed_at__lt=before) | Q(ends_at__lt=before), Exists(people))
    with transaction.atomic():
        # One that is being approved is left to its approval.
        return Participant.objects.filter(workshop__in=lock(over, skip_locked=True)).delete()[0]


def invitations(now: datetime) -> int:
    """Those nobody took, long after their link stopped working. Their history stays as long as others do."""
    before = _before(now, settings.INVITATIONS_KEEP_DAYS)
    if before is None:
        return 0
    gone = 0
    for one in Invitation.objects.open().filter(expires_at__lt=before):
        attribute_to(one, None)  # a timer
        one.delete()
        gone += 1
    return gone


def drafts(now: datetime) -> int:
    """What waits between a preview and its yes: sheets, lists of people, catalogue files; and answers to forms."""
    found = (
        WorkbookUpload.objects.expired(),
        PeopleList.objects.expired(),
        CatalogueUpload.objects.expired(),
        SubmittedForm.objects.outdated(),
    )
    return sum(sweep(one) for one in found)


def exports(now: datetime) -> int:
    return forget_exports(before=now - timedelta(days=settings.EXPORT_KEEP_DAYS))


#: By the word that the command and the trail say.
STEPS: dict[str, Callable[[datetime], int]] = {
    "histories": histories,
    "sign_ins": sign_ins,
    "downloads": downloads,
    "account_changes": account_changes,
    "admin_log": admin_log,
    "workshops": workshops,
    "invitations": invitations,
    "drafts": drafts,
    "exports": exports,
}
