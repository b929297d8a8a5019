"""How the queues of PDFs and mails stand, for operators and their monitoring."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from assessments.reports.rendering.queue import workers_alive
from scaling.common.jobs import PDF, QUEUES, STUCK_AFTER, bring_near, stuck_jobs


def since(job: ProcrastinateJob) -> int:
    """Minutes since it could first have been done."""
    asked_at = job.args.get("asked_at")
    begun = datetime.fromisoformat(asked_at) if asked_at else job.procrastinateevent_set.earliest("at").at
    return int((timezone.now() - (begun or timezone.now())).total_seconds() // 60)


def what(job: ProcrastinateJob) -> str:
    """What it is, without the words of a mail, which are not the operator's."""
    if job.queue_name == PDF:
        args = " ".join(f"{name}={value}" for name, value in sorted(job.args["args"].items()) if value)
        return f"{job.args['kind']} {args}"
    return f"mail to {', '.join(job.args['message']['to'])}"


class Command(BaseCommand):
    help = (
        "Shows which PDFs and mails wait, are on their way and have failed, and whether a worker is there. Ends with 1 "
        f"where something is stuck: no worker, a failed job, or one due for more than {STUCK_AFTER.seconds // 60} minutes."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--retry", action="store_true", help="Try the failed ones again.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["retry"] and (near := bring_near()):
            self.stdout.write(f"{near} that waited for a day to come, by a clock that was ahead, are tried now")
        jobs = list(ProcrastinateJob.objects.filter(queue_name__in=QUEUES).exclude(status="succeeded").order_by("pk"))
        stuck = set(stuck_jobs().values_list("pk", flat=True))
        workers = workers_alive()
        self.stdout.write(f"workers: {workers}, jobs: {len(jobs)}")
        problems = [] if workers else ["no worker is running (manage.py worker)"]
        for job in jobs:
            minutes = since(job)
            self.stdout.write(f"{job.pk:>8}  {job.status:9}  {minutes:>5} min  attempt {job.attempts + 1}  {what(job)}")
            if job.status == "failed" and options["retry"]:
                app.job_manager.retry_job_by_id(job.pk, retry_at=timezone.now())
                self.stdout.write(f"{job.pk:>8}  is tried again")
            elif job.status == "failed":
                problems.append(f"job {job.pk} has failed (--retry)")
            elif job.pk in stuck and job.scheduled_at and job.scheduled_at > timezone.now():
                problems.append(f"job {job.pk} waits for {job.scheduled_at:%Y-%m-%d}, by a clock that was ahead (--retry)")
            elif job.pk in stuck:
                problems.append(f"job {job.pk} has been due for more than {STUCK_AFTER.seconds // 60} minutes")
        if problems:
            raise CommandError("; ".join(problems))
