"""A clock is ahead by a year: nothing is deleted by it until an operator says that it is right."""

import os
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from scaling.common.history import rewriting_history
from scaling.doctor import services
from scaling.management.commands import backup
from scaling.models import TimedRun
from scaling.trail.events import note
from scaling.trail.models import TrailEvent
from tests.scaling.doctor import found

YEAR = timedelta(days=365)


def ran(ago, name="retention"):
    TimedRun.objects.create(name=name, started_at=timezone.now() - ago, succeeded_at=timezone.now() - ago)


def sign_in(by, ago):
    note("signed_in", by=by)
    with rewriting_history():
        TrailEvent.objects.filter(pk=TrailEvent.objects.latest("pk").pk).update(at=timezone.now() - ago)


@pytest.fixture
def old_sign_in(alice, settings):
    settings.SIGN_INS_KEEP_DAYS = 180
    sign_in(alice, YEAR)
    return TrailEvent.objects.filter(kind="signed_in")


@pytest.mark.parametrize("command", [["apply_retention"], ["timer", "retention"], ["delete_unused_files"]])
def test_nothing_is_deleted_a_year_after_the_last_run(old_sign_in, alice, command):
    """Hourly timers and people go on by the wrong clock; what they leave does not make it right."""
    ran(YEAR)
    ran(timedelta(hours=1), "history")
    sign_in(alice, timedelta(hours=1))
    for _night in range(2):  # a refused run is no run
        with pytest.raises(CommandError, match=r"retention last ran .*365 days before. Nothing is deleted.*--clock-is-right"):
            call_command(*command, stdout=StringIO())
    assert old_sign_in.count() == 2
    (said,) = found(services.time_since_the_last_run)
    assert "365 days before" in said
    assert "--clock-is-right" in said


def test_operator_says_that_the_clock_is_right(old_sign_in):
    ran(YEAR)
    call_command("apply_retention", clock_is_right=True, stdout=StringIO())
    assert not old_sign_in.exists()
    assert found(services.time_since_the_last_run) == []
    call_command("timer", "retention", stdout=StringIO())  # the next night needs no word


@pytest.mark.parametrize("ago", [timedelta(days=29), timedelta(days=-300)])
def test_summer_holidays_and_a_clock_put_back_need_no_word(old_sign_in, ago):
    ran(ago)
    call_command("timer", "retention", stdout=StringIO())
    assert not old_sign_in.exists()
    assert TimedRun.objects.filter(name="retention", succeeded_at__lte=timezone.now()).exists()


def test_first_run_measures_by_the_trail(old_sign_in, alice):
    sign_in(alice, timedelta(hours=1))
    with pytest.raises(CommandError, match="nothing was done for long after"):
        call_command("apply_retention", stdout=StringIO())
    assert old_sign_in.count() == 2


def test_first_run_of_a_new_installation(db):
    call_command("apply_retention", stdout=StringIO())
    assert TimedRun.objects.get(name="retention").succeeded_at


@pytest.mark.django_db(transaction=True)
def test_backup_is_written_and_no_older_one_deleted(settings, tmp_path):
    settings.BACKUP_DIR = tmp_path
    old = [tmp_path / f"skalierungscheck-2020-01-0{day}-000000.tar.gz" for day in range(1, backup.LEAST_KEPT + 2)]
    for path in old:
        path.write_bytes(b"")
        os.utime(path, (0, 0))
    ran(YEAR)
    said = StringIO()
    call_command("backup", into_folder=True, stdout=StringIO(), stderr=said)
    assert "No older backup is deleted" in said.getvalue()
    assert all(path.exists() for path in old)
    for path in set(tmp_path.iterdir()) - set(old):
        path.unlink()  # the next one may bear the same second
    TimedRun.objects.all().delete()
    call_command("backup", "--into-folder", stdout=StringIO())
    assert not old[0].exists()
