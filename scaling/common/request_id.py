"""Which request is running, for the log and for histories: its id alone, and never who sent it."""

from contextvars import ContextVar

#: Set by the middleware that gives each request its id (``scaling.logs``); empty for commands and workers.
request_id: ContextVar[str] = ContextVar("request_id", default="")
