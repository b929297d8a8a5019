"""Uploads are looked at by a real clamd, where Debian has clamav-daemon installed; it knows one signature, that of EICAR."""

import hashlib
import shutil
import subprocess
import time
from contextlib import suppress
from io import BytesIO

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from assessments.models import Evidence
from scaling.common import clamav
from scaling.common.environment import Env
from scaling.doctor.services import scanner
from tests.scaling.doctor import found
from tests.sent_forms import signed_in

#: What every scanner has to find, though it does no harm; in two parts, or scanners would find this file.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + rb"ANTIVIRUS-TEST-FILE!$H+H*"
PDF = b"%PDF-1.7\n1 0 obj"


@pytest.fixture(scope="module")
def clamd(tmp_path_factory):
    """Its address. Signatures come with the test, so nothing is loaded from anywhere."""
    program = shutil.which("clamd") or shutil.which("/usr/sbin/clamd")
    if program is None:
        pytest.skip("clamd is not here: apt-get install clamav-daemon")
    folder = tmp_path_factory.mktemp("clamd")
    (folder / "db").mkdir()
    (folder / "db" / "eicar.hdb").write_text(f"{hashlib.md5(EICAR).hexdigest()}:{len(EICAR)}:Eicar-Test\n")  # noqa: S324
    socket = folder / "clamd.ctl"
    lines = {"LocalSocket": socket, "DatabaseDirectory": folder / "db", "Foreground": "yes", "StreamMaxLength": "11M"}
    lines |= {"TemporaryDirectory": folder, "SelfCheck": 3600}
    (folder / "clamd.conf").write_text("".join(f"{name} {value}\n" for name, value in lines.items()))
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([program, f"--config-file={folder / 'clamd.conf'}"], stdout=log, stderr=log)
    try:
        until = time.monotonic() + 60
        while not socket.exists():
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < until, "clamd does not begin"
            time.sleep(0.05)
        yield f"unix://{socket}"
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        if process.poll() is None:
            process.kill()
            process.wait()


@pytest.fixture
def scanned(settings, clamd):
    settings.CLAMD, settings.EVIDENCE_SCANNER = clamd, "scaling.common.clamav.scan"
    return clamd


def test_eicar_file_is_found_and_others_are_not(scanned):
    assert clamav.scan(BytesIO(EICAR)) == "Eicar-Test.UNOFFICIAL"
    assert clamav.scan(BytesIO(PDF)) is None
    assert clamav.scan(BytesIO(PDF + bytes(10_000_000))) is None  # the largest that may be brought
    assert found(scanner) == []


def test_what_is_too_large_for_clamd_is_not_let_through(scanned):
    with pytest.raises((clamav.ScannerFailed, OSError)):  # it closes the connection, with or without a word
        clamav.scan(BytesIO(bytes(12_000_000)))


@pytest.fixture
def bring(alice, municipality):
    from assessments.services import workflow
    from tests.factories import make_catalogue, make_project

    make_catalogue(1)
    assessment = workflow.start_assessment(project=make_project(municipality, team=[alice]), by=alice)
    path = reverse("assessments:evidence_file_add", args=[assessment.public_id, "kriterium-1"])

    def send(content):
        return signed_in(alice).post(
            path, {"file": SimpleUploadedFile("datei.txt", content), "text": "Ratsbeschluss vom 12. Mai"}
        )

    return send


@pytest.mark.django_db
def test_malicious_file_is_refused_in_words_and_nothing_else_is_lost(scanned, bring, settings):
    response = bring(EICAR)
    assert response.status_code == 422
    assert "Die Prüfung auf Schadprogramme hat die Datei abgelehnt." in response.text
    assert "Ratsbeschluss vom 12. Mai" in response.text
    assert not Evidence.objects.exists()
    assert not (settings.MEDIA_ROOT / "nachweise").exists()
    assert bring(b"Der Rat hat beschlossen.").status_code == 302
    assert Evidence.objects.get().text == "Ratsbeschluss vom 12. Mai"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["unix:///nowhere/clamd.ctl", "tcp://127.0.0.1:9"])
def test_clamd_that_is_away_lets_nothing_through_and_loses_nothing(bring, settings, address):
    settings.CLAMD, settings.EVIDENCE_SCANNER = address, "scaling.common.clamav.scan"
    response = bring(b"Der Rat hat beschlossen.")
    assert response.status_code == 422
    assert "Die Datei ließ sich gerade nicht prüfen. Bitte versuchen Sie es später noch einmal." in response.text
    assert "Ratsbeschluss vom 12. Mai" in response.text
    assert not Evidence.objects.exists()
    [said] = found(scanner)
    assert "clamd does not answer" in said


def test_address_of_clamd_is_one():
    assert Env({"CLAMD": "unix:///run/clamav/clamd.ctl"}).clamd("CLAMD") == "unix:///run/clamav/clamd.ctl"
    assert Env({"CLAMD": "tcp://clamav:3310"}).clamd("CLAMD") == "tcp://clamav:3310"
    assert Env({}).clamd("CLAMD") == ""
    for wrong in ("/run/clamav/clamd.ctl", "unix://run/clamd.ctl", "tcp://", "tcp://clamav:x", "http://clamav"):
        with pytest.raises(ImproperlyConfigured, match="CLAMD"):
            Env({"CLAMD": wrong}).clamd("CLAMD")
