"""The tests' own server is gone with the test run, however that ended."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parent.parent

#: A test run that has its server and ends before pytest has configured anything.
RUN = """
import os, sys
from tests import database_server
folder = os.environ["TEST_RUN_FOLDER"]
print(folder, open(folder + "/pg/postmaster.pid").readline().strip(), flush=True)
{end}
"""


@pytest.mark.parametrize(
    ("end", "status"),
    [
        ("raise SystemExit(3)", 3),
        ("raise RuntimeError('crashed while configuring')", 1),
        ("os.kill(os.getpid(), 9)", -signal.SIGKILL),
    ],
)
def test_server_ends_with_a_run_that_never_came_to_its_end(end, status):
    mine = ("TEST_RUN_FOLDER", "DATABASE_URL", "VAR_DIR", "PYTEST_XDIST_WORKER")
    environment = {name: value for name, value in os.environ.items() if name not in mine}
    # The watchdog holds the pipe as well, so this returns once it has done its work.
    done = subprocess.run(
        [sys.executable, "-c", RUN.format(end=end)], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, timeout=120
    )
    assert done.returncode == status
    folder, server = done.stdout.split()
    assert not Path(folder).exists()
    assert not is_running(int(server))


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
