"""A server with the demo's data, started for measuring and stopped afterwards, and a client that is signed in."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from scaling.embedded_postgres import embedded_postgres

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN = 30  # seconds


@contextlib.contextmanager
def demo_server(
    *, workers: int = 1, with_usual_round: bool = True, prepare: Sequence[str] = (), root: Path = ROOT
) -> Iterator[int]:
    """Yield the port of gunicorn and of one process that renders PDFs, on a database of their own with the demo's data, and
    what the command ``prepare`` adds to it. ``root`` may be another state's folder: its code and its rows then."""
    with (
        tempfile.TemporaryDirectory(prefix="skc-bench-", ignore_cleanup_errors=True) as folder,
        embedded_postgres(Path(folder) / "pg") as url,
    ):
        env = os.environ | {"DATABASE_URL": url, "VAR_DIR": f"{folder}/var", "DEMO": "1"}
        subprocess.run([sys.executable, "manage.py", "serve", "--prepare-only"], cwd=root, env=env, check=True)
        if with_usual_round:
            subprocess.run([sys.executable, "-m", "tests.bench.usual_round"], cwd=root, env=env, check=True)
        if prepare:
            subprocess.run([sys.executable, "manage.py", *prepare], cwd=root, env=env, check=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", "scaling.wsgi", f"--bind=127.0.0.1:{port}", f"--workers={workers}"]
        command += ["--config=python:scaling.gunicorn_conf", "--threads=4", "--log-level=warning"]
        server = subprocess.Popen(command, cwd=root, env=env)
        renderer = subprocess.Popen([sys.executable, "manage.py", "worker"], cwd=root, env=env)
        try:
            wait_for(port)
            yield port
        finally:
            for process in (renderer, server):
                process.terminate()
                process.wait()


def wait_for(port: int) -> None:
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"No server on port {port} within {STARTS_WITHIN} s.")


class Client:
    """A browser's share of a request: one kept connection, cookies, the form's hidden token."""

    def __init__(self, port: int) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}

    def request(
        self, method: str, path: str, form: dict[str, str] | None = None, more: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Return status and body; redirects are not followed. ``more`` are headers."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **(more or {})}
        body = None
        if form is not None:
            body = urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
        except ConnectionError:  # the server had closed it, idle for long: as a browser does, on a new one
            self.connection.close()
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
        content = response.read()
        for header in response.headers.get_all("Set-Cookie") or []:
            name, value = header.split(";", 1)[0].split("=", 1)
            self.cookies[name] = value
        return response.status, content

    def get(self, path: str) -> bytes:
        status, body = self.request("GET", path)
        assert status == 200, f"{path}: {status}"
        return body

    def form(self, path: str) -> dict[str, str]:
        """The hidden fields of the page's forms (token, version), by name."""
        page = self.get(path).decode()
        hidden = re.findall(r'<input[^>]*type="hidden"[^>]*>', page)
        fields = {}
        for field in hidden:
            name, value = re.search(r'name="([^"]*)"', field), re.search(r'value="([^"]*)"', field)
            if name:
                fields[name[1]] = value[1] if value else ""
        return fields

    def sign_in(self, email: str, password: str) -> None:
        form = self.form("/konto/login/") | {"login": email, "password": password}
        status, _ = self.request("POST", "/konto/login/", form)
        assert status == 302, f"sign-in: {status}"
