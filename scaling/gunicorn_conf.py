"""What gunicorn does beside serving: each worker draws its first PDF before anyone asks for one; none outlives ``serve``."""

import gc
import os
import signal
import threading
import time
from typing import Any


def when_ready(server: Any) -> None:
    """Started by ``manage.py serve``, end with it, also when that was killed: else the port stays taken without an owner."""
    parent = os.environ.get("SERVE_PID")
    if parent:
        threading.Thread(target=_follow, args=[int(parent)], name="follow", daemon=True).start()


def _follow(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


def post_worker_init(worker: Any) -> None:
    """Load fonts, style sheets and templates for PDFs in the background, so that pages are served at once."""
    threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()


def _warm_up() -> None:
    from assessments.reports.pdf import warm

    warm()
    # What is loaded by now stays until the worker ends; the garbage collector need not look through it at every request.
    gc.collect()
    gc.freeze()
