"""``manage.py doctor`` finds each thing that is planted here, says what to do, and finds nothing where nothing is wrong."""

import io
import json
import logging
import os
import secrets
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.signing import TimestampSigner
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from assessments.models import Evidence, Score
from assessments.reports.rendering.tasks import render
from assessments.services.demo import OPERATOR
from scaling.accounts.models import Municipality, User
from scaling.common import environment_file
from scaling.doctor import database, machine, mail, services, web
from scaling.doctor.findings import Check, Severity, run
from scaling.models import TimedRun
from scaling.timers import TASKS, Task
from tests.catalogue.test_checksums import publish_and_change
from tests.scaling.test_settings import PRODUCTION, ROOT

NOBODY = 65534


def found(look: Callable) -> list[str]:
    """What a check complains of, with what to do."""
    complaints = list(look())
    assert all(complaint.do for complaint in complaints)
    return [f"{complaint.said} → {complaint.do}" for complaint in complaints]


def sql(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


@contextmanager
def other_database(options):
    """The checks look at a new, empty database."""
    name, here = f"patient_{secrets.token_hex(4)}", connection.settings_dict["NAME"]
    sql(f"CREATE DATABASE {name} TEMPLATE template0 {options}")
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = here
        sql(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def as_nobody():
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


# --- The database


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("options", "look", "said"),
    [
        (
            "ENCODING 'SQL_ASCII' LOCALE 'C'",
            database.encoding,
            "has the encoding SQL_ASCII, in which umlauts break. → Make a new",
        ),
        ("ENCODING 'UTF8' LOCALE 'C'", database.collation, "capital and small umlauts are not the same letter"),
    ],
)
def test_database_that_breaks_umlauts(options, look, said):
    assert found(look) == []
    with other_database(options):
        assert said in found(look)[0]


@pytest.mark.django_db(transaction=True)
def test_database_that_waits_for_its_tables():
    with other_database("ENCODING 'UTF8' LOCALE 'C.UTF-8'"):
        (said,) = found(database.migrations)
    assert "migrations are pending" in said
    assert said.endswith("→ Run manage.py prepare.")


@pytest.mark.django_db(transaction=True)
def test_database_that_is_away():
    port = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = "1"
    try:
        assert "compare DATABASE_URL" in found(database.reachable)[0]
        levels = {finding.level for finding in run(database.CHECKS, demo=False)}
        assert levels == {Severity.PROBLEM, Severity.SKIPPED}
    finally:
        connection.settings_dict["PORT"] = port


@pytest.mark.django_db
class TestDatabase:
    def test_nothing_wrong(self, settings):
        of_this_server = {"database durability", "database user", "database jit", "database connections"}  # made for tests
        looks = [check.look for check in database.CHECKS if check.name not in of_this_server]
        assert [said for look in looks for said in found(look)] == []

    def test_version(self, monkeypatch):
        monkeypatch.setattr(database, "OLDEST", 99)
        assert "is too old. → Move to PostgreSQL 99" in found(database.version)[0]

    def test_jit(self):
        sql("SET LOCAL jit = on")
        assert "SET jit = off" in found(database.jit)[0]
        sql("SET LOCAL jit = off")
        assert found(database.jit) == []

    def test_power_cut_would_lose_answers(self):
        sql("SET LOCAL synchronous_commit = off")
        assert any("synchronous_commit = off: a power cut loses" in said for said in found(database.durability))

    def test_read_only(self):
        sql("SET LOCAL default_transaction_read_only = on")
        assert "takes no changes" in found(database.writable)[0]

    def test_user_without_rights(self):
        sql("CREATE ROLE doctor_guest; SET LOCAL ROLE doctor_guest")
        said = found(database.rights)
        assert any("Tables belong to another user" in text for text in said)
        assert any("may not create tables" in text for text in said)

    def test_superuser(self):
        assert "superuser of PostgreSQL" in found(database.superuser)[0]

    def test_connections_used_up(self, monkeypatch):
        ask = database.ask
        monkeypatch.setattr(database, "ask", lambda text, *args: 4 if text == "SHOW max_connections" else ask(text, *args))
        assert "connections are taken" in found(database.connections)[0]

    def test_clock(self, monkeypatch):
        class Late(datetime):
            @classmethod
            def now(cls, tz=None):
                return super().now(tz) + timedelta(hours=1)

        monkeypatch.setattr(database, "datetime", Late)
        assert "differ by 3600 seconds" in found(database.clock)[0]

    def test_pending_migration(self):
        MigrationRecorder(connection).record_unapplied(*MigrationLoader(connection).graph.leaf_nodes("assessments")[0])
        assert "migrations are pending" in found(database.migrations)[0]

    def test_newer_version(self):
        MigrationRecorder(connection).record_applied("assessments", "9999_later")
        assert "of a newer version (it knows assessments.9999_later)" in found(database.migrations)[0]

    def test_demo_accounts(self, settings):
        settings.DEMO = False
        User.objects.create_user(OPERATOR[0], "x", is_superuser=True)
        assert "password everybody knows" in found(database.demo_accounts)[0]

    def test_cache_without_table(self):
        sql("DROP TABLE cache")
        assert found(database.shared_cache) == [
            "The shared cache keeps nothing: failed sign-ins are not counted. → Run manage.py prepare."
        ]


@pytest.mark.django_db(transaction=True)
def test_edition_that_was_changed():
    publish_and_change()
    (said,) = found(database.checksums)
    assert said.startswith("Edition 7.0 no longer has the content it was published with. → Restore the catalogue")


# --- The machine


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


# --- Mail


class Refusing(socketserver.StreamRequestHandler):
    """A mail server that lets nobody in."""

    def handle(self):
        self.wfile.write(b"220 mail\r\n")
        for line in self.rfile:
            word = line.upper()[:4]
            answers = {b"EHLO": b"250-mail\r\n250 AUTH PLAIN LOGIN\r\n", b"AUTH": b"535 no\r\n", b"QUIT": b"221 bye\r\n"}
            self.wfile.write(answers.get(word, b"250 ok\r\n"))
            if word == b"QUIT":
                return


@pytest.fixture
def smtp(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "127.0.0.1", "user", "word"
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Refusing) as server:
        settings.EMAIL_PORT = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        yield server
        server.shutdown()


def test_mail_server_that_refuses_us(smtp):
    assert "refuses user or password. → Correct them in EMAIL_URL" in found(mail.server)[0]


def test_mail_server_that_is_away(settings, smtp):
    settings.EMAIL_PORT = 1
    assert "cannot be reached" in found(mail.server)[0]
    assert "mail to a@example.org" in mail.send_to("a@example.org").name
    assert "was not taken" in found(mail.send_to("a@example.org").look)[0]


def test_mail_is_sent_when_asked_for(mailoutbox):
    assert found(mail.send_to("betrieb@example.org").look) == []
    assert [sent.to for sent in mailoutbox] == [["betrieb@example.org"]]


# --- The web server


@pytest.fixture
def proxy(live_server, settings):
    """A proxy in front of the app. ``change`` is given the headers of a request and the answer's, to spoil them."""
    state: dict[str, Any] = {"request": lambda headers: None, "answer": lambda headers: None, "status": None}

    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self):
            if state["status"]:
                self.send_error(state["status"])
                return
            headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
            caller = headers.get("X-Forwarded-For")
            headers |= {"X-Forwarded-Proto": "https", "X-Forwarded-For": f"{caller}, 10.1.2.3" if caller else "10.1.2.3"}
            state["request"](headers)
            try:
                answer = urlopen(Request(live_server.url + self.path, headers=headers))  # noqa: S310 – our own
            except HTTPError as error:
                answer = error
            body, sent = answer.read(), dict(answer.headers.items())
            state["answer"](sent)
            self.send_response(answer.status)
            for name, value in sent.items():
                if name.lower() not in ("content-length", "connection", "transfer-encoding", "date", "server"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        settings.SITE_URL = f"http://127.0.0.1:{server.server_address[1]}"
        settings.ALLOWED_HOSTS = ["127.0.0.1"]
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
        web._fetch.cache_clear()
        yield state
        server.shutdown()
    web._fetch.cache_clear()


def forged_scheme(headers):
    headers["X-Forwarded-Proto"] = headers.get("X-forwarded-proto", "http")


PROXIES = {
    "passes on the scheme from outside": ({"request": forged_scheme}, web.proxy, "passes on X-Forwarded-Proto from outside"),
    "names no scheme": ({"request": lambda h: h.pop("X-Forwarded-Proto")}, web.proxy, "say that people come by https"),
    "changes the host": ({"request": lambda h: h.update({"Host": "127.0.0.1:1"})}, web.proxy, "changes the host name to 127"),
    "appends nobody": ({"request": lambda h: h.update({"X-Forwarded-For": "203.0.113.9"})}, web.proxy, "0 proxies append"),
    "appends two": ({"request": lambda h: h.update({"X-Forwarded-For": "1.1.1.1, 2.2.2.2"})}, web.proxy, "2 proxies append"),
    "removes the policy": ({"answer": lambda h: h.pop("Content-Security-Policy")}, web.headers, "removes or weakens"),
    "weakens the policy": (
        {"answer": lambda h: h.update({"Content-Security-Policy": "default-src 'none'; script-src 'unsafe-inline'"})},
        web.headers,
        "removes or weakens",
    ),
    "reaches no app": ({"status": 502}, web.answers, "reaches no app (502). → Start it: systemctl status skalierungscheck-web"),
    "passes not all paths on": ({"status": 404}, web.answers, "does it pass all paths on?"),
}  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("spoil", "look", "said"), PROXIES.values(), ids=PROXIES)
def test_proxy_that_is_set_up_wrongly(proxy, spoil, look, said):
    proxy.update(spoil)
    assert any(said in text for text in found(look)), found(look)


@pytest.mark.django_db(transaction=True)
def test_proxy_as_it_should_be(proxy, settings):
    settings.SECURE_HSTS_SECONDS = 3600
    for look in (web.host, web.answers, web.versions, web.proxy):
        assert found(look) == []
    assert found(web.headers) == [
        "Browsers are not told to stay with https (HSTS). → Remove SECURE_HSTS_SECONDS=0, and what the proxy hides."
    ]


@pytest.mark.django_db(transaction=True)
def test_running_app_of_another_version_or_key(proxy, settings, monkeypatch):
    monkeypatch.setattr(web, "__version__", "99.0.0")
    assert (
        "Version 0.1.0 is running, version 99.0.0 is installed" in found(web.versions)[0]
        or "is running" in found(web.versions)[0]
    )
    monkeypatch.setattr("scaling.doctor.web.PROBE", TimestampSigner(key="another", salt="scaling.health"))
    assert "has another SECRET_KEY" in found(web.proxy)[0]


def test_host_that_nobody_knows(settings):
    settings.SITE_URL = "https://nirgends.invalid"
    web._fetch.cache_clear()
    assert "host name nirgends.invalid of SITE_URL is unknown" in found(web.host)[0]
    assert "does not answer" in found(web.answers)[0]
    severities = {finding.check: finding.level for finding in run(web.CHECKS, demo=False)}
    assert severities.pop("host name") == severities.pop("address") == Severity.PROBLEM
    assert set(severities.values()) == {Severity.SKIPPED}


# --- What runs beside


@pytest.mark.django_db
class TestServices:
    def test_no_worker(self):
        assert "No worker is running" in found(services.workers)[0]

    def test_failed_and_waiting_jobs(self):
        assert found(services.jobs) == []
        for lock in "ab":
            render.configure(lock=lock, queueing_lock=lock).defer(kind="x", args={}, key=lock, asked_at="")
        assert found(services.jobs) == []
        sql("UPDATE procrastinate_events SET at = at - interval '1 hour'")
        assert "2 jobs have waited for more than 5 minutes" in found(services.jobs)[0]
        sql("UPDATE procrastinate_jobs SET status = 'failed' WHERE lock = 'a'")
        assert "1 jobs have failed" in found(services.jobs)[0]

    def test_timers_that_never_ran(self):
        assert [said.split("”")[0] for said in found(services.timers)] == [f"The timer “{name}" for name in TASKS]

    def test_timer_that_ran_in_time_failed_or_is_late(self):
        now = timezone.now()
        for name, task in TASKS.items():
            TimedRun.objects.create(name=name, started_at=now, succeeded_at=now - task.every + timedelta(hours=1))
        assert found(services.timers) == []
        TimedRun.objects.filter(name="backup").update(succeeded_at=now - timedelta(days=3))
        TimedRun.objects.filter(name="digest").update(problem="Traceback\nno route to host")
        late, failed = sorted(found(services.timers))
        assert "The timer “backup” has not run in time" in late
        assert "no route to host → journalctl" in failed

    def test_timer_notes_how_its_task_ended(self, monkeypatch):
        said = io.StringIO()
        call_command("timer", "sessions", stdout=said)
        kept = TimedRun.objects.get()
        assert (kept.name, kept.problem) == ("sessions", "")
        assert kept.succeeded_at is not None
        assert kept.started_at < kept.succeeded_at < timezone.now()
        monkeypatch.setitem(TASKS, "sessions", Task(("doctor", "--only", "workers"), timedelta(days=1)))
        with pytest.raises(SystemExit):
            call_command("timer", "sessions", stdout=io.StringIO())
        kept.refresh_from_db()
        assert "No worker is running" in kept.problem
        assert kept.succeeded_at is not None
        assert kept.succeeded_at < kept.started_at


# --- The command


def test_check_that_fails_itself_stops_no_other():
    def broken():
        raise ZeroDivisionError("x")

    findings = list(run([Check("broken", broken), Check("fine", list)], demo=False))
    assert [(finding.check, finding.level) for finding in findings] == [("broken", Severity.PROBLEM), ("fine", Severity.OK)]


@pytest.mark.django_db
def test_command_says_what_it_found_and_ends_with_1():
    said = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", only=["workers", "clock"], stdout=said)
    assert ended.value.code == 1
    assert "workers                    PROBLEM  No worker is running" in said.getvalue()
    assert "→ systemctl enable --now skalierungscheck-worker@1" in said.getvalue()
    assert "1 problems, 0 warnings" in said.getvalue()
    said = io.StringIO()
    call_command("doctor", only=["clock"], json=True, stdout=said)
    assert json.loads(said.getvalue())["findings"] == [{"check": "clock", "level": "ok", "said": "", "do": ""}]


def test_settings_that_do_not_go_together_are_told_to_a_monitoring(tmp_path):
    environment = PRODUCTION | {"PATH": "/usr/bin:/bin", "SKALIERUNGSCHECK_ENV": "", "ALLOWED_HOSTS": "andere.example.org"}
    command = [sys.executable, "manage.py", "doctor", "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    (finding,) = json.loads(done.stdout)["findings"]
    assert (done.returncode, finding["level"]) == (1, "problem")
    assert "add check.example.org" in finding["said"]


@pytest.mark.django_db
def test_missing_upload_of_a_coat_of_arms(var, municipality):
    Municipality.objects.update(coat_of_arms="wappen/weg.png")
    assert "wappen/weg.png" in found(machine.missing_files)[0]
    default_storage.save("wappen/weg.png", ContentFile(b"x"))
    assert found(machine.missing_files) == []
