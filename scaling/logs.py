"""Lines of the log that say which request and which person they belong to, as text or, for machines, as JSON."""

import json
import logging
import re
import traceback
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from copy import copy
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.log import AdminEmailHandler

from scaling.common.log_secrets import without_tokens
from scaling.common.request_id import request_id

_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)
#: What a proxy may have given a request as its id; anything else is replaced.
ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestIdMiddleware:
    """Gives each request an id, the proxy's where it sends one, and says it in the answer, so that people can name it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request.id = given if ID.fullmatch(given) else uuid.uuid4().hex  # type: ignore[attr-defined]
        token = _request.set(request)
        written_by = request_id.set(request.id)  # type: ignore[attr-defined]
        try:
            response = self.get_response(request)
        finally:
            _request.reset(token)
            request_id.reset(written_by)
        response["X-Request-ID"] = request.id  # type: ignore[attr-defined]
        return response


class RequestFilter(logging.Filter):
    """Adds ``request_id`` and ``user_id`` to each record, empty where there are none. Asks no database."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = _request.get()
        # Django's own lines about a request come after it has left the middleware; they bring it along.
        if request is None and isinstance(found := getattr(record, "request", None), HttpRequest):
            request = found
        user = getattr(request, "_cached_user", None)  # who was looked up already
        record.request_id = getattr(request, "id", "")
        record.user_id = getattr(user, "pk", None) or ""
        return True


def moment(record: logging.LogRecord) -> str:
    """With the offset to UTC: a line without one can be an hour off twice a year."""
    return datetime.fromtimestamp(record.created, ZoneInfo(settings.TIME_ZONE)).isoformat(timespec="milliseconds")


class LineFormatter(logging.Formatter):
    """What happened stands at the end of the line, as it always has: fail2ban reads it there."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(context)s%(name)s: %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 – logging's name
        return moment(record)

    def format(self, record: logging.LogRecord) -> str:
        request, user = getattr(record, "request_id", ""), getattr(record, "user_id", "")
        record.context = f"[{request}{' person ' if user else ''}{user}] " if request else ""
        return super().format(record)


class JsonFormatter(logging.Formatter):
    """One object a line (``LOG_FORMAT=json``)."""

    def format(self, record: logging.LogRecord) -> str:
        content = {
            "time": moment(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": getattr(record, "request_id", ""),
            "user_id": getattr(record, "user_id", ""),
            "process": record.process,
        }
        if record.exc_info:
            content["exception"] = "".join(traceback.format_exception(*record.exc_info))
        return json.dumps({name: value for name, value in content.items() if value != ""}, ensure_ascii=False)


class ErrorMail(AdminEmailHandler):
    """One mail for each error: the line of the log, and where in the code it happened.

    Sent at once, not by the queue, which may be what fails. Django would add the whole request, with tokens, cookies and what
    was typed, and a mail goes further than a log; the line names the request by its id.
    """

    def emit(self, record: logging.LogRecord) -> None:
        told = copy(record)
        told.__dict__.pop("request", None)
        super().emit(told)

    def send_mail(self, subject: Any, message: Any, *args: Any, **kwargs: Any) -> None:
        super().send_mail(without_tokens(str(subject)), without_tokens(str(message)), *args, **kwargs)
