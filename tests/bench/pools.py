"""``python -m tests.bench.pools``: ways to come to a database connection, in turns within one run.

For each way one host (two processes of four threads); twenty people, who open a form and save it, four times a turn. Loopback,
all on one machine: what is compared is work, not the network between hosts.
"""

import contextlib
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psutil

from tests.scaling.installation import Installation, Pages
from tests.scaling.test_several_hosts import PGBOUNCER, pgbouncer

PEOPLE, SAVES, TURNS = 20, 4, 5
POOLED = {"DJANGO_SETTINGS_MODULE": "tests.pool_settings"}
WAYS: dict[str, dict[str, str]] = {
    "kept by each thread (CONN_MAX_AGE=60)": {},
    "kept, not prepared": {"DATABASE_PREPARE": "0"},
    "opened for each request": {"DATABASE_CONN_MAX_AGE": "0"},
    "psycopg's pool, 2 a process": POOLED | {"POOL_SIZE": "2"},
    "psycopg's pool, 4 a process": POOLED | {"POOL_SIZE": "4"},
    "PgBouncer, 2": {"DATABASE_PREPARE": "0", "size": "2"},
    "PgBouncer, 4": {"DATABASE_PREPARE": "0", "size": "4"},
    "PgBouncer, 10": {"DATABASE_PREPARE": "0", "size": "10"},
}


@dataclass
class Way:
    """``turns``: seconds of each turn. ``cpu``: seconds of processor time, of the host and its pooler."""

    name: str
    label: str
    pages: Pages
    pooler: psutil.Process | None = None
    turns: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    cpu: float = 0
    connections: int = 0
    failed: int = 0

    def processor_time(self) -> float:
        host = psutil.Process(self.pages.process.pid)
        found = [host, *host.children(recursive=True), *([self.pooler] if self.pooler else [])]
        return sum(sum(process.cpu_times()[:2]) for process in found)


def person(way: Way, number: int, turn: int) -> None:
    path = way.pages.criterion(number)
    for save in range(SAVES):
        begun = time.monotonic()
        fields = way.pages.hidden(path, number)
        text = f"{way.name}, {turn}.{save}: Der Rat hat den Betrieb beschlossen. " + "Satz. " * 100
        more = {"choice": "2", "rationale": text, "bleiben": "1"}
        status = way.pages.post(path, fields | more, number)[0] if fields else 0
        way.seconds.append(time.monotonic() - begun)
        way.failed += status != 302


def one_turn(house: Installation, way: Way, turn: int) -> None:
    people = [threading.Thread(target=person, args=[way, number, turn]) for number in range(1, PEOPLE + 1)]
    before, begun = way.processor_time(), time.monotonic()
    for one in people:
        one.start()
    while any(one.is_alive() for one in people):
        ((count,),) = house.database.ask("SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", way.label)
        way.connections = max(way.connections, count)
        time.sleep(0.2)
    way.turns.append(time.monotonic() - begun)
    way.cpu += way.processor_time() - before


@contextlib.contextmanager
def started(house: Installation) -> Iterator[list[Way]]:
    with contextlib.ExitStack() as stack:
        ways = []
        for number, (name, settings) in enumerate(WAYS.items()):
            variables, url, pooler = dict(settings), house.database.url, None
            if size := variables.pop("size", None):
                if PGBOUNCER is None:
                    continue
                url = stack.enter_context(pgbouncer(house, size=int(size)))
                pooler = psutil.Process(house.processes[-1].pid)
            label = f"way-{number}"
            variables["DATABASE_URL"] = f"{url}{'&' if '?' in url else '?'}application_name={label}"
            way = Way(name, label, house.start_pages(label, **variables), pooler)
            one_turn(house, way, 0)  # until everything is loaded and planned
            ways.append(Way(name, label, way.pages, pooler))
        yield ways


def show(ways: list[Way]) -> None:
    def line(*cells: Any) -> None:
        print(f"{cells[0]:40}" + "".join(f"{cell:>12}" for cell in cells[1:]), flush=True)  # noqa: T201 – a command's output

    line(f"{PEOPLE} people, {TURNS} turns", "s a turn", "from – to", "median ms", "p95 ms", "cpu ms", "connections", "failed")
    for way in ways:
        times = sorted(way.seconds)
        line(
            way.name,
            f"{statistics.median(way.turns):.1f}",
            f"{min(way.turns):.1f}–{max(way.turns):.1f}",
            f"{statistics.median(times) * 1000:.0f}",
            f"{statistics.quantiles(times, n=20)[-1] * 1000:.0f}",
            f"{way.cpu / len(times) * 1000:.1f}",
            way.connections,
            way.failed,
        )


def main() -> int:
    with Installation.made(people=PEOPLE) as house:
        with (house.database.data / "postgresql.conf").open("a") as conf:
            conf.write("max_connections = '100'\n")  # all ways stay connected
        house.database.restart()
        measure(house)
    return 0


def measure(house: Installation) -> None:
    with started(house) as ways:
        for turn in range(1, TURNS + 1):
            for way in ways[turn % len(ways) :] + ways[: turn % len(ways)]:  # none always comes after the same one
                one_turn(house, way, turn)
        show(ways)


if __name__ == "__main__":
    sys.exit(main())
