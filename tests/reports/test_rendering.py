"""PDFs are made by workers: one render however many ask, nobody waits for long, and what fails is tried again and told."""

import html
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from procrastinate.contrib.django.models import ProcrastinateJob

from assessments.models import Project, RecordFile, RenderedPdf
from assessments.queries.short_check import questions_of
from assessments.reports import pdf as pdf_package
from assessments.reports.counted import Counted
from assessments.reports.development.build import development_of
from assessments.reports.municipal.build import municipal_profile_of
from assessments.reports.pdf import pdf_of
from assessments.reports.pdf.store import fetch_pdf, fetch_stand_in, note_problem, store_pdf
from assessments.reports.portfolio.build import portfolio_of
from assessments.reports.profile.load import load_profile
from assessments.reports.rendering import orders, queue, tasks
from assessments.reports.rendering.orders import example_order, form_order, order_from, record_order, running_order
from assessments.reports.rendering.tasks import AHEAD, RETRY, WANTED
from catalogue.edition_cache import cached_edition
from scaling.accounts.models import User
from tests.reports.conftest import approved
from tests.reports.pdf_facts import text_of
from tests.reports.workers import wait_until, worker


@pytest.fixture(autouse=True)
def _no_render_in_requests(settings):
    settings.PDF_AT_ONCE = False


def url(assessment, query="?umfang=kurz"):
    return reverse("reports:pdf", args=[assessment.public_id]) + query


def jobs():
    return ProcrastinateJob.objects.order_by("pk")


@pytest.fixture
def impatient(monkeypatch):
    """Nobody is there to render, so nobody waits for it."""
    monkeypatch.setattr(queue, "PATIENCE", 0.0)


# --- Orders -----------------------------------------------------------------------------------------------------------------


def all_orders(first, second):
    record = first.records.with_parts().get()
    yield running_order(load_profile(second), variant="kurz", comments=True, assessment=second.public_id)
    yield running_order(load_profile(second), variant="lang", compared=first.public_id, assessment=second.public_id)
    yield record_order(record, variant="lang", comments=True)
    yield record_order(record, variant="kurz", without_names=True)
    yield example_order(variant="kurz", language=translation.get_language())
    yield form_order(second, [(n, one, 1) for n, one in enumerate(cached_edition(second.edition).criteria[:2], 1)])
    yield orders.short_check_order(second, questions_of(second))
    yield orders.collected_order([record], counted=Counted.OWN)
    manager, municipality = User.objects.get(email="bob@example.org"), first.project.municipality
    municipal, _narrowing = municipal_profile_of(manager, municipality, {})
    moved = development_of(manager, municipality)
    yield orders.municipal_order(municipal, moved, variant="kurz", person=manager.pk, municipality=municipality.public_id)
    portfolio, narrowing = portfolio_of(manager, municipality, {"sortierung": "phase"})
    yield orders.portfolio_order(portfolio, narrowing=narrowing.query, person=manager.pk, municipality=municipality.public_id)


@pytest.mark.parametrize("language", ["de", "en"])
def test_worker_makes_the_order_that_was_asked_for(first, second, language):
    """Else whoever waits would look for it for ever under another key."""
    with translation.override(language):
        wanted = list(all_orders(first, second))
    assert {order.kind for order in wanted} == set(orders._LOADERS)
    for order in wanted:
        assert order_from(order.kind, json.loads(json.dumps(order.args))).key == order.key, order.kind
    assert len({order.key for order in wanted}) == len(wanted)


# --- Without a worker -------------------------------------------------------------------------------------------------------


def test_new_pdf_is_waited_for_on_a_page(client, second, alice, impatient):
    client.force_login(alice)
    response = client.get(url(second))
    assert response.status_code == 202
    page = response.text
    assert "PDF wird erstellt" in page
    assert "Ihr PDF ist als Nächstes an der Reihe." in page
    again = url(second, f"?umfang=kurz&amp;warten={jobs().get().lock}")
    assert f'<noscript><meta http-equiv="refresh" content="3; url={again}"></noscript>' in page
    assert 'hx-trigger="every 2000ms"' in page
    assert [(job.status, job.priority) for job in jobs()] == [("todo", WANTED)]
    # The same question, however often, is one job; another PDF comes behind it.
    for _again in range(3):
        client.get(url(second, "?umfang=kurz&warten=1"))
    assert jobs().count() == 1
    behind = client.get(url(second, "?umfang=lang")).text
    assert "Vor Ihrem PDF ist noch 1 anderes an der Reihe." in behind
    assert 'hx-trigger="every 2250ms"' in behind


def test_page_that_waits_is_told_only_what_is_new(client, second, alice, impatient):
    client.force_login(alice)
    mark = client.get(url(second)).context["state"].mark
    asked = {"headers": {"HX-Request": "true"}}
    key = jobs().get().lock
    assert client.get(url(second, f"?umfang=kurz&warten={key}&stand={mark}"), **asked).status_code == 204
    assert client.get(url(second, f"?umfang=kurz&warten={key}&stand=x"), **asked).status_code == 202


def test_page_that_waits_reads_nothing_but_how_far_its_job_is(client, second, alice, bob, impatient):
    client.force_login(alice)
    client.get(url(second))
    job = jobs().get()
    again = url(second, f"?umfang=kurz&warten={job.lock}")
    with CaptureQueriesContext(connection) as read:
        response = client.get(again)
    assert (response.status_code, response.context["waiting_url"]) == (202, again)
    assert not [one for one in read if "assessments_score" in one["sql"]]
    stranger = Client()
    stranger.force_login(User.objects.create_user("fremd@example.org"))
    assert stranger.get(again).status_code == 404
    # Once the job has ended, the PDF is looked for, also under the key that it has by now.
    tasks.render.func(type("Context", (), {"job": job})(), **job.args)
    ProcrastinateJob.objects.filter(pk=job.pk).update(status="succeeded")
    assert "PDF ist fertig" in client.get(again).text


def test_script_of_a_waiting_page_gets_what_it_shows_and_nothing_around_it(client, second, alice, impatient):
    client.force_login(alice)
    page = client.get(url(second)).text
    shown = page.split('<div role="status">')[1].split("</div>")[0] + "</div>"
    asked = html.unescape(page.split('hx-get="')[1].split('"')[0])
    assert client.get(asked, headers={"HX-Request": "true"}).status_code == 204  # nothing new
    news = client.get(asked.replace("stand=", "stand=x"), headers={"HX-Request": "true"})
    assert (news.status_code, "".join(news.text.split())) == (202, "".join(shown.split()))


def test_kept_pdf_is_found_without_reading_its_record(client, first, alice):
    """Its profile, a hundred kilobytes of JSON, is read by whoever makes it."""
    record = first.records.with_parts().get()
    with translation.override("de"):
        record_order(record, variant="kurz").make()
    client.force_login(alice)
    with CaptureQueriesContext(connection) as read:
        response = client.get(url(first))
    assert response.content.startswith(b"%PDF")
    assert response["Content-Disposition"] == 'attachment; filename="reifeprofil-parkraum-app-runde-1-kurzfassung.pdf"'
    assert [one for one in read if '"assessments_assessmentrecord"."number"' in one["sql"]]
    assert not [one for one in read if '"assessments_assessmentrecord"."document",' in one["sql"]]


def test_page_that_waited_gets_a_page_and_then_the_file(client, second, alice, impatient):
    client.force_login(alice)
    client.get(url(second))
    made = tasks.render.func  # what a worker calls
    job = jobs().last()
    made(type("Context", (), {"job": job})(), **job.args)
    with CaptureQueriesContext(connection) as read:
        told = client.get(url(second, "?umfang=kurz&warten=1&stand=x"), headers={"HX-Request": "true"})
    assert not [one for one in read if "assessments_score" in one["sql"]]  # only the page that it leads to looks for the PDF
    assert told["HX-Redirect"] == url(second, "?umfang=kurz&warten=1")
    page = client.get(told["HX-Redirect"]).text
    assert "PDF ist fertig" in page
    assert f'content="0; url={url(second)}"' in page
    assert client.get(url(second)).content.startswith(b"%PDF")


def test_without_a_worker_it_is_said_after_a_while(client, second, alice, impatient):
    client.force_login(alice)
    assert "Dienst" not in client.get(url(second)).text
    long_ago = (timezone.now() - timedelta(minutes=3)).isoformat()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET args = args || jsonb_build_object('asked_at', %s::text)", [long_ago])
    page = client.get(url(second)).text
    assert "Der Dienst dafür läuft nicht" in page.replace("\n", " ")
    assert "http-equiv" not in page
    assert "hx-get" not in page.split('id="pdf-state"')[1].split("</div>")[0]


@pytest.mark.parametrize(
    ("problem", "said"), [("failed", "auch nach mehreren Versuchen nicht gelungen"), ("unavailable", "Systembibliotheken")]
)
def test_failure_is_told_and_can_be_tried_again(client, second, alice, impatient, problem, said):
    client.force_login(alice)
    client.get(url(second))
    asked = jobs().count()
    note_problem(jobs().last().args["key"], problem)
    response = client.get(url(second))
    assert (response.status_code, jobs().count()) == (503, asked)
    assert said in response.text
    assert client.get(url(second, "?umfang=kurz&warten=1"), headers={"HX-Request": "true"})["HX-Redirect"]
    assert client.get(url(second, "?umfang=kurz&nochmal=1")).status_code == 202
    RenderedPdf.objects.all().delete()
    note_problem(jobs().last().args["key"], problem)
    RenderedPdf.objects.update(made_at=timezone.now() - timedelta(minutes=11))
    assert client.get(url(second)).status_code == 202


@pytest.mark.parametrize("moment", ["while it waits", "while it is drawn"])
def test_round_approved_while_its_pdf_is_made_ends_in_the_document(client, second, alice, bob, impatient, monkeypatch, moment):
    """Whoever asked for the draft gets what is approved by now, and no draft is left to be handed out."""
    client.force_login(alice)
    assert client.get(url(second)).status_code == 202
    waited_for = jobs().get()

    def approve():
        approved(second, bob, timezone.localdate())

    def drawn_meanwhile(profile, **options):
        approve()
        return pdf_of(profile, **options)

    if moment == "while it waits":
        approve()
    else:
        monkeypatch.setattr(orders, "pdf_of", drawn_meanwhile)
    tasks.render.func(type("Context", (), {"job": waited_for})(), **waited_for.args)
    ProcrastinateJob.objects.filter(pk=waited_for.pk).update(status="succeeded")
    again = client.get(url(second, f"?umfang=kurz&warten={waited_for.lock}"))
    if again.status_code == 202:  # the document is made by the job that the approval ordered
        for job in jobs().filter(status="todo"):
            tasks.render.func(type("Context", (), {"job": job})(), **job.args)
            ProcrastinateJob.objects.filter(pk=job.pk).update(status="succeeded")
    assert "PDF ist fertig" in client.get(url(second, "?umfang=kurz&warten=1")).text
    text = text_of(client.get(url(second)).content)
    assert second.records.get().number in text
    assert "Entwurf" not in text


def render_as(job, version, monkeypatch):
    """By a worker of this version, which names by its own version what it makes."""
    with monkeypatch.context() as patched:
        for module in (pdf_package, tasks, orders):
            patched.setattr(module, "render_version", lambda: version)
        tasks.render.func(type("Context", (), {"job": job})(), **job.args)
    ProcrastinateJob.objects.filter(pk=job.pk).update(status="succeeded")


def test_worker_of_another_version_ends_the_wait(client, second, alice, impatient, monkeypatch):
    """While an update is under way, old pages meet new workers. Not for long: each version makes its own PDFs."""
    client.force_login(alice)
    assert client.get(url(second)).status_code == 202
    waited_for = jobs().get()
    render_as(waited_for, "another version", monkeypatch)
    assert fetch_pdf(waited_for.lock) is None  # its own name for it is another
    assert "PDF ist fertig" in client.get(url(second, f"?umfang=kurz&warten={waited_for.lock}")).text
    assert client.get(url(second)).content.startswith(b"%PDF")
    assert jobs().count() == 1
    RenderedPdf.objects.update(made_at=timezone.now() - timedelta(minutes=11))
    assert client.get(url(second)).status_code == 202


@pytest.mark.parametrize("hours", [-24, 24])
def test_worker_of_another_day_ends_the_wait(client, second, alice, impatient, monkeypatch, hours):
    """Two clocks that differ by an hour show two days around midnight, and a draft speaks of today."""
    client.force_login(alice)
    client.get(url(second))
    waited_for = jobs().get()
    with monkeypatch.context() as moved:
        there = timezone.now() + timedelta(hours=hours)
        moved.setattr(timezone, "now", lambda: there)
        tasks.render.func(type("Context", (), {"job": waited_for})(), **waited_for.args)
    ProcrastinateJob.objects.filter(pk=waited_for.pk).update(status="succeeded")
    assert fetch_pdf(waited_for.lock) is None  # its own name for it is another
    assert client.get(url(second)).content.startswith(b"%PDF")
    assert jobs().count() == 1


def test_round_that_changed_leaves_nothing_under_its_former_name(client, second, alice, impatient, monkeypatch):
    client.force_login(alice)
    client.get(url(second))
    waited_for = jobs().get()
    Project.objects.filter(pk=second.project_id).update(name="Umbenannt")
    tasks.render.func(type("Context", (), {"job": waited_for})(), **waited_for.args)
    assert RenderedPdf.objects.count() == 1
    assert fetch_pdf(waited_for.lock) is None
    assert fetch_stand_in(waited_for.lock) is None


def test_pauses_grow_and_end():
    pauses = [RETRY.after(attempts) for attempts in range(5)]
    assert pauses == [2, 10, 60, None, None]


def test_approval_asks_for_both_variants_ahead(first, second, bob):
    assert not jobs().exists()  # the first was approved long ago
    approved(second, bob, timezone.localdate())
    usual = {"record": second.records.get().number, "language": "de", "comments": False, "compared": "", "without_names": False}
    assert [(job.priority, job.args["args"]) for job in jobs()] == [
        (AHEAD, usual | {"variant": "kurz"}),
        (AHEAD, usual | {"variant": "lang"}),
    ]


def test_operators_see_what_is_stuck(client, second, alice, impatient, capsys):
    client.force_login(alice)
    client.get(url(second))
    with pytest.raises(CommandError, match="no worker is running"):
        call_command("jobs")
    said = capsys.readouterr().out
    assert "workers: 0, jobs: 1" in said
    assert f"todo           0 min  attempt 1  running assessment={second.public_id} language=de variant=kurz" in said


# --- The store --------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_damaged_pdf_is_not_handed_out():
    store_pdf("a" * 64, b"%PDF")
    assert fetch_pdf("a" * 64) == b"%PDF"
    RenderedPdf.objects.update(content=b"%PDX")
    assert fetch_pdf("a" * 64) is None


@pytest.mark.django_db
def test_least_recently_used_pdfs_go_first(monkeypatch):
    monkeypatch.setattr("assessments.reports.pdf.store.MAX_BYTES", 8)
    for age, key in enumerate(["old", "older", "oldest"]):
        store_pdf(key, b"four")
        RenderedPdf.objects.filter(key=key).update(used_at=timezone.now() - timedelta(hours=age + 20))
    fetch_pdf("oldest")  # has been used now
    store_pdf("new", b"four")
    assert set(RenderedPdf.objects.values_list("key", flat=True)) == {"new", "oldest"}
    RenderedPdf.objects.filter(key="oldest").update(used_at=timezone.now() - timedelta(days=31))
    store_pdf("new", b"four")
    assert RenderedPdf.objects.count() == 1


# --- With a worker ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def clean_queue(transactional_db):
    """Nothing waits before, which other tests may have ordered, nor after."""
    empty = "TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE"
    with connection.cursor() as cursor:
        cursor.execute(empty)
    yield
    with connection.cursor() as cursor:
        cursor.execute(empty)


def test_fifty_identical_requests_cause_one_render(clean_queue, second, alice, bob, tmp_path, monkeypatch):
    monkeypatch.setattr(queue, "PATIENCE", 0.2)  # eight at a time; the others would only wait for those
    log = tmp_path / "worker.log"

    def ask(_number):
        client = Client()
        client.force_login(alice)
        try:
            return wait_until(lambda: (got := client.get(url(second))).status_code == 200 and got.content, "no PDF", log, 0.5)
        finally:
            connections.close_all()

    with worker(log) as process, ThreadPoolExecutor(8) as people:
        found = set(people.map(ask, range(50)))
        assert len(found) == 1
        assert found.pop().startswith(b"%PDF")
        # What is approved is ready before anybody asks for it.
        approved(second, bob, timezone.localdate())
        wait_until(lambda: RecordFile.objects.count() == 2, "not ahead", log)
        wait_until(lambda: not jobs().exists(), "jobs are left", log)
    assert process.returncode == 0, log.read_text()
    rendered = [line for line in log.read_text().splitlines() if ": Rendered " in line]
    assert len([line for line in rendered if " running " in line]) == 1
    assert len([line for line in rendered if " record " in line]) == 2


def test_report_comes_although_its_worker_was_killed(clean_queue, second, alice, tmp_path):
    log = tmp_path / "worker.log"
    client = Client()
    client.force_login(alice)
    with worker(log) as killed:
        assert client.get(url(second, "?umfang=lang&warten=1")).status_code == 202
        wait_until(lambda: jobs().filter(status="doing", priority=WANTED).exists(), "not begun", log)
        killed.kill()
        killed.wait()
    assert not RenderedPdf.objects.exists()
    with worker(log):
        wait_until(lambda: client.get(url(second, "?umfang=lang")).status_code == 200, "no PDF", log)
    assert "was left behind by a worker that ended in the middle of it" in log.read_text()
