"""``./run`` on machines that lack something: one line that says what to do, and nothing half-made.

Python, pip and uv are stood in for by small scripts, so that no test needs the network.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ("sh", "dirname", "cksum", "grep", "rm", "mkdir", "cat", "chmod", "id", "uname", "env", "touch")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose path holds a blank, without .venv; ``bin`` beside it holds the only programs there are."""
    folder = tmp_path / "mit Leerzeichen"
    (folder / "requirements").mkdir(parents=True)
    shutil.copy(ROOT / "run", folder)
    for name in ("run.txt", "demo.txt", "dev.txt"):
        (folder / "requirements" / name).write_text(name)
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        assert found
        (tools / name).symlink_to(found)
    return folder


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str, str], None]:
    def write(name: str, script: str) -> None:
        path = tmp_path / "bin" / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    return write


def run(checkout: Path, *words: str, answer: str = "", **environment: str) -> tuple[int, str]:
    done = subprocess.run(
        [f"{checkout.name}/run", *words],  # from another folder, as cron would
        cwd=checkout.parent,
        env={"PATH": str(checkout.parent / "bin"), "HOME": str(checkout.parent)} | environment,
        input=answer,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=30,
    )
    return done.returncode, done.stdout


def install(checkout: Path, script: str = 'echo "python $*"') -> None:
    """A .venv as after an installation; its Python says how it was called."""
    python = checkout / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    marks = ""
    for name in ("run.txt", "demo.txt", "dev.txt"):
        marks += subprocess.check_output(["cksum", f"requirements/{name}"], cwd=checkout, text=True)
    (checkout / ".venv" / ".installed").write_text(marks)


#: Makes a venv whose pip does what ``pip`` says.
NEW_PYTHON = """case "$*" in
*sys.version_info*) exit 0 ;;
"-m venv"*) mkdir -p .venv/bin && cat >.venv/bin/python <<'END'
#!/bin/sh
case "$*" in "-m pip"*) {pip} ;; *) echo "python $*" ;; esac
END
chmod 755 .venv/bin/python ;;
esac"""


def test_without_python_it_says_which_is_needed(checkout):
    status, said = run(checkout)
    assert (status, said.count("\n")) == (1, 1)
    assert "Python 3.11 or newer is needed" in said


def test_with_an_old_python_it_says_which_is_needed(checkout, program):
    program("python3", "exit 1")  # what an older one answers to the question for its version
    status, said = run(checkout)
    assert status == 1
    assert "Python 3.11 or newer is needed" in said


def test_named_python_is_taken(checkout, program):
    program("mine", NEW_PYTHON.replace("{pip}", "exit 0"))
    status, said = run(checkout, "manage", "check", PYTHON="mine")
    assert status == 0
    assert said.endswith("python manage.py check\n")


@pytest.mark.parametrize(("quick", "taken"), [(["python3.11"], "3.11"), (["python3.11", "python3.12"], "3.12"), ([], "3.13")])
def test_newest_python_that_is_built_to_be_quick_is_taken(checkout, program, quick, taken):
    for name in ("python3.13", "python3.12", "python3.11"):
        refusal = "" if name in quick else 'case "$*" in *enable-optimizations*) exit 1 ;; esac\n'
        program(name, refusal + NEW_PYTHON.replace("{pip}", "exit 0").replace('"python $*"', f'"{name} $*"'))
    assert run(checkout, "manage", "check")[1].endswith(f"python{taken} manage.py check\n")


def test_without_network_it_says_so_and_tries_again_next_time(checkout, program):
    program("python3", NEW_PYTHON.replace("{pip}", "echo no route >&2; exit 1"))
    for _time in range(2):
        status, said = run(checkout, "manage")
        assert status == 1
        assert "check the network" in said.splitlines()[-1]


def test_venv_that_cannot_be_made_leaves_none_behind(checkout, program):
    program("python3", 'case "$*" in *sys.version_info*) exit 0 ;; esac; mkdir -p .venv/bin; exit 1')
    status, said = run(checkout)
    assert status == 1
    assert "python3-venv" in said.splitlines()[-1]
    assert not (checkout / ".venv").exists()


def test_installs_again_only_when_the_requirements_changed(checkout, program):
    program("python3", NEW_PYTHON.replace("{pip}", "echo installing"))
    assert "installing" in run(checkout, "manage")[1]
    assert "installing" not in run(checkout, "manage")[1]
    (checkout / "requirements" / "demo.txt").write_text("more")
    assert "installing" in run(checkout, "manage")[1]


def test_uv_is_used_where_it_is(checkout, program):
    make = "mkdir -p .venv/bin; cat >.venv/bin/python </dev/null; chmod 755 .venv/bin/python"
    program("uv", f'echo "uv $*"; case "$*" in venv*) {make} ;; esac')
    status, said = run(checkout, "manage")
    assert status == 0
    assert "uv pip install -q --python .venv/bin/python --require-hashes -r requirements/demo.txt" in said


@pytest.mark.parametrize(
    ("words", "environment", "demo", "requirements"),
    [
        ([], {}, "1", "demo"),
        (["manage", "check"], {}, "1", "demo"),
        (["manage", "check"], {"DATABASE_URL": "postgresql://db/app"}, "", "run"),
        (["manage", "check"], {"DATABASE_URL_FILE": "/run/secrets/db"}, "", "run"),
        (["manage", "check"], {"SKALIERUNGSCHECK_ENV": "/etc/other.env"}, "", "run"),
        (["manage", "check"], {"DEMO": "0"}, "0", "demo"),
    ],
)
def test_it_is_the_demo_unless_other_data_is_named(checkout, program, words, environment, demo, requirements):
    program("python3", NEW_PYTHON.replace("{pip}", "exit 0").replace('"python $*"', '"python $* DEMO=$DEMO."'))
    status, said = run(checkout, *words, **environment)
    assert status == 0
    assert f"DEMO={demo}.\n" in said
    assert f"Installing requirements/{requirements}.txt" in said
    # What takes its time is said beforehand: also the first start's database, where it is made.
    assert ("Making the database and the demo's data" in said) == (words == [] and demo == "1") or words, said


def test_tools_for_tests_hold_what_the_demo_needs(checkout, program):
    program("python3", NEW_PYTHON.replace("{pip}", "exit 0"))
    assert "Installing requirements/dev.txt" in run(checkout, "test")[1]
    assert "Installing" not in run(checkout, "manage")[1]


@pytest.mark.parametrize("answer", ["", "n\n", "\n", "nein\n"])
def test_reset_deletes_nothing_without_a_yes(checkout, answer):
    install(checkout)
    (checkout / "var" / "media").mkdir(parents=True)
    status, said = run(checkout, "reset", answer=answer)
    assert status == 1
    assert "Nothing was deleted." in said
    assert (checkout / "var" / "media").exists()


def test_reset_empties_the_folder_that_is_in_use(checkout):
    install(checkout)
    other = checkout.parent / "andere daten"
    for folder in (checkout / "var", other):
        for name in ("media", "static", "cache"):
            (folder / name).mkdir(parents=True)
    status, said = run(checkout, "reset", answer="y\n", VAR_DIR=str(other))
    assert status == 0
    assert f"python -m scaling.embedded_postgres reset {other}/pgdata" in said
    assert said.endswith("python manage.py serve\n")
    assert sorted(path.name for path in other.iterdir()) == []
    assert (checkout / "var" / "media").exists()


def test_reset_stops_where_the_data_is_in_use(checkout):
    install(checkout, 'case "$*" in *reset*) echo "stop it first" >&2; exit 1 ;; esac')
    (checkout / "var" / "media").mkdir(parents=True)
    status, said = run(checkout, "reset", "--yes")
    assert (status, said) == (1, "stop it first\n")
    assert (checkout / "var" / "media").exists()


def test_reset_leaves_a_database_of_ones_own_alone(checkout):
    install(checkout)
    (checkout / "var" / "media").mkdir(parents=True)
    status, said = run(checkout, "reset", "--yes", DATABASE_URL="postgresql://db/app")
    assert status == 1
    assert "DATABASE_URL" in said
    assert (checkout / "var" / "media").exists()


def test_unknown_command_shows_the_usage(checkout):
    status, said = run(checkout, "srve")
    assert status == 2
    assert "./run test" in said


@pytest.mark.skipif(not hasattr(os, "geteuid") or sys.platform != "linux", reason="asks for Linux's libraries")
def test_without_pdf_libraries_it_goes_on_and_says_the_line_to_type(checkout):
    install(checkout, 'case "$*" in -c*) exit 1 ;; *) echo "python $*" ;; esac')
    status, said = run(checkout)
    assert status == 0
    assert "sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0" in said
    assert said.endswith("python manage.py serve\n")
