"""The doctor finds what is planted on the machine: folders, settings, code, libraries."""

import logging
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from assessments.models import Evidence, Score
from scaling.accounts.models import Municipality
from scaling.common import environment_file
from scaling.common.environment import Env
from scaling.doctor import machine
from scaling.doctor.findings import CannotLook
from tests.scaling.doctor import found
from tests.scaling.test_settings import ROOT

NOBODY = 65534


@contextmanager
def as_nobody():
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder():
    """One that every user may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="skc-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def var(settings, open_folder):
    settings.VAR_DIR, settings.MEDIA_ROOT = open_folder / "var", open_folder / "var" / "media"
    settings.MEDIA_ROOT.mkdir(parents=True)
    return settings.VAR_DIR


def test_folder_that_is_not_there(var):
    assert found(machine.folders) == []
    var.rename(var.parent / "elsewhere")
    assert "is not there. → install -d" in found(machine.folders)[0]


def test_folders_and_uploads_of_somebody_else(var):
    """Prepared as root, served as a service user."""
    (var / "media" / "nachweise").mkdir(mode=0o700)
    with as_nobody():
        said = found(machine.folders)
    assert any(f"{var} belongs to root and cannot be written to" in text for text in said)
    assert any("Uploads belong to another user and cannot be read" in text for text in said)


def test_folder_of_uploads_that_takes_no_more(var):
    """Restored as root: everybody may read, and nobody add."""
    os.chown(var, NOBODY, NOBODY)
    os.chown(var / "media", NOBODY, NOBODY)
    with as_nobody():
        assert found(machine.folders) == []
    (var / "media" / "nachweise").mkdir(mode=0o755)
    with as_nobody():
        assert f"or none be added: {var / 'media' / 'nachweise'}" in found(machine.folders)[0]


def test_uploads_that_an_update_or_a_restart_takes(var, settings, monkeypatch):
    settings.DEMO = False
    assert "lost when the machine starts" in found(machine.folders)[0]  # below /tmp, as tests are
    monkeypatch.setattr(machine, "TEMPORARY", ())
    assert found(machine.folders) == []
    settings.BASE_DIR = var.parent
    assert "below the code: uploads go with it" in found(machine.folders)[0]


def test_doctor_as_root(var):
    if os.geteuid() != 0:
        pytest.skip("is about root")
    assert found(machine.user) == []
    os.chown(var, NOBODY, NOBODY)
    assert "This runs as root" in found(machine.user)[0]


def test_settings_that_everybody_reads(settings, tmp_path, monkeypatch):
    file = tmp_path / "x.env"
    file.write_text("")
    file.chmod(0o640)
    monkeypatch.setenv(environment_file.FILE, str(file))
    assert found(machine.settings_file) == []
    file.chmod(0o644)
    assert found(machine.settings_file) == [f"{file} holds secrets, and others may read or change it. → chmod 640 {file}"]
    file.chmod(0o640)
    settings.MISSPELT_VARIABLES = lambda: ["ALLOWED_HOST is no variable of this app; is ALLOWED_HOSTS meant?"]
    assert "is ALLOWED_HOSTS meant?" in found(machine.settings_file)[0]


def test_secret_in_a_file_that_everybody_reads(settings, tmp_path, monkeypatch):
    file = tmp_path / "key"
    file.write_text("x" * 60)
    file.chmod(0o640)
    settings.VARIABLES_SET = ["SECRET_KEY", "OPERATOR_ADDRESS", "SITE_URL"]
    monkeypatch.setenv("SECRET_KEY_FILE", str(file))
    monkeypatch.setenv(environment_file.FILE, str(tmp_path / "none"))
    assert found(machine.settings_file) == []
    file.chmod(0o644)
    assert found(machine.settings_file) == [f"{file} holds SECRET_KEY, and others may read or change it. → chmod 640 {file}"]
    monkeypatch.delenv("SECRET_KEY_FILE")
    monkeypatch.setenv("OPERATOR_ADDRESS_FILE", str(file))  # no secret
    assert found(machine.settings_file) == []


def test_language_that_breaks_names_of_files():
    code = "import django; django.setup(); from scaling.doctor import machine; print(*(c.said for c in machine.language()))"
    said = []
    for variables in ({"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"}, {"LC_ALL": "C"}, {"LANG": "C.UTF-8"}):
        environment = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "scaling.settings", "DEMO": "1"} | variables
        command = [sys.executable, "-c", code]
        said.append(subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout)
    assert "Names of files are written as ascii here" in said[0]
    assert said[1:] == ["\n", "\n"]  # Python helps itself


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        ("yes", 0, []),
        ("no", 0, ["No time server sets this machine's clock: it may be wrong. → timedatectl set-ntp true"]),
        ("", 1, None),
    ],
)
def test_clock_that_nobody_sets(tmp_path, monkeypatch, answer, code, said):
    program = tmp_path / "timedatectl"
    program.write_text(f"#!/bin/sh\necho {answer}\nexit {code}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    if said is None:
        with pytest.raises(CannotLook):
            found(machine.time_server)
    else:
        assert found(machine.time_server) == said


def test_code_that_the_app_may_change(settings, open_folder):
    settings.BASE_DIR = open_folder
    (open_folder / "manage.py").touch()
    with as_nobody():
        assert found(machine.code) == []
        os.seteuid(0)
        os.chown(open_folder / "manage.py", NOBODY, NOBODY)
        os.seteuid(NOBODY)
        assert "may change its own code" in found(machine.code)[0]


def test_static_files_of_another_version(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    assert "pages have no shape" in found(machine.built)[0]


def test_disk_nearly_full(var, monkeypatch):
    monkeypatch.setattr(machine, "LEAST_FREE", 10**18)
    assert "MB are free on the disk" in found(machine.disk)[0]


def test_what_killed_workers_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for number in range(16):
        (tmp_path / f"weasyprint-{number}").mkdir()
    assert found(machine.leftovers) == []  # of today: perhaps in use
    for number in range(16):
        os.utime(tmp_path / f"weasyprint-{number}", times=(0, time.time() - 100_000))
    assert "16 folders weasyprint-*" in found(machine.leftovers)[0]


def test_uploads_that_are_missing(world, var):
    Evidence.objects.create(score=Score.objects.first(), text="x", file="nachweise/weg.txt", file_name="x.txt")
    assert any("nachweise/weg.txt" in said for said in found(machine.missing_files))


def test_template_that_no_page_uses(var):
    folder = var / "templates" / "pages"
    folder.mkdir(parents=True)
    (folder / "imprint.html").touch()
    assert found(machine.own_templates) == []
    (folder / "impressum.html").touch()
    assert "No page uses your template pages/impressum.html" in found(machine.own_templates)[0]


def test_imprint_without_a_name(settings, var):
    settings.OPERATOR = {**settings.OPERATOR, "NAME": "Stadt", "ADDRESS": "", "EMAIL": "x@example.org"}
    assert "who runs this: OPERATOR_ADDRESS." in found(machine.operator)[0]
    settings.OPERATOR = {**settings.OPERATOR, "ADDRESS": "Markt 1"}
    assert found(machine.operator) == []


def test_time_zone_that_is_unknown(settings, monkeypatch):
    assert found(machine.time_zone) == []
    settings.__dict__["TIME_ZONE"] = "Europe/Nirgends"
    monkeypatch.setattr(machine, "settings", type("Settings", (), {"TIME_ZONE": "Europe/Nirgends"}))
    assert "apt-get install tzdata" in found(machine.time_zone)[0]


def test_pdf_libraries_and_type(monkeypatch):
    from assessments.reports.pdf import engine

    engine._weasyprint()
    assert found(machine.pdf) == []

    def complain(*args):
        logging.getLogger("weasyprint").warning("Font-face %r cannot be loaded", "Fira Sans")

    with monkeypatch.context() as patch:
        patch.setattr(machine, "html_to_pdf", complain)
        assert "not set in the app's own type: Font-face 'Fira Sans' cannot be loaded" in found(machine.pdf)[0]

    def missing():
        raise engine.PdfUnavailable("PDFs need system libraries that are missing here: sudo apt-get install libpango-1.0-0")

    monkeypatch.setattr(engine, "_weasyprint", missing)
    assert "sudo apt-get install libpango-1.0-0" in found(machine.pdf)[0]


@pytest.mark.django_db
def test_missing_upload_of_a_coat_of_arms(var, municipality):
    Municipality.objects.update(coat_of_arms="wappen/weg.png")
    assert "wappen/weg.png" in found(machine.missing_files)[0]
    default_storage.save("wappen/weg.png", ContentFile(b"x"))
    assert found(machine.missing_files) == []


@pytest.mark.django_db
def test_object_storage_that_is_away(settings):
    settings.OBJECT_STORAGE = Env({"X": "s3+http://key:secret@127.0.0.1:1/uploads"}).object_storage("X")
    away = {"BACKEND": "scaling.object_storage.ObjectStorage", "OPTIONS": settings.OBJECT_STORAGE}
    settings.STORAGES = {**settings.STORAGES, "default": away}
    assert "or correct UPLOADS_URL" in found(machine.missing_files)[0]
