"""``DEMO=1 python -m tests.bench.town_halls``: fifty people of fifty municipalities fill in a round each, two rooms of sixty
hold a workshop, and a manager fetches a new report every few seconds; on load data, for as long as the workshops take.

Prints how long forms and answers took, whether a text was lost, and who needed the processors. Two workers and one process that
renders, as ``./run`` starts them; what measures needs a good part of a processor, too.
"""

import itertools
import random
import re
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any

import psutil

from assessments.services.demo import PASSWORD
from scaling.load_data.places import DOMAIN
from tests.bench import workshop
from tests.bench.crowd import read
from tests.bench.server import Client, demo_server

PEOPLE, ROOMS, AT_MOST = 50, 2, 300.0
#: Of the load data: more municipalities than people, since not each has a round that is filled in.
MUNICIPALITIES, PROJECTS = 160, 700
#: Seconds: somebody thinks about a criterion, a manager asks for the next report.
THINKING, REPORT_EVERY = (2.0, 6.0), 5.0
#: Thirty sign-ins a minute are taken from one address.
SIGN_IN_EVERY = 2.1
LIMIT_MS = 150.0


class Person:
    """Somebody on a team who goes from criterion to criterion and says why, each time in other words."""

    def __init__(self, port: int, email: str) -> None:
        self.client, self.email = Client(port), email
        self.client.sign_in(email, PASSWORD)
        self.took: dict[str, list[float]] = defaultdict(list)
        self.said: dict[str, str] = {}
        self.criteria: list[str] = []

    def finds_a_round(self) -> str:
        """The public id of a round that can be filled in, "" without one."""
        found = re.findall(r"/bewertungen/(\w+)/kriterien/", self.client.get("/").decode())
        if not found:
            return ""
        page = self.client.get(f"/bewertungen/{found[0]}/").decode()
        self.criteria = sorted(set(re.findall(rf"/bewertungen/{found[0]}/kriterien/[\w-]+/(?=\")", page)))
        return found[0]

    def fill_in(self, stop: threading.Event) -> None:
        stop.wait(random.uniform(0, THINKING[1]))
        for number in itertools.count():
            path = self.criteria[number % len(self.criteria)]
            form = self.timed("opens a criterion", self.client.form, path)
            if stop.wait(random.uniform(*THINKING)):
                return
            words = f"Am Tisch von {self.email} zum {number}. Mal so gesehen."
            answer = {**form, "choice": str(number % 5), "rationale": words, "bleiben": "1"}
            status, _body = self.timed("saves an answer", self.client.request, "POST", path, answer)
            assert status == 302, f"{path}: {status}"
            self.said[path] = words

    def timed(self, kind: str, action: Callable[..., Any], *args: Any) -> Any:
        start = time.perf_counter()
        result = action(*args)
        self.took[kind].append((time.perf_counter() - start) * 1000)
        return result

    def lost(self) -> int:
        """How many criteria do not show what was said of them last."""
        return sum(words not in unescape(self.client.get(path).decode()) for path, words in self.said.items())


def fetch_reports(port: int, stop: threading.Event) -> int:
    """As the manager of the largest municipality. Returns how many came."""
    client = Client(port)
    client.sign_in(f"leitung@l000000.{DOMAIN}", PASSWORD)
    rounds = sorted(set(re.findall(r"/bewertungen/(\w+)/profil/", client.get("/").decode())))
    for number, (scope, language, one) in enumerate(itertools.product(("kurz", "lang"), ("de", "en"), rounds)):
        if stop.wait(REPORT_EVERY):
            return number
        read(client, f"/bewertungen/{one}/profil.pdf?umfang={scope}&sprache={language}")
    return len(rounds) * 4


def processor_seconds() -> dict[str, float]:
    """Of this process and all that it started, by what it is; of processes that ended, what their parents know of them."""
    used: dict[str, float] = defaultdict(float, measuring=sum(psutil.Process().cpu_times()[:2]))
    children = psutil.Process().children(recursive=True)
    # PostgreSQL goes on by itself once it was started.
    servers = [one for one in psutil.process_iter() if one.name() == "postgres" and "skc-bench-" in one.cwd()]
    for one in (*children, *servers):
        words = " ".join(one.cmdline())
        kind = "pages" if "gunicorn" in words else "reports" if "worker" in words else "database"
        used[kind] += sum(one.cpu_times()[:4])
    return used


def teams(port: int) -> Iterator[Person]:
    """People with a round to fill in, by municipality."""
    for number in range(1, MUNICIPALITIES):
        person = Person(port, f"team@l{number:06d}.{DOMAIN}")
        time.sleep(SIGN_IN_EVERY)
        if person.finds_a_round():
            yield person


def main() -> int:
    prepare = ("make_load_data", "--municipalities", str(MUNICIPALITIES), "--projects", str(PROJECTS))
    with demo_server(workers=2, with_usual_round=False, prepare=prepare) as port:
        ready = teams(port)
        people = list(itertools.islice(ready, PEOPLE))
        leaders = list(itertools.islice(ready, ROOMS))
        assert (len(people), len(leaders)) == (PEOPLE, ROOMS), "too few rounds that can be filled in"
        stop, before, start = threading.Event(), processor_seconds(), time.monotonic()
        timer = threading.Timer(AT_MOST, stop.set)
        timer.start()
        with ThreadPoolExecutor(PEOPLE + ROOMS + 1) as pool:
            rooms = [pool.submit(workshop.run, port, one.email, _round_of(one)) for one in leaders]
            busy = [pool.submit(person.fill_in, stop) for person in people]
            reports = pool.submit(fetch_reports, port, stop)
            try:
                results = [room.result() for room in rooms]
            finally:
                stop.set()
                timer.cancel()
            for one in busy:
                one.result()
        seconds, after = time.monotonic() - start, processor_seconds()
        lost = sum(person.lost() for person in people)
    took: dict[str, list[float]] = defaultdict(list)
    for person in people:
        for kind, times in person.took.items():
            took[kind] += times
    for kind, times in sorted(took.items()):
        p50, p95, p99 = workshop.percentiles(times)
        print(f"{PEOPLE} people, one {kind:18}{p50:8.1f}{p95:8.1f}{p99:8.1f} ms (50, 95, 99 %)   n = {len(times)}")  # noqa: T201
    saved = workshop.percentiles(took["saves an answer"])[1]
    good = all(results) and not lost and saved <= LIMIT_MS
    verdict = "ok" if good else "NOT OK"
    print(f"p95 of saving {saved:.1f} ms, limit {LIMIT_MS:.0f}; texts lost {lost}; {reports.result()} new reports   {verdict}")  # noqa: T201
    shares = ", ".join(f"{kind} {100 * (spent - before.get(kind, 0)) / seconds:.0f} %" for kind, spent in sorted(after.items()))
    print(f"of a processor over {seconds:.0f} s: {shares}")  # noqa: T201
    return 0 if good else 1


def _round_of(person: Person) -> Callable[[Client], str]:
    return lambda _client: person.finds_a_round()


if __name__ == "__main__":
    sys.exit(main())
