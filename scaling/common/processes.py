"""Processes that belong together end together, and tell the database who they are."""

import os
import signal
import threading
import time

#: Of workers, below the processes that serve pages: whoever waits for a page goes first.
NICENESS = 5
#: What our processes' connections are called by, in front of their kind and version.
NAME = "skalierungscheck"
#: Names the process that started us to serve together with it.
SERVE_PID = "SERVE_PID"


def name_process(kind: str, version: str) -> None:
    """Whatever connects to PostgreSQL from now on is called by this kind of process (one word) and its version.

    So the database knows which versions work on it, on whatever host. A name that the operator has set stays.
    """
    if (os.environ.get("PGAPPNAME") or NAME).startswith(NAME):
        os.environ["PGAPPNAME"] = f"{NAME} {kind} {version}"


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
