"""One file of settings for pages, workers, timers and commands."""

import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from scaling.common.environment_file import load_environment_file, parse
from tests.scaling.test_settings import PRODUCTION, ROOT, load


@pytest.fixture
def file(tmp_path):
    return tmp_path / "skalierungscheck.env"


def write(file, **values):
    file.write_text("# Skalierungscheck\n\n" + "".join(f"{name}={value}\n" for name, value in values.items()))


def test_settings_are_read_from_the_file(tmp_path, file):
    write(file, **PRODUCTION, OPERATOR_NAME='"Stadt Bamberg – IT"')
    found = load(tmp_path, "settings.DATABASES['default']['USER'], settings.OPERATOR['NAME']", SKALIERUNGSCHECK_ENV=str(file))
    assert found == (0, "user Stadt Bamberg – IT")


def test_what_the_process_says_goes_first(tmp_path, file):
    write(file, **PRODUCTION)
    found = load(tmp_path, "settings.SITE_URL", SKALIERUNGSCHECK_ENV=str(file), SITE_URL="https://other.example.org")
    assert found == (0, "https://other.example.org")


def test_secret_named_as_a_file_here_and_set_there(tmp_path, file):
    write(file, **{name: value for name, value in PRODUCTION.items() if name != "SECRET_KEY"}, SECRET_KEY_FILE="/nowhere")
    found = load(tmp_path, SKALIERUNGSCHECK_ENV=str(file), SECRET_KEY=PRODUCTION["SECRET_KEY"])
    assert found == (0, "loaded")


@pytest.mark.parametrize(
    ("name", "meant"),
    [("ALOWED_HOSTS", "ALLOWED_HOSTS"), ("allowed_hosts", "ALLOWED_HOSTS"), ("OPERATOR_MAIL", "OPERATOR_EMAIL"),
     ("SECRET_KEYFILE", "SECRET_KEY_FILE")],
)  # fmt: skip
def test_unknown_variable_is_named_with_the_nearest_right_one(tmp_path, file, name, meant):
    write(file, **PRODUCTION, **{name: "x"})
    status, said = load(tmp_path, SKALIERUNGSCHECK_ENV=str(file))
    assert status == 1
    assert said.endswith(f"{name} is no variable of this app; is {meant} meant?")


def test_missing_variable_that_is_set_under_nearly_its_name(tmp_path, file):
    write(file, **{("SITE_ULR" if name == "SITE_URL" else name): value for name, value in PRODUCTION.items()})
    status, said = load(tmp_path, SKALIERUNGSCHECK_ENV=str(file))
    assert status == 1
    assert said.endswith("SITE_ULR is set: is SITE_URL meant?")


def test_variables_of_the_process_may_be_of_others(tmp_path):
    found = load(tmp_path, "settings.MISSPELT_VARIABLES()", **PRODUCTION, ALLOWED_HOST="x", XDG_SESSION_ID="1", LS_COLORS="")
    assert found == (0, "['ALLOWED_HOST is no variable of this app; is ALLOWED_HOSTS meant?']")


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("export SITE_URL=x", "line 1: write NAME=value, without “export”"),
        ("# a\nSITE_URL = x", "line 2: write NAME=value"),
        ("SITE_URL", "line 1: write NAME=value"),
        ('SITE_URL="x', "line 1: the quotation mark before SITE_URL is not closed"),
        ("SITE_URL=a\nSITE_URL=b", "line 2: SITE_URL stands there twice"),
        ("DEMO=1", "DEMO is for ./run alone"),
    ],
)
def test_line_that_cannot_be_meant_is_named(text, advice):
    with pytest.raises(ImproperlyConfigured, match=advice):
        parse(text, "x.env")


def test_quotes_go_and_everything_else_stays():
    text = 'A=1\n B="zwei Wörter # kein Kommentar"\n;\n'.replace(";", "#") + "C='$A \\n'\nD=a=b\nE=\n"
    assert parse(text, "x") == {"A": "1", "B": "zwei Wörter # kein Kommentar", "C": "$A \\n", "D": "a=b", "E": ""}


def test_usual_file_is_read_if_it_is_there_and_never_by_the_demo(file):
    environ: dict[str, str] = {}
    assert load_environment_file(environ, file) == {}
    write(file, SITE_URL="https://check.example.org")
    assert load_environment_file({"DEMO": "1"}, file) == {}
    assert load_environment_file({"SKALIERUNGSCHECK_ENV": ""}, file) == {}
    load_environment_file(environ, file)
    assert environ == {"SITE_URL": "https://check.example.org"}


def test_file_that_is_named_has_to_be_there(file):
    with pytest.raises(ImproperlyConfigured, match="which is not there"):
        load_environment_file({"SKALIERUNGSCHECK_ENV": str(file)})
    file.write_bytes(b"A=\xff")
    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        load_environment_file({"SKALIERUNGSCHECK_ENV": str(file)})


@pytest.mark.parametrize("command", [["send_digest"], ["clearsessions"], ["worker"], ["serve", "--prepare-only"], ["check"]])
def test_command_without_database_says_one_sentence_and_starts_none(tmp_path, command):
    """The line of a timer, as it used to be documented, started a second, empty database inside the installation."""
    environment = {"PATH": "/usr/bin:/bin", "VAR_DIR": str(tmp_path / "var"), "SKALIERUNGSCHECK_ENV": ""}
    done = subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("DATABASE_URL is not set: name the database in /etc/skalierungscheck/skalierungscheck.env")
    assert not (tmp_path / "var").exists()


def test_server_without_settings_that_fit_ends_for_good(tmp_path):
    """gunicorn would start its workers again and again."""
    environment = PRODUCTION | {"PATH": "/usr/bin:/bin", "SKALIERUNGSCHECK_ENV": "", "SITE_URL": "http://x.example.org"}
    command = [sys.executable, "-m", "gunicorn", "scaling.wsgi", f"--bind=unix:{tmp_path}/socket", "--workers=1"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "write https://" in done.stderr
    assert "Traceback" not in done.stderr
