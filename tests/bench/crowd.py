"""Twenty people ask for a PDF each, at once: how long somebody else waits for the start page meanwhile."""

import itertools
import re
import statistics
import threading
import time

from assessments.services.demo import PASSWORD
from tests.bench.pdf import Figure
from tests.bench.server import Client

PEOPLE = 20
IDLE_PAGES = 100
GIVES_UP = 120  # seconds


def run(port: int) -> list[Figure]:
    """How the slowest twentieth of start pages compares with the same on an idle server, and until the last one has a PDF."""
    other = Client(port)
    other.sign_in("leitung@auenfurt.example", PASSWORD)
    wanted = new_pdfs(other)
    idle = [timed(other) for _ in range(IDLE_PAGES)]
    readers = [threading.Thread(target=read, args=[port, path]) for path in wanted]
    start = time.monotonic()
    for reader in readers:
        reader.start()
    busy = []
    while any(reader.is_alive() for reader in readers):
        busy.append(timed(other))
        time.sleep(0.02)
    last = time.monotonic() - start
    return [
        Figure("start page, nobody else, p95", p95(idle), 90, "ms"),
        Figure(f"the same while {PEOPLE} new PDFs are asked for", p95(busy), 1.5 * p95(idle), "ms", is_relative=True),
        Figure(f"until the last of the {PEOPLE} is there", last * 1000, 60_000, "ms"),
    ]


def new_pdfs(client: Client) -> list[str]:
    """Addresses of as many reports as there are people: none of them was ever asked for."""
    projects = set(re.findall(r"/projekte/\w+/", client.get("/").decode()))
    pages = "".join(client.get(project).decode() for project in sorted(projects))
    rounds = sorted(set(re.findall(r"/bewertungen/(\w+)/profil/", pages)))
    kinds = itertools.product(("kurz", "lang"), ("en", "de"), rounds)
    found = [f"/bewertungen/{one}/profil.pdf?umfang={variant}&sprache={language}" for variant, language, one in kinds]
    assert len(found) >= PEOPLE, f"only {len(found)} reports"
    return found[:PEOPLE]


def read(port: int, path: str) -> None:
    """As a browser does: ask, and come back every two seconds until the file is there."""
    client = Client(port)
    client.sign_in("leitung@auenfurt.example", PASSWORD)
    end = time.monotonic() + GIVES_UP
    mark = ""
    while time.monotonic() < end:
        status, body = client.request("GET", path + mark)
        assert status in (200, 202), f"{path}: {status}"
        if body.startswith(b"%PDF"):
            return
        if status == 200:
            mark = ""
        else:
            mark = "&warten=1"
            time.sleep(2)
    raise TimeoutError(path)


def timed(client: Client) -> float:
    start = time.perf_counter()
    client.get("/")
    return (time.perf_counter() - start) * 1000


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]
