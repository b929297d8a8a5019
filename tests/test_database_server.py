"""The tests' own server is gone with the test run, however that ended, and begins from the tables of the run before."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.database_server import FAST
from tests.database_template import key_of

ROOT = Path(__file__).resolve().parent.parent

#: A test run that has its server and ends before pytest has configured anything.
RUN = """
import os, sys
from tests import database_server
folder = os.environ["TEST_RUN_FOLDER"]
print(folder, open(folder + "/pg/postmaster.pid").readline().strip(), flush=True)
{end}
"""


#: A test run that says which server it has, and how many tables that begins with.
LOOK = """
import os
from pathlib import Path
from tests import database_template
database_template.KEPT = Path("{kept}")
from tests import database_server
import psycopg
url = os.environ["DATABASE_URL"].replace("/skalierungscheck", "/" + os.environ.get("TEST_TEMPLATE", "postgres"), 1)
with psycopg.connect(url) as connection:
    print(connection.execute("SELECT system_identifier FROM pg_control_system()").fetchone())
    print(connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()[0])
"""


def run(code, **more):
    mine = ("TEST_RUN_FOLDER", "TEST_TEMPLATE", "DATABASE_URL", "VAR_DIR", "PYTEST_XDIST_WORKER", "CI")
    environment = {name: value for name, value in os.environ.items() if name not in mine}
    # The watchdog holds the pipe as well, so this returns once it has done its work.
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment | more, stdout=subprocess.PIPE, text=True, timeout=120
    )


@pytest.mark.parametrize(
    ("end", "status"),
    [
        ("raise SystemExit(3)", 3),
        ("raise RuntimeError('crashed while configuring')", 1),
        ("os.kill(os.getpid(), 9)", -signal.SIGKILL),
    ],
)
def test_server_ends_with_a_run_that_never_came_to_its_end(end, status):
    done = run(RUN.format(end=end))
    assert done.returncode == status
    folder, server = done.stdout.split()
    assert not Path(folder).exists()
    assert not is_running(int(server))


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_next_run_begins_from_the_same_tables(tmp_path):
    look = LOOK.format(kept=tmp_path)
    server, tables = run(look).stdout.splitlines()
    assert int(tables) > 60
    assert run(look).stdout.splitlines() == [server, tables]


def test_run_begins_anew_where_what_was_kept_is_spoilt(tmp_path):
    (tmp_path / key_of(FAST) / "global").mkdir(parents=True)
    assert run(LOOK.format(kept=tmp_path)).stdout.splitlines()[1] == "0"


def test_tables_are_known_by_what_they_come_from(tmp_path):
    sources = (*sorted((ROOT / "catalogue/migrations").glob("0*.py")), ROOT / "requirements/dev.txt")
    names = (
        "scaling/parts.py",
        "scaling/settings.py",
        "scaling/unreleased_schema.py",
        "scaling/embedded_postgres.py",
        "tests/database_template.py",
    )
    for path in (*sources, *(ROOT / name for name in names)):
        copied = tmp_path / path.relative_to(ROOT)
        copied.parent.mkdir(parents=True, exist_ok=True)
        copied.write_bytes(path.read_bytes())
    keys = {key_of({}, tmp_path), key_of({"fsync": "off"}, tmp_path)}
    for path in (sources[0], sources[-1]):
        copied = tmp_path / path.relative_to(ROOT)
        copied.write_text(copied.read_text() + "# changed\n")
        keys.add(key_of({}, tmp_path))
    assert len(keys) == 4
    assert key_of({}, tmp_path) in keys
