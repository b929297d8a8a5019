"""Twenty people ask for a PDF each, at once: how long somebody else waits for the start page meanwhile."""

import html
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
    readers = [threading.Thread(target=read, args=[signed_in(port), path]) for path in wanted]
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


def signed_in(port: int) -> Client:
    client = Client(port)
    client.sign_in("leitung@auenfurt.example", PASSWORD)
    return client


def read(client: Client, path: str) -> None:
    """As a browser does: ask, and have the waiting page's script look as often as it says until the file is there."""
    end = time.monotonic() + GIVES_UP
    status, body = client.request("GET", path)
    while not body.startswith(b"%PDF"):
        assert status in (200, 202, 204), f"{path}: {status}"
        assert time.monotonic() < end, f"{path}: given up"
        if found := re.search(rb'hx-get="([^"]+)"', body):
            waiting = html.unescape(found[1].decode())
            pause = int(re.search(rb'hx-trigger="every (\d+)ms"', body)[1]) / 1000  # type: ignore[index]
        if status == 200:  # it is ready: an empty answer that sends the page on
            status, body = client.request("GET", path)
        else:
            time.sleep(pause)
            status, body = client.request("GET", waiting, more={"HX-Request": "true"})


def timed(client: Client) -> float:
    start = time.perf_counter()
    client.get("/")
    return (time.perf_counter() - start) * 1000


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]
