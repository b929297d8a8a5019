"""A whole installation for one test file, of processes that may be killed: PostgreSQL, pages (gunicorn), workers, and people.

Everything is on disk as in an installation (``fsync``), so that what PostgreSQL has confirmed outlives it.
"""

import contextlib
import http.client
import itertools
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
import psycopg

from scaling.embedded_postgres import embedded_postgres
from tests.built import put_built
from tests.database_server import FAST
from tests.database_template import TEMPLATE, copy_kept

ROOT = Path(__file__).resolve().parents[2]
#: Seconds within which everything has to be as it was.
HEALS_WITHIN = 60
#: What the last line of a server's configuration says goes.
ON_DISK = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "max_connections": "40"}
SEED = """
import django, json, sys
django.setup()
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from assessments.services import workflow
from scaling.accounts.models import Role
from tests.cast import Cast, make_member
from tests.factories import make_catalogue, make_project
call_command("createcachetable", verbosity=0)
people = int(sys.argv[1])
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # nobody signs in with one
make_catalogue(people + 2)
cast = Cast()
team = [make_member(f"Person {number}", cast.municipality, Role.TEAM) for number in range(1, people + 1)]
assessment = workflow.start_assessment(project=make_project(cast.municipality, team=team), by=team[0])
cookies = []
for person in team:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    cookies.append(client.cookies["sessionid"].value)
print(json.dumps({"id": assessment.public_id, "cookies": cookies, "bob": cast.bob.email}))
"""


def wait_until(condition: Callable[[], Any], what: str, within: float = HEALS_WITHIN) -> Any:
    deadline = time.monotonic() + within
    while not (found := condition()):
        assert time.monotonic() < deadline, what
        time.sleep(0.05)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Database:
    """A PostgreSQL of its own with all tables, and what can happen to it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.stack = contextlib.ExitStack()
        has_tables = copy_kept(data, FAST)
        if has_tables:
            self._write_settings()
        self.server = self.start()
        self.url = self.server.replace("/skalierungscheck?", f"/{TEMPLATE}?", 1) if has_tables else self.server
        if not has_tables:
            manage("migrate", "--run-syncdb", "--verbosity=0", env=os.environ | {"DATABASE_URL": self.url})
            self._write_settings()
            self.restart()

    def _write_settings(self) -> None:
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.writelines(f"{name} = '{value}'\n" for name, value in ON_DISK.items())

    def start(self) -> str:
        return self.stack.enter_context(embedded_postgres(self.data))

    def processes(self) -> list[psutil.Process]:
        server = psutil.Process(int((self.data / "postmaster.pid").read_text().split()[0]))
        return [server, *server.children()]

    def stop(self) -> None:
        """As an administrator does: whoever is connected is cut off."""
        found = self.processes()
        found[0].send_signal(signal.SIGINT)
        assert psutil.wait_procs(found, timeout=30)[1] == []

    def kill(self) -> None:
        """All processes at once, in mid-work. What the kernel has, it keeps: no more of a power cut can be made."""
        found = self.processes()
        for process in found:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        assert psutil.wait_procs(found, timeout=30)[1] == []

    def restart(self) -> None:
        self.stop()
        self.start()

    def ask(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []


def manage(*words: str, env: dict[str, str]) -> str:
    done = subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Installation:
    """Pages and people on one database. ``folder`` holds uploads and logs."""

    def __init__(self, folder: Path, *, people: int = 6) -> None:
        self.folder, self.people = folder, people
        folder.chmod(0o755)  # root's PostgreSQL runs as somebody else
        self.database = Database(folder / "pg")
        self.var = folder / "var"
        self.var.mkdir()
        put_built(self.var)
        self.processes: list[subprocess.Popen[bytes]] = []
        self.env = os.environ | {
            "DATABASE_URL": self.database.url,
            "VAR_DIR": str(self.var),
            "DEMO": "1",
            "DJANGO_SETTINGS_MODULE": "scaling.settings",
            "EMAIL_URL": "consolemail://",
            "LOG_LEVEL": "INFO",
        }
        command = [sys.executable, "-c", SEED, str(people)]
        seed = subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, check=False)
        assert seed.returncode == 0, seed.stderr
        self.seed = json.loads(seed.stdout.splitlines()[-1])

    @classmethod
    @contextlib.contextmanager
    def made(cls, *, people: int = 6) -> Iterator["Installation"]:
        """In a folder of its own, not pytest's, which other runs lock while this one goes on. Gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="skc-house-", ignore_cleanup_errors=True) as folder:
            house = cls(Path(folder), people=people)
            try:
                yield house
            finally:
                house.end()

    def manage(self, *words: str, **variables: str) -> str:
        return manage(*words, env=self.env | variables)

    def log(self, name: str) -> str:
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def start(self, name: str, command: list[str], **variables: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=self.env | variables, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def start_pages(self, name: str = "pages", **variables: str) -> "Pages":
        port = free_port()
        command = [sys.executable, "-m", "gunicorn", "scaling.wsgi", f"--bind=127.0.0.1:{port}", "--workers=2", "--threads=4"]
        command += ["--config=python:scaling.gunicorn_conf", "--log-level=warning"]
        process = self.start(name, command, **variables)
        pages = Pages(port, process, self.seed)
        wait_until(lambda: pages.get("/")[0] == 200, f"no page: {self.log(name)}")
        return pages

    def start_worker(self, name: str = "worker", before: tuple[str, ...] = (), **variables: str) -> subprocess.Popen[bytes]:
        command = [*before, sys.executable, "manage.py", "worker", "--heartbeat=0.5", "--silent=2", "--niceness=0"]
        return self.start(name, command, **variables)

    def end(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.database.stack.close()


class Pages:
    """What people's browsers do with one host. ``person``: counted from 1; 0 is nobody signed in. Status 0: no answer came."""

    def __init__(self, port: int, process: subprocess.Popen[bytes], seed: dict[str, Any]) -> None:
        self.port, self.process, self.seed = port, process, seed
        self.origin = f"http://127.0.0.1:{port}"
        self.round = f"/bewertungen/{seed['id']}/"

    def criterion(self, number: int) -> str:
        return f"{self.round}kriterien/kriterium-{number}/"

    def ask(self, method: str, path: str, body: bytes | None = None, person: int = 1, **headers: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=HEALS_WITHIN)
        token = "t" * 32
        cookie = f"csrftoken={token}" + (f"; sessionid={self.seed['cookies'][person - 1]}" if person else "")
        more = {"Cookie": cookie, "X-CSRFToken": token, "Origin": self.origin}
        try:
            connection.request(method, path, body, more | {name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            connection.close()

    def get(self, path: str, person: int = 1) -> tuple[int, str]:
        return self.ask("GET", path, person=person)

    def post(self, path: str, fields: dict[str, str], person: int = 1) -> tuple[int, str]:
        body = urlencode(fields).encode()
        return self.ask("POST", path, body, person, Content_Type="application/x-www-form-urlencoded")

    def upload(self, path: str, fields: dict[str, str], name: str, content: bytes) -> tuple[int, str]:
        line = b"--limit"
        parts = [
            line + f'\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{text}'.encode() for key, text in fields.items()
        ]
        head = f'\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: text/plain\r\n\r\n'
        body = b"\r\n".join([*parts, line + head.encode() + content, line + b"--", b""])
        return self.ask("POST", path, body, Content_Type="multipart/form-data; boundary=limit")

    def hidden(self, path: str, person: int = 1) -> dict[str, str] | None:
        """The hidden fields of a page's forms; None where the page did not come."""
        status, page = self.get(path, person)
        if status != 200:
            return None
        fields = {}
        for field in re.findall(r'<input[^>]*type="hidden"[^>]*>', page):
            name, value = re.search(r'name="([^"]*)"', field), re.search(r'value="([^"]*)"', field)
            if name:
                fields[name[1]] = value[1] if value else ""
        return fields

    def form(self, path: str, person: int = 1) -> dict[str, str]:
        """The same, once the page comes."""
        found: dict[str, str] = wait_until(lambda: self.hidden(path, person), f"no page: {path}")
        return found

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children()


class Traffic:
    """People who save text after text, each a criterion of their own, by turns on the hosts; what was refused is sent again."""

    def __init__(self, house: Installation, *hosts: Pages) -> None:
        self.house, self.hosts = house, hosts
        self.statuses: Counter[int] = Counter()
        self.confirmed: list[tuple[int, str]] = []
        self.not_given_back: list[str] = []
        self.seconds: list[float] = []
        self.under_way = self.struck = 0
        self.ending = threading.Event()
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._write, args=[number]) for number in range(1, house.people + 1)]

    def _write(self, number: int) -> None:
        turn = 0
        while not self.ending.is_set():
            turn += 1
            start = f"Satz {turn} von Person {number}: "
            text = start + "Der Rat hat den Betrieb beschlossen. " * 40
            hosts = itertools.cycle(self.hosts[(number + turn) % len(self.hosts) :] + self.hosts)
            deadline = time.monotonic() + HEALS_WITHIN
            while time.monotonic() < deadline and not self._send(next(hosts), number, start, text):
                time.sleep(0.05)

    def _send(self, host: Pages, number: int, start: str, text: str) -> bool:
        path = host.criterion(number)
        fields = host.hidden(path, number)
        if fields is None:
            return False
        begun = time.monotonic()
        with self.lock:
            self.under_way += 1
        status, page = host.post(path, fields | {"choice": "2", "rationale": text, "bleiben": "1"}, number)
        with self.lock:
            self.under_way -= 1
            self.seconds.append(time.monotonic() - begun)
            self.statuses[status] += 1
            if status == 302:
                self.confirmed.append((number, text.strip()))
            elif status and start not in page:
                self.not_given_back.append(f"{status}: {page[:500]}")
        return status == 302

    def more(self, count: int) -> None:
        """Wait until so many more texts are confirmed."""
        wanted = len(self.confirmed) + count
        wait_until(lambda: len(self.confirmed) >= wanted, f"nothing is taken any more: {self.statuses}")

    @contextlib.contextmanager
    def running(self, what: str) -> Iterator["Traffic"]:
        """Around a fault. Afterwards people go on by themselves, and everything that was confirmed is there."""
        for thread in self.threads:
            thread.start()
        try:
            self.more(self.house.people)
            self.struck = self.under_way
            yield self
            self.more(2 * self.house.people)
        finally:
            self.ending.set()
            for thread in self.threads:
                thread.join(2 * HEALS_WITHIN)
        self.compare(what)

    def compare(self, what: str) -> None:
        kept = Counter(
            self.house.database.ask(
                "SELECT criterion.key, history.rationale FROM assessments_historicalscore history "
                "JOIN catalogue_criterion criterion ON criterion.id = history.criterion_id"
            )
        )
        lost = [(number, text) for number, text in self.confirmed if not kept[f"kriterium-{number}", text]]
        refused = sum(self.statuses.values()) - len(self.confirmed)
        slow = statistics.quantiles(self.seconds, n=20)[-1]
        print(  # noqa: T201 – the figures, shown with -s
            f"\n{what}: {self.struck} saves under way as it began; {len(self.confirmed)} texts confirmed, "
            f"{len(self.confirmed) - len(lost)} kept; {refused} refused or cut off and sent again, "
            f"answers {dict(self.statuses)}; 95 % of saves within {slow * 1000:.0f} ms"
        )
        assert lost == []
        assert self.not_given_back == []
        # What stands in the answer is the last text that was taken, whole.
        now = self.house.database.ask(
            "SELECT criterion.key, score.rationale FROM assessments_score score "
            "JOIN catalogue_criterion criterion ON criterion.id = score.criterion_id WHERE score.set_aside_at IS NULL"
        )
        last = {f"kriterium-{number}": text for number, text in self.confirmed}
        assert {key: text for key, text in now if key in last} == last
