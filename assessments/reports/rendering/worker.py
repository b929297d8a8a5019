"""A worker process: takes jobs from the queue one by one, and picks up what a worker left behind that was killed."""

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator
from datetime import timedelta

from django.db import DatabaseError
from django.utils import timezone
from procrastinate import App, PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status

from assessments.models import RenderedPdf
from assessments.reports.pdf import warm
from assessments.reports.pdf.store import forget_missing_libraries, note_problem
from assessments.reports.rendering.tasks import RETRY
from scaling.common import mail
from scaling.common.jobs import PDF, QUEUES
from scaling.common.processes import NICENESS

logger = logging.getLogger(__name__)

POLL = 2.0
#: Failed jobs stay so many hours for whoever looks into them (``manage.py jobs``).
KEEP_HOURS = 7 * 24


def work(*, heartbeat: float = 5.0, silent: float = 20.0, niceness: int = NICENESS) -> None:
    """Until SIGTERM or SIGINT, which let the current render end first. Both times in seconds.

    A worker says every ``heartbeat`` seconds that it is there; the jobs of one that has been ``silent`` for so long are given
    to others.
    """
    with contextlib.suppress(OSError):  # a lower one than we were started with is not ours to take
        os.nice(max(0, niceness - os.nice(0)))
    if warm():
        with contextlib.suppress(DatabaseError):  # away for the moment: then they are told for ten minutes more
            forget_missing_libraries()
    connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=4)
    with app.replace_connector(connector) as ours, mail.one_connection():
        asyncio.run(_work(ours, heartbeat, silent))


async def _work(ours: App, heartbeat: float, silent: float) -> None:
    async with ours.open_async(), _beside(_rescue(ours, silent)), _beside(_tidy(ours)):
        runs = [asyncio.ensure_future(_run(ours, queue, heartbeat, silent)) for queue in QUEUES]
        # Both are told to end by the first one's signals, and neither goes on without the other.
        ended, others = await asyncio.wait(runs, return_when=asyncio.FIRST_COMPLETED)
        for one in others:
            one.cancel()  # which lets it finish what it is at
        await asyncio.gather(*others, return_exceptions=True)
        for one in ended:
            one.result()


async def _run(ours: App, queue: str, heartbeat: float, silent: float) -> None:
    """One job of the queue after the other: renders share fonts, and mails a server."""
    await ours.run_worker_async(
        queues=[queue],
        concurrency=1,
        install_signal_handlers=queue == QUEUES[0],
        fetch_job_polling_interval=POLL,
        delete_jobs="successful",
        update_heartbeat_interval=heartbeat,
        stalled_worker_timeout=silent,
    )


@contextlib.asynccontextmanager
async def _beside(endless: object) -> AsyncIterator[None]:
    task = asyncio.ensure_future(endless)  # type: ignore[call-overload]
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _rescue(ours: App, silent: float) -> None:
    """Give jobs of workers that died to others, after the same pauses as any failed attempt; the last one is told as failed.

    A job that kills every worker (by its memory, say) therefore ends, too.
    """
    while True:
        try:
            for queue in QUEUES:
                for job in await ours.job_manager.get_stalled_jobs(queue=queue, seconds_since_heartbeat=silent):
                    await _rescue_one(ours, job)
        except ConnectorException:
            logger.exception("Looking for jobs of dead workers failed; it is tried again.")
        await asyncio.sleep(silent / 4)


async def _rescue_one(ours: App, job: Job) -> None:
    retry = RETRY if job.queue == PDF else mail.RETRY
    pause = retry.after(job.attempts)
    if pause is None:
        logger.error("Job %s was left behind by %s workers one after the other; it is given up.", job.id, job.attempts + 1)
        if job.queue == PDF:
            await asyncio.to_thread(note_problem, str(job.task_kwargs["key"]), RenderedPdf.FAILED)
        await ours.job_manager.finish_job(job, Status.FAILED, delete_job=False)
        return
    logger.warning("Job %s was left behind by a worker that ended in the middle of it; it is tried again.", job.id)
    with contextlib.suppress(ConnectorException):  # another worker was faster
        await ours.job_manager.retry_job(job, retry_at=timezone.now() + timedelta(seconds=pause))


async def _tidy(ours: App) -> None:
    while True:
        with contextlib.suppress(ConnectorException):  # it is of no haste
            for queue in QUEUES:
                await ours.job_manager.delete_old_jobs(
                    KEEP_HOURS, queue=queue, include_failed=True, include_cancelled=True, include_aborted=True
                )
        await asyncio.sleep(3600)
