"""``manage.py doctor`` finds what is planted beside the pages (workers, jobs, timers), says what to do and ends well."""

import io
import json
import os
import subprocess
import sys
from datetime import timedelta

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from assessments.reports.rendering.tasks import render
from scaling import __version__
from scaling.common.processes import name_process
from scaling.doctor import services
from scaling.doctor.findings import Check, Severity, run
from scaling.models import TimedRun
from scaling.timers import TASKS, Task
from tests.scaling.doctor import found, sql
from tests.scaling.test_settings import PRODUCTION, ROOT


@pytest.mark.django_db
class TestServices:
    def test_no_worker(self):
        assert "No worker is running" in found(services.workers)[0]

    def test_processes_of_another_version(self, monkeypatch):
        monkeypatch.setenv("PGAPPNAME", "")
        name_process("worker", __version__)
        address = connection.get_connection_params()
        kept = {key: address[key] for key in ("host", "port", "user", "password", "dbname") if address.get(key)}
        with psycopg.connect(**kept):
            assert found(services.versions) == []
            monkeypatch.setattr(services, "__version__", "99.0.0")
            (said,) = found(services.versions)
        assert f"Version {__version__} still works on this database (worker, 1 connection), 99.0.0 is installed here." in said
        assert "on each host; systemctl restart skalierungscheck-worker@1" in said

    def test_name_that_the_operator_gave_stays(self, monkeypatch):
        monkeypatch.setenv("PGAPPNAME", "stadt")
        name_process("pages", __version__)
        assert os.environ["PGAPPNAME"] == "stadt"

    def test_scanner_that_is_not_there(self, settings):
        settings.EVIDENCE_SCANNER = "stadt.pruefung.scan"
        assert "EVIDENCE_SCANNER names stadt.pruefung.scan, which is not there" in found(services.scanner)[0]
        settings.EVIDENCE_SCANNER = "scaling.common.clamav.scam"
        assert "nobody can bring a file" in found(services.scanner)[0]
        settings.EVIDENCE_SCANNER = "scaling.common.clamav.scan"
        assert found(services.scanner) == []

    def test_failed_and_waiting_jobs(self):
        assert found(services.jobs) == []
        for lock in "ab":
            render.configure(lock=lock, queueing_lock=lock).defer(kind="x", args={}, key=lock, asked_at="")
        assert found(services.jobs) == []
        sql("UPDATE procrastinate_events SET at = at - interval '1 hour'")
        assert "Waiting for more than 5 minutes: 2 jobs." in found(services.jobs)[0]
        sql("UPDATE procrastinate_jobs SET status = 'failed' WHERE lock = 'a'")
        assert "1 job failed." in found(services.jobs)[0]

    def test_timers_that_never_ran(self):
        assert [said.split("”")[0] for said in found(services.timers)] == [f"The timer “{name}" for name in TASKS]

    def test_timer_that_ran_in_time_failed_or_is_late(self):
        now = timezone.now()
        for name, task in TASKS.items():
            TimedRun.objects.create(name=name, started_at=now, succeeded_at=now - task.every + timedelta(hours=1))
        assert found(services.timers) == []
        TimedRun.objects.filter(name="backup").update(succeeded_at=now - timedelta(days=3))
        TimedRun.objects.filter(name="digest").update(problem="Traceback\nno route to host")
        late, failed = sorted(found(services.timers))
        assert "The timer “backup” has not run in time" in late
        assert "no route to host → journalctl" in failed

    def test_timer_notes_how_its_task_ended(self, monkeypatch):
        said = io.StringIO()
        call_command("timer", "sessions", stdout=said)
        kept = TimedRun.objects.get()
        assert (kept.name, kept.problem) == ("sessions", "")
        assert kept.succeeded_at is not None
        assert kept.started_at < kept.succeeded_at < timezone.now()
        monkeypatch.setitem(TASKS, "sessions", Task(("doctor", "--only", "workers"), timedelta(days=1)))
        with pytest.raises(SystemExit):
            call_command("timer", "sessions", stdout=io.StringIO())
        kept.refresh_from_db()
        assert "No worker is running" in kept.problem
        assert kept.succeeded_at is not None
        assert kept.succeeded_at < kept.started_at


# --- The command


def test_check_that_fails_itself_stops_no_other():
    def broken():
        raise ZeroDivisionError("x")

    findings = list(run([Check("broken", broken), Check("fine", list)], demo=False))
    assert [(finding.check, finding.level) for finding in findings] == [("broken", Severity.PROBLEM), ("fine", Severity.OK)]


@pytest.mark.django_db
def test_command_says_what_it_found_and_ends_with_1():
    said = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", only=["workers", "clock"], stdout=said)
    assert ended.value.code == 1
    assert "workers                    PROBLEM  No worker is running" in said.getvalue()
    assert "→ systemctl enable --now skalierungscheck-worker@1" in said.getvalue()
    assert "1 problem, 0 warnings" in said.getvalue()
    said = io.StringIO()
    call_command("doctor", only=["clock"], json=True, stdout=said)
    assert json.loads(said.getvalue())["findings"] == [{"check": "clock", "level": "ok", "said": "", "do": ""}]


def test_settings_that_do_not_go_together_are_told_to_a_monitoring(tmp_path):
    environment = PRODUCTION | {"PATH": "/usr/bin:/bin", "SKALIERUNGSCHECK_ENV": "", "ALLOWED_HOSTS": "andere.example.org"}
    command = [sys.executable, "manage.py", "doctor", "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    (finding,) = json.loads(done.stdout)["findings"]
    assert (done.returncode, finding["level"]) == (1, "problem")
    assert "add check.example.org" in finding["said"]
