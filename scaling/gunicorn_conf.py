"""What gunicorn does beside serving: no worker outlives ``serve``, and none reads word lists while somebody waits."""

import gc
import threading
from typing import Any

from scaling.common.processes import follow_server


def when_ready(server: Any) -> None:
    """Started by ``manage.py serve``, end with it, also when that was killed: else the port stays taken without an owner."""
    follow_server()


def post_worker_init(worker: Any) -> None:
    """Load what charts need in the background, so that pages are served at once."""
    threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()


def _warm_up() -> None:
    from assessments.reports.charts.label_fit import load_syllables

    load_syllables()
    # What is loaded by now stays until the worker ends; the garbage collector need not look through it at every request.
    gc.collect()
    gc.freeze()
