"""Whether the clock can be believed before anything is deleted because of its age.

A clock that is ahead by a year would have everything go that is due by then. It shows in a gap: nothing was done between
the day of the last run and now. A server that was off for months looks the same, so an operator can say that it is right.
"""

from datetime import datetime, timedelta

from django.core.management.base import CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from scaling.models import TimedRun
from scaling.trail.models import TrailEvent

#: Retention runs every night; with so long a gap the server was off, or the clock is wrong.
MAX_GAP = timedelta(days=30)
#: What an operator types to have its run taken as the last one, and everything deleted that is due.
CONFIRM = "manage.py apply_retention --clock-is-right"


def doubt() -> str:
    """Why nothing should be deleted by this clock; empty where nothing speaks against it. One query, two before the first run.

    Retention's own run is what counts, since no run that was refused moves it on; other timers go on by a wrong clock.
    """
    now = timezone.now()
    last = TimedRun.objects.filter(name="retention").values_list("succeeded_at", flat=True).first()
    what = "retention last ran"
    if last is None:
        last, what = _before_a_long_gap(now), "nothing was done for long after"
    if last is None or now - last <= MAX_GAP:
        return ""
    return f"This clock says {now:%Y-%m-%d}, and {what} {last:%Y-%m-%d}, {(now - last).days} days before."


def _before_a_long_gap(now: datetime) -> datetime | None:
    """The last event before the newest long gap in the trail, or before now; None where there is no such gap."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT at FROM (SELECT at, lead(at, 1, %s) OVER (ORDER BY at) AS next "  # noqa: S608
            f'FROM "{TrailEvent._meta.db_table}" WHERE at <= %s) AS events WHERE next - at > make_interval(days => %s) '
            "ORDER BY at DESC LIMIT 1",
            [now, now, MAX_GAP.days],
        )
        found = cursor.fetchone()
    return found[0] if found else None


def add_argument(parser: CommandParser) -> None:
    parser.add_argument(
        "--clock-is-right", action="store_true", help="Delete although nothing was done for long: the server was off, say."
    )


def refuse_doubtful_clock(*, is_right: bool) -> None:
    """Raise CommandError where the clock may be wrong and nobody said that it is right."""
    if not is_right and (said := doubt()):
        raise CommandError(
            f"{said} Nothing is deleted. If the clock is wrong, set it right (timedatectl); if the server was off: {CONFIRM}"
        )
