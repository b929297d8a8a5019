"""``./run check``: everything that can be said about the code without running it. Each step names itself; all are run.

``./run check lint templates`` runs those named.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests import hardcoded, template_lines, translations
from tests.texts import files as texts

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
# No step needs data; an address that leads nowhere keeps manage.py from starting a server.
NO_DATABASE = {"DATABASE_URL": "postgresql://nobody@localhost:1/none", "DEMO": "1", "SKALIERUNGSCHECK_ENV": ""}
PRODUCTION = NO_DATABASE | {"DEMO": "0", "SECRET_KEY": "k" * 30 + "0123456789abcdefghijkl"}
PRODUCTION |= {"SITE_URL": "https://example.org", "EMAIL_URL": "smtp://mail.example.org"}

STEPS: list[tuple[str, list[str], dict[str, str]]] = [
    ("format", [PYTHON, "-m", "ruff", "format", "--check", "--quiet", "."], {}),
    ("lint", [PYTHON, "-m", "ruff", "check", "--quiet", "."], {}),
    ("types", [PYTHON, "-m", "mypy", "."], NO_DATABASE),
    ("templates", [PYTHON, "-m", "djlint", "templates", "--lint", "--quiet"], {}),
    ("migrations", [PYTHON, "-W", "ignore", "manage.py", "makemigrations", "--check", "--dry-run"], NO_DATABASE),
    ("locks", [PYTHON, "-m", "tests.migration_locks"], NO_DATABASE),
    ("settings", [PYTHON, "manage.py", "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
]


def run_step(_name: str, command: list[str], env: dict[str, str]) -> tuple[bool, str]:
    result = subprocess.run(command, cwd=ROOT, env=os.environ | env, capture_output=True, text=True, check=False)
    return result.returncode == 0, result.stdout + result.stderr


def report(name: str, good: bool, details: str) -> bool:
    print(f"{name:16}{'ok' if good else 'FAILED'}", flush=True)  # noqa: T201 – a command's output
    if not good:
        print(details, flush=True)  # noqa: T201
    return good


# Steps that look at files by code of our own; each gives its complaints, a line each.
OWN_STEPS: list[tuple[str, Callable[[], list[str]]]] = [
    ("template-lines", template_lines.problems),
    ("translations", translations.problems),
    ("hard-coded", hardcoded.problems),
    ("texts", texts.edition_problems),
]


def main(wanted: list[str]) -> int:
    """All steps, or those named."""
    names = [name for name, *_ in STEPS] + [name for name, _ in OWN_STEPS]
    if unknown := [name for name in wanted if name not in names]:
        print(f"There is no step {', '.join(unknown)}; there are {', '.join(names)}.", file=sys.stderr)  # noqa: T201
        return 2
    chosen = [step for step in STEPS if step[0] in (wanted or names)]
    with ThreadPoolExecutor() as pool:  # the types take as long as all the others, and no more than one core
        types = [(step[0], pool.submit(run_step, *step)) for step in chosen if step[0] == "types"]
        results = [report(step[0], *run_step(*step)) for step in chosen if step[0] != "types"]
        for name, problems in OWN_STEPS:
            if name in (wanted or names):
                found = problems()
                results.append(report(name, not found, "\n".join(found)))
        results += [report(name, *step.result()) for name, step in types]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
