"""What gunicorn does beside serving: no worker outlives ``serve``, and none looks through what stays anyway."""

import gc
from typing import Any

from scaling.common.processes import follow_server


def when_ready(server: Any) -> None:
    """Started by ``manage.py serve``, end with it, also when that was killed: else the port stays taken without an owner."""
    follow_server()


def post_worker_init(worker: Any) -> None:
    """What is loaded by now stays until the worker ends; the garbage collector need not look through it at every request."""
    gc.collect()
    gc.freeze()
