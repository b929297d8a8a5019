"""Asking for a PDF: at once where it is made already, else by a job, and a short wait for it."""

import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.dispatch import receiver
from django.utils import timezone, translation
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker
from procrastinate.exceptions import AlreadyEnqueued

from assessments.models import Assessment, RenderedPdf
from assessments.reports.made_with import render_version
from assessments.reports.pdf import VARIANTS, PdfUnavailable
from assessments.reports.pdf.store import fetch_stand_in, forget_problem, recent_problem
from assessments.reports.records.files import FileDamaged
from assessments.reports.rendering.orders import PdfOrder, record_order
from assessments.reports.rendering.tasks import AHEAD, WANTED, render
from assessments.services import workflow
from scaling.common.jobs import PDF

#: Seconds that a request waits for a new PDF before it answers with a page. None is made within the first look's time; then a
#: look follows every fiftieth of a second, and every twelfth of the time gone by where that is longer.
PATIENCE = 2.0
FIRST_LOOK, LOOK_EVERY, LOOK_SHARE = 0.15, 0.02, 1 / 12
#: Seconds after which a waiting page asks again; for each PDF that comes first it leaves the server in peace for longer.
ASK_AFTER, ASK_LATER, ASK_LATEST = 2.0, 0.25, 10.0
#: Two of a process's four threads may wait; the others are for people who want a page.
_waiting_places = threading.BoundedSemaphore(2)
#: So long a failure is told instead of tried again by whoever comes.
TOLD_FOR = timedelta(minutes=10)
#: An approval is news for so long.
NEWS = timedelta(days=1)
#: A worker is heard of every few seconds; one that is silent for so long is gone.
SILENT = timedelta(seconds=30)


class PdfFailed(Exception):
    """It was tried several times and gave nothing; the reasons stand in the worker's log."""


@dataclass(frozen=True)
class Waiting:
    """How it stands with a PDF that is not there yet. ``before`` counts those that come first, ``failures`` failed attempts."""

    is_running: bool
    before: int
    failures: int
    has_worker: bool

    @property
    def mark(self) -> str:
        """The same as long as the words are."""
        return f"{int(self.is_running)}-{self.before}-{self.failures}-{int(self.has_worker)}"

    @property
    def ask_after(self) -> int:
        """Milliseconds, 2,000 to 10,000. Twenty who wait together would else all ask in the same moment, time and again."""
        return round(1000 * min(ASK_AFTER + ASK_LATER * self.before, ASK_LATEST))


def pdf_or_wait(order: PdfOrder, *, again: bool = False, may_wait: bool = True) -> bytes | Waiting:
    """The PDF, or how far it is. One query where it is made; else some more, and at most two seconds, or none if it
    may not wait.

    However many ask for the same PDF, on however many hosts, it is rendered once. ``again`` tries anew what has failed.
    Raises PdfUnavailable, PdfFailed and FileDamaged.
    """
    pdf = order.fetch()
    if pdf is not None:
        return pdf
    if settings.PDF_AT_ONCE:
        return order.make()
    if again:
        forget_problem(order.key)
    _raise_problem(order)
    if _job_of(order.key) is None:
        if (pdf := fetch_stand_in(order.key)) is not None:
            return pdf
        enqueue(order, priority=WANTED)
    return (_awaited(order) if may_wait else None) or _how_far(order)


def still_waiting(key: str) -> Waiting | None:
    """How far the job of that key is, None once there is none. Two or three queries, and nothing of what the PDF would show."""
    job = _job_of(key)
    return _state_of(job) if job else None


def enqueue(order: PdfOrder, *, priority: int) -> None:
    """One job per PDF and priority waits at a time; another one for the same is no mistake and changes nothing."""
    job = render.configure(lock=order.key, queueing_lock=f"{priority} {order.key}", priority=priority)
    try:
        with transaction.atomic():
            job.defer(
                kind=order.kind,
                args=order.args,
                key=order.key,
                asked_at=timezone.now().isoformat(),
                version=render_version(),
            )
    except AlreadyEnqueued:
        pass


@receiver(workflow.approved)
def render_ahead(assessment: Assessment, at: datetime, **kwargs: object) -> None:
    """Both variants of what was just approved, for whoever asks first; jobs and approval are one transaction. Five queries.

    What is entered with a past of its own, such as the demo's, is nobody's news: it is rendered when it is asked for.
    """
    record = assessment.records.current().with_parts().without_document().first() if timezone.now() - at < NEWS else None
    if record is None:
        return
    with translation.override(settings.LANGUAGE_CODE):
        for variant in VARIANTS:
            enqueue(record_order(record, variant=variant), priority=AHEAD)


def workers_alive() -> int:
    """Each works on both queues, and signs in for each. By the database's clock, as their signs of life are. One query."""
    return ProcrastinateWorker.objects.filter(last_heartbeat__gt=Now() - SILENT).count() // 2


def _raise_problem(order: PdfOrder) -> None:
    problem = recent_problem(order.key, within=TOLD_FOR)
    if problem == RenderedPdf.UNAVAILABLE:
        raise PdfUnavailable("The worker has no system libraries for PDFs.")
    if problem == RenderedPdf.DAMAGED:
        raise FileDamaged("The worker could not make it again.")
    if problem:
        raise PdfFailed


def _job_of(key: str) -> ProcrastinateJob | None:
    """The job that will make it, if somebody wants it already. What is only made ahead does not count until it runs."""
    wanted = Q(status="doing") | Q(status="todo", priority__gte=WANTED)
    return ProcrastinateJob.objects.filter(wanted, lock=key).order_by("-priority", "pk").first()


def _awaited(order: PdfOrder) -> bytes | None:
    if not _waiting_places.acquire(blocking=False):
        return None
    try:
        start = time.monotonic()
        pause = FIRST_LOOK
        while (gone_by := time.monotonic() - start) < PATIENCE:
            time.sleep(pause)
            pause = max(LOOK_EVERY, gone_by * LOOK_SHARE)
            pdf = order.fetch()
            if pdf is not None:
                return pdf
    finally:
        _waiting_places.release()
    return None


def _how_far(order: PdfOrder) -> bytes | Waiting:
    job = _job_of(order.key)
    if job is None:  # it ended a moment ago, one way or the other
        _raise_problem(order)
        pdf = order.fetch()
        if pdf is None:
            pdf = fetch_stand_in(order.key)
        return pdf if pdf is not None else Waiting(is_running=False, before=0, failures=0, has_worker=True)
    return _state_of(job)


def _state_of(job: ProcrastinateJob) -> Waiting:
    first = Q(priority__gt=job.priority) | Q(priority=job.priority, pk__lt=job.pk)
    due = Q(status="doing") | Q(status="todo") & (Q(scheduled_at=None) | Q(scheduled_at__lte=timezone.now()))
    asked_at = datetime.fromisoformat(job.args["asked_at"])
    return Waiting(
        is_running=job.status == "doing",
        before=ProcrastinateJob.objects.filter(first & due, queue_name=PDF).count(),
        failures=job.attempts,
        # Who starts the app finds its worker a moment later: nobody is told that there is none before that.
        has_worker=timezone.now() - asked_at < SILENT or workers_alive() > 0,
    )
