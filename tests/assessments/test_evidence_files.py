"""Files as evidence: what may come in, who gets it, and when it goes."""

import errno
import io
import os
import time
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from assessments.models import Evidence
from assessments.services import evidence_files, workflow
from assessments.services.answers import Answer, NotEditable, remove_evidence, save_score
from assessments.services.evidence_files import CONTENT_TYPES, UploadRejected, validate_upload
from scaling.common.history import rewriting_history

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
JPG = b"\xff\xd8\xff\xe0" + bytes(20)


def package(*names, mimetype=None):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, "<x/>")
    return target.getvalue()


DOCX = package("[Content_Types].xml", "word/document.xml")
XLSX = package("[Content_Types].xml", "xl/workbook.xml")
ODT = package("content.xml", mimetype=CONTENT_TYPES["odt"])
ODS = package("content.xml", mimetype=CONTENT_TYPES["ods"])

GOOD = {
    "beschluss.pdf": PDF,
    "Plan.PNG": PNG,
    "foto.jpg": JPG,
    "foto.jpeg": JPG,
    "vermerk.docx": DOCX,
    "kosten.xlsx": XLSX,
    "vermerk.odt": ODT,
    "kosten.ods": ODS,
    "notiz.txt": "Größe: 3 m²\n".encode(),
    "alt.csv": "Straße;Zahl\r\n".encode("cp1252"),
    "neu.csv": "\ufeffStraße;Zahl\r\n".encode(),
}
BAD = {
    "empty.pdf": (b"", "Die Datei ist leer."),
    "programm.exe": (b"MZ" + bytes(30), "Diese Art von Datei nehmen wir nicht an."),
    "seite.html": (b"<html>", "Diese Art von Datei nehmen wir nicht an."),
    "bild.svg": (b"<svg onload='alert(1)'/>", "Diese Art von Datei nehmen wir nicht an."),
    "ohne-endung": (PDF, "Diese Art von Datei nehmen wir nicht an."),
    "beschluss.pdf.exe": (PDF, "Diese Art von Datei nehmen wir nicht an."),
    "programm.pdf": (b"MZ" + bytes(30), "Der Inhalt der Datei passt nicht zu ihrer Endung .pdf."),
    "seite.pdf": (b"<html><script>alert(1)</script>", "Der Inhalt der Datei passt nicht zu ihrer Endung .pdf."),
    "bild.png": (JPG, "Der Inhalt der Datei passt nicht zu ihrer Endung .png."),
    "text.docx": (PDF, "Der Inhalt der Datei passt nicht zu ihrer Endung .docx."),
    "tabelle.docx": (XLSX, "Der Inhalt der Datei passt nicht zu ihrer Endung .docx."),
    "archiv.docx": (package("a.txt"), "Der Inhalt der Datei passt nicht zu ihrer Endung .docx."),
    "kaputt.docx": (DOCX[:60], "Der Inhalt der Datei passt nicht zu ihrer Endung .docx."),
    "makro.docx": (package("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "passt nicht zu ihrer Endung"),
    "makro.odt": (package("Basic/x.xml", mimetype=CONTENT_TYPES["odt"]), "passt nicht zu ihrer Endung"),
    "vorlage.odt": (package(mimetype="application/zip"), "passt nicht zu ihrer Endung"),
    "binaer.txt": (bytes(range(256)), "Der Inhalt der Datei passt nicht zu ihrer Endung .txt."),
    "archiv.txt": (package("a.txt"), "Der Inhalt der Datei passt nicht zu ihrer Endung .txt."),
    "leeres-archiv.txt": (package(), "Der Inhalt der Datei passt nicht zu ihrer Endung .txt."),
    "kaputtes-archiv.txt": (DOCX[:60], "Der Inhalt der Datei passt nicht zu ihrer Endung .txt."),
    "tabelle.txt": (XLSX, "Der Inhalt der Datei passt nicht zu ihrer Endung .txt."),
    "archiv.csv": (package("a.csv"), "Der Inhalt der Datei passt nicht zu ihrer Endung .csv."),
    "gross.txt": (b"x" * (evidence_files.MAX_BYTES + 1), "Die Datei ist größer als 10\u00a0MB."),
}


@pytest.mark.parametrize("name", GOOD)
def test_good_file_is_taken_by_its_content(name):
    good = validate_upload(SimpleUploadedFile(name, GOOD[name]))
    assert good.name == name
    assert good.ending == name.lower().rsplit(".", 1)[1].replace("jpeg", "jpg")


@pytest.mark.parametrize("name", BAD)
def test_bad_file_is_refused_with_a_reason(name):
    content, reason = BAD[name]
    with pytest.raises(UploadRejected) as refusal:
        validate_upload(SimpleUploadedFile(name, content))
    assert reason in str(refusal.value)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Akten\\Beschluss.pdf", "Beschluss.pdf"),
        ("Beschluss\r\nSet-Cookie: x.pdf", "BeschlussSet-Cookie: x.pdf"),
        (f"{'x' * 250}.pdf", f"{'x' * 150}.pdf"),
    ],
)
def test_name_is_kept_without_what_has_no_place_in_one(given, kept):
    upload = SimpleUploadedFile("x.pdf", PDF)
    upload.__dict__["_name"] = given  # as a browser sends it, before Django looks at it
    assert validate_upload(upload).name == kept


@pytest.fixture
def url(score):
    return reverse("assessments:evidence_file_add", args=[score.assessment.public_id, "kriterium-1"])


@pytest.fixture
def stored(client, alice, url):
    """Alice's file, brought through the page."""
    client.force_login(alice)
    client.post(url, {"file": SimpleUploadedFile("Ratsbeschluß 7.pdf", PDF), "text": "Ratsbeschluss"})
    return Evidence.objects.get()


def files(settings):
    folder = Path(settings.MEDIA_ROOT) / "nachweise"
    return sorted(folder.iterdir()) if folder.exists() else []


def status_of(client, evidence):
    response = client.get(address(evidence))
    if response.streaming:
        list(response.streaming_content)  # read to its end, the file is closed
    return response.status_code


def address(evidence):
    return reverse("assessments:evidence_file", args=[evidence.score.assessment.public_id, "kriterium-1", evidence.pk])


def test_file_is_stored_under_a_random_name_for_the_app_alone(stored, alice, settings):
    (file,) = files(settings)
    assert file.read_bytes() == PDF
    assert "Rats" not in file.name
    assert file.name.endswith(".pdf")
    assert len(file.stem) == 32
    assert file.stat().st_mode & 0o777 == 0o600
    assert (stored.text, stored.file_name, stored.added_by) == ("Ratsbeschluss", "Ratsbeschluß 7.pdf", alice)
    assert Evidence.history.get().history_user == alice


def test_file_without_a_word_is_named_by_itself(client, alice, url):
    client.force_login(alice)
    response = client.post(url, {"file": SimpleUploadedFile("beschluss.pdf", PDF)}, follow=True)
    assert "Die Datei ist als Nachweis gespeichert." in response.content.decode()
    assert Evidence.objects.get().text == "beschluss.pdf"


def test_file_is_handed_out_as_a_download_and_nothing_else(client, stored):
    response = client.get(address(stored))
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''Ratsbeschlu%C3%9F%207.pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert "no-store" in response["Cache-Control"]


def test_score_page_links_the_file(client, stored):
    page = client.get(f"/bewertungen/{stored.score.assessment.public_id}/kriterien/kriterium-1/").content.decode()
    assert address(stored) in page
    assert "Ratsbeschluß 7.pdf" in page


@pytest.mark.parametrize(("person", "status"), [("charlie", 404), ("dora", 404), ("rita", 404), ("alice", 200), ("bob", 200)])
def test_file_is_for_who_may_see_the_answer(client, stored, request, person, status):
    client.force_login(request.getfixturevalue(person))
    assert status_of(client, stored) == status


def test_reader_gets_the_file_once_the_round_is_approved(client, stored, alice, bob, rita):
    assessment = stored.score.assessment
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    client.force_login(rita)
    assert status_of(client, stored) == 200


def test_file_has_no_other_address(client, stored):
    for path in (f"/media/{stored.file.name}", f"/{stored.file.name}", f"/static/{stored.file.name}"):
        assert client.get(path).status_code == 404


def test_evidence_without_a_file_has_no_download(client, score, alice):
    client.force_login(alice)
    evidence = Evidence.objects.create(score=score, text="nur Text")
    assert status_of(client, evidence) == 404


def test_missing_file_is_not_found_and_logged(client, stored, settings, caplog):
    files(settings)[0].unlink()
    assert status_of(client, stored) == 404
    assert "is missing" in caplog.text


def test_bad_file_is_told_beside_the_field_and_not_stored(client, alice, url, settings):
    client.force_login(alice)
    response = client.post(url, {"file": SimpleUploadedFile("x.exe", b"MZ"), "text": "Bezeichnung bleibt"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "Diese Art von Datei nehmen wir nicht an." in page
    assert "Bezeichnung bleibt" in page
    assert not Evidence.objects.exists()
    assert files(settings) == []


def test_submitted_round_takes_no_file(client, assessment, alice, url, settings):
    workflow.submit(assessment=assessment, by=alice)
    client.force_login(alice)
    response = client.post(url, {"file": SimpleUploadedFile("x.pdf", PDF)}, follow=True)
    assert "Nachweise lassen sich nicht mehr ändern" in response.content.decode()
    assert files(settings) == []


def test_same_file_under_the_same_words_is_kept_once(client, stored, url, settings):
    """Brought again from another page, since somebody was not sure."""

    def bring(name="Ratsbeschluß 7.pdf", content=PDF, text="Ratsbeschluss"):
        client.post(url, {"file": SimpleUploadedFile(name, content), "text": text, "einmal": f"{Evidence.objects.count()}"})
        return Evidence.objects.count(), len(files(settings))

    assert bring() == (1, 1)
    assert bring(text=" Ratsbeschluss\u200b") == (1, 1)
    assert bring(content=PDF + b" anders") == (2, 2)
    assert bring(text="Anlage") == (3, 3)
    (Path(settings.MEDIA_ROOT) / stored.file.name).unlink()
    assert bring()[0] == 4  # the first one is lost, so this one is not the same


def test_what_was_written_to_a_file_that_came_too_late_is_given_back(client, assessment, alice, url):
    workflow.submit(assessment=assessment, by=alice)
    client.force_login(alice)
    response = client.post(url, {"file": SimpleUploadedFile("b.pdf", PDF), "text": "Ratsbeschluss vom 12. Mai"})
    assert (response.status_code, "Ratsbeschluss vom 12. Mai" in response.text) == (409, True)
    assert "Die Bewertung ist eingereicht" in response.text
    assert not Evidence.objects.exists()


def test_nothing_is_left_behind_when_somebody_submits_meanwhile(score, assessment, alice, settings):
    workflow.submit(assessment=assessment, by=alice)
    with pytest.raises(NotEditable):
        evidence_files.add_file(score=score, by=alice, file=validate_upload(SimpleUploadedFile("x.pdf", PDF)))
    assert files(settings) == []


def sweep(days=30):
    return evidence_files.delete_unused_files(unused_for=timedelta(days=days))


def age(settings, days):
    for file in files(settings):
        os.utime(file, (time.time() - days * 86400,) * 2)


def test_file_stays_for_a_while_after_its_evidence_went(stored, alice, settings):
    age(settings, 400)
    remove_evidence(evidence=stored, by=alice)
    assert sweep() == []
    assert len(files(settings)) == 1
    with rewriting_history():
        Evidence.history.filter(history_type="-").update(history_date=timezone.now() - timedelta(days=31))
    assert sweep() == [stored.file.name]
    assert files(settings) == []


def test_file_stays_while_evidence_points_to_it_however_old(stored, settings):
    age(settings, 4000)
    assert sweep() == []
    assert len(files(settings)) == 1


def test_file_being_brought_is_no_unused_one(db, settings):
    folder = Path(settings.MEDIA_ROOT) / "nachweise"
    folder.mkdir(parents=True)
    (folder / "a.pdf").write_bytes(PDF)
    assert sweep() == []
    age(settings, 31)
    assert sweep() == ["nachweise/a.pdf"]


def test_file_of_deleted_rows_goes_but_not_at_once(stored, settings):
    Evidence.objects.all().delete()
    age(settings, 400)
    assert sweep() == []
    with rewriting_history():
        Evidence.history.filter(history_type="-").update(history_date=timezone.now() - timedelta(days=31))
    call_command("delete_unused_files", stdout=io.StringIO())
    assert files(settings) == []


def test_file_stays_while_another_round_points_to_it(client, stored, project, alice, bob, settings):
    assessment = stored.score.assessment
    save_score(score=stored.score, version=1, by=alice, answer=Answer("rated", 2))
    workflow.submit(assessment=assessment, by=alice)
    workflow.approve(assessment=assessment, by=bob)
    following = workflow.start_assessment(project=project, by=alice)
    copy = Evidence.objects.get(score__assessment=following)
    assert status_of(client, copy) == 200
    remove_evidence(evidence=copy, by=alice)
    age(settings, 400)
    with rewriting_history():
        Evidence.history.update(history_date=timezone.now() - timedelta(days=400))
    assert sweep() == []
    assert status_of(client, stored) == 200


class FullDisk(FileSystemStorage):
    """Writes the first part of a file, and then there is no space left."""

    def _save(self, name, content):
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"%PDF")
        raise OSError(errno.ENOSPC, "No space left on device")


class ReadOnly(FileSystemStorage):
    def _save(self, name, content):
        raise PermissionError(errno.EACCES, "Permission denied")


class Unplugged(FileSystemStorage):
    """An object store that does not answer, not even to a deletion."""

    def _save(self, name, content):
        raise ConnectionRefusedError(errno.ECONNREFUSED, "refused")

    def delete(self, name):
        raise ConnectionRefusedError(errno.ECONNREFUSED, "refused")


@pytest.mark.parametrize("storage", ["FullDisk", "ReadOnly", "Unplugged"])
def test_file_that_cannot_be_stored_is_told_with_the_form_as_typed(client, alice, url, settings, storage):
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": f"{__name__}.{storage}"}}
    client.force_login(alice)
    response = client.post(url, {"file": SimpleUploadedFile("x.pdf", PDF), "text": "Ratsbeschluss vom 12. Mai"})
    assert response.status_code == 422
    assert "Die Datei ließ sich gerade nicht ablegen" in response.text
    assert "Ratsbeschluss vom 12. Mai" in response.text
    assert not Evidence.objects.exists()
    assert files(settings) == []


def test_room_of_a_project_is_told_before_it_is_used_up(client, alice, url, settings):
    settings.EVIDENCE_PROJECT_MB = 1
    client.force_login(alice)
    large = b"%PDF-1.7" + bytes(700_000)
    assert "0 von 1\u00a0MB" in client.get(url).text
    assert client.post(url, {"file": SimpleUploadedFile("a.pdf", large)}).status_code == 302
    assert "1 von 1\u00a0MB" in client.get(url).text
    response = client.post(url, {"file": SimpleUploadedFile("b.pdf", large), "text": "Zweite"})
    assert response.status_code == 422
    assert "mehr als 1\u00a0MB" in response.text
    assert "Zweite" in response.text
    assert len(files(settings)) == 1
    assert client.post(url, {"file": SimpleUploadedFile("c.pdf", PDF)}).status_code == 302


def complaining_scanner(file):
    return "Eicar" if file.read().startswith(b"%PDF") else None


def broken_scanner(file):
    raise ConnectionRefusedError("clamd is away")


@pytest.mark.parametrize(
    ("scanner", "name", "reason"),
    [
        ("complaining_scanner", "x.pdf", "Die Prüfung auf Schadprogramme hat die Datei abgelehnt."),
        ("complaining_scanner", "x.png", None),
        ("broken_scanner", "x.png", "Die Datei ließ sich gerade nicht prüfen."),
        ("missing_scanner", "x.png", "Die Datei ließ sich gerade nicht prüfen."),
    ],
)
def test_scanner_has_the_last_word(settings, scanner, name, reason):
    settings.EVIDENCE_SCANNER = f"tests.assessments.test_evidence_files.{scanner}"
    upload = SimpleUploadedFile(name, PDF if name == "x.pdf" else PNG)
    if reason is None:
        assert validate_upload(upload).content.read() == PNG  # from the start, though the scanner read it
        return
    with pytest.raises(UploadRejected, match=reason):
        validate_upload(upload)
