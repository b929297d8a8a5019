"""What Django's own error pages do not tell apart: too much at once (413), and a database that cannot answer (503)."""

import errno
import sys
from typing import Any

import psycopg.errors
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string

from scaling.common.shared_cache import CACHE_IS_AWAY
from scaling.common.stored_files import StorageAway
from scaling.resending import fields_to_send_again, shown_texts

#: A disk that is full or may not be written to, met by whatever writes: a temporary file of an upload, a session, a cache.
DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
#: What a database lacks that is of another version than this process: during an update, or until somebody runs ``prepare``.
OTHER_VERSION = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn)
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
    error = sys.exc_info()[1]
    if isinstance(error, (OperationalError, InterfaceError, StorageAway, *CACHE_IS_AWAY)) or _is_of_another_version(error):
        return _with_what_was_typed(request, "503.html", 503)
    if isinstance(error, OSError) and error.errno in DISK:
        return _with_what_was_typed(request, "503.html", 507)
    return _with_what_was_typed(request, "500.html", 500)


def _is_of_another_version(error: BaseException | None) -> bool:
    return isinstance(error, ProgrammingError) and isinstance(error.__cause__, OTHER_VERSION)


def _with_what_was_typed(request: HttpRequest, template: str, status: int) -> HttpResponse:
    """The page gives back what was sent, to be sent again by one press, since nobody may have it otherwise.

    Nothing is asked of the database: the token against other sites is a cookie's matter.
    """
    context: dict[str, Any] = {}
    try:
        fields = fields_to_send_again(request)
    except Exception:  # what was sent could not be read: then it is not shown, but the page still stands
        fields = []
    if fields:
        context = {"fields": fields, "texts": shown_texts(fields), "address": request.get_full_path()}
        context["csrf_token"] = get_token(request)
    headers = {"Retry-After": RETRY_AFTER, "Cache-Control": "private, no-store"} if status != 500 else {}
    return HttpResponse(render_to_string(template, context), status=status, headers=headers)
