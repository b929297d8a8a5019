#!/usr/bin/env python3
"""Django's command line. The demo (DEMO=1) runs on the embedded PostgreSQL (see scaling/embedded_postgres.py)."""

import gc
import json
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
    gc.disable()  # until all is loaded (scaling/apps.py): to look through it again and again takes a fifth of a start
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scaling.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    # Asked to end, it unwinds like after an error: otherwise the database server would go on without anybody.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with ExitStack() as stack:
        try:
            if sys.argv[1:2] == ["build"]:
                build_without_settings()
            elif is_demo_without_database():
                # Not a part of a real installation: it comes with requirements/demo.txt.
                from scaling.embedded_postgres import EmbeddedPostgresError, embedded_postgres

                var = Path(os.environ.get("VAR_DIR") or Path(__file__).resolve().parent / "var")
                try:
                    os.environ["DATABASE_URL"] = stack.enter_context(embedded_postgres(var / "pgdata"))
                except EmbeddedPostgresError as error:
                    sys.exit(str(error))
            settings.INSTALLED_APPS  # noqa: B018 – reads the settings: what is wrong with them is said in one line, not in twenty
        except ImproperlyConfigured as error:
            if sys.argv[1:2] == ["doctor"] and "--json" in sys.argv:  # a monitoring reads this, too
                finding = {"check": "settings", "level": "problem", "said": str(error), "do": "Correct the settings."}
                print(json.dumps({"findings": [finding]}, ensure_ascii=False))  # noqa: T201 – a command's output
            sys.exit(str(error))
        import psycopg
        from django.db import OperationalError

        try:
            execute_from_command_line(sys.argv)
        except (OperationalError, psycopg.OperationalError) as error:
            if "--traceback" in sys.argv or not is_away(error):
                raise
            why = str(error).strip().splitlines()[0]
            sys.exit(f"The database cannot be reached ({why}). When it can, run the same command again.")


def is_away(error: Exception) -> bool:
    """Nothing answers, or what answers takes nobody: no fault of the command, whose lines would lead an operator astray."""
    state = getattr(error.__cause__ or error, "sqlstate", None)
    return state is None or state.startswith(("08", "57P")) or state == "53300"


def build_without_settings() -> None:
    """For ``build``, which reads no settings and asks no database, as an image is made: what they would say does not matter."""
    (Path(__file__).resolve().parent / "build").mkdir(exist_ok=True)
    os.environ |= {
        "DEMO": "0",
        "SKALIERUNGSCHECK_ENV": "",
        "DATABASE_URL": "postgresql://nobody@localhost:1/none",
        "SECRET_KEY": "nothing is signed while translations and static files are made",
        "SITE_URL": "https://build.example",
        "EMAIL_URL": "smtp://build.example",
    }


def is_demo_without_database() -> bool:
    """Whether this is the demo, which ./run says, and its own server is to be started. Raises ImproperlyConfigured."""
    from scaling.common.environment import Env
    from scaling.common.environment_file import load_environment_file

    load_environment_file()
    env = Env()
    return env.flag("DEMO", default=False) and not env.is_set("DATABASE_URL")


if __name__ == "__main__":
    main()
