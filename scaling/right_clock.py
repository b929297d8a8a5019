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
#: By so much the clocks of hosts may differ.
AHEAD = timedelta(hours=1)
#: What an operator types to have its run taken as the last one, and everything deleted that is due.
CONFIRM = "manage.py apply_retention --clock-is-right"


def doubt() -> str:
    """Why nothing should be deleted by this clock; empty where nothing speaks against it. One query, two before the first run
    or long after the last one.

    Retention's own run is what counts, since no run that was refused moves it on; other timers go on by a wrong clock. A run
    noted down by a clock that was behind lies long ago, too: then something was done all the time since.
    """
    now = timezone.now()
    last = TimedRun.objects.filter(name="retention").values_list("succeeded_at", flat=True).first()
    what = "retention last ran"
    if last is None:
        last, what = _before_a_long_gap(now), "nothing was done for long after"
    elif now - last > MAX_GAP and not _before_a_long_gap(now, since=last):
        return ""
    if last is None or now - last <= MAX_GAP:
        return ""
    return f"This clock says {now:%Y-%m-%d}, and {what} {last:%Y-%m-%d}, {(now - last).days} days before."


def is_behind() -> bool:
    """Whether a timer ran on a day that is still to come: this clock is behind, or one was ahead then. One query."""
    return TimedRun.objects.filter(succeeded_at__gt=timezone.now() + AHEAD).exists()


def _before_a_long_gap(now: datetime, since: datetime | None = None) -> datetime | None:
    """The last event before the newest long gap in the trail, or before now; None where there is no such gap.

    ``since``: a moment that counts as an event, and what was before does not matter.
    """
    table = TrailEvent._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT at FROM (SELECT at, lead(at, 1, %(now)s) OVER (ORDER BY at) AS next FROM ("  # noqa: S608
            f'SELECT at FROM "{table}" WHERE at <= %(now)s AND (%(since)s::timestamptz IS NULL OR at > %(since)s) '
            "UNION ALL SELECT %(since)s::timestamptz WHERE %(since)s::timestamptz IS NOT NULL"
            ") AS moments) AS events WHERE next - at > make_interval(days => %(days)s) ORDER BY at DESC LIMIT 1",
            {"now": now, "since": since, "days": MAX_GAP.days},
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
