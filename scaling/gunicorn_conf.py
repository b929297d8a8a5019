"""What gunicorn does beside serving: each worker draws its first PDF before anyone asks for one."""

import threading
from typing import Any


def post_worker_init(worker: Any) -> None:
    """Load fonts, style sheets and templates for PDFs in the background, so that pages are served at once."""
    from assessments.reports.pdf import warm

    threading.Thread(target=warm, name="warm-pdf", daemon=True).start()
