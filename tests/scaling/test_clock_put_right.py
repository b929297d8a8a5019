"""A clock was ahead by a year, and is right again: nothing waits for that year, and the doctor says what was noted down."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from scaling.accounts.attempts import Limit, count, is_reached
from scaling.accounts.sign_in_models import AttemptCount
from scaling.common.jobs import put_off, stuck_jobs
from scaling.common.mail import send_mail
from scaling.doctor import services
from scaling.models import TimedRun

YEAR = timedelta(days=365)


@pytest.mark.parametrize(("ahead", "told"), [(YEAR, True), (timedelta(minutes=1), False)])
def test_timer_that_ran_in_a_year_to_come_is_told(db, ahead, told):
    TimedRun.objects.create(name="backup", started_at=timezone.now() + ahead, succeeded_at=timezone.now() + ahead)
    said = [complaint.said for complaint in services.timers() if "backup" in complaint.said]
    assert any("still to come: a clock was wrong then" in text for text in said) == told
    assert len(said) == told


@pytest.mark.parametrize(("ahead", "holds"), [(YEAR, False), (timedelta(hours=2), True)])
def test_tries_counted_by_a_clock_that_was_ahead_lock_nobody_out(db, ahead, holds):
    """Hosts whose clocks differ by hours still count together: nobody gets more tries by going from one to the other."""
    limit = Limit("sign-in", "alice", most=2, seconds=300)
    for _try in range(3):
        count([limit])
    AttemptCount.objects.update(until=timezone.now() + timedelta(seconds=300) + ahead)
    assert is_reached(limit) == holds
    assert (count([limit]) == [limit]) == holds


def test_mail_put_off_by_a_clock_that_was_ahead_is_told_and_tried_now(db, settings):
    settings.MAILS_AT_ONCE = False
    put_off(send_mail, message={"to": ["alice@stadt.example"]}, about="")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 year'")
    with pytest.raises(CommandError, match=r"waits for .*, by a clock that was ahead .--retry."):
        call_command("jobs", stdout=StringIO())
    assert any("1 job" in complaint.said for complaint in services.jobs())
    out = StringIO()
    with pytest.raises(CommandError, match="no worker is running"):
        call_command("jobs", retry=True, stdout=out)
    assert "1 that waited for a day to come" in out.getvalue()
    with connection.cursor() as cursor:
        cursor.execute("SELECT scheduled_at FROM procrastinate_jobs")
        assert cursor.fetchall() == [(None,)]
    assert not stuck_jobs().exists()
