"""Processes that belong together end together."""

import os
import signal
import threading
import time

#: Names the process that started us to serve together with it.
SERVE_PID = "SERVE_PID"


def follow_server() -> None:
    """End (SIGTERM) with the process named by ``SERVE_PID``, also when it was killed. Does nothing where there is none.

    It has to be this process's parent: an id alone may belong to somebody else by now.
    """
    parent = os.environ.get(SERVE_PID)
    if parent:
        threading.Thread(target=_follow, args=[int(parent)], name="follow", daemon=True).start()


def _follow(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
