"""What has to be done from time to time, and whether it was: timers call ``manage.py timer NAME``, the doctor looks here."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from scaling.models import TimedRun


@dataclass(frozen=True)
class Task:
    """A command and its arguments, and the longest time between two runs after which something is wrong."""

    command: tuple[str, ...]
    every: timedelta


#: By the name that ``manage.py timer`` and the units under deploy/ know it by.
TASKS = {
    "digest": Task(("send_digest",), timedelta(days=8)),
    "sessions": Task(("clearsessions",), timedelta(days=8)),
    "retention": Task(("apply_retention",), timedelta(hours=26)),
    "peers": Task(("publish_peers",), timedelta(hours=26)),
    "history": Task(("seal_history",), timedelta(hours=3)),
    "backup": Task(("backup", "--into-folder"), timedelta(hours=26)),
}


@contextmanager
def noted(name: str) -> Iterator[io.StringIO]:
    """Keep when a task ran and how it ended; what is written into the yielded text is kept with a failure. Three statements."""
    said = io.StringIO()
    TimedRun.objects.update_or_create(name=name, defaults={"started_at": timezone.now(), "problem": ""})
    run = TimedRun.objects.filter(name=name)
    try:
        yield said
    except BaseException as error:
        run.update(problem=f"{said.getvalue()}\n{error}".strip()[-2000:])
        raise
    run.update(succeeded_at=timezone.now())
