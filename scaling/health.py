"""What a probe asks: is this process alive, and can it serve? Answered before anything looks at host name, scheme or session.

A probe calls by address, without https and without a name, so this stands first in MIDDLEWARE. Nothing here is secret, and
nothing is written.
"""

from collections.abc import Callable

from django.conf import settings
from django.core import signing
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from scaling import __version__
from scaling.metrics import CONTENT_TYPE, metrics

ALIVE, READY, METRICS = "/healthz", "/readyz", "/metrics"
#: ``manage.py doctor`` asks through the proxy what arrives here; others cannot make its question.
PROBE = signing.TimestampSigner(salt="scaling.health")
PROBE_SECONDS = 60
#: The same as of every other answer, which are set further in.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": settings.X_FRAME_OPTIONS,
}


class HealthMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.is_migrated = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == ALIVE:
            response = self.alive(request)
        elif request.path_info == READY:
            response = self.ready()
        elif request.path_info == METRICS and settings.METRICS:
            response = self.figures()
        else:
            return self.get_response(request)
        for name, value in HEADERS.items():
            response[name] = value
        return response

    def alive(self, request: HttpRequest) -> HttpResponse:
        """200 while the process answers at all; asks no database. To the doctor's question also what arrived of it."""
        question = request.GET.get("probe")
        if question is None:
            return HttpResponse("ok\n", content_type="text/plain")
        try:
            PROBE.unsign(question, max_age=PROBE_SECONDS)
        except signing.BadSignature:
            return JsonResponse({"problem": "signature"}, status=403)
        return JsonResponse(
            {
                "version": __version__,
                "host": request.META.get("HTTP_HOST", ""),
                "scheme": request.META.get("HTTP_X_FORWARDED_PROTO", ""),
                "callers": [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()],
                "hosts": settings.ALLOWED_HOSTS,
            }
        )

    def figures(self) -> HttpResponse:
        try:
            return HttpResponse(metrics(), content_type=CONTENT_TYPE)
        except DatabaseError:
            return HttpResponse("The database does not answer.\n", status=503, content_type="text/plain")

    def ready(self) -> HttpResponse:
        """200 where pages can be served: the database answers and is of this version. 503 with the reason otherwise.

        One query; some more until the database has been found migrated.
        """
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            if not self.is_migrated:
                executor = MigrationExecutor(connection)
                self.is_migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        except DatabaseError:
            return JsonResponse({"ready": False, "problem": "The database does not answer."}, status=503)
        if not self.is_migrated:
            return JsonResponse({"ready": False, "problem": "The database waits for manage.py prepare."}, status=503)
        return JsonResponse({"ready": True, "version": __version__})
