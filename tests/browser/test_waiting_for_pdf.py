"""Whoever asks for a new PDF waits on a page that comes back by itself, with a script and without one."""

import pytest
from django.db import connection
from playwright.sync_api import expect
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from assessments.models import RenderedPdf
from assessments.reports.pdf.store import note_problem
from assessments.reports.rendering import queue
from scaling.common.jobs import PDF
from tests.browser.test_every_page import assert_fine, inspector  # noqa: F401 – a fixture
from tests.reports.workers import worker


@pytest.fixture
def _nobody_renders(settings, monkeypatch):
    settings.PDF_AT_ONCE = False
    monkeypatch.setattr(queue, "PATIENCE", 0.0)
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


@pytest.mark.usefixtures("_nobody_renders")
@pytest.mark.parametrize("with_script", [True, False])
def test_download_begins_by_itself(browser, browser_context_args, live_server, assert_accessible, tmp_path, with_script):
    context = browser.new_context(**browser_context_args, java_script_enabled=with_script)
    page = context.new_page()
    page.goto(f"{live_server.url}/beispiel/")
    page.get_by_role("link", name="PDF, Kurzfassung").click()
    expect(page.get_by_role("heading", name="PDF wird erstellt")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("Ihr PDF ist als Nächstes an der Reihe.")
    if with_script:
        assert_accessible(page)
    with page.expect_download(timeout=60_000) as download, worker(tmp_path / "worker.log"):
        expect(page.get_by_role("heading", name="PDF ist fertig")).to_be_visible(timeout=60_000)
        assert download.value.suggested_filename == "beispiel-reifeprofil-parkraum-lotse-runde-3-kurzfassung.pdf"
    expect(page.get_by_role("link", name="Zurück zum Reifeprofil")).to_be_visible()
    context.close()


@pytest.mark.usefixtures("_nobody_renders")
def test_states_of_the_waiting_page(inspector, live_server, settings):  # noqa: F811
    address = f"{live_server.url}/beispiel/profil.pdf"

    def look(said, status):
        inspector.visit(said, address, status=status)
        expect(inspector.page.locator("main")).to_contain_text(said)

    look("Ihr PDF ist als Nächstes an der Reihe.", 202)
    [job] = ProcrastinateJob.objects.all()
    for number in range(2):
        first = app.configure_task("render_pdf", queue=PDF, priority=100)
        first.defer(kind="example", args={}, key=str(number), asked_at="")
    look("Vor Ihrem PDF sind noch 2 andere an der Reihe.", 202)
    change(job, "attempts = 1")
    look("Der letzte Versuch ist misslungen. Wir versuchen es gleich noch einmal.", 202)
    change(job, "status = 'doing'")
    look("Ihr PDF wird gerade erstellt.", 202)
    change(job, """args = args || '{"asked_at": "2026-01-01T00:00:00+00:00"}'""")
    look("Der Dienst dafür läuft nicht.", 202)
    expect(inspector.page.get_by_role("heading", level=1)).to_have_text("PDF ist vorgemerkt")
    change(job, "status = 'failed'")
    note_problem(job.args["key"], RenderedPdf.FAILED)
    look("auch nach mehreren Versuchen nicht gelungen", 503)
    note_problem(job.args["key"], RenderedPdf.UNAVAILABLE)
    look("PDF ist hier nicht möglich", 503)
    settings.PDF_AT_ONCE = True
    address += "?warten=1"
    inspector.page.route("**/profil.pdf", lambda route: route.fulfill(status=204))  # it goes on to
    look("Der Download beginnt von selbst.", 200)
    assert_fine(inspector)


def change(job, what):
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE procrastinate_jobs SET {what} WHERE id = %s", [job.pk])  # noqa: S608 – words of this file
