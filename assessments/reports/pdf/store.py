"""Rendered PDFs by content: the same state of the data needs no second render. In the database, so that every host has them.

Anything here may be deleted at any time.
"""

import hashlib
from datetime import timedelta

from django.db import connection
from django.db.models import F, Sum, Window
from django.db.models.functions import Now
from django.utils import timezone

from assessments.models import RenderedPdf
from scaling.common.locks import delete, sweep

MAX_BYTES = 200 * 1024 * 1024
#: What nobody fetched for so long goes, whatever room there is.
UNUSED = timedelta(days=30)
#: So often, and no oftener, a fetch is written down.
NOTED_EVERY = timedelta(hours=12)
#: So long a PDF by another version of the program is handed out: as long as an update may leave both at work.
STANDS_IN = timedelta(minutes=10)


def fetch_pdf(key: str) -> bytes | None:
    """None where there is none, or where it is not what was stored. One query, two once in twelve hours."""
    row = RenderedPdf.objects.filter(key=key).values_list("content", "checksum", "used_at").first()
    if row is None or row[0] is None:
        return None
    content, checksum, used_at = bytes(row[0]), row[1], row[2]
    if hashlib.sha256(content).hexdigest() != checksum:
        return None
    if timezone.now() - used_at > NOTED_EVERY:  # the least recently used go first
        RenderedPdf.objects.filter(key=key).update(used_at=timezone.now())
    return content


def store_pdf(key: str, pdf: bytes) -> None:
    """Keep a PDF, and let the least recently used go where there is no room for all. Two queries."""
    now = timezone.now()
    values = {"content": pdf, "checksum": hashlib.sha256(pdf).hexdigest(), "size": len(pdf), "problem": ""}
    RenderedPdf.objects.update_or_create(key=key, defaults={**values, "made_at": now, "used_at": now})
    used_up_to = Window(Sum("size"), order_by=[F("used_at").desc(), F("pk").desc()])
    sizes = RenderedPdf.objects.annotate(up_to=used_up_to)
    # Two workers store at the same moment.
    sweep(RenderedPdf.objects.filter(pk__in=sizes.filter(up_to__gt=MAX_BYTES).values("pk")))
    sweep(RenderedPdf.objects.filter(used_at__lt=now - UNUSED))


def store_stand_in(key: str, pdf: bytes) -> None:
    """What a worker of another version, or day, made for whoever waits under this key, apart from what that key's own makes.

    By the database's clock, which both read.
    """
    store_pdf(_stand_in(key), pdf)
    RenderedPdf.objects.filter(key=_stand_in(key)).update(made_at=Now())


def fetch_stand_in(key: str) -> bytes | None:
    """None where there is none, or none from the last minutes. One query, another one where there is one."""
    beside = _stand_in(key)
    is_recent = RenderedPdf.objects.filter(key=beside, made_at__gt=Now() - STANDS_IN).exists()
    return fetch_pdf(beside) if is_recent else None


def _stand_in(key: str) -> str:
    return hashlib.sha256(f"{key} stand-in".encode()).hexdigest()


def note_problem(key: str, problem: str) -> None:
    """That a PDF could not be made, and why; the next one that is stored under the key takes its place."""
    now = timezone.now()
    values = {"content": None, "checksum": "", "size": 0, "problem": problem, "made_at": now, "used_at": now}
    RenderedPdf.objects.update_or_create(key=key, defaults=values)


def forget_problem(key: str) -> None:
    RenderedPdf.objects.filter(key=key).exclude(problem="").delete()


def forget_missing_libraries() -> None:
    """By a worker that has them: nobody is told any more that they are missing."""
    delete(RenderedPdf.objects.filter(problem=RenderedPdf.UNAVAILABLE))


def recent_problem(key: str, *, within: timedelta) -> str:
    """Why the last attempt gave no PDF, "" where it did, where there was none or where that is longer ago. One query."""
    found = RenderedPdf.objects.filter(key=key, made_at__gt=timezone.now() - within).values_list("problem", flat=True)
    return found.first() or ""


def forget_pdf(key: str) -> None:
    """And what stands in for it."""
    delete(RenderedPdf.objects.filter(key__in=(key, _stand_in(key))))


def forget_all() -> None:
    """Inside a transaction: nothing can be stored before its end, so that what it changed is in whatever is stored later."""
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {RenderedPdf._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
    RenderedPdf.objects.all().delete()
