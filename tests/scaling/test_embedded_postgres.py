"""The embedded server: it outlives any one of its users, heals after a crash and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from scaling import embedded_postgres as module
from scaling.embedded_postgres import EmbeddedPostgresError, embedded_postgres, reset

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def data():
    # A short path of its own: pytest's are longer than a socket's may be, and closed to the server's own user.
    with tempfile.TemporaryDirectory(prefix="skc-") as folder:
        yield Path(folder) / "pg"


def query(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT 41 + 1").fetchone()
    assert row is not None
    return row[0]


def postmaster(data: Path) -> psutil.Process:
    return psutil.Process(int((data / "postmaster.pid").read_text().split("\n", 1)[0]))


def run(code: str, data: Path) -> Any:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), str(data)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
    )


HOLD = """
import sys
from pathlib import Path
from scaling.embedded_postgres import embedded_postgres
with embedded_postgres(Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.readline()
"""


def test_server_stops_with_its_last_user_and_keeps_the_data(data):
    with embedded_postgres(data) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        process = postmaster(data)
    psutil.wait_procs([process], timeout=10)
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    with embedded_postgres(data) as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)


def test_server_stays_for_the_other_user(data):
    other = run(HOLD, data)
    other.stdout.readline()
    with embedded_postgres(data):
        pass
    with embedded_postgres(data) as url:
        assert query(url) == 42
    url = module._start(data, {})
    assert query(url) == 42
    other.communicate("\n")
    assert other.returncode == 0
    assert not (data / "postmaster.pid").exists()


def test_forked_child_that_ends_leaves_the_server(data):
    code = """
    import os, sys
    from pathlib import Path
    from scaling.embedded_postgres import embedded_postgres
    import psycopg
    with embedded_postgres(Path(sys.argv[1])) as url:
        child = os.fork()
        if child:
            os.waitpid(child, 0)
            psycopg.connect(url).execute("SELECT 1")
            print("alive", flush=True)
    """
    parent = run(code, data)
    output, _ = parent.communicate()
    assert (output, parent.returncode) == ("alive\n", 0)
    assert not (data / "postmaster.pid").exists()


def test_command_that_is_asked_to_end_stops_the_server():
    with tempfile.TemporaryDirectory(prefix="skc-") as folder:
        code = "import sys; print('up', flush=True); sys.stdin.readline()"
        env = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_URL")} | {"VAR_DIR": folder}
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
        with subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "up\n"
            server = postmaster(Path(folder) / "pgdata")
            child.terminate()
            assert child.wait() == 128 + signal.SIGTERM
        psutil.wait_procs([server], timeout=10)
        assert not server.is_running()


def test_user_killed_hard_is_forgotten(data):
    victim = run(HOLD, data)
    victim.stdout.readline()
    victim.kill()
    victim.communicate()
    assert psutil.pid_exists(postmaster(data).pid)
    with embedded_postgres(data) as url:
        assert query(url) == 42
    assert not (data / "postmaster.pid").exists()


@pytest.mark.parametrize("left_behind", ["the id of a dead process", "the id of another program", "nonsense"])
def test_stale_pid_file_heals(data, left_behind):
    with embedded_postgres(data):
        process = postmaster(data)
        process.send_signal(signal.SIGKILL)
        psutil.wait_procs([process], timeout=10)
        lines = (data / "postmaster.pid").read_text().split("\n")
        if left_behind == "the id of another program":
            lines[0] = str(os.getpid())
        elif left_behind == "nonsense":
            lines = ["?"]
        (data / "postmaster.pid").write_text("\n".join(lines))
        assert query(module._start(data, {})) == 42


def test_long_path_gets_a_short_socket(data):
    with embedded_postgres(data.parent / ("a-very-long-name-" * 6) / "pg") as url:
        assert query(url) == 42


@pytest.mark.parametrize("name", ["mit Leerzeichen", "Prüfstand ä", "it's", "100 % ;x & (y)"])
def test_odd_path_works(data, name):
    with embedded_postgres(data.parent / name / "pg") as url:
        assert query(url) == 42
    with embedded_postgres(data.parent / name / "pg") as url:
        assert query(url) == 42
    assert not (data.parent / name / "pg" / "postmaster.pid").exists()


@pytest.mark.parametrize("language", ["de_DE.UTF-8", "xx_XX.UTF-8", "de_DE.ISO-8859-1", "C"])
def test_language_the_machine_does_not_know_works(data, monkeypatch, language):
    """A shell brings the language of the machine somebody came from; letters are letters all the same."""
    monkeypatch.setenv("LC_ALL", language)
    monkeypatch.setenv("LANG", language)
    for _start in range(2):
        with embedded_postgres(data) as url, psycopg.connect(url) as connection:
            assert connection.execute("SELECT lower('ÄÖÜ'), 'Ä' ILIKE 'ä'").fetchone() == ("äöü", True)
    assert (os.environ["LC_ALL"], os.environ["LANG"]) == (language, language)


def test_socket_open_to_its_owner_alone(data):
    """There is no password, so other people of the machine must not reach it, wherever it lies."""
    for folder in (data, data.parent / "mit Leerzeichen" / "pg"):
        with embedded_postgres(folder):
            directory = Path((folder / "postmaster.pid").read_text().splitlines()[4])
            assert (directory / ".s.PGSQL.5432").stat().st_mode & 0o777 == 0o700
            assert directory.stat().st_mode & 0o077 == 0
        assert directory == folder or not directory.exists()


@pytest.mark.parametrize("name", ["$HOME", 'a "b"', "`id`"])
def test_path_postgres_cannot_work_in_says_what_to_do(data, name):
    with pytest.raises(EmbeddedPostgresError, match="move the project"), embedded_postgres(data.parent / name / "pg"):
        pass
    assert not (data.parent / name).exists()


def test_folder_that_cannot_be_written_says_what_to_do(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with (
        pytest.raises(EmbeddedPostgresError, match="free some space or check its owner"),
        embedded_postgres(tmp_path / "file" / "pg"),
    ):
        pass


def test_reset_refuses_while_in_use(data):
    other = run(HOLD, data)
    other.stdout.readline()
    with pytest.raises(EmbeddedPostgresError, match="stop it first"):
        reset(data)
    other.communicate("\n")
    reset(data)
    assert not data.exists()
