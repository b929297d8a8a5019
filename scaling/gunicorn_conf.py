"""How gunicorn serves: by the settings; no worker outlives ``serve``, and none reads word lists while somebody waits."""

import gc
import sys
import threading
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from scaling.common.environment import Env
from scaling.common.environment_file import load_environment_file
from scaling.common.processes import follow_server

# What the command line says goes first.
try:
    load_environment_file()
    workers = Env().number("WEB_WORKERS", 3, lowest=1)
    threads = Env().number("WEB_THREADS", 4, lowest=1)
except ImproperlyConfigured as error:
    print(error, file=sys.stderr)  # noqa: T201 – nothing is there yet to log by
    sys.exit(4)
# Seconds: a page that takes longer has lost its reader, and the proxy has given up before.
timeout = 60
graceful_timeout = 30
#: Set once this process has answered somebody.
answered = threading.Event()
PATIENCE = 3.0  # seconds


def on_starting(server: Any) -> None:
    """Where all workers share what is loaded before them, as in the demo, views and forms are a part of it."""
    if server.cfg.preload_app:
        _load_pages()


def when_ready(server: Any) -> None:
    """Started by ``manage.py serve``, end with it, also when that was killed: else the port stays taken without an owner."""
    follow_server()


def post_worker_init(worker: Any) -> None:
    """Load what charts, files and pages need in the background, so that the first are served at once."""
    threading.Thread(target=_warm_up, args=[worker.cfg.preload_app], name="warm-up", daemon=True).start()


def post_request(worker: Any, req: Any, environ: Any, resp: Any) -> None:
    answered.set()


def _load_pages() -> None:
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018 – imports all views and forms


def _warm_up(has_pages: bool) -> None:
    """``has_pages``: all that the first page needs is loaded; then its reader goes before what makes later ones quick."""
    if has_pages:
        answered.wait(PATIENCE)
    from django.conf import settings
    from django.utils import translation

    from assessments.reports.charts.label_fit import load_syllables
    from assessments.reports.made_with import render_version

    _load_pages()
    for language, _name in settings.LANGUAGES:
        translation.activate(language)
    load_syllables()
    render_version()
    # What is loaded by now stays until the worker ends; the garbage collector need not look through it at every request.
    gc.collect()
    gc.freeze()
