"""Gives a test run a folder and a PostgreSQL server of its own, far from the demo's. ``-p`` loads it before Django is."""

import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from scaling.common.translations import compile_translations
from scaling.embedded_postgres import embedded_postgres

# Lost data after a power cut is no loss here, and waiting for the disk is most of a test's time.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "60"}

_run = ExitStack()

# Workers inherit folder and address from the process that started them.
if "TEST_RUN_FOLDER" not in os.environ:
    _folder = Path(tempfile.mkdtemp(prefix="skc-test-"))
    _run.callback(shutil.rmtree, _folder, ignore_errors=True)
    os.environ["TEST_RUN_FOLDER"] = str(_folder)
    os.environ["VAR_DIR"] = str(_folder / "var")
    (_folder / "var" / "static").mkdir(parents=True)  # whitenoise warns where it is missing
    compile_translations([Path(__file__).resolve().parent.parent / "locale"])
    if "DATABASE_URL" not in os.environ:
        os.environ["DATABASE_URL"] = _run.enter_context(embedded_postgres(_folder / "pg", FAST))


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    _run.close()
