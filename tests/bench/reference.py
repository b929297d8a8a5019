"""How fast this machine is, beside the one that the limits were set on.

A limit in milliseconds says something on one machine alone. So a fixed piece of work, of the kind that pages are made of and
with nothing of ours or of Django's in it, is timed along with each figure; where it takes longer than on the machine of the
limits, the limit grows by as much. It never shrinks: on a faster machine the figures have to keep the limits as they are.
"""

import html
import json
import platform
import re
import statistics
import sys
import sysconfig
import time
from typing import Any

#: Milliseconds of ``_work`` on the machine of the limits, in a Python built with profiles of its own tests and in another
#: (docs/decisions.md, "Speed"): by such a build the work gains more than pages and PDFs do.
ON_MACHINE_OF_LIMITS = {True: 2.1, False: 2.4}
ROUNDS = 15

_NAME = re.compile(r"\{(\w+)\}")
_ROW = '<li><a href="/k/{key}/">{title}</a> <span class="muted">{level}</span></li>'


def is_quick() -> bool:
    """Whether this Python was built with profiles of its own tests, as ``./run`` prefers it and by the same signs."""
    return sys.base_prefix == "/usr" or "--enable-optimizations" in (sysconfig.get_config_var("CONFIG_ARGS") or "")


def name_of_python() -> str:
    return f"Python {platform.python_version()}{', built to be quick' if is_quick() else ''}"


def slowness() -> float:
    """How many times as long this machine takes just now, at least 1. Costs some 50 ms."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        _work()
        times.append((time.perf_counter() - start) * 1000)
    return max(1.0, statistics.median(times) / ON_MACHINE_OF_LIMITS[is_quick()])


def _work() -> int:
    """Look up, escape, fill in, sort and join: small functions, short texts, small objects."""
    rows: list[dict[str, Any]] = [
        {"key": f"kriterium-{n}", "title": f"Kriterium „{n}“ & mehr", "level": n % 5} for n in range(900)
    ]
    groups: dict[int, list[str]] = {}
    for row in sorted(rows, key=lambda one: (one["level"], one["title"])):
        groups.setdefault(row["level"], []).append(_fill(_ROW, row))
    page = "".join(f"<ol>{''.join(lines)}</ol>" for lines in groups.values())
    return len(page) + len(json.dumps(rows))


def _fill(template: str, values: dict[str, Any]) -> str:
    return _NAME.sub(lambda found: html.escape(str(values[found[1]])), template)
