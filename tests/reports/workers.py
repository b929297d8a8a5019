"""A worker process that renders PDFs and sends mails beside a test, on the test's own database."""

import contextlib
import os
import subprocess
import sys
import time
from urllib.parse import quote

from django.db import connection


@contextlib.contextmanager
def worker(log, **variables):
    """A worker process on the tests' database; what it says goes to the file ``log``. ``variables`` of its environment."""
    database = connection.settings_dict
    address = f"postgresql://{database['USER'] or ''}@/{database['NAME']}?host={quote(str(database['HOST']), safe='')}"
    environment = os.environ | {"DATABASE_URL": address, "LOG_LEVEL": "INFO", "DJANGO_SETTINGS_MODULE": "scaling.settings"}
    environment |= variables
    command = [sys.executable, "manage.py", "worker", "--heartbeat=0.5", "--silent=2", "--niceness=0"]
    with log.open("ab") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, env=environment)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def wait_until(condition, what, log, every=0.05):
    deadline = time.monotonic() + 60
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{what}: {log.read_text()}"
        time.sleep(every)
    return found
