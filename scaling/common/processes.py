"""Processes that belong together end together, and tell the database who they are."""

import contextlib
import ctypes
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
#: glibc's mallopt: its names in the environment, its numbers, and what a process gets that shall hold little. One arena, and
#: what takes 128 KiB or more is given back at once, instead of a limit that grows with what was given back before.
MALLOC = (("MALLOC_ARENA_MAX", -8, 1), ("MALLOC_TRIM_THRESHOLD_", -1, 128 * 1024), ("MALLOC_MMAP_THRESHOLD_", -3, 128 * 1024))


def name_process(kind: str, version: str) -> None:
    """Whatever connects to PostgreSQL from now on is called by this kind of process (one word) and its version.

    So the database knows which versions work on it, on whatever host. A name that the operator has set stays.
    """
    if (os.environ.get("PGAPPNAME") or NAME).startswith(NAME):
        os.environ["PGAPPNAME"] = f"{NAME} {kind} {version}"


def hold_little() -> None:
    """Of memory, for a process whose threads rarely work at once. What the operator has set stays."""
    with contextlib.suppress(AttributeError, OSError, TypeError):  # not glibc
        mallopt = ctypes.CDLL(None).mallopt
        for name, option, value in MALLOC:
            if name not in os.environ:
                mallopt(option, value)


def give_back() -> None:
    """To the machine: memory that was freed, and lies between what is held."""
    with contextlib.suppress(AttributeError, OSError, TypeError):  # not glibc
        ctypes.CDLL(None).malloc_trim(0)


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
