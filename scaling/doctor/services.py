"""What runs beside the pages: workers, timers, backups."""

from collections.abc import Iterator

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from assessments.reports.rendering.queue import workers_alive
from scaling.common import clamav
from scaling.common.jobs import STUCK_AFTER, stuck_jobs
from scaling.doctor.findings import Check, Complaint, counted, problem, warning
from scaling.models import TimedRun
from scaling.timers import TASKS


def workers() -> Iterator[Complaint]:
    if not workers_alive():
        yield problem("No worker is running: nobody gets a PDF.", "systemctl enable --now skalierungscheck-worker@1")


def jobs() -> Iterator[Complaint]:
    failed = ProcrastinateJob.objects.filter(status="failed").count()
    if failed:
        yield warning(
            f"{counted(failed, 'job')} failed.", "manage.py jobs says which; manage.py jobs --retry tries what failed again."
        )
    stuck = stuck_jobs().count()
    if stuck:
        yield problem(
            f"Waiting for more than {STUCK_AFTER.seconds // 60} minutes: {counted(stuck, 'job')}.",
            "Start another worker (systemctl enable --now skalierungscheck-worker@2), or see its log.",
        )


def timers() -> Iterator[Complaint]:
    runs = {run.name: run for run in TimedRun.objects.all()}
    for name, task in TASKS.items():
        run = runs.get(name)
        unit = f"skalierungscheck-{name}.timer"
        if run is None:
            yield problem(
                f"The timer “{name}” has never run.", f"systemctl enable --now {unit}; first try: manage.py timer {name}"
            )
        elif run.problem:
            yield problem(
                f"The timer “{name}” failed at {run.started_at:%Y-%m-%d %H:%M}: {run.problem.splitlines()[-1]}",
                f"journalctl -u skalierungscheck-timer@{name}; again: manage.py timer {name}",
            )
        elif run.succeeded_at is None or timezone.now() - run.succeeded_at > task.every:
            last = f"{run.succeeded_at:%Y-%m-%d}" if run.succeeded_at else "never"
            yield problem(f"The timer “{name}” has not run in time (last: {last}).", f"systemctl enable --now {unit}")


def scanner() -> Iterator[Complaint]:
    if not settings.CLAMD:
        return
    try:
        is_there = clamav.answers()
    except OSError:
        is_there = False
    if not is_there:
        yield problem(
            f"clamd does not answer at {settings.CLAMD}: nobody can bring a file.", "systemctl status clamav-daemon says why."
        )


CHECKS = [
    Check("workers", workers, needs_database=True),
    Check("jobs", jobs, needs_database=True),
    Check("scanner", scanner),
    Check("timers", timers, needs_database=True, in_demo=False),
]
