"""``DEMO=1 python -m tests.bench.throughput [FOLDER]``: how long one client waits for the pages people open all day, and how
many requests a second sixteen get out of this machine.

Each client keeps one connection on loopback and asks for the next page as soon as it has one, each kind of page by itself.
gunicorn as ``./run`` starts it, one process for each core. With the FOLDER of another state of the code (``git worktree add
FOLDER COMMIT``), both take turns, one client's pages one by one, so that what else the machine does meets both alike. What
measures needs a part of the processors, on both sides alike.
"""

import contextlib
import functools
import re
import statistics
import sys
import threading
import time
from collections import defaultdict
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
    """One state of the code, with its server. ``actions``: what each client does, by kind of page; ``rates``: requests a
    second, of each turn; ``took``: milliseconds of one client.
    """

    name: str
    actions: dict[str, list[Callable[[], object]]]
    rates: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))


def actions_of(port: int) -> dict[str, list[Callable[[], object]]]:
    """All are the same person, as one who has many tabs: to sign in is limited, and no page waits for another of the person.
    Each saves a criterion of its own, so that none is refused as stale.
    """
    first = Client(port)
    first.sign_in("team@auenfurt.example", PASSWORD)
    draft = find_draft(first)
    clients = [first, *(Client(port) for _ in range(CLIENTS - 1))]
    for one in clients:
        one.cookies = dict(first.cookies)
    overview = f"/bewertungen/{draft}/"
    keys = dict.fromkeys([KEY, *re.findall(rf"{overview}kriterien/([\w-]+)/", first.get(overview).decode())])
    forms = [f"{overview}kriterien/{key}/" for key in keys]
    pages = {
        "start page": "/",
        "overview of a round": overview,
        "form of a criterion": forms[0],
        "maturity profile": f"{overview}profil/",
    }
    actions: dict[str, list[Callable[[], object]]] = {}
    for kind, path in pages.items():
        actions[kind] = [functools.partial(client.get, path) for client in clients]
    actions["save a criterion"] = [saver(*one) for one in zip(clients, forms[:CLIENTS], strict=True)]
    return actions


def requests_a_second(actions: list[Callable[[], object]], seconds: float) -> float:
    """Each client does its own again and again. Raises what a client met."""
    done: list[float] = []
    failed: list[BaseException] = []
    end = time.monotonic() + seconds

    def ask(action: Callable[[], object]) -> None:
        try:
            while time.monotonic() < end:
                action()
                done.append(time.monotonic())
        except BaseException as error:
            failed.append(error)

    start = time.monotonic()
    threads = [threading.Thread(target=ask, args=[action]) for action in actions]
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
        side = Side(name, actions_of(port))
        for actions in side.actions.values():
            requests_a_second(actions, WARM_UP)
        yield side


def wait_in_turns(sides: list[Side]) -> None:
    """One client on each side; who begins changes with each request."""
    for kind in sides[0].actions:
        for number in range(ASKED):
            for side in sides if number % 2 else reversed(sides):
                start = time.perf_counter()
                side.actions[kind][0]()
                side.took[kind].append((time.perf_counter() - start) * 1000)


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
            for kind in sides[0].actions:
                for side in sides if turn % 2 else reversed(sides):
                    side.rates[kind].append(requests_a_second(side.actions[kind], LASTS))
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
    for kind in sides[0].actions:
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
