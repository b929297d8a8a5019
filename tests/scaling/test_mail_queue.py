"""Mails wait in the queue and not in a request: they are there with their transaction, and are tried again."""

import smtplib
import subprocess
import sys
import threading
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from assessments.services import workflow
from scaling.accounts.models import Invitation
from scaling.common.jobs import MAIL
from scaling.common.mail import RETRY, send_later, send_mail
from scaling.doctor import services
from tests.factories import make_catalogue, make_project
from tests.mail_server import MailServer
from tests.reports.workers import wait_until, worker
from tests.scaling.installation import free_port

NEW = "neu@example.org"


@pytest.fixture(autouse=True)
def queued(settings):
    settings.MAILS_AT_ONCE = False


@pytest.fixture
def clean_queue(transactional_db):
    def empty():
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")

    empty()
    yield
    empty()


@pytest.fixture
def mail_server():
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def waiting():
    return [job.args["message"] for job in ProcrastinateJob.objects.filter(queue_name=MAIL).order_by("pk")]


def invite(client, bob, municipality):
    client.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")
    return client.post(reverse("people", args=[municipality.public_id]), {"email": NEW, "role": "team"}, follow=True)


def test_request_only_puts_the_mail_into_the_queue(client, bob, municipality):
    page = invite(client, bob, municipality).text
    assert f"Die Einladung an {NEW} ist unterwegs." in page
    assert mail.outbox == []
    (found,) = waiting()
    assert found["to"] == [NEW]
    assert "/einladung/" in found["body"]


def test_command_that_invites_says_that_a_worker_sends_the_mail(db, capsys):
    call_command("create_municipality", name="Stadt Beispiel", ags="09461000", manager=NEW)
    said = capsys.readouterr().out
    assert said == (
        f"Stadt Beispiel is there; the invitation to {NEW} is on its way: a worker sends it. What waits: manage.py jobs.\n"
    )
    assert [one["to"] for one in waiting()] == [[NEW]]


def test_password_reset_waits_in_the_queue(client, alice):
    client.post(reverse("account_reset_password"), {"email": alice.email})
    assert [(one["to"], one["subject"]) for one in waiting()] == [([alice.email], "Ihr neues Passwort")]


def test_step_and_its_mails_are_one_transaction(municipality, alice, bob):
    make_catalogue(2)
    project = make_project(municipality, "Parkraum", team=[alice])
    assessment = workflow.start_assessment(project=project, by=alice)
    with transaction.atomic():
        workflow.submit(assessment=assessment, by=alice)
        assert [one["to"] for one in waiting()] == [[bob.email]]
        transaction.set_rollback(True)
    assert waiting() == []


def test_mail_goes_out_as_it_came_in(db):
    message = EmailMultiAlternatives(
        "Betreff", "Text", "von@example.org", ["an@example.org"], bcc=["bcc@example.org"], headers={"Auto-Submitted": "auto"}
    )
    message.attach_alternative("<p>Text</p>", "text/html")
    send_later([message, EmailMessage("Zwei", "Nur Text", to=["zwei@example.org"])])
    for one in waiting():
        send_mail(message=one)
    first, second = mail.outbox
    assert first.message().as_string().splitlines()[0] == "Content-Type: multipart/alternative;"
    assert (first.subject, first.to, first.bcc, first.extra_headers) == (
        "Betreff",
        ["an@example.org"],
        ["bcc@example.org"],
        {"Auto-Submitted": "auto"},
    )
    assert (second.subject, second.body, second.to) == ("Zwei", "Nur Text", ["zwei@example.org"])


def test_mail_with_a_file_is_refused(db):
    message = EmailMessage("Mit Datei", to=["an@example.org"], attachments=[("a.txt", "a", "text/plain")])
    with pytest.raises(ValueError, match="cannot wait"):
        send_later([message])


def test_pauses_grow_over_more_than_a_day():
    pauses = [RETRY.after(attempts) for attempts in range(8)]
    assert pauses == [10, 60, 300, 1800, 7200, 21600, 57600, None]
    assert sum(filter(None, pauses)) > 24 * 3600


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (OSError("no route to host"), True),
        (smtplib.SMTPRecipientsRefused({"a@b": (550, b"no such user")}), False),
        (smtplib.SMTPRecipientsRefused({"a@b": (450, b"try later")}), True),
    ],
)
def test_only_what_a_server_refuses_for_good_is_not_tried_again(error, again):
    class FirstAttempt:
        attempts = 0

    assert (RETRY.get_retry_decision(exception=error, job=FirstAttempt()) is not None) == again  # type: ignore[arg-type]


def test_operators_see_mails_without_their_words(client, bob, municipality, capsys):
    invite(client, bob, municipality)
    with pytest.raises(CommandError, match="no worker is running"):
        call_command("jobs")
    said = capsys.readouterr().out
    assert f"attempt 1  mail to {NEW}" in said
    assert "/einladung/" not in said


@pytest.mark.parametrize(
    ("tried_again_in", "is_stuck"),
    [(None, True), (timedelta(hours=2), False), (timedelta(minutes=-1), False), (timedelta(-1), True)],
)
def test_mail_that_waits_for_its_next_attempt_is_not_stuck(client, bob, municipality, tried_again_in, is_stuck):
    invite(client, bob, municipality)
    at = timezone.now() + tried_again_in if tried_again_in else None
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = at - interval '1 day'")
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = %s", [at])
    with pytest.raises(CommandError) as said:
        call_command("jobs", stdout=StringIO())
    assert ("has been due for more than 5 minutes" in str(said.value)) == is_stuck
    assert any("Waiting for more than 5 minutes: 1 job." in complaint.said for complaint in services.jobs()) == is_stuck


def test_admin_shows_a_mail_without_its_words(client, bob, municipality, settings):
    invite(client, bob, municipality)
    bob.is_superuser = bob.is_staff = True
    bob.save()
    pages = [client.get(reverse("admin:procrastinate_procrastinatejob_changelist"))]
    job = ProcrastinateJob.objects.get(queue_name=MAIL)
    pages.append(client.get(reverse("admin:procrastinate_procrastinatejob_change", args=[job.pk])))
    for page in pages:
        assert page.status_code == 200
        assert NEW in page.text
        place = page.text.find("/einladung/")
        assert place < 0, page.text[place - 300 : place + 100]


def test_worker_sends_the_mail_and_says_that_it_did(clean_queue, client, bob, municipality, tmp_path):
    log = tmp_path / "worker.log"
    with worker(log, EMAIL_URL="consolemail://") as process:
        invite(client, bob, municipality)
        wait_until(lambda: Invitation.objects.get().sent_at, "not sent", log)
        wait_until(lambda: not waiting(), "the job is left", log)
    assert process.returncode == 0, log.read_text()
    said = log.read_text()
    assert f"To: {NEW}" in said
    assert "Subject: Einladung zum Skalierungscheck: Stadt Musterhafen" in said
    told = [line for line in said.splitlines() if "send_mail[" in line]
    assert told
    assert not any("Guten Tag" in line or NEW in line for line in told), "the log holds the mail"


def test_mail_server_away_costs_nothing_but_time(clean_queue, client, bob, municipality, tmp_path):
    log = tmp_path / "worker.log"
    invite(client, bob, municipality)
    with worker(log, EMAIL_URL="smtp://127.0.0.1:1"):
        job = wait_until(lambda: ProcrastinateJob.objects.filter(queue_name=MAIL, attempts=1, status="todo").first(), "-", log)
    assert job.scheduled_at is not None
    assert Invitation.objects.get().sent_at is None
    with worker(log, EMAIL_URL="consolemail://"):
        wait_until(lambda: Invitation.objects.get().sent_at, "not tried again", log)
    assert not waiting()


def test_mails_that_wait_together_go_over_one_connection(clean_queue, tmp_path, mail_server):
    """One that is refused is told as failed and costs no other; the connection ends with the last of them."""
    names = ["alice", "niemand", "rita", "dora", "bob"]
    send_later(EmailMessage("Betreff", "Text", to=[f"{name}@stadt.example"]) for name in names)
    log = tmp_path / "worker.log"
    with worker(log, EMAIL_URL=f"smtp://127.0.0.1:{mail_server.server_address[1]}"):
        wait_until(lambda: len(mail_server.taken) == 4, "not all sent", log)
        wait_until(lambda: mail_server.connections == mail_server.ended == 2, "left open, or one a mail", log)
        wait_until(lambda: not ProcrastinateJob.objects.filter(status__in=("todo", "doing")).exists(), "some wait", log)
    assert mail_server.taken == [f"{name}@stadt.example" for name in names if name != "niemand"]
    assert [job.status for job in ProcrastinateJob.objects.filter(queue_name=MAIL)] == ["failed"]


@contextmanager
def mail_server_process(port, log):
    """One that can be killed; whom it took a mail for is in ``log``."""
    with log.open("a") as file:
        process = subprocess.Popen([sys.executable, "-m", "tests.mail_server", str(port)], stdout=file)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_mail_server_and_then_the_worker_killed_in_mid_work(clean_queue, tmp_path):
    """Each mail arrives; one that was taken without the worker's hearing of it arrives twice. ``-s`` shows how many."""
    names = [f"person-{number}@stadt.example" for number in range(60)]
    said, log = tmp_path / "taken", tmp_path / "worker.log"
    port = free_port()
    address = {"EMAIL_URL": f"smtp://127.0.0.1:{port}"}

    def taken():
        return said.read_text().split()

    def waits():
        return ProcrastinateJob.objects.filter(queue_name=MAIL, status__in=("todo", "doing")).count()

    def stop(process, at_least):
        wait_until(lambda: len(taken()) >= at_least, "nothing is sent", log, 0.001)
        process.kill()
        process.wait()
        return f"{len(taken())} taken and {waits()} waiting"

    with mail_server_process(port, said) as server, worker(log, **address):
        send_later(EmailMessage("Betreff", "Text", to=[name]) for name in names)
        server_killed = stop(server, 5)
        wait_until(lambda: ProcrastinateJob.objects.filter(attempts__gte=1, status="todo").exists(), "not tried", log)
        assert not ProcrastinateJob.objects.filter(status="failed").exists()
    with mail_server_process(port, said):
        before = len(taken())
        with worker(log, **address) as sender:
            worker_killed = stop(sender, before + 5)
        with worker(log, **address):
            wait_until(lambda: not waits(), "some wait", log)
    twice = len(taken()) - len(names)
    print(  # noqa: T201
        f"\nmail server killed: {server_killed}; worker killed: {worker_killed}; "
        f"{len(set(taken()))} of {len(names)} mails arrived, {twice} of them twice"
    )
    assert set(taken()) == set(names)
    assert twice <= 2
    assert {job.status for job in ProcrastinateJob.objects.filter(queue_name=MAIL)} <= {"succeeded"}
