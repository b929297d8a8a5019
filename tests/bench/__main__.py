"""``./run bench``: medians against their limits. Serial client, loopback, one gunicorn worker, the demo's data."""

import statistics
import sys
import time
from collections.abc import Callable

from tests.bench import crowd, pages, pdf, workshop
from tests.bench.pdf import Figure
from tests.bench.reference import name_of_python, slowness
from tests.bench.server import Client, demo_server

ROUNDS, WARM_UP = 40, 5


def median_ms(action: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Median of ``rounds`` runs in milliseconds, after a warm-up."""
    for _ in range(min(WARM_UP, rounds)):
        action()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        action()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def main() -> int:
    broken = []

    def show(figure: Figure, slow: float) -> None:
        """Print the figure, and remember it where it is above the limit of a machine that is ``slow``."""
        told = figure.on(slow)
        verdict = "ok" if told.is_ok else "TOO SLOW" if told.unit == "ms" else "TOO MUCH"
        if not told.is_ok:
            broken.append(told.name)
        limit = f"limit {told.limit:6.0f} {told.unit}" + (f" = {figure.limit:.0f} × {slow:.2f}" if told != figure else "")
        print(f"{told.name:44}{told.value:9.1f} {told.unit}   {limit}   {verdict}", flush=True)  # noqa: T201 – a command's output

    print(name_of_python(), flush=True)  # noqa: T201
    with demo_server() as port:
        pages.warm_up(Client(port))
        client = Client(port)
        for name, limit, action, rounds in pages.cases(client):
            before = slowness()
            taken = median_ms(action, rounds)
            show(Figure(name, taken, limit, "ms"), (before + slowness()) / 2)
        crowded = crowd.run(port)
        for figure in crowded:
            show(figure, slowness())
    with demo_server(workers=2) as port:
        if not workshop.run(port):
            broken.append("workshop")
    before = slowness()
    figures = pdf.run()
    slow = (before + slowness()) / 2
    for figure in figures:
        show(figure, slow)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
