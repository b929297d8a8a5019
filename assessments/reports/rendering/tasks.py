"""What a worker does: one render per order. Jobs lie in PostgreSQL (procrastinate), so hosts and workers share one queue."""

import logging
import time
from datetime import datetime
from typing import Any

from django.utils.timezone import localdate
from procrastinate import JobContext
from procrastinate.contrib.django import app

from assessments.models import RenderedPdf
from assessments.reports.made_with import render_version
from assessments.reports.pdf import PdfUnavailable
from assessments.reports.pdf.store import forget_pdf, forget_problem, note_problem, store_stand_in
from assessments.reports.records.files import FileDamaged
from assessments.reports.records.renditions import last_anonymised
from assessments.reports.rendering.orders import order_from
from scaling.common.jobs import PDF, GrowingPauses

logger = logging.getLogger(__name__)

#: A person waits for the first kind; the second is made ahead, where nobody else wants anything.
WANTED, AHEAD = 10, 0
#: What is missing on the machine, or damaged in the store, will be so in a minute.
RETRY = GrowingPauses((2, 10, 60), is_hopeless=lambda error: isinstance(error, PdfUnavailable | FileDamaged))


@app.task(name="render_pdf", queue=PDF, pass_context=True, retry=RETRY)
def render(context: JobContext, *, kind: str, args: dict[str, Any], key: str, asked_at: str, version: str = "") -> None:
    """Make the PDF unless it is there: also of two jobs for the same one, which never run at once, the second finds it made.

    ``key`` is that of the order as it was asked for; whoever waits looks there for a problem.
    Where the program was updated in between (``version`` is what asked), or the asking host's clock shows another day, it names
    the same order otherwise than this worker, and would wait for ever for what is made under its name.
    """
    try:
        before = last_anonymised()
        order = order_from(kind, args)
        if order.fetch() is None:
            start = time.monotonic()
            order.make()
            logger.info("Rendered %s %s in %.2f s.", kind, order.key, time.monotonic() - start)
        if order.key != key and _is_named_otherwise(version, asked_at) and (pdf := order.fetch()) is not None:
            store_stand_in(key, pdf)
        if last_anonymised() != before:  # it may show the name: whoever waits has it made again
            forget_pdf(order.key)
            forget_pdf(key)
        forget_problem(key)
    except PdfUnavailable:
        note_problem(key, RenderedPdf.UNAVAILABLE)
        raise
    except FileDamaged:
        note_problem(key, RenderedPdf.DAMAGED)
        raise
    except Exception:
        if RETRY.after(context.job.attempts) is None:
            note_problem(key, RenderedPdf.FAILED)
        raise


def _is_named_otherwise(version: str, asked_at: str) -> bool:
    """A draft speaks of today (its key, too), and clocks of two hosts may show two days."""
    return version != render_version() or localdate(datetime.fromisoformat(asked_at)) != localdate()
