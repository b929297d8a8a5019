"""Renders in a process of their own, without server and database: time, peak memory."""

import json
import pickle
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

ROUNDS = 5
#: A reason as nobody writes it, which is what its PDF must not take long for.
LONGEST = "Wort für Wort " * 17_000


@dataclass(frozen=True)
class Figure:
    """``value`` must not be above ``limit``. Limits in ms are those of one machine, but for what ``is_relative``."""

    name: str
    value: float
    limit: float
    unit: str
    is_relative: bool = False

    def on(self, slowness: float) -> "Figure":
        """With the limit that holds on a machine as slow as this (``reference.slowness``)."""
        grows = self.unit == "ms" and not self.is_relative
        return replace(self, limit=self.limit * slowness) if grows else self

    @property
    def is_ok(self) -> bool:
        return self.value <= self.limit


def run() -> list[Figure]:
    """Measure in a child process, whose peak memory is that of nothing but the renders: the profiles come ready made."""
    from tests.reports.sample import make_profile, with_rationale

    profiles = pickle.dumps((make_profile(21), make_profile(60), with_rationale(LONGEST)))
    done = subprocess.run([sys.executable, "-m", "tests.bench.pdf"], input=profiles, check=True, stdout=subprocess.PIPE)
    return [Figure(**row) for row in json.loads(done.stdout)]


def _measure() -> list[Figure]:
    from assessments.reports.pdf import render_pdf, warm

    app = _megabytes_now()
    usual, large, wordy = pickle.loads(sys.stdin.buffer.read())  # noqa: S301 – run() wrote it
    warm()
    long = _median(lambda: render_pdf(usual, variant="lang"))
    short = _median(lambda: render_pdf(usual, variant="kurz"))
    memory = _peak_megabytes()
    longest = _median(lambda: render_pdf(large, variant="lang"))
    memory_of_longest = _peak_megabytes()
    endless = _median(lambda: render_pdf(wordy, variant="lang"))
    return [
        Figure("PDF, long, 21 criteria", long, 1100, "ms"),
        Figure("PDF, short, 21 criteria", short, 350, "ms"),
        Figure("memory of the app as it starts", app, 90, "MB"),
        Figure("PDF, 21 criteria, peak memory above that", memory - app, 90, "MB"),
        Figure("PDF, long, 60 criteria", longest, 2500, "ms"),
        Figure("PDF, 60 criteria, peak memory above that", memory_of_longest - app, 110, "MB"),
        Figure("PDF, long, reasons of 50,000 words", endless, 20_000, "ms"),
    ]


def _megabytes_now() -> float:
    """Of this process. Its peak would be its parent's here, which a child is born with."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024 / 1024


def _peak_megabytes() -> float:
    """Of this process since it started: what it once needed stays in the figure."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _median(render: Callable[[], bytes]) -> float:
    """In milliseconds, after one run that does not count."""
    render()
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        render()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    print(json.dumps([asdict(figure) for figure in _measure()]))  # noqa: T201 – read by run()
