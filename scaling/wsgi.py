"""The entry point for gunicorn and other WSGI servers: serves with settings that fit together on the right database, or not."""

import gc
import os
import sys
from typing import NoReturn

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from scaling import __version__
from scaling.common.processes import SERVE_PID, name_process

#: Tells gunicorn that a new attempt would end the same way (``gunicorn.arbiter.Arbiter.APP_LOAD_ERROR``).
GIVE_UP = 4


def end(problem: object) -> NoReturn:
    print(problem, file=sys.stderr, flush=True)  # noqa: T201 – the settings that say where logs go may be what is wrong
    sys.exit(GIVE_UP)


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scaling.settings")
name_process("pages", __version__)
gc.disable()  # until all is loaded (scaling/apps.py)
try:
    application = get_wsgi_application()
except ImproperlyConfigured as error:
    end(error)

if SERVE_PID not in os.environ:  # ``manage.py serve`` has looked before it started its workers
    from django.db import DatabaseError, connection

    from catalogue.services.checksums import compare_in_background
    from scaling.right_database import refuse_wrong_database, watch_for_wrong_database

    try:
        refuse_wrong_database()
    except ImproperlyConfigured as error:
        end(error)
    except DatabaseError:  # it is away for the moment: people are told so until it is back
        watch_for_wrong_database(os.getppid(), os.getpid())  # gunicorn itself, too
    finally:
        connection.close()  # pages are served by other threads
    compare_in_background()
