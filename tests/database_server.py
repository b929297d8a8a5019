"""Gives a test run a folder and a PostgreSQL server of its own, far from the demo's. ``-p`` loads it before Django is."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from scaling.common.embedded import MARK
from scaling.common.environment_file import FILE
from scaling.common.translations import compile_translations
from scaling.embedded_postgres import EmbeddedPostgresError, embedded_postgres
from tests.database_template import TEMPLATE, copy_kept

# Lost data after a power cut is no loss here, and waiting for the disk is most of a test's time.
# And nobody looks after tables: what is seen of them between two tests is that they are empty, and for the rows of the next one
# the planner would then choose what is quick with none.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "autovacuum": "off",
}

# Waits until the test run is gone, however it ended, then stops a server that it left behind and removes its folder, which
# holds thousands of files: nobody has to wait for that.
WATCHDOG = """
import os, shutil, signal, sys, time
from pathlib import Path
folder = Path(sys.argv[1])
sys.stdin.read()  # ends with the process that holds the other end of the pipe
try:
    server = int((folder / "pg" / "postmaster.pid").read_text().split()[0])
    os.kill(server, signal.SIGINT)  # PostgreSQL's fast shutdown
    for _ in range(100):
        os.kill(server, 0)
        time.sleep(0.1)
except (OSError, ValueError, IndexError):
    pass  # it was stopped in order
shutil.rmtree(folder, ignore_errors=True)
"""

_run = ExitStack()


def let_go(watchdog: subprocess.Popen[bytes]) -> None:
    """At the end of a run: the watchdog begins its work and lives on, and nobody waits for how it ends."""
    if watchdog.stdin is not None:
        watchdog.stdin.close()
    watchdog.returncode = 0


def watch(folder: Path) -> subprocess.Popen[bytes]:
    """Starts the watchdog of a test run's folder. It lives as long as this process, in a session of its own."""
    return subprocess.Popen([sys.executable, "-c", WATCHDOG, str(folder)], stdin=subprocess.PIPE, start_new_session=True)


def start(data: Path) -> str:
    """The address of a server on ``data``. ``TEST_TEMPLATE`` then names its database with all tables, where it brings one."""
    os.environ.pop("TEST_TEMPLATE", None)
    if copy_kept(data, FAST):
        try:
            url = _run.enter_context(embedded_postgres(data, FAST))
        except EmbeddedPostgresError:
            shutil.rmtree(data, ignore_errors=True)
        else:
            os.environ["TEST_TEMPLATE"] = TEMPLATE
            return url
    return _run.enter_context(embedded_postgres(data, FAST))


# Workers inherit folder and address from the process that started them.
if "TEST_RUN_FOLDER" not in os.environ:
    _folder = Path(tempfile.mkdtemp(prefix="skc-test-"))
    _watchdog = watch(_folder)
    atexit.register(let_go, _watchdog)  # after the line below: what is registered last comes first
    atexit.register(_run.close)  # a run that fails before it is configured is never unconfigured
    os.environ["TEST_RUN_FOLDER"] = str(_folder)
    os.environ["VAR_DIR"] = str(_folder / "var")
    (_folder / "var" / "static").mkdir(parents=True)  # whitenoise warns where it is missing
    # The demo's settings, and none of an installation that may be on this machine.
    os.environ |= {"DEMO": "1", FILE: ""}
    compile_translations(_folder / "var" / "locale")
    if url := os.environ.get("DATABASE_URL"):
        # A server of one's own for the tests; it takes demo data like the one they bring.
        os.environ["DATABASE_URL"] = f"{url}{'&' if '?' in url else '?'}options=-c%20{MARK}%3Don"
    else:
        os.environ["DATABASE_URL"] = start(_folder / "pg")


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    _run.close()
