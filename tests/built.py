"""Translations and static files as an installation makes them, made once for a test run: to compress them takes seconds."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def put_built(var: Path) -> None:
    """Puts them below ``var``, as ``build`` would with this ``VAR_DIR``; it finds nothing to do afterwards."""
    made = Path(os.environ["TEST_RUN_FOLDER"]) / "built"
    made.mkdir(exist_ok=True)
    with (made / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the run's other processes ask for it, too
        if not (made / "done").exists():
            environment = os.environ | {"VAR_DIR": str(made), "DEMO": "1", "DJANGO_SETTINGS_MODULE": "scaling.settings"}
            # Not the command of this name, which builds an image beside the code.
            code = "import django; django.setup(); from scaling.preparation import build; build()"
            subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True)
            (made / "done").touch()
    for name in ("locale", "static"):
        shutil.copytree(made / name, var / name)
