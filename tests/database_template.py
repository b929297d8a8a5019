"""A server's data with all tables made, kept from one test run to the next: making them takes most of a small run's time.

Each run works on a copy. What is kept is known by all that makes tables; anything else begins anew. A run never waits for it:
where it cannot be made, read or copied, the run makes its tables itself.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / ".pytest_cache" / "database"
#: The database that those of the tests are copied from.
TEMPLATE = "tables"
#: So many branches can be worked on at once.
MAX_KEPT = 3


def key_of(settings: Mapping[str, str], root: Path = ROOT) -> str:
    """Names what the tables come from: our migrations, those of the installed libraries, and how the server is set up."""
    files = [
        *sorted(path for top in ("scaling", "catalogue", "assessments") for path in (root / top).rglob("migrations/0*.py")),
        *(root / name for name in ("requirements/dev.txt", "scaling/parts.py", "scaling/settings.py")),
        *(
            root / name
            for name in ("scaling/unreleased_schema.py", "scaling/embedded_postgres.py", "tests/database_template.py")
        ),
    ]
    content = hashlib.sha256(f"{sys.version_info[:2]} {os.getuid()} {sorted(settings.items())}".encode())
    for path in files:
        content.update(b"\0" + path.name.encode() + b"\0" + path.read_bytes())
    return content.hexdigest()[:24]


def copy_kept(data: Path, settings: Mapping[str, str]) -> bool:
    """Put what is kept at ``data``, made first where it is not there yet. Whether it is there now."""
    kept = KEPT / key_of(settings)
    try:
        if not kept.is_dir():
            _make(kept, settings)
        _copy(kept, data)
        os.utime(kept)
    except (OSError, subprocess.SubprocessError):
        shutil.rmtree(data, ignore_errors=True)
        return False
    return True


def _copy(source: Path, target: Path) -> None:
    # -a keeps owners, which are others than us where root's server runs
    subprocess.run(["cp", "-a", str(source), str(target)], check=True, capture_output=True)


def _make(kept: Path, settings: Mapping[str, str]) -> None:
    import psycopg

    from scaling.embedded_postgres import DATABASE_NAME, EmbeddedPostgresError, embedded_postgres

    KEPT.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="skc-tables-"))
    try:
        with embedded_postgres(folder / "pg", settings) as url:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {TEMPLATE}")
            environment = os.environ | {"DATABASE_URL": url.replace(f"/{DATABASE_NAME}", f"/{TEMPLATE}", 1)}
            command = [sys.executable, "manage.py", "migrate", "--run-syncdb", "--verbosity=0"]
            subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
        beside = Path(tempfile.mkdtemp(dir=KEPT, prefix="making-"))
        _copy(folder / "pg", beside / "pg")
        os.rename(beside / "pg", kept)  # all of it or nothing, also where two runs make it at once
        beside.rmdir()
    except EmbeddedPostgresError as error:
        raise OSError(str(error)) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        _tidy()


def _tidy() -> None:
    kept = sorted(KEPT.iterdir(), key=lambda path: path.stat().st_mtime)
    for path in kept[:-MAX_KEPT]:
        shutil.rmtree(path, ignore_errors=True)
