"""The PDF by download and by command: who gets it, in which shape, and that both are the same file."""

import io
import subprocess
import sys
from importlib import import_module

import page as pdf_validator
import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from assessments.models import RenderedPdf
from assessments.reports.pdf import PdfUnavailable, engine, made_at_moment
from assessments.services.comments import add_comment
from tests.factories import make_project
from tests.reports.pdf_facts import text_of


def url(assessment, query=""):
    return reverse("reports:pdf", args=[assessment.public_id]) + query


def export(tmp_path, *args):
    file = tmp_path / "profile.out"
    call_command("export_profile", *args, output=file, stdout=io.StringIO())
    return file.read_bytes()


def test_download_is_a_valid_pdf_that_holds_the_reasons(client, second, alice):
    client.force_login(alice)
    response = client.get(url(second))
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="reifeprofil-parkraum-app-runde-2-entwurf-langfassung.pdf"'
    assert "private" in response["Cache-Control"]
    for profile in ("ua1", "3a"):
        assert pdf_validator.validate_pdf_bytes(response.content, profile=profile).failures == []
    text = text_of(response.content)
    for said in ("Vereinbarung mit den Stadtwerken", "Zwei Stellen", "Trägt der Landkreis", "Runder Tisch", "Entwurf"):
        assert said in text


def test_kurz_has_fewer_pages_than_lang(client, second, alice):
    client.force_login(alice)
    kurz = client.get(url(second, "?umfang=kurz"))
    assert kurz["Content-Disposition"].endswith('-kurzfassung.pdf"')
    assert len(kurz.content) < len(client.get(url(second)).content)


def test_english_version_is_english(client, second, alice):
    client.force_login(alice)
    text = text_of(client.get(url(second, "?sprache=en&umfang=kurz")).content)
    assert "Trust" in text  # the catalogue's English title


@pytest.mark.parametrize("query", ["?umfang=mittel", "?sprache=fr", "?vergleich=gibtesnicht"])
def test_unknown_choices_are_not_found(client, second, alice, query):
    client.force_login(alice)
    assert client.get(url(second, query)).status_code == 404


def test_stranger_gets_404_and_visitor_the_sign_in(client, first, charlie):
    assert client.get(url(first)).status_code == 302
    client.force_login(charlie)
    assert client.get(url(first)).status_code == 404


def test_reader_gets_approved_rounds_only(client, first, second, rita):
    client.force_login(rita)
    assert client.get(url(first, "?umfang=kurz")).status_code == 200
    assert client.get(url(second)).status_code == 404


def test_comments_are_for_those_who_work_on_the_round(client, first, rita, alice):
    client.force_login(rita)
    assert client.get(url(first, "?umfang=kurz&kommentare=1")).status_code == 403
    client.force_login(alice)
    assert client.get(url(first, "?umfang=kurz&kommentare=1")).status_code == 200


def test_comments_are_offered_in_the_pdf_once_there_are_some(client, first, second, alice, rita):
    page = reverse("reports:profile", args=[second.public_id])
    offer = "umfang=lang&amp;kommentare=1"
    client.force_login(alice)
    assert offer not in client.get(page).text
    add_comment(score=second.scores.first(), by=alice, text="Bitte abstimmen.")
    assert offer in client.get(page).text
    assert "Bitte abstimmen." in text_of(client.get(url(second, "?umfang=lang&kommentare=1")).content)
    assert "Bitte abstimmen." not in text_of(client.get(url(second, "?umfang=lang")).content)
    client.force_login(rita)
    assert offer not in client.get(reverse("reports:profile", args=[first.public_id])).text


def test_second_download_comes_from_the_store(client, second, alice, monkeypatch):
    client.force_login(alice)
    first_time = client.get(url(second, "?umfang=kurz")).content
    assert [bytes(row.content or b"") for row in RenderedPdf.objects.all()] == [first_time]
    package = import_module("assessments.reports.pdf")
    monkeypatch.setattr(package, "render_pdf", lambda *args, **options: pytest.fail("rendered again"))
    assert client.get(url(second, "?umfang=kurz")).content == first_time


def test_changed_answer_gives_another_pdf(client, second, alice):
    client.force_login(alice)
    before = client.get(url(second, "?umfang=kurz")).content
    second.scores.filter(criterion__key="personal").update(level=2)
    assert client.get(url(second, "?umfang=kurz")).content != before


def test_query_count_is_constant(client, second, alice, django_assert_num_queries):
    client.force_login(alice)
    client.get(url(second, "?umfang=kurz"))
    with django_assert_num_queries(11):  # two of them note the download
        client.get(url(second, "?umfang=kurz"))


def test_missing_libraries_give_a_page_and_503(client, second, alice, monkeypatch):
    def missing(*args, **options):
        raise PdfUnavailable("no pango")

    monkeypatch.setattr(engine, "_render", missing)
    client.force_login(alice)
    response = client.get(url(second))
    assert response.status_code == 503
    assert "PDF ist hier nicht möglich" in response.content.decode()


def test_missing_libraries_are_told_apart_from_other_errors():
    code = (
        "import os, sys\n"
        "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'scaling.settings')\n"
        "import django; django.setup()\n"
        "sys.modules['weasyprint.text.ffi'] = None\n"
        "import builtins; real = builtins.__import__\n"
        "def broken(name, *args):\n"
        "    if name == 'weasyprint': raise OSError('cannot load library libpango')\n"
        "    return real(name, *args)\n"
        "builtins.__import__ = broken\n"
        "from assessments.reports.pdf.engine import PdfUnavailable, html_to_pdf\n"
        "try: html_to_pdf('<p>x', ())\n"
        "except PdfUnavailable as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "apt-get install libpango-1.0-0" in done.stdout


@pytest.mark.parametrize(
    ("name", "query", "options"),
    [
        ("pdf", "", []),
        ("pdf", "?umfang=kurz&sprache=en", ["--variant=kurz", "--language=en"]),
        ("json", "", ["--format=json"]),
        ("csv", "", ["--format=csv"]),
        ("xlsx", "", ["--format=xlsx"]),
    ],
)
def test_command_writes_the_same_bytes_as_the_download(client, second, alice, tmp_path, name, query, options):
    client.force_login(alice)
    with made_at_moment(timezone.now()):  # a PDF is dated to its making, and says nothing else that the other does not
        downloaded = client.get(reverse(f"reports:{name}", args=[second.public_id]) + query).content
        RenderedPdf.objects.all().delete()
        assert export(tmp_path, "--project=parkraum-app", "--round=2", *options) == downloaded


def test_command_takes_the_latest_approved_round(first, second, tmp_path):
    assert b'"round":1' in export(tmp_path, "--project=parkraum-app", "--format=json").replace(b" ", b"")


def test_command_asks_for_the_municipality_where_names_meet(first, elsewhere, tmp_path):
    make_project(elsewhere, "Parkraum-App")
    with pytest.raises(CommandError, match="Choose one with --municipality AGS"):
        export(tmp_path, "--project=parkraum-app")
    assert export(tmp_path, "--project=parkraum-app", "--municipality=03999001", "--format=csv")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--project=gibtesnicht"], "There is no project 'gibtesnicht'"),
        (["--project=parkraum-app", "--round=9"], "has no round 9"),
    ],
)
def test_command_says_what_it_did_not_find(first, tmp_path, options, message):
    with pytest.raises(CommandError, match=message):
        export(tmp_path, *options)


def test_command_says_when_it_cannot_write(first, tmp_path):
    with pytest.raises(CommandError, match="Cannot write"):
        call_command("export_profile", project="parkraum-app", format="csv", output=tmp_path / "no" / "such" / "file")
