"""Figures for a monitoring, in Prometheus' text format: what waits, what runs, and how long ago each task was done."""

from collections.abc import Iterator

from django.db.models import Count
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from assessments.reports.rendering.queue import workers_alive
from scaling import __version__
from scaling.models import TimedRun
from scaling.timers import TASKS

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def metrics() -> str:
    """Three queries. Nothing in it names a person or a municipality."""
    return "".join(f"{line}\n" for line in _lines())


def _lines() -> Iterator[str]:
    yield from _described("skalierungscheck_info", "The version that answers.")
    yield f'skalierungscheck_info{{version="{__version__}"}} 1'
    yield from _described("skalierungscheck_workers", "Workers that were heard of in the last half minute.")
    yield f"skalierungscheck_workers {workers_alive()}"
    yield from _described("skalierungscheck_jobs", "Jobs in the queue, by state.")
    found = dict(ProcrastinateJob.objects.values_list("status").annotate(number=Count("pk")))
    for status in ("todo", "doing", "failed"):
        yield f'skalierungscheck_jobs{{status="{status}"}} {found.get(status, 0)}'
    yield from _described("skalierungscheck_timer_age_seconds", "Seconds since a task of a timer last succeeded.")
    now = timezone.now()
    for name, at in TimedRun.objects.filter(name__in=TASKS).order_by("name").values_list("name", "succeeded_at"):
        if at is None:
            continue
        yield f'skalierungscheck_timer_age_seconds{{task="{name}"}} {int((now - at).total_seconds())}'


def _described(name: str, help_: str) -> Iterator[str]:
    yield f"# HELP {name} {help_}"
    yield f"# TYPE {name} gauge"
