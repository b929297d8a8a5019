"""The entry point for gunicorn and other WSGI servers. Needs DATABASE_URL: only manage.py starts the embedded server."""

import os

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

if "DATABASE_URL" not in os.environ and "DATABASE_URL_FILE" not in os.environ:
    raise ImproperlyConfigured("Set DATABASE_URL, or start the app with ./run, which brings its own PostgreSQL.")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scaling.settings")
application = get_wsgi_application()

if "SERVE_PID" not in os.environ:  # ``manage.py serve`` has compared before it started its workers
    from catalogue.services.checksums import compare_in_background

    compare_in_background()
