"""``DEMO=1 python -m tests.bench.throughput [FOLDER]``: how long one client waits for the pages people open all day, and how
many requests a second sixteen get out of this machine.

Each client keeps one connection on loopback and asks for the next page as soon as it has one, each kind of page by itself.
gunicorn as ``./run`` starts it, one process for each core. With the FOLDER of another state of the code (``git worktree add
FOLDER COMMIT``), both take turns, one client's pages one by one, so that what else the machine does meets both alike. What
measures needs a part of the processors, on both sides alike.
"""

import contextlib
import functools
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from assessments.services.demo import PASSWORD
from tests.bench.pages import KEY, find_draft, saver
from tests.bench.server import ROOT, Client, demo_server

CLIENTS, WORKERS, TURNS = 16, 2, 3
#: Seconds of a turn, for each kind of page.
LASTS = 6.0
WARM_UP = 1.0
#: How often one client asks for each kind of page.
ASKED = 150


@dataclass
class Side:
    """One state of the code, with its server. ``rates``: requests a second, of each turn; ``took``: milliseconds of one client,
    who saves, too.
    """

    name: str
    port: int
    clients: list[Client]
    pages: dict[str, str]
    rates: dict[str, list[float]] = field(default_factory=dict)
    took: dict[str, list[float]] = field(default_factory=dict)

    def actions(self) -> dict[str, Callable[[], object]]:
        client = self.clients[0]
        shown = {kind: functools.partial(client.get, path) for kind, path in self.pages.items()}
        return shown | {"save a criterion": saver(client, self.pages["form of a criterion"])}


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


def wait_in_turns(sides: list[Side]) -> None:
    """One client on each side; who begins changes with each request."""
    actions = [side.actions() for side in sides]
    for kind in actions[0]:
        for side in sides:
            side.took[kind] = []
        for number in range(ASKED):
            for place in range(len(sides)) if number % 2 else reversed(range(len(sides))):
                start = time.perf_counter()
                actions[place][kind]()
                sides[place].took[kind].append((time.perf_counter() - start) * 1000)


def compared(values: list[list[float]]) -> str:
    """How the first side's median stands to the second's, "" without one."""
    if len(values) < 2:
        return ""
    first, second = map(statistics.median, values)
    return f"{first / second:.2f} ×"


def main(say: Callable[[str], object] = print) -> int:
    roots = {"now": ROOT} | {Path(given).name: Path(given) for given in sys.argv[1:2]}
    with contextlib.ExitStack() as stack:
        sides = [stack.enter_context(started(name, root)) for name, root in roots.items()]
        wait_in_turns(sides)
        for turn in range(TURNS):
            for kind in sides[0].pages:
                for side in sides if turn % 2 else reversed(sides):
                    side.rates[kind].append(requests_a_second(side.clients, side.pages[kind], LASTS))
    say(f"milliseconds of one client, median of {ASKED} (quickest tenth)")
    for kind in sides[0].took:
        of_each = [side.took[kind] for side in sides]
        tenths = [statistics.quantiles(took, n=10)[0] for took in of_each]
        figures = [
            f"{side.name} {statistics.median(took):6.1f} ({tenth:.1f})"
            for side, took, tenth in zip(sides, of_each, tenths, strict=True)
        ]
        gain = f"   {compared(of_each)} ({tenths[0] / tenths[1]:.2f} ×)" if len(sides) == 2 else ""
        say(f"{kind:24}{'   '.join(figures)}{gain}")
    say(f"requests a second, {CLIENTS} clients, {WORKERS} processes, median of {TURNS} turns of {LASTS:.0f} s (from – to)")
    for kind in sides[0].pages:
        figures = [
            f"{side.name} {statistics.median(side.rates[kind]):5.0f} ({min(side.rates[kind]):.0f} – "
            f"{max(side.rates[kind]):.0f})"
            for side in sides
        ]
        gain = f"   {compared([side.rates[kind] for side in sides])}"
        say(f"{kind:24}{'   '.join(figures)}{gain}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
