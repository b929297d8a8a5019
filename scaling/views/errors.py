"""What Django's own error pages do not tell apart: too much at once (413), and a database that does not answer (503)."""

import sys

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views import defaults

#: Seconds after which a client may ask again.
RETRY_AFTER = "120"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        return render(request, "413.html", status=413)
    if not hasattr(request, "user"):  # refused before anyone asked who it is, such as a wrong host name
        return HttpResponse(render_to_string("400.html"), status=400)
    return render(request, "400.html", status=400)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """allauth asks for this one by name when someone tries too often."""
    response = render(request, "429.html", status=429)
    response["Retry-After"] = RETRY_AFTER
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Runs while the exception is being handled. Asks nothing of the database, which may be what failed."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": RETRY_AFTER})
    return defaults.server_error(request)
