"""Whoever asks for a new PDF waits on a page that comes back by itself, with a script and without one."""

import pytest
from django.db import connection
from playwright.sync_api import expect

from assessments.reports.rendering import queue
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
        assert download.value.suggested_filename == "beispiel-reifeprofil-parkraum-lotse-runde-3.kurzfassung.pdf"
    expect(page.get_by_role("link", name="Zurück zum Reifeprofil")).to_be_visible()
    context.close()
