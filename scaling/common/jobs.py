"""Work that no request waits for: put off into PostgreSQL (procrastinate), done by a worker, tried again after growing pauses.

A job is a row of the running transaction: it is there when the transaction commits, and never was where it is rolled back.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job

logger = logging.getLogger(__name__)

#: The queues. Mails have one of their own, so that no mail waits for a report, and no report for a mail server.
PDF, MAIL = "pdf", "mail"
QUEUES = (PDF, MAIL)
#: A PDF takes seconds, and so does a mail; what has been due for so long waits for something that is broken.
STUCK_AFTER = timedelta(minutes=5)
#: The longest pause is sixteen hours.
FAR_OFF = timedelta(days=2)


class GrowingPauses(BaseRetryStrategy):
    """``pauses`` in seconds between one failed attempt and the next; after the last there is no other.

    What ``is_hopeless`` says of an exception decides whether another attempt could help at all.
    """

    def __init__(self, pauses: tuple[int, ...], *, is_hopeless: Callable[[BaseException], bool] = lambda error: False) -> None:
        self.pauses = pauses
        self.is_hopeless = is_hopeless

    def after(self, attempts: int) -> int | None:
        """Seconds until the next attempt of a job that failed ``attempts`` times before and now once more; else None."""
        return self.pauses[attempts] if attempts < len(self.pauses) else None

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        pause = None if self.is_hopeless(exception) else self.after(job.attempts)
        return None if pause is None else RetryDecision(retry_in={"seconds": pause})


def put_off(task: Any, **arguments: Any) -> None:
    """Have a task done by a worker once the running transaction has committed. One query.

    With ``MAILS_AT_ONCE`` it is done right then, and what goes wrong is logged; for tests that are about something else.
    """

    def do() -> None:
        try:
            task(**arguments)
        except Exception:
            logger.exception("%s failed; nobody tries again.", task.name)

    if settings.MAILS_AT_ONCE:
        transaction.on_commit(do)
    else:
        task.defer(**arguments)


def stuck_jobs() -> QuerySet[ProcrastinateJob]:
    """Jobs that should have been done by now. What failed and is tried again later waits for that, and is not stuck.

    So is what waits for longer than any pause lasts: a clock was ahead when it failed.
    """
    before = timezone.now() - STUCK_AFTER
    due = Q(scheduled_at=None) | Q(scheduled_at__lt=before)
    asked = ProcrastinateJob.objects.filter(procrastinateevent__type="deferred", procrastinateevent__at__lt=before)
    late = asked.filter(due, status__in=("todo", "doing"))
    return ProcrastinateJob.objects.filter(Q(pk__in=late.values("pk")) | Q(pk__in=far_off_jobs().values("pk")))


def far_off_jobs() -> QuerySet[ProcrastinateJob]:
    return ProcrastinateJob.objects.filter(status="todo", scheduled_at__gt=timezone.now() + FAR_OFF)


def bring_near() -> int:
    """Have what a clock that was ahead put off done now. One statement, which procrastinate has no word for."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE id IN (SELECT id FROM procrastinate_jobs "
            "WHERE status = 'todo' AND scheduled_at > %s ORDER BY id FOR UPDATE SKIP LOCKED)",
            [timezone.now() + FAR_OFF],
        )
        return int(cursor.rowcount)
