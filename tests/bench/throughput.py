"""``DEMO=1 python -m tests.bench.throughput [FOLDER]``: requests a second that sixteen clients get out of this machine.

Each keeps one connection on loopback and asks for the next page as soon as it has one; the pages are those that people open all
day, each kind by itself. gunicorn as ``./run`` starts it, one process for each core. With the FOLDER of another state of the
code (``git worktree add FOLDER COMMIT``), both take turns. What measures needs a part of the processors, on both sides alike.
"""

import contextlib
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from assessments.services.demo import PASSWORD
from tests.bench.pages import KEY, find_draft
from tests.bench.server import ROOT, Client, demo_server

CLIENTS, WORKERS, TURNS = 16, 2, 3
#: Seconds of a turn, for each kind of page.
LASTS = 6.0
WARM_UP = 1.0


@dataclass
class Side:
    """One state of the code, with its server. ``rates``: requests a second, of each turn."""

    name: str
    port: int
    clients: list[Client]
    pages: dict[str, str]
    rates: dict[str, list[float]] = field(default_factory=dict)


def signed_in(port: int) -> tuple[list[Client], dict[str, str]]:
    """All are the same person, as one who has many tabs: to sign in is limited, and no page waits for another of the person."""
    first = Client(port)
    first.sign_in("team@auenfurt.example", PASSWORD)
    draft = find_draft(first)
    clients = [first, *(Client(port) for _ in range(CLIENTS - 1))]
    for one in clients:
        one.cookies = dict(first.cookies)
    pages = {
        "start page": "/",
        "overview of a round": f"/bewertungen/{draft}/",
        "form of a criterion": f"/bewertungen/{draft}/kriterien/{KEY}/",
        "maturity profile": f"/bewertungen/{draft}/profil/",
    }
    return clients, pages


def requests_a_second(clients: list[Client], path: str, seconds: float) -> float:
    """Raises what a client met."""
    done: list[float] = []
    failed: list[BaseException] = []
    end = time.monotonic() + seconds

    def ask(client: Client) -> None:
        try:
            while time.monotonic() < end:
                client.get(path)
                done.append(time.monotonic())
        except BaseException as error:
            failed.append(error)

    start = time.monotonic()
    threads = [threading.Thread(target=ask, args=[client]) for client in clients]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    if failed:
        raise failed[0]
    return len(done) / (max(done) - start)


@contextlib.contextmanager
def started(name: str, root: Path) -> Iterator[Side]:
    with demo_server(workers=WORKERS, root=root) as port:
        clients, pages = signed_in(port)
        for path in pages.values():
            requests_a_second(clients, path, WARM_UP)
        yield Side(name, port, clients, pages, {kind: [] for kind in pages})


def main(say: Callable[[str], object] = print) -> int:
    roots = {"now": ROOT} | {Path(given).name: Path(given) for given in sys.argv[1:2]}
    with contextlib.ExitStack() as stack:
        sides = [stack.enter_context(started(name, root)) for name, root in roots.items()]
        for turn in range(TURNS):
            for kind in sides[0].pages:
                for side in sides if turn % 2 else reversed(sides):
                    side.rates[kind].append(requests_a_second(side.clients, side.pages[kind], LASTS))
    say(f"requests a second, {CLIENTS} clients, {WORKERS} processes, median of {TURNS} turns of {LASTS:.0f} s (from – to)")
    for kind in sides[0].pages:
        figures = [
            f"{side.name} {statistics.median(side.rates[kind]):5.0f} ({min(side.rates[kind]):.0f} – "
            f"{max(side.rates[kind]):.0f})"
            for side in sides
        ]
        gain = ""
        if len(sides) == 2:
            gain = f"   {statistics.median(sides[0].rates[kind]) / statistics.median(sides[1].rates[kind]):.2f} ×"
        say(f"{kind:24}{'   '.join(figures)}{gain}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
