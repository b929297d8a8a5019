"""``./run bench``: medians against their limits. Serial client, loopback, one gunicorn worker, the demo's data."""

import statistics
import sys
import time
from collections.abc import Callable

from tests.bench import crowd, pages, pdf, workshop
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
    slow = []
    with demo_server() as port:
        pages.warm_up(Client(port))
        client = Client(port)
        for name, limit, action, rounds in pages.cases(client):
            taken = median_ms(action, rounds)
            verdict = "ok" if taken <= limit else "TOO SLOW"
            slow += [name] if taken > limit else []
            print(f"{name:44}{taken:9.1f} ms   limit {limit:6.0f} ms   {verdict}", flush=True)  # noqa: T201 – a command's output
        crowded = crowd.run(port)
    with demo_server(workers=2) as port:
        slow += [] if workshop.run(port) else ["workshop"]
    for figure in [*crowded, *pdf.run()]:
        verdict = "ok" if figure.is_ok else "TOO SLOW" if figure.unit == "ms" else "TOO MUCH"
        slow += [] if figure.is_ok else [figure.name]
        line = f"{figure.name:44}{figure.value:9.1f} {figure.unit}   limit {figure.limit:6.0f} {figure.unit}   {verdict}"
        print(line, flush=True)  # noqa: T201 – a command's output
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
