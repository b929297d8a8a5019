"""Asks ClamAV's ``clamd`` whether a file is malicious, over a socket or the network.

Its protocol is this small (``INSTREAM``): the file in pieces, each with its length before it, an empty one at the end, then
one line of answer. So clamd need not be able to read our files, and no copy lies anywhere.
"""

import socket
import struct
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

#: Seconds without an answer after which clamd is taken to be away.
PATIENCE = 30
_PIECE = 64 * 1024
_MAX_ANSWER = 4096


class ScannerFailed(Exception):
    """It answered, but not whether the file is good: it is too large for clamd's ``StreamMaxLength``, say."""


def scan(file: Any) -> str | None:
    """The name of what was found in the open file, or None. Raises OSError where clamd is away, ScannerFailed."""
    with _connected() as clamd:
        clamd.sendall(b"zINSTREAM\0")
        while piece := file.read(_PIECE):
            clamd.sendall(struct.pack("!L", len(piece)) + piece)
        clamd.sendall(struct.pack("!L", 0))
        answer = _line(clamd)
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return None
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND")
    raise ScannerFailed(f"clamd says {answer!r}.")


def answers() -> bool:
    """Whether clamd is there. Raises OSError where it is away."""
    with _connected() as clamd:
        clamd.sendall(b"zPING\0")
        return _line(clamd) == "PONG"


def _connected() -> socket.socket:
    """To ``unix:///run/clamav/clamd.ctl`` or ``tcp://host:3310``."""
    address = urlsplit(settings.CLAMD)
    if address.scheme == "tcp":
        return socket.create_connection((address.hostname or "localhost", address.port or 3310), timeout=PATIENCE)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(PATIENCE)
    try:
        connection.connect(address.path)
    except OSError:
        connection.close()
        raise
    return connection


def _line(clamd: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < _MAX_ANSWER:
        piece = clamd.recv(_MAX_ANSWER)
        if not piece:
            break
        answer += piece
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")
