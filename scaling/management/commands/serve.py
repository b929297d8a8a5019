"""Starts the demo (``./run``): one command from an empty checkout to a running app. Installations: docs/operation.md."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from catalogue.services.checksums import compare_in_background
from scaling.common.processes import NICENESS, SERVE_PID
from scaling.preparation import build, prepare_database

#: Seconds after pages are open: the first is served before the editions are compared.
COMPARE_AFTER = 3.0


class Command(BaseCommand):
    help = "Prepares database, catalogue and demo data, then serves the app on 127.0.0.1 until it is stopped."
    requires_system_checks = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--port", type=int, default=os.environ.get("PORT", "8000"))
        parser.add_argument("--workers", type=int, default=2)
        parser.add_argument("--prepare-only", action="store_true", help="Do all but serve.")

    def handle(self, *args: Any, **options: Any) -> None:
        port = options["port"]
        if not options["prepare_only"]:
            check_port(port)
        build()
        prepare_database(self.stdout, compare=options["prepare_only"])
        if options["prepare_only"]:
            return
        os.environ.setdefault("SITE_URL", f"http://127.0.0.1:{port}")
        sys.exit(serve(port, options["workers"], lambda: self.welcome(port)))

    def welcome(self, port: int) -> None:
        self.stdout.write(welcome(port))
        self.stdout.flush()  # also into a pipe or a file, where the sign-ins would otherwise wait for the end


def check_port(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise CommandError(
                f"Port {port} cannot be used ({error}): stop the program that uses it, or choose another: PORT={port + 1} ./run"
            ) from error


def welcome(port: int) -> str:
    from assessments.services.demo import PASSWORD, demo_accounts

    lines = [f"\nSkalierungscheck is running on http://127.0.0.1:{port}  (stop: Ctrl+C)"]
    if settings.DEMO:
        lines += [f"\nSign in with the password {PASSWORD} as"]
        lines += [f"  {email:34} {what}" for email, what in demo_accounts()]
    return "\n".join(lines) + "\n"


def serve(port: int, workers: int, welcome: Callable[[], None] = lambda: None) -> int:
    """Run gunicorn and a worker for PDFs as children, so that this process alone holds the database server.

    ``welcome`` is called once pages are served. What nobody waits for begins then, behind the first page: the worker, whose
    start takes as much as that of the pages, and the comparison of the editions. The worker is started anew whenever it ends,
    and ends with gunicorn.
    Returns gunicorn's exit code.
    """
    command = [sys.executable, "-m", "gunicorn", "scaling.wsgi", f"--bind=127.0.0.1:{port}", f"--workers={workers}"]
    # The code is loaded once for all workers; an installation loads it in each, so that a restart can take a new version.
    command += ["--config=python:scaling.gunicorn_conf", "--threads=4", "--log-level=warning", "--preload"]
    child = start(command)

    def stop(signum: int, frame: Any) -> None:
        child.send_signal(signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while child.poll() is None and not is_open(port):
        time.sleep(0.05)
    if child.poll() is not None:
        return child.wait()
    welcome()
    renderer = Kept([sys.executable, str(settings.BASE_DIR / "manage.py"), "worker"])
    comparing = threading.Timer(COMPARE_AFTER, compare_in_background)
    comparing.daemon = True
    comparing.start()
    try:
        return child.wait()
    finally:
        comparing.cancel()
        renderer.end()


def is_open(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def start(command: list[str]) -> subprocess.Popen[bytes]:
    """A child in a session of its own, so that Ctrl+C reaches it by us alone; it ends with this process (``follow_server``)."""
    environment = os.environ | {SERVE_PID: str(os.getpid())}
    return subprocess.Popen(command, start_new_session=True, env=environment)  # noqa: S603 – our own


class Kept:
    """A child that is started anew whenever it ends, after pauses that grow while it ends at once."""

    MAX_PAUSE = 30.0

    def __init__(self, command: list[str]) -> None:
        self.command = command
        self.lock = threading.Lock()  # none is started once the end has begun
        self.ending = threading.Event()
        self.child = self._start()
        threading.Thread(target=self._keep, name="keep", daemon=True).start()

    def _keep(self) -> None:
        pause, started = 0.5, time.monotonic()
        while True:
            self.child.wait()
            pause = 0.5 if time.monotonic() - started > self.MAX_PAUSE else min(2 * pause, self.MAX_PAUSE)
            self.ending.wait(pause)
            with self.lock:
                if self.ending.is_set():
                    return
                self.child, started = self._start(), time.monotonic()

    def _start(self) -> subprocess.Popen[bytes]:
        """From the first on behind pages, and not only once it has loaded all it needs to say so itself."""
        child = start(self.command)
        with contextlib.suppress(OSError):  # ended already
            os.setpriority(os.PRIO_PROCESS, child.pid, NICENESS)
        return child

    def end(self, within: float = 10.0) -> None:
        """SIGTERM, which lets it finish what it is at; SIGKILL after ``within`` seconds. What it was at is done later."""
        with self.lock:
            self.ending.set()
        self.child.terminate()
        try:
            self.child.wait(within)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
