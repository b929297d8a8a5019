"""What ./run does before it serves."""

import io
import os
import signal
import socket
import subprocess
import sys
import time

import psutil
import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import OutputWrapper
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalogue.models import Edition
from scaling.common.processes import NICENESS
from scaling.management.commands.serve import Kept, check_port
from scaling.preparation import load_catalogue, prepare_database


@pytest.mark.django_db
def test_second_start_keeps_the_editions_as_they_are():
    load_catalogue(io.StringIO())
    assert [edition.number for edition in Edition.objects.all()] == ["3.0", "2.0", "1.0"]
    published = list(Edition.objects.values_list("pk", "published_at"))
    said = io.StringIO()
    load_catalogue(said)
    assert (said.getvalue(), list(Edition.objects.values_list("pk", "published_at"))) == ("", published)


@pytest.mark.django_db
def test_statistics_are_taken_after_loading_and_not_at_every_start():
    counts = []
    for _start in range(2):
        with CaptureQueriesContext(connection) as queries:
            prepare_database(OutputWrapper(io.StringIO()))
        counts.append(sum(query["sql"] == "ANALYZE" for query in queries))
    assert counts == [1, 0]


@pytest.mark.django_db
def test_missing_edition_is_added(settings):
    call_command(
        "import_catalogue", str(settings.BASE_DIR / "fixtures/catalogue/edition-1.yaml"), publish=True, stdout=io.StringIO()
    )
    load_catalogue(io.StringIO())
    assert [edition.number for edition in Edition.objects.all()] == ["3.0", "2.0", "1.0"]


SERVE = """
import sys, django
django.setup()
from scaling.common.processes import NICENESS
from scaling.management.commands.serve import serve
serve(int(sys.argv[1]), 1)
"""


def test_app_ends_with_the_command_that_was_killed_hard(settings):
    """Otherwise the next start finds its port taken by an app that nobody can stop by Ctrl+C."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "scaling.settings"}
    command = subprocess.Popen([sys.executable, "-c", SERVE, str(port)], cwd=settings.BASE_DIR, env=environment)

    def answers() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def wait_until(wanted: bool) -> None:
        deadline = time.monotonic() + 30
        while answers() is not wanted:
            assert time.monotonic() < deadline, "still serving" if answers() else "never served"
            time.sleep(0.1)

    def children_are(wanted: list[bool]) -> list[psutil.Process]:
        """The processes of the command once they have become what they are started as: until then they bear its words."""
        deadline = time.monotonic() + 30
        while True:
            found = psutil.Process(command.pid).children()
            if sorted("worker" in child.cmdline() for child in found) == wanted:
                return found
            assert time.monotonic() < deadline, [child.cmdline() for child in found]
            time.sleep(0.1)

    wait_until(True)
    children = children_are([False, True])
    command.kill()
    command.wait()
    wait_until(False)
    assert psutil.wait_procs(children, timeout=30)[1] == []


def test_worker_is_started_anew_and_ends_in_order(tmp_path):
    log = tmp_path / "pids"
    kept = Kept([sys.executable, "-c", f"import os, time; print(os.getpid(), file=open({str(log)!r}, 'a')); time.sleep(600)"])
    assert os.getpriority(os.PRIO_PROCESS, kept.child.pid) >= NICENESS  # from the first on behind pages

    def pids():
        deadline = time.monotonic() + 30
        while kept.child.pid not in (found := [int(line) for line in log.read_text().split()] if log.exists() else []):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return found

    first = pids()
    os.kill(first[0], signal.SIGKILL)
    while kept.child.pid == first[0]:
        time.sleep(0.05)
    second = pids()
    kept.end()
    assert len(second) == 2
    assert not any(psutil.pid_exists(pid) for pid in second)


def test_taken_port_says_what_to_do():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CommandError, match=f"stop the program that uses it, or choose another: PORT={port + 1} ./run"):
            check_port(port)
