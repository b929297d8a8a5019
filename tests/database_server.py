"""Gives a test run its own PostgreSQL server, so that it never meets the demo's data. Loaded by ``-p`` before Django is."""

import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from scaling.embedded_postgres import embedded_postgres

# Lost data after a power cut is no loss here, and waiting for the disk is most of a test's time.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "60"}

_server = ExitStack()

# Workers inherit the address from the process that started them.
if "DATABASE_URL" not in os.environ:
    _folder = Path(tempfile.mkdtemp(prefix="skc-test-"))
    _server.callback(shutil.rmtree, _folder, ignore_errors=True)
    os.environ["DATABASE_URL"] = _server.enter_context(embedded_postgres(_folder / "pg", FAST))


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    _server.close()
