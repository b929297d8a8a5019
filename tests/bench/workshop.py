"""A room of 60 over ten criteria: each phone asks every two seconds, loads what is new, and votes once a criterion; the wall
asks every second.

Prints the 50th, 95th and 99th percentile of the requests' times and how long a vote takes to be counted on the wall. Every
phone is a thread with one kept connection; a second is a second as in a room, nothing is sped up. The server runs as ``./run``
starts it: two workers of four threads.
"""

import json
import random
import re
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from assessments.services.demo import PASSWORD
from tests.bench.pages import find_draft
from tests.bench.server import Client

PEOPLE, CRITERIA = 60, 10
#: Seconds: phones ask, the wall asks, everybody votes within, people talk.
PHONE_EVERY, WALL_EVERY, VOTING, TALKING = 2.0, 1.0, 6.0, 3.0
LIMIT_MS, LIMIT_SEEN_S = 100.0, 2.0
ROLES = ("it", "treasury", "legal", "specialist_department", "council", "project_lead")


@dataclass
class Measured:
    """Milliseconds of each kind of request, and seconds until a vote was seen on the wall."""

    requests: dict[str, list[float]] = field(default_factory=dict)
    seen: list[float] = field(default_factory=list)
    sent: int = 0
    refused: int = 0

    def __post_init__(self) -> None:
        self.lock = threading.Lock()
        self.stop = threading.Event()
        self.voted: list[float] = []  # when each vote of this ballot was sent

    def took(self, kind: str, start: float) -> None:
        with self.lock:
            self.requests.setdefault(kind, []).append((time.perf_counter() - start) * 1000)


class Phone:
    """One participant."""

    def __init__(self, port: int, code: str, number: int, measured: Measured) -> None:
        self.client, self.measured = Client(port), measured
        self.path = f"/w/{code}/"
        form = self.client.form(self.path)
        joined, _body = self.client.request("POST", self.path, {**form, "role": ROLES[number % len(ROLES)]})
        assert joined == 302, joined
        self.place = ""
        self.form: dict[str, str] = {}
        self.ballot = ""

    def load(self) -> None:
        start = time.perf_counter()
        page = self.client.get(self.path).decode()
        self.measured.took("phone loads the page", start)
        self.place = re.findall(r'data-place="(\w+)"', page)[0]
        hidden = r'<input[^>]*name="(csrfmiddlewaretoken|einmal|ballot|version)"[^>]*value="([^"]*)"'
        self.form = dict(re.findall(hidden, page.split("data-ballot")[-1]) if "data-ballot" in page else ())

    def ask(self) -> None:
        start = time.perf_counter()
        status, body = self.client.request("GET", f"{self.path}stand/")
        assert status == 200, status
        self.measured.took("phone asks", start)
        if json.loads(body)["ort"] != self.place:
            self.load()

    def vote(self) -> None:
        answer = {**self.form, "choice": str(random.randrange(5)), "words": "Weil es so beschlossen ist"}
        start = time.perf_counter()
        with self.measured.lock:
            self.measured.voted.append(start)
            self.measured.sent += 1
        status, body = self.client.request("POST", f"{self.path}stimme/", answer, {"Accept": "application/json"})
        self.measured.took("phone votes", start)
        self.measured.refused += status != 200
        if status == 200:  # as the page's script does
            said = json.loads(body)
            self.place, self.form["version"] = said["ort"], str(said["version"])

    def take_part(self) -> None:
        asks, votes = time.monotonic() + random.random() * PHONE_EVERY, float("inf")
        while not self.measured.stop.is_set():
            if self.form and self.form["ballot"] != self.ballot:
                self.ballot, votes = self.form["ballot"], time.monotonic() + random.uniform(0.2, VOTING - 2)
            if not self.form:  # revealed, or somebody else led on
                votes = float("inf")
            now = time.monotonic()
            if now >= votes:
                self.vote()
                votes = float("inf")
            elif now >= asks:
                self.ask()
                asks = time.monotonic() + PHONE_EVERY
            self.measured.stop.wait(max(0.0, min(asks, votes) - time.monotonic()))


class Wall:
    """The facilitator, and the wall that counts."""

    def __init__(self, port: int, measured: Measured, email: str, find: Callable[[Client], str]) -> None:
        self.client, self.watcher, self.measured = Client(port), Client(port), measured
        for client in (self.client, self.watcher):
            client.sign_in(email, PASSWORD)
        self.path = f"/bewertungen/{find(self.client)}/wand/"
        status, _body = self.client.request("POST", self.path, {**self.client.form(self.path), "mode": "live"})
        assert status == 302, status
        self.code = re.findall(r"/w/(\w{8})/", self.client.get(self.path).decode())[0]

    def watch(self) -> None:
        """Ask once a second, as the wall's page does, and note when each vote is counted."""
        while not self.measured.stop.wait(WALL_EVERY):
            start = time.perf_counter()
            body = json.loads(self.watcher.get(f"{self.path}stand/"))
            now = time.perf_counter()
            self.measured.took("wall asks", start)
            with self.measured.lock:
                counted = self.measured.voted[: body.get("abgestimmt", 0)]
                self.measured.seen += [now - at for at in counted if at]
                self.measured.voted[: len(counted)] = [0.0] * len(counted)

    def step(self, name: str) -> None:
        page = self.client.get(self.path).decode()
        form = dict(re.findall(r'name="(csrfmiddlewaretoken|einmal|abstimmung)" value="([^"]*)"', page))
        wanted = re.findall(r'value="(zeigen:[\w-]+)"\s+data-next', page)[0] if name == "weiter" else name
        start = time.perf_counter()
        status, _body = self.client.request("POST", f"{self.path}schritt/", {**form, "schritt": wanted})
        assert status == 302, status
        self.measured.took("wall steps", start)


def run(port: int, email: str = "team@auenfurt.example", find: Callable[[Client], str] = find_draft) -> bool:
    """Print the figures; False where a limit is broken or a vote was lost. ``find`` gives the round's public id for a client
    that is signed in as the person who leads the workshop."""
    measured = Measured()
    wall = Wall(port, measured, email, find)
    phones = [Phone(port, wall.code, number, measured) for number in range(PEOPLE)]
    with ThreadPoolExecutor(PEOPLE + 1) as pool:
        jobs = [pool.submit(phone.take_part) for phone in phones] + [pool.submit(wall.watch)]
        try:
            for number in range(CRITERIA):
                until_all_have_voted(measured, PEOPLE * (number + 1))
                wall.step("aufdecken")
                time.sleep(TALKING)
                if number + 1 < CRITERIA:
                    with measured.lock:
                        measured.voted.clear()
                    wall.step("weiter")
        finally:
            measured.stop.set()
        for job in jobs:
            job.result()
    return _report(measured)


def until_all_have_voted(measured: Measured, wanted: int) -> None:
    """As a facilitator does who watches the wall; not for ever."""
    end = time.monotonic() + 5 * VOTING
    while len(measured.seen) < wanted and time.monotonic() < end:
        time.sleep(0.2)


def _report(measured: Measured) -> bool:
    good = not measured.refused and measured.sent == PEOPLE * CRITERIA and len(measured.seen) == measured.sent
    for kind, times in sorted(measured.requests.items()):
        p50, p95, p99 = percentiles(times)
        verdict = "ok" if p95 <= LIMIT_MS else "TOO SLOW"
        good = good and p95 <= LIMIT_MS
        figures = f"{p50:7.1f} {p95:7.1f} {p99:7.1f} ms (50, 95, 99 %)   limit of 95 % {LIMIT_MS:.0f} ms"
        print(f"room of {PEOPLE}, {kind:22}{figures}   {verdict}   n = {len(times)}", flush=True)  # noqa: T201
    p50, p95, p99 = percentiles(measured.seen)
    good = good and max(measured.seen) <= LIMIT_SEEN_S
    seen = f"vote counted on the wall after {p50:.2f} {p95:.2f} {p99:.2f} s, at most {max(measured.seen):.2f} s"
    print(f"{seen}   limit {LIMIT_SEEN_S:.0f} s   {measured.sent} sent, {measured.refused} refused", flush=True)  # noqa: T201
    return good


def percentiles(values: Sequence[float]) -> tuple[float, float, float]:
    cut = statistics.quantiles(values, n=100, method="inclusive")
    return cut[49], cut[94], cut[98]
