"""What gunicorn does beside serving: each worker draws its first PDF before anyone asks for one."""

import gc
import threading
from typing import Any


def post_worker_init(worker: Any) -> None:
    """Load fonts, style sheets and templates for PDFs in the background, so that pages are served at once."""
    threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()


def _warm_up() -> None:
    from assessments.reports.pdf import warm

    warm()
    # What is loaded by now stays until the worker ends; the garbage collector need not look through it at every request.
    gc.collect()
    gc.freeze()
