"""What runs beside the pages: workers, timers, backups."""

from collections.abc import Iterator

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.module_loading import import_string
from procrastinate.contrib.django.models import ProcrastinateJob

from assessments.reports.rendering.queue import workers_alive
from scaling import __version__
from scaling.common import clamav
from scaling.common.jobs import STUCK_AFTER, stuck_jobs
from scaling.common.processes import NAME
from scaling.doctor.findings import Check, Complaint, counted, problem, warning
from scaling.models import TimedRun
from scaling.right_clock import AHEAD, CONFIRM, doubt
from scaling.timers import TASKS

#: The unit behind the word that a process calls itself by.
UNITS = {"pages": "web", "worker": "worker@1"}


def workers() -> Iterator[Complaint]:
    if not workers_alive():
        yield problem("No worker is running: nobody gets a PDF.", "systemctl enable --now skalierungscheck-worker@1")


def versions() -> Iterator[Complaint]:
    """Every process on every host tells its version to the database it works on (``scaling.common.processes.name_process``)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT application_name, count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND application_name LIKE %s GROUP BY 1 ORDER BY 1",
            [f"{NAME} %"],
        )
        found = cursor.fetchall()
    for process, count in found:
        _app, kind, version = process.split(" ", 2)
        if version != __version__:
            yield problem(
                f"Version {version} still works on this database ({kind}, {counted(count, 'connection')}), {__version__} is "
                "installed here.",
                f"Install {__version__} on each host; systemctl restart skalierungscheck-{UNITS.get(kind, kind)}",
            )


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
        elif run.succeeded_at and run.succeeded_at > timezone.now() + AHEAD:
            yield problem(
                f"The timer “{name}” last ran at {run.succeeded_at:%Y-%m-%d %H:%M}, still to come: a clock was wrong then.",
                f"timedatectl says whether the clock is right now; then manage.py timer {name}",
            )
        elif run.succeeded_at is None or timezone.now() - run.succeeded_at > task.every:
            last = f"{run.succeeded_at:%Y-%m-%d}" if run.succeeded_at else "never"
            yield problem(f"The timer “{name}” has not run in time (last: {last}).", f"systemctl enable --now {unit}")


def time_since_the_last_run() -> Iterator[Complaint]:
    if said := doubt():
        yield problem(
            f"{said} Nothing is deleted until somebody says that this is so.",
            f"timedatectl says whether the clock is right. If it is (the server was off): {CONFIRM}",
        )


def scanner() -> Iterator[Complaint]:
    if settings.EVIDENCE_SCANNER:
        try:
            import_string(settings.EVIDENCE_SCANNER)
        except ImportError as error:
            yield problem(
                f"EVIDENCE_SCANNER names {settings.EVIDENCE_SCANNER}, which is not there ({error}): nobody can bring a file.",
                "Correct it (package.module.function), or set CLAMD instead.",
            )
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
    Check("versions", versions, needs_database=True),
    Check("jobs", jobs, needs_database=True),
    Check("scanner", scanner),
    Check("timers", timers, needs_database=True, in_demo=False),
    Check("time since the last run", time_since_the_last_run, needs_database=True, in_demo=False),
]
