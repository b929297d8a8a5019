#!/usr/bin/env python3
"""Django's command line. Without DATABASE_URL it runs on the embedded PostgreSQL (see scaling/embedded_postgres.py)."""

import os
import signal
import sys
from contextlib import ExitStack
from pathlib import Path


def main() -> None:
    if sys.argv[1:] == ["version"]:  # ours; Django keeps the word for its own, which --version still gives
        from scaling import __version__

        print(__version__)  # noqa: T201 – a command's output
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scaling.settings")
    from django.core.management import execute_from_command_line

    from scaling.embedded_postgres import EmbeddedPostgresError, embedded_postgres

    # Asked to end, it unwinds like after an error: otherwise the database server would go on without anybody.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with ExitStack() as stack:
        if "DATABASE_URL" not in os.environ and "DATABASE_URL_FILE" not in os.environ:
            try:
                var = Path(os.environ.get("VAR_DIR") or Path(__file__).resolve().parent / "var")
                os.environ["DATABASE_URL"] = stack.enter_context(embedded_postgres(var / "pgdata"))
            except EmbeddedPostgresError as error:
                sys.exit(str(error))
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
